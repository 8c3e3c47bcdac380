"""Reactions may park their key and be cancelled by hand; hints know the trace that brought them.

Revision: 0003
After: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARKED = "parks AND state IN ('blocked', 'dead')"
CLOSED = "state IN ('succeeded', 'blocked', 'dead', 'cancelled')"
CLOSED_BEFORE = "state IN ('succeeded', 'blocked', 'dead')"


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column(
        "reactions", sa.Column("parks", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_reactions_parked", "reactions", ["reaction", "ordering_key", "id"], **where(PARKED)
    )
    op.drop_index("ix_reactions_closed", "reactions")
    op.create_index("ix_reactions_closed", "reactions", ["state", "reaction"], **where(CLOSED))
    op.add_column("hints", sa.Column("traceparent", sa.Text()))


def downgrade() -> None:
    op.drop_column("hints", "traceparent")
    op.execute("UPDATE reactions SET state = 'dead' WHERE state = 'cancelled'")
    op.drop_index("ix_reactions_closed", "reactions")
    op.create_index(
        "ix_reactions_closed", "reactions", ["state", "reaction"], **where(CLOSED_BEFORE)
    )
    op.drop_index("ix_reactions_parked", "reactions")
    op.drop_column("reactions", "parks")
