"""What can go wrong with the store, by what to do next.

    StoreError
    ├── StoreUnavailable    locked, no disk, no connection: wait and try again, or mend the place
    ├── MigrationsPending   the tables are older than this program: upgrade them
    └── StoreTooNew         the tables are newer than this program: install the newer program

Anything else a transaction raises (a broken constraint, a wrong statement) is a mistake of ours and
passes through as SQLAlchemy raised it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# What SQLite says -> what the person who runs us can do about it.
_ADVICE = {
    "database is locked": "another process keeps writing to it; end that process or try again",
    "database or disk is full": "free some space and try again",
    "disk i/o error": "check the disk and try again",
    "unable to open database file": "check that its folder exists and may be written",
    "readonly database": "check that its folder may be written (and that store.write() is used)",
    "file is not a database": "point the store's URL at another file",
    "malformed": "the file is damaged; restore it from a copy",
}
# SQLSTATEs of PostgreSQL: undefined table, undefined column.
_NO_SUCH_THING = ("42P01", "42703")


class StoreError(Exception):
    """Base of the store's errors. `place` is the store's URL without its password."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"store {place}: {message}")
        self.place = place


class StoreUnavailable(StoreError):
    """The store cannot be used at the moment: locked, disk trouble, no connection."""


class MigrationsPending(StoreError):
    """The store's tables are older than this program. `revisions` still have to be applied."""

    def __init__(self, place: str, revisions: Sequence[str] = ()) -> None:
        missing = f" ({', '.join(revisions)})" if revisions else ""
        super().__init__(
            place, f"its tables are not up to date{missing}; run `tiebeam store upgrade`"
        )
        self.revisions = tuple(revisions)


class StoreTooNew(StoreError):
    """The store's tables were made by a newer version of this program."""

    def __init__(self, place: str, revision: str) -> None:
        super().__init__(
            place, f"its tables are newer than this program ({revision}); install the newer tiebeam"
        )
        self.revision = revision


def typed(error: SQLAlchemyError, place: str) -> StoreError | None:
    """The store's error for what SQLAlchemy raised, or None where it is a mistake of ours."""
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailable(place, "no connection became free; try again")
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    said = _first_line(error.orig)
    if _is_missing_table(error.orig, said):
        return MigrationsPending(place)
    known = next((advice for text, advice in _ADVICE.items() if text in said.lower()), None)
    if known is not None:
        return StoreUnavailable(place, f"{said}: {known}")
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return StoreUnavailable(place, said)
    return None


def unreachable(error: Exception, place: str) -> StoreUnavailable:
    """The error for a connection that could not be made at all."""
    return StoreUnavailable(place, f"no connection: {_first_line(error)}")


def _is_missing_table(cause: BaseException, said: str) -> bool:
    state = getattr(cause, "sqlstate", None)
    return state in _NO_SUCH_THING or said.startswith(("no such table", "no such column"))


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
