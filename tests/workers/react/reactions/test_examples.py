"""The example on a reaction's page is a configuration that can be copied as it is."""

from __future__ import annotations

import tomllib

import pytest

from tests.workers.react.reactions import page
from workers.react.reaction import Reaction
from workers.react.registry import REACTIONS

EVERY_REACTION = pytest.mark.parametrize("reaction", REACTIONS.values(), ids=lambda one: one.name)


@EVERY_REACTION
def test_the_example_of_a_reaction_is_a_table_that_it_takes(reaction: Reaction) -> None:
    example = page.sections(page.docstring(reaction))["Example"]

    table = tomllib.loads(example)["reactions"][reaction.name]

    assert reaction.settings.model_validate(table).mode == "live"


@EVERY_REACTION
def test_a_page_has_every_section_in_order_and_begins_with_its_name(reaction: Reaction) -> None:
    text = page.docstring(reaction)

    assert tuple(page.sections(text)) == page.SECTIONS
    assert text.startswith(f"{reaction.name}: ")


def test_the_page_of_all_reactions_is_up_to_date() -> None:
    written = page.PAGE.read_text(encoding="utf-8")
    assert written == page.page(), "`make reactions` writes it anew"
