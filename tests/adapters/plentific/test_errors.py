from __future__ import annotations

from typing import Any

import pytest

from adapters.http.errors import Ambiguous, Conflict, ProviderError, Rejected, Transient
from adapters.plentific.errors import problem_of
from adapters.plentific.models.bulk_import import BulkImportNew, EstateImport
from adapters.plentific.models.work_orders import WorkOrderChange
from tests.adapters.plentific.answering import Prepared, answering

ORGANISATION = "49df3292-2767-44bb-80c5-285e8eb85c97"


async def test_what_plentific_says_of_a_refusal_is_kept_but_not_in_the_message() -> None:
    async with answering(Prepared({"detail": "Mr Doe has none"}, 400)) as (client, _):
        with pytest.raises(Rejected) as raised:
            await client.update_work_order(WorkOrderChange(status="cancelled"), "w")

    assert raised.value.problem is not None
    assert raised.value.problem.detail == "Mr Doe has none"
    assert "Doe" not in str(raised.value)


async def test_each_complaint_about_a_bulk_import_is_placed_as_in_the_request() -> None:
    complaints = {
        "estates": [{}, {"postcode": ["Too long.", "Not in the UK."]}],
        "tenants": [{"external_reference": ["Already there."]}],
    }
    estate = EstateImport(
        organisation_uuid=ORGANISATION,
        external_reference="E-1",
        address_line_1="Millbank",
        postal_code="SW1P 4RG",
    )
    async with answering(Prepared(complaints, 400)) as (client, _):
        with pytest.raises(Rejected) as raised:
            await client.create_bulk_import(BulkImportNew(estates=(estate, estate)))

    assert raised.value.problem is not None
    assert raised.value.problem.detail is None
    assert raised.value.problem.fields == {
        "estates[1].postcode": ("Too long.", "Not in the UK."),
        "tenants[0].external_reference": ("Already there.",),
    }


@pytest.mark.parametrize(
    "body", [None, [], "no", {}, {"detail": 5}, {"estates": "no"}, {"estates": ["no", {"a": 1}]}]
)
def test_an_answer_in_another_shape_says_nothing(body: Any) -> None:
    assert problem_of(body) is None


@pytest.mark.parametrize(
    ("status", "error"), [(405, Rejected), (409, Conflict), (422, Rejected), (500, Ambiguous)]
)
async def test_a_refused_write_without_a_body_is_told_by_its_status(
    status: int, error: type[ProviderError]
) -> None:
    async with answering(Prepared(status=status)) as (client, _):
        with pytest.raises(error) as raised:
            await client.create_invoice_bank_transfer_payment_details("i")

    assert type(raised.value) is error
    assert raised.value.problem is None


async def test_a_file_that_cannot_be_had_now_may_be_had_later() -> None:
    async with answering(Prepared({"detail": "No storage"}, 424)) as (client, _):
        with pytest.raises(Transient) as raised:
            async with client.get_file("f"):
                pass

    assert raised.value.problem is not None
    assert raised.value.problem.detail == "No storage"
