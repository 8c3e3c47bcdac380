"""The role `webhooks`: serves the receiver and writes what it takes."""

from __future__ import annotations

import asyncio

from workers.serving import serve_app
from workers.webhooks.endpoints import endpoints
from workers.webhooks.receiver import Receiver
from workers.webhooks.writer import HintWriter
from workers.wiring import Parts


async def serve(parts: Parts) -> None:
    """Take deliveries until cancelled; those under way then are stored and answered first."""
    http = parts.settings.http
    writer = HintWriter(parts.store)
    receiver = Receiver(endpoints(parts.settings), writer, parts.clock)
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(writer.run(), name="hints")
        try:
            await serve_app(receiver, http.host, http.webhook_port)
        finally:
            writing.cancel()
