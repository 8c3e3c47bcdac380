"""All that a running sandbox knows, in plain data; handlers and tests share it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from deploy.sandbox.drift import Drift
from deploy.sandbox.essensys.data import CLIENT_SECRET as ESSENSYS_SECRET
from deploy.sandbox.essensys.data import PASSWORD as ESSENSYS_PASSWORD
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.facilitee.data import CLIENT_SECRET as FACILITEE_SECRET
from deploy.sandbox.facilitee.data import FaciliteeData
from deploy.sandbox.faults import Faults
from deploy.sandbox.planiso.data import API_KEY as PLANISO_KEY
from deploy.sandbox.planiso.data import PlanisoData
from deploy.sandbox.plentific.data import CLIENT_SECRET as PLENTIFIC_SECRET
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.recording import Requests

Clock = Callable[[], datetime]

SECRETS = (PLENTIFIC_SECRET, ESSENSYS_SECRET, ESSENSYS_PASSWORD, FACILITEE_SECRET, PLANISO_KEY)


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class SandboxState:
    """The providers' records, the faults and drift in force, the requests so far, the clock."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self.clock_offset = timedelta(0)
        self.plentific = PlentificData()
        self.essensys = EssensysData()
        self.facilitee = FaciliteeData()
        self.planiso = PlanisoData()
        self.faults = Faults()
        self.drift = Drift()
        self.requests = Requests(SECRETS)

    def now(self) -> datetime:
        """The providers' time, aware."""
        return self._clock() + self.clock_offset
