"""Service providers: rows and details that say the same, and which events tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.facilitee.models.service_providers import ServiceProvider, ServiceProviderRow
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import (
    SERVICE_PROVIDER,
    SERVICE_PROVIDER_ROW,
    TOLD_ADDRESS,
    TOLD_PERSON,
)
from workers.detect.facilitee import SERVICE_PROVIDERS
from workers.detect.stream import Json


def provider(**changes: Any) -> Json:
    row = with_changes(SERVICE_PROVIDER_ROW, **changes)
    return state_of(SERVICE_PROVIDERS, ServiceProviderRow, row)


def test_a_service_provider_is_told_as_the_document_shows_him() -> None:
    assert provider() == TOLD_PERSON | {
        "id": "330",
        "address": TOLD_ADDRESS,
        "tags": ["Heating", "Plumbing"],
        "average_rating": "4",
    }


def test_his_detail_says_the_same() -> None:
    assert state_of(SERVICE_PROVIDERS, ServiceProvider, SERVICE_PROVIDER) == provider()


@pytest.mark.parametrize(
    "changes", [{}, {"activeIssues": 3}, {"numberOfRatings": 21}, {"tags": ["Heating", "Plumbing"]}]
)
def test_what_events_do_not_carry_changes_in_silence(changes: Json) -> None:
    assert tell(SERVICE_PROVIDERS, provider(), provider(**changes)).transitions == []


def test_a_service_provider_who_learns_something_is_updated() -> None:
    updated = only(tell(SERVICE_PROVIDERS, provider(tags=None), provider(tags=["Plumbing"])))

    assert updated.event_type == "facilitee.service_provider.updated"
    assert updated.previous == {"tags": []}


def test_a_new_service_provider_is_created() -> None:
    created = only(tell(SERVICE_PROVIDERS, None, provider()))

    assert created.event_type == "facilitee.service_provider.created"
