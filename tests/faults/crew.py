"""Worker processes for the tests: started, killed, stopped, and never left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults import worker

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class WorkerProcess:
    """One process that runs all roles."""

    pid: int
    log: Path
    exit_code: Callable[[], int | None]
    """None while it runs; minus the signal where one ended it."""

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._send(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end in good order."""
        self._send(signal.SIGTERM)

    def wake(self) -> None:
        """Let it go on that had frozen itself."""
        self._send(signal.SIGCONT)

    def frozen(self) -> bool:
        """Whether it stands still (read as Linux tells it)."""
        status = Path(f"/proc/{self.pid}/stat").read_text()
        return status.rpartition(")")[2].split()[0] == "T"

    def last_words(self) -> str:
        """The end of its log."""
        if not self.log.exists():
            return "it said nothing"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def _send(self, number: signal.Signals) -> None:
        if self.exit_code() is None:
            os.kill(self.pid, number)


class Crew:
    """Starts workers, by default as forks of one server that has imported everything already.

    A fork is a process like any other, in a tenth of the time: importing the product takes a
    processor some seconds, and the crash matrix starts half a hundred workers.
    """

    def __init__(self) -> None:
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([worker.__name__])
        self._forks: list[BaseProcess] = []
        self._fresh: list[subprocess.Popen[bytes]] = []

    def start(self, log: Path, arguments: Sequence[str]) -> WorkerProcess:
        """Start a worker; `arguments` are those of tests.faults.worker."""
        process = self._context.Process(target=worker.main, args=([*arguments, "--log", str(log)],))
        process.start()
        assert process.pid is not None
        self._forks.append(process)
        return WorkerProcess(process.pid, log, lambda: process.exitcode)

    def start_fresh(self, home: Path, log: Path, arguments: Sequence[str]) -> WorkerProcess:
        """Start a worker by a command of its own, as a person or a container would.

        It runs the code that lies in `home`.
        """
        command = [sys.executable, "-m", worker.__name__, *arguments, "--log", str(log)]
        process = subprocess.Popen(command, cwd=home, stdin=subprocess.PIPE)
        self._fresh.append(process)
        return WorkerProcess(process.pid, log, process.poll)

    def dismiss(self) -> None:
        """Kill all that still run."""
        for fork in self._forks:
            fork.kill()
            fork.join()
            fork.close()
        for process in self._fresh:
            process.kill()
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
