"""How Facilitee spells times and telephone numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# The stated format, and that of the examples in which the day and the month are the same.
STATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DOTTED = re.compile(r"\d\d\.\d\d\.\d{4}")
LEAST_YEAR = 1001
PHONE_NUMBER = re.compile(r"\d{4,15}")


def instant(text: str) -> datetime:
    """Read a time in one of the two documented spellings; raises ValueError."""
    if STATED.fullmatch(text):
        at = datetime.fromisoformat(text)
    elif DOTTED.fullmatch(text):
        at = datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=UTC)
    else:
        raise ValueError("must be a time such as 2021-12-16T11:49:14.365Z")
    if at.year < LEAST_YEAR:
        raise ValueError("must have a year after 1000")
    return at


def spelled(at: datetime) -> str:
    """A time as answers show it: 2021-12-16T11:49:14.365Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_phone(country_code: object, phone_number: object, code: str) -> bool:
    """Whether both are formatted as the example request of the operation shows them."""
    if not isinstance(country_code, str) or not isinstance(phone_number, str):
        return False
    return bool(re.fullmatch(code, country_code) and PHONE_NUMBER.fullmatch(phone_number))
