"""The store says which older programs may still work with it, so that versions stand side by side.

A migration that only adds leaves `oldest` as it is. One that takes away what older programs use
comes in the release after the one that stopped using it, and sets `oldest` to a revision that the
older ones do not know: that release's, or its own.

Revision: 0006
After: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table("compatibility", sa.Column("oldest", sa.Text(), primary_key=True))
    op.bulk_insert(made, [{"oldest": "0006"}])


def downgrade() -> None:
    op.drop_table("compatibility")
