"""What can go wrong with the store, by what to do next.

    StoreError
    ├── StoreUnavailable    locked, no disk, no connection: wait and try again, or mend the place
    ├── Fenced              the lease is another process's: leave the work to it
    ├── MigrationsPending   the tables are older than this program: upgrade them
    └── StoreTooNew         the tables are too new for this program: install the newer program

Anything else a transaction raises (a broken constraint, a wrong statement) is a mistake of ours and
passes through as SQLAlchemy raised it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

# What the database says -> what the person who runs us can do about it.
_SQLITE = {  # by primary result code
    sqlite3.SQLITE_BUSY: "another process keeps writing to it; end that process or try again",
    sqlite3.SQLITE_LOCKED: "another process keeps writing to it; end that process or try again",
    sqlite3.SQLITE_PROTOCOL: "many processes open it at the same time; try again",
    sqlite3.SQLITE_FULL: "free some space and try again",
    sqlite3.SQLITE_NOMEM: "free some memory and try again",
    sqlite3.SQLITE_IOERR: "check the disk and try again",
    sqlite3.SQLITE_CANTOPEN: "check that its folder exists and may be written",
    sqlite3.SQLITE_PERM: "check that the file and its folder may be written",
    sqlite3.SQLITE_READONLY: "check that it may be written (and that store.write() is used)",
    sqlite3.SQLITE_NOTADB: "point the store's URL at another file",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a copy",
}
_POSTGRESQL = {  # by class of SQLSTATE
    "08": "check that the server is running and can be reached",
    "28": "check the user and the password in the store's URL",
    "3D": "create the database first",
    "40": "another transaction was in the way; try again",
    "53": "the server has too much to do; try again",
    "55": "another transaction was in the way; try again",
    "57": "the server is starting or stopping; try again",
    "58": "check the server's disk",
}
_POSTGRESQL_EXACTLY = {  # by SQLSTATE
    "25006": "name the server that may be written to (and use store.write())",
    "25P03": "it stood still for too long; try again",
    "42501": "let the user of the store's URL make and use tables there",
    "57014": "it took too long; try again",
}
_NO_SUCH_TABLE = ("42P01", "42703")  # SQLSTATEs: undefined table, undefined column


class StoreError(Exception):
    """Base of the store's errors. `place` is the store's URL without its password."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"store {place}: {message}")
        self.place = place


class StoreUnavailable(StoreError):
    """The store cannot be used at the moment: locked, disk trouble, no connection."""


class Fenced(StoreError):
    """The lease under which this was to be written is another's; nothing of it is written."""

    def __init__(self, place: str, lease: str) -> None:
        super().__init__(place, f"the lease {lease} has gone to another process")
        self.lease = lease


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
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    cause = error.orig.__cause__ or error.orig  # PostgreSQL's own words, not its driver's
    if _is_missing_table(error.orig):
        return MigrationsPending(place)
    advice = _advice(error.orig)
    if advice is not None:
        return StoreUnavailable(place, f"{_first_line(cause)}: {advice}")
    if error.connection_invalidated:
        return StoreUnavailable(place, f"the connection was lost ({_first_line(cause)}); try again")
    return None


def unreachable(error: Exception, place: str) -> StoreUnavailable:
    """The error for a connection that could not be made at all."""
    return StoreUnavailable(place, f"no connection: {_first_line(error)}")


def _advice(cause: BaseException) -> str | None:
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)  # the rest of an extended code is detail
    state: str | None = getattr(cause, "sqlstate", None)
    return _POSTGRESQL_EXACTLY.get(state, _POSTGRESQL.get(state[:2])) if state else None


def _is_missing_table(cause: BaseException) -> bool:
    state = getattr(cause, "sqlstate", None)
    return state in _NO_SUCH_TABLE or str(cause).startswith(("no such table", "no such column"))


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
