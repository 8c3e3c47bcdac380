"""Entities know when to look at them next, so that what changes often is looked at often.

Revision: 0002
After: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entities", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE entities SET due_at = row_seen_at")
    op.create_index("ix_entities_due", "entities", ["connection", "kind", "due_at"])
    op.create_index("ix_entities_changed", "entities", ["connection", "kind", "changed_at"])
    op.create_index("ix_entities_live", "entities", ["connection", "kind", "live"])
    op.drop_index("ix_entities_rotation", "entities")


def downgrade() -> None:
    op.create_index(
        "ix_entities_rotation", "entities", ["connection", "kind", "live", "detail_read_at"]
    )
    for name in ("ix_entities_due", "ix_entities_changed", "ix_entities_live"):
        op.drop_index(name, "entities")
    op.drop_column("entities", "due_at")
