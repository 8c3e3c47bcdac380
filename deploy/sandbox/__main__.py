"""`python -m deploy.sandbox`: the simulated providers alone, until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from deploy.sandbox.seed import SEEDS
from deploy.sandbox.server import running_sandbox


async def serve(host: str, port: int, seed: str) -> None:
    """Serve until a signal, having printed one line that says where."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with running_sandbox(seed=seed, host=host, port=port) as sandbox:
        sys.stdout.write(f"sandbox listening on {sandbox.url}\n")
        sys.stdout.flush()
        await ended.wait()


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve; 0 after an orderly end, 1 when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--seed", choices=sorted(SEEDS), default="demo")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(serve(options.host, options.port, options.seed))
    except OSError as error:
        sys.stderr.write(f"cannot listen on {options.host}:{options.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
