"""The effects of which it is not known whether they happened are found among all that did.

Revision: 0007
After: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sending = sa.text("state = 'sending'")
    op.create_index(
        "ix_effects_sending",
        "effects",
        ["connection", "first_sent_at"],
        sqlite_where=sending,
        postgresql_where=sending,
    )


def downgrade() -> None:
    op.drop_index("ix_effects_sending", "effects")
