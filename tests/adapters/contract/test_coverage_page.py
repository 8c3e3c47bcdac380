"""adapters/COVERAGE.md says what is so: everything documented can be called."""

from __future__ import annotations

import pytest

from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import CLIENTS
from tests.adapters.contract.coverage_page import PAGE, attributes, has_method, page

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")


def test_the_page_is_what_would_be_written_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make coverage`"


def test_every_documented_operation_has_a_method_of_its_name() -> None:
    assert [
        one.id for one in catalogue.all_operations() if not has_method(one.provider, one.name)
    ] == []


def test_every_documented_resource_is_offered() -> None:
    assert attributes().keys() == catalogue.resources().keys()


@pytest.mark.parametrize("provider", catalogue.REST)
def test_a_client_declares_nothing_that_is_not_documented(provider: str) -> None:
    declared = {
        name for name, value in vars(CLIENTS[provider]).items() if hasattr(value, "request")
    }
    assert declared - catalogue.operations(provider).keys() == set()
