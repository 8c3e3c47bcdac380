"""Plentific, essensys Operate, Facilitee and Planiso, simulated over real HTTP.

They are written from the providers' documents, not from our clients. Run it alone:
`python -m deploy.sandbox --port 0 --seed demo` prints one line,
`sandbox listening on http://127.0.0.1:PORT`. Or in a process:

    async with running_sandbox(seed="demo") as sandbox:
        sandbox.plentific_url, sandbox.facilitee_url    # base URLs for clients, and so on
        sandbox.state.plentific, sandbox.state.planiso  # records and switches
        fault = sandbox.state.faults.add("drop_after", provider="essensys", method="PUT")
        await sandbox.state.faults.until(lambda: fault.applied == 1)
        await sandbox.stop(); await sandbox.start()     # same port, same records

Credentials are the constants of each provider's `data` module; every token begins with
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
    GET, POST /plentific/work-orders/{uuid}/{part}         bookings, completion-reports, quotes,
                                           outstanding-issues: all, make one; keys of the details
                                           and `uuid`, all optional, any text as a status
    PATCH, DELETE the same /{uuid}         change (times RFC 3339), delete
    GET, POST /plentific/{asset}           estates, blocks, properties, tenants, landlords,
                                           property-managers: all, make one; keys of the API's body
    PATCH, DELETE /plentific/{asset}/{uuid}
    GET    /plentific/deliveries           webhooks so far; sent if send_webhooks is set
    GET, POST /essensys/accounts           POST {clientname, accountid?, ...}
    GET    /essensys/charge-sheets         what was really written, referencetext included
    POST   /essensys/charge-sheets         one made behind the API's back
    DELETE /essensys/charge-sheets/{id}
    GET, POST /essensys/records/{path}     records of any resource; POST documented names, values as
                                           they read ("2026-01-31T12:30:00", "true"), id optional
    PATCH, DELETE /essensys/records/{path}/{id}            a change moves updatedate
    POST   /essensys/draft-invoices/{id}/issue             the draft becomes an invoice, same id
    POST   /essensys/invoices/{id}/pay
    POST   /essensys/bill                  {charge_sheet_ids?, keep?}: charges become invoice lines
    GET, POST /facilitee/{kind}            issues, owners, owner-companies, managers,
                                           property-users, service-providers, properties,
                                           property-units, property-types, property-unit-types,
                                           tags: all, make one;
                                           fields as `facilitee.kinds` has them, all optional
    PATCH, DELETE /facilitee/{kind}/{id}   a change of an issue moves `modified`, unless given
    GET, POST /planiso/{resource}          projects, customers, suppliers, subcontractors,
                                           organizations, users, equipment, equipment-types: all as
                                           they really are, make one; also organization_*
    PATCH  /planiso/{resource}/{no}        change; `active` too
    GET, POST /{provider}/settings         switches, see `settings`
    POST   /{provider}/expire-tokens       of plentific, essensys, facilitee
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
