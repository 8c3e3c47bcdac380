"""The ASGI application: providers under their prefixes, faults around them, the control API."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from deploy.sandbox.control.api import control_routes
from deploy.sandbox.essensys.operations import ESSENSYS
from deploy.sandbox.exchange import Answer
from deploy.sandbox.facilitee.operations import FACILITEE
from deploy.sandbox.faults import apply
from deploy.sandbox.planiso.operations import PLANISO
from deploy.sandbox.plentific.operations import PLENTIFIC
from deploy.sandbox.provider import Provider
from deploy.sandbox.state import SandboxState
from deploy.sandbox.wire import ClientGoneError, Wire, read_call

PROVIDERS = (PLENTIFIC, ESSENSYS, FACILITEE, PLANISO)

logger = logging.getLogger("tiebeam.sandbox")


@dataclass(frozen=True, slots=True)
class ProviderApp:
    """Serves one provider; a request's effect happens at one moment, never half."""

    provider: Provider
    state: SandboxState

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        state, provider = self.state, self.provider
        try:
            call = await read_call(scope, receive, provider.name, provider.prefix, state.now())
        except ClientGoneError:
            return
        resolved = provider.resolve(call.method, call.path)
        entry = state.requests.open(call, resolved.operation)

        def handle() -> Answer:
            try:
                answer = resolved.handle(state, call)
            except Exception:
                logger.exception("%s %s failed", provider.name, resolved.operation)
                answer = Answer(500)
            entry.handled_status = answer.status
            return answer

        wire = Wire(scope, receive, send, entry, state.now)
        fault = state.faults.take(entry)
        if fault is None:
            await wire.send(handle())
        else:
            await apply(state.faults, fault, handle, lambda: provider.expire_tokens(state), wire)


def create_app(state: SandboxState) -> Starlette:
    """The sandbox over a state: all providers, and the control API under /_sandbox."""
    mounts = [Mount(provider.prefix, ProviderApp(provider, state)) for provider in PROVIDERS]
    return Starlette(routes=[*mounts, Mount("/_sandbox", routes=control_routes(state))])
