"""What of a request Facilitee did not save, by what it answers.

It drops what it does not like without saying so: a country code or a telephone number that is
badly formed is simply not there afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from adapters.http.models import Detail, M
from adapters.http.requests import RequestModel


def not_saved(sent: RequestModel, detail: Detail[M]) -> list[str]:
    """The fields, by their names on the wire, that the answer shows otherwise than they were sent.

    An id that was sent as `ownerId` is looked for in `owner`. What the answer has no field for
    cannot be told and is not named.
    """
    return list(_differences(sent, detail.model, ""))


def _differences(sent: RequestModel, saved: BaseModel | None, above: str) -> Iterator[str]:
    for name, info in type(sent).model_fields.items():
        if name not in sent.model_fields_set:
            continue
        given = getattr(sent, name)
        place = f"{above}{info.alias or name}"
        if isinstance(given, RequestModel):
            yield from _differences(given, getattr(saved, name, None), f"{place}.")
        elif saved is None or not _same(given, _shown(saved, name, given)):
            yield place


def _shown(saved: BaseModel, name: str, given: Any) -> Any:
    """What the answer has for a field; the value given where it has nothing to say of it."""
    fields = type(saved).model_fields
    if name in fields:
        return getattr(saved, name)
    thing = name.removesuffix("_id")
    return getattr(getattr(saved, thing), "id", None) if thing in fields else given


def _same(given: Any, shown: Any) -> bool:
    if isinstance(given, tuple):
        return set(given) == {getattr(one, "id", one) for one in shown}
    return bool(given == shown) or (given == "" and shown is None)
