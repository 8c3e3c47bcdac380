"""`tiebeam` run within this process: what it prints, and its exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.cli import main
from workers.cli.context import out as console

_ONE_AT_A_TIME = threading.Lock()  # arguments, variables and streams belong to the process


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def tiebeam(*arguments: str, width: int = 200, **variables: str) -> Done:
    """Run a command to its end on a terminal so wide, without variables of Tiebeam but these.

    Call it by `asyncio.to_thread` where a loop runs: the command brings its own.
    """
    out, err = io.StringIO(), io.StringIO()
    with (
        _ONE_AT_A_TIME,
        _replaced(arguments, variables, width),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = _exit_code()
    return Done(code, out.getvalue(), err.getvalue())


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@contextlib.contextmanager
def _replaced(
    arguments: tuple[str, ...], variables: Mapping[str, str], columns: int
) -> Iterator[None]:
    argv, environ = sys.argv, dict(os.environ)
    sys.argv = ["tiebeam", *arguments]
    for name in [name for name in os.environ if name.startswith("TIEBEAM_")]:
        del os.environ[name]
    os.environ.update(variables)
    # not by COLUMNS: the console has read it already, where the tests' own runner sets it
    width, console.width = console.width, columns
    try:
        yield
    finally:
        console.width = width
        sys.argv = argv
        os.environ.clear()
        os.environ.update(environ)
