"""What `deploy/ADD_A_REACTION.md` tells a newcomer to write is right as it stands there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from events.envelope import Event
from events.facilitee import OwnerData
from tests.events import samples
from tests.events.samples import facilitee as facilitee_samples
from tests.paths import ROOT
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import PlanisoWorld, planiso_world
from tests.workers.react.reactions import page
from workers.react.reaction import Absent, Done, Effect, Place, Search, Unclear

TUTORIAL = ROOT / "deploy" / "ADD_A_REACTION.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def module(number: int) -> ModuleType:
    """A code block of the page, as a module."""
    block = _BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))[number]
    made = ModuleType(f"tutorial_{number}")
    # `from __future__ import annotations` makes pydantic look its types up here
    exec(compile(block, str(TUTORIAL), "exec"), made.__dict__)
    return made


def owner_event(**changes: Any) -> Event:
    owner = facilitee_samples.owner(**changes)
    return samples.event(
        "facilitee.owner.created",
        entity_id=owner.id,
        data=OwnerData(owner=owner),
        connection="facilitee",
    )


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(module(0).REACTION, sandbox, store, clock) as made:
        yield made


async def test_the_reaction_of_the_page_makes_one_customer_even_if_an_answer_is_lost(
    world: PlanisoWorld,
) -> None:
    world.fault("drop_after")

    assert await world.answer(owner_event(), **{"from": "facilitee"}) == "retrying"
    assert await world.again(**{"from": "facilitee"}) == "succeeded"

    (customer,) = world.records("customers")
    assert customer["custom_no"] == f"facilitee/{facilitee_samples.owner().id}"


def test_its_docstring_has_every_section_of_a_reactions_page() -> None:
    assert tuple(page.sections(module(0).__doc__ or "")) == page.SECTIONS


@dataclass
class Tags:
    """A provider with tags."""

    tags: list[dict[str, str]] = field(default_factory=list)

    async def put_tag(self, thing: str, text: str) -> dict[str, str]:
        self.tags.append({"id": str(len(self.tags)), "text": text})
        return self.tags[-1]

    async def list_tags(self, thing: str) -> list[dict[str, str]]:
        return self.tags


async def test_the_kind_of_effect_of_the_page_is_sent_found_and_told_apart() -> None:
    tag = module(1)
    place = Place("somewhere", Tags(), "GBP", "Europe/London")
    effect = Effect("tag/1", tag.KIND, tag.Tag(thing="1", text="new"))
    restored = tag.KIND.restore(tag.KIND.request(effect.call))

    async def claimed(ids: set[str]) -> set[str]:
        return set()

    search = Search(effect, FakeClock().now(), claimed)
    assert restored == effect.call
    assert isinstance(await tag.KIND.find(place, search), Absent)
    done = await tag.KIND.send(place, effect)
    found = await tag.KIND.find(place, search)
    assert isinstance(found, Done)
    assert found.provider_id == done.provider_id
    await tag.KIND.send(place, effect)
    assert isinstance(await tag.KIND.find(place, search), Unclear)
