"""The tables and their indexes, one after the other in the order in which data passes through them.

The migrations build the same tables; a test compares the two. Times are UTC, ids are text except
where the database hands them out.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from adapters.store.columns import ROW_ID, HeadersText, JsonText, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _partial(name: str, *columns: Column[object], where: str) -> Index:
    """An index over the few rows that `where` (literal SQL, as the queries repeat it) lets in."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


entities = Table(
    "entities",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("entity_id", Text, primary_key=True),
    Column("ordering_key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("row_fingerprint", Text, nullable=False),
    Column("detail_fingerprint", Text),
    Column("live", Boolean, nullable=False),
    Column("row_seen_at", UtcTime, nullable=False),
    Column("detail_read_at", UtcTime),
    Column("changed_at", UtcTime),
    Column("due_at", UtcTime),
    # Last, because they are long: what stands before them is read without them.
    Column("state", JsonText),
    Column("marks", JsonText),
)
# On PostgreSQL with conditions: without statistics it would else take them for as good as the key.
for _column, _condition in (
    (entities.c.due_at, "due_at IS NOT NULL"),
    (entities.c.changed_at, "changed_at IS NOT NULL"),
    (entities.c.live, "live"),
):
    Index(
        f"ix_entities_{_column.name.removesuffix('_at')}",
        *(entities.c.connection, entities.c.kind, _column),
        postgresql_where=text(_condition),
    )

cursors = Table(
    "cursors",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("value", JsonText),
    Column("updated_at", UtcTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("published_at", UtcTime),
    Column("headers", HeadersText, nullable=False),
    Column("value", LargeBinary, nullable=False),
    # An id is never used twice, not even after a purge: order by id is order of telling.
    sqlite_autoincrement=True,
)
_partial("ix_outbox_unpublished", outbox.c.id, where="published_at IS NULL")
_partial("ix_outbox_published", outbox.c.published_at, where="published_at IS NOT NULL")

OPEN_STATES = ("pending", "running", "retrying")
"""A row in one of these holds back the later rows of its key."""
CLOSED_STATES = ("succeeded", "blocked", "dead", "cancelled")
WAITING_STATES = ("blocked", "dead")
"""Closed, and for a person to look at."""
PARKED = "parks AND state IN ('blocked', 'dead')"
"""Of a row whose reaction wants the later rows of its key held back by this one too."""


def state_in(states: tuple[str, ...]) -> str:
    """The SQL that says so, literally: a partial index is used only by a query that repeats it."""
    return f"state IN ({', '.join(repr(state) for state in states)})"


reactions = Table(
    "reactions",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("reaction", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("ordering_key", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("parks", Boolean, nullable=False, server_default=false()),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime),
    Column("lease_owner", Text),
    Column("lease_token", BigInteger, nullable=False),
    Column("lease_until", UtcTime),
    Column("received_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("reason", Text),
    Column("traceparent", Text),
    Column("outcome", JsonText),
    Column("headers", HeadersText, nullable=False),
    Column("value", LargeBinary, nullable=False),
    UniqueConstraint("reaction", "event_id"),
    sqlite_autoincrement=True,
)
# What a claim looks at, and nothing else: the first two hold all the columns that decide. There is
# no plain index that starts with the state: SQLite would prefer it to these.
_deciding = (reactions.c.state, reactions.c.next_attempt_at, reactions.c.lease_until)
_key = (reactions.c.reaction, reactions.c.ordering_key)
_partial("ix_reactions_open", reactions.c.id, *_key, *_deciding, where=state_in(OPEN_STATES))
_partial("ix_reactions_open_keys", *_key, reactions.c.id, *_deciding, where=state_in(OPEN_STATES))
_partial("ix_reactions_running", *_key, reactions.c.lease_until, where="state = 'running'")
_partial("ix_reactions_parked", *_key, reactions.c.id, where=PARKED)
_partial(
    "ix_reactions_closed", reactions.c.state, reactions.c.reaction, where=state_in(CLOSED_STATES)
)

effects = Table(
    "effects",
    metadata,
    Column("effect_key", Text, primary_key=True),
    Column("reaction", Text, nullable=False),
    Column("reaction_id", BigInteger, index=True),
    Column("connection", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("provider_id", Text),
    Column("found_by", Text),
    Column("first_sent_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    Column("lost_at", UtcTime),
    Column("done_at", UtcTime),
    Column("request", JsonText),
    Column("response", JsonText),
)
_partial(
    "ix_effects_provider_id",
    effects.c.connection,
    effects.c.provider_id,
    where="provider_id IS NOT NULL",
)
_partial(
    "ix_effects_sending", effects.c.connection, effects.c.first_sent_at, where="state = 'sending'"
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text),
    Column("token", BigInteger, nullable=False),
    Column("until", UtcTime, nullable=False),
)

compatibility = Table(
    "compatibility",
    metadata,
    Column("oldest", Text, primary_key=True),  # revision whose programs may still work with it
)

hints = Table(
    "hints",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("handled", BigInteger, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("last_received_at", UtcTime, nullable=False),
    Column("taken_until", UtcTime),
    Column("traceparent", Text),
    Column("again_at", UtcTime),
    UniqueConstraint("connection", "kind", "entity_id"),
    Index("ix_hints_waiting", "connection", "received_at"),
    sqlite_autoincrement=True,
)
