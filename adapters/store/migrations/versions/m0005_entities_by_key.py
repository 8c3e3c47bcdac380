"""PostgreSQL looks an entity up by its key, and not in an index that only begins like the key.

While it has no statistics of a new kind of entity, it takes any index that begins with connection
and kind to be as good as the key, and reads all entities of the kind. A partial index is no choice
where its condition is not asked for. SQLite takes the key anyway.

Revision: 0005
After: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_entities_due": ("due_at", "due_at IS NOT NULL"),
    "ix_entities_changed": ("changed_at", "changed_at IS NOT NULL"),
    "ix_entities_live": ("live", "live"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, (column, condition) in INDEXES.items():
        op.drop_index(name, "entities")
        op.create_index(
            name,
            "entities",
            ["connection", "kind", column],
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, (column, _) in INDEXES.items():
        op.drop_index(name, "entities")
        op.create_index(name, "entities", ["connection", "kind", column])
