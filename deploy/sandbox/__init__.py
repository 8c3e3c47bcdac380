"""Plentific and essensys Operate, simulated over real HTTP from their documents.

Run it alone: `python -m deploy.sandbox --port 0 --seed demo` prints one line,
`sandbox listening on http://127.0.0.1:PORT`. Or in a process:

    async with running_sandbox(seed="demo") as sandbox:
        sandbox.plentific_url, sandbox.essensys_url     # base URLs for clients
        sandbox.state.plentific, sandbox.state.essensys # records and switches
        fault = sandbox.state.faults.add("drop_after", provider="essensys", method="PUT")
        await sandbox.state.faults.until(lambda: fault.applied == 1)
        await sandbox.stop(); await sandbox.start()     # same port, same records

Credentials are the constants of `plentific.data` and `essensys.data`; every token begins with
`sbx-token-`.

The control API is under /_sandbox, JSON both ways, no credentials; a wrong request is answered
with 400 (or 404) and {"detail": one line}.

    POST   /plentific/work-orders          make; keys of the documented detail body, all optional,
                                           and property_external_reference
    PATCH  /plentific/work-orders/{uuid}   change; `status` also adds to state_history (at `at`)
    POST   /plentific/invoices             make; also work_order_uuid, property_external_reference,
                                           items of type, description, quantity, unit_price, vat
    PATCH  /plentific/invoices/{uuid}      change; status "paid" pays (paid_on), items sum up anew
    DELETE the same two                    GET /plentific/work-orders and /plentific/invoices: all
    GET, POST /essensys/accounts           POST {clientname, accountid?, ...}
    GET    /essensys/charge-sheets         what was really written, referencetext included
    POST   /essensys/charge-sheets         one made behind the API's back
    DELETE /essensys/charge-sheets/{id}
    POST   /essensys/bill                  {charge_sheet_ids?, keep?}: charges become invoice lines
    GET, POST /plentific/settings, /essensys/settings      switches, see `settings`
    POST   /plentific/expire-tokens, /essensys/expire-tokens
    POST   /faults                         {match: {provider, method, path, operation}, kind, ...}:
                                           see `faults.Fault`; answers it with its id
    GET, DELETE /faults                    list (applied, held); remove all, held requests go on
    POST   /faults/release, /faults/{id}/release           let held requests go on
    POST   /page-drift                     {provider, listing, action, after_page, rows, times}:
    GET, DELETE /page-drift                see `drift.DriftRule`
    GET    /requests                       every provider request, without secrets; filter by
                                           ?provider, operation, method, path (regex); DELETE
    GET    /counts                         records, and calls by operation
    GET, POST /clock                       POST {advance_seconds}: the providers' time
"""

from __future__ import annotations

from deploy.sandbox.app import create_app
from deploy.sandbox.server import Sandbox, running_sandbox
from deploy.sandbox.state import SandboxState

__all__ = ["Sandbox", "SandboxState", "create_app", "running_sandbox"]
