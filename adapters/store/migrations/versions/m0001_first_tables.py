"""The first tables: entities, cursors, outbox, reactions, effects, leases, hints.

Revision: 0001
After: nothing
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
OPEN = "state IN ('pending', 'running', 'retrying')"


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "cursors",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("connection", "stream", name="pk_cursors"),
    )
    op.create_table(
        "effects",
        sa.Column("effect_key", sa.Text(), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("reaction_id", sa.BigInteger()),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Text()),
        sa.Column("found_by", sa.Text()),
        sa.Column("first_sent_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("lost_at", TIME, nullable=True),
        sa.Column("done_at", TIME),
        sa.Column("request", sa.Text()),
        sa.Column("response", sa.Text()),
        sa.PrimaryKeyConstraint("effect_key", name="pk_effects"),
    )
    op.create_index(
        "ix_effects_provider_id",
        "effects",
        ["connection", "provider_id"],
        **where("provider_id IS NOT NULL"),
    )
    op.create_index("ix_effects_reaction_id", "effects", ["reaction_id"])
    op.create_table(
        "entities",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("ordering_key", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("row_fingerprint", sa.Text(), nullable=False),
        sa.Column("detail_fingerprint", sa.Text()),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("row_seen_at", TIME, nullable=False),
        sa.Column("detail_read_at", TIME),
        sa.Column("changed_at", TIME),
        sa.Column("state", sa.Text()),
        sa.Column("marks", sa.Text()),
        sa.PrimaryKeyConstraint("connection", "kind", "entity_id", name="pk_entities"),
    )
    op.create_index(
        "ix_entities_rotation", "entities", ["connection", "kind", "live", "detail_read_at"]
    )
    op.create_table(
        "hints",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("handled", sa.BigInteger(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("last_received_at", TIME, nullable=False),
        sa.Column("taken_until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_hints"),
        sa.UniqueConstraint(
            "connection", "kind", "entity_id", name="uq_hints_connection_kind_entity_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hints_waiting", "hints", ["connection", "received_at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_published", "outbox", ["published_at"], **where("published_at IS NOT NULL")
    )
    op.create_index("ix_outbox_unpublished", "outbox", ["id"], **where("published_at IS NULL"))
    op.create_table(
        "reactions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ordering_key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", TIME),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_token", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("traceparent", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions"),
        sa.UniqueConstraint("reaction", "event_id", name="uq_reactions_reaction_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_reactions_closed",
        "reactions",
        ["state", "reaction"],
        **where("state IN ('succeeded', 'blocked', 'dead')"),
    )
    op.create_index(
        "ix_reactions_open",
        "reactions",
        ["id", "reaction", "ordering_key", "state", "next_attempt_at", "lease_until"],
        **where(OPEN),
    )
    op.create_index(
        "ix_reactions_open_keys",
        "reactions",
        ["reaction", "ordering_key", "id", "state", "next_attempt_at", "lease_until"],
        **where(OPEN),
    )
    op.create_index(
        "ix_reactions_running",
        "reactions",
        ["reaction", "ordering_key", "lease_until"],
        **where("state = 'running'"),
    )


def downgrade() -> None:
    for table in ("hints", "leases", "effects", "reactions", "outbox", "cursors", "entities"):
        op.drop_table(table)
