"""How long a provider asks to wait: the header `Retry-After` in both of its forms."""

from __future__ import annotations

import httpx

from adapters.http.call import http_date
from adapters.http.clock import Clock


def retry_after(headers: httpx.Headers, clock: Clock) -> float | None:
    """Seconds from now, 0 for a time gone by; None where the provider does not say.

    A date is measured from the provider's own `Date` where there is one, because clocks differ.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return max(seconds, 0.0) if seconds < float("inf") else None
    until = http_date(text)
    if until is None:
        return None
    now = http_date(headers.get("date")) or clock.now()
    return max((until - now).total_seconds(), 0.0)
