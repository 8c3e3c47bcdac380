"""Hints that were looked at stay until their window ends, and know if they are looked at again.

Revision: 0004
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hints", sa.Column("again_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE hints SET again_at = taken_until WHERE handled = generation")


def downgrade() -> None:
    op.execute("DELETE FROM hints WHERE handled = generation AND again_at IS NULL")
    op.execute("UPDATE hints SET taken_until = again_at WHERE handled = generation")
    op.drop_column("hints", "again_at")
