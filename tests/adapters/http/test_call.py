"""A call whose address cannot be said is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.http.call import Call
from adapters.http.errors import Unsendable
from tests.adapters.http.conftest import OpenClient


@pytest.mark.parametrize("part", ["", ".", ".."])
async def test_a_path_part_that_leads_elsewhere_is_refused(
    part: str, open_client: OpenClient
) -> None:
    with pytest.raises(Unsendable, match=r"^read_it: id cannot be"):
        await open_client("http://unused.test").send(Call("read_it", "GET", "/{id}", {"id": part}))


@pytest.mark.parametrize("call", [{"parts": {"id": "a\ud800"}}, {"query": {"id": "\udcff"}}])
async def test_half_a_character_in_an_address_is_refused(
    call: dict[str, Any], open_client: OpenClient
) -> None:
    with pytest.raises(Unsendable, match=r"^read_it: id holds half a character"):
        await open_client("http://unused.test").send(Call("read_it", "GET", "/{id}", **call))
