"""The telephone codes that Facilitee lists; of ids the document shows two, the others are ours."""

from __future__ import annotations

from typing import Any

COUNTRY_CODES: list[dict[str, Any]] = [
    {"id": 8, "code": "31", "country": "Netherlands"},
    {"id": 220, "code": "33", "country": "France"},
    {"id": 221, "code": "44", "country": "United Kingdom"},
    {"id": 222, "code": "32", "country": "Belgium"},
]
