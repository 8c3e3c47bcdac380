"""The kinds of values in the configuration file: durations, numbers, secrets by reference, URLs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_duration(value: Any) -> Any:
    """Read "60s", "5m", "500ms", "1h" or "2d" into a timedelta.

    Raises:
        ValueError: The value is none of these; a number has no unit.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write a duration as "500ms", "60s", "5m", "1h" or "2d"')
    try:
        return timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    except OverflowError:
        raise ValueError("is longer than anybody can wait") from None


def parse_kept(value: Any) -> Any:
    """Read a duration, or "forever" into None.

    Raises:
        ValueError: The value is neither.
    """
    if value is None or value == "forever":
        return None
    try:
        return _positive(parse_duration(value))
    except ValueError as error:
        raise ValueError(f'{error}, or "forever"') from None


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return value


def resolve_secret(value: Any, info: ValidationInfo) -> Any:
    """Replace `env:NAME` by the variable's value and `file:/path` by the file's text.

    Raises:
        ValueError: The variable is not set or the file cannot be read.
    """
    if not isinstance(value, str):
        return value
    if value.startswith("env:"):
        name = value.removeprefix("env:")
        found = (info.context or {}).get("environ", {}).get(name)
        if not found:
            raise ValueError(f"environment variable {name} is not set")
        return found
    if value.startswith("file:"):
        path = Path(value.removeprefix("file:"))
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"cannot read {path}: {error.strerror}") from error
        except UnicodeDecodeError:  # its text shows a byte of the secret
            raise ValueError(f"cannot read {path}: it is not UTF-8 text") from None
    return value


def _not_empty(value: SecretStr) -> SecretStr:
    if not value.get_secret_value():
        raise ValueError("must not be empty")
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone such as Europe/London") from error
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", value):
        raise ValueError('write a URL such as "https://api.example.com"')
    if parts.username is not None or parts.password is not None:  # it would show in logs and spans
        raise ValueError("must not hold a user name or password")
    return value


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - what pydantic turns into a line
    return value


Whole = Annotated[int, BeforeValidator(_no_flag), Field(ge=0)]
Count = Annotated[int, BeforeValidator(_no_flag), Field(ge=1)]
Port = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=65535)]
Rate = Annotated[float, BeforeValidator(_no_flag), Field(gt=0)]
Share = Annotated[float, BeforeValidator(_no_flag), Field(ge=0, le=1)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive)]
Kept = Annotated[timedelta | None, BeforeValidator(parse_kept)]
Secret = Annotated[SecretStr, BeforeValidator(resolve_secret), AfterValidator(_not_empty)]
Zone = Annotated[str, AfterValidator(_known_zone)]
BaseUrl = Annotated[str, AfterValidator(_web_address)]
