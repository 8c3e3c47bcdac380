"""What the audit events of our own reactions carry."""

from __future__ import annotations

from typing import Any

from events.reactions import Reaction, ReactionData
from tests.events.samples.shared import INVOICE_UUID, Samples


def reaction(**changes: Any) -> Reaction:
    """A reaction that made that charge sheet."""
    fields: dict[str, Any] = {
        "name": "recharge-paid-invoice",
        "state": "succeeded",
        "attempts": 1,
        "dry_run": False,
        "trigger_ce_id": "0f8b9c8e-5d0f-5f5e-9d1c-0e8f6f3a2b1c",
        "trigger_type": "plentific.invoice.paid",
        "trigger_subject": INVOICE_UUID,
        "effects": [
            {
                "key": f"charge-sheet/operate/{INVOICE_UUID}/1",
                "connection": "operate",
                "provider_id": 452326,
                "found_by": "answer",
            }
        ],
    }
    return Reaction.model_validate(fields | changes)


DATA: Samples = {
    "tiebeam.reaction.succeeded": lambda: ReactionData(reaction=reaction()),
    "tiebeam.reaction.failed": lambda: ReactionData(
        reaction=reaction(state="dead", reason="400 from essensys: no such account", effects=[])
    ),
    "tiebeam.reaction.blocked": lambda: ReactionData(
        reaction=reaction(
            state="blocked",
            reason="no product for 'MATERIALS'",
            effects=[],
            missing_mapping=True,
        )
    ),
}
