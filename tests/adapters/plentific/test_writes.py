"""Writes that are asked for or answered in a way of their own."""

from __future__ import annotations

import pytest

from adapters.http.errors import Ambiguous, MalformedAnswer
from adapters.plentific.models.account_codes import AccountCodeChange
from adapters.plentific.models.bulk_import import BulkImportNew, TenantImport
from adapters.plentific.models.contacts import ContactChange
from adapters.plentific.models.people import TenantChange
from adapters.plentific.models.tags import TagChange, TagNew
from adapters.plentific.models.webhooks import SubscriptionNew
from tests.adapters.plentific.answering import Prepared, answering, body_of

ORGANISATION = "49df3292-2767-44bb-80c5-285e8eb85c97"
TAG = TagNew(
    name="Damp", type="property", color=None, is_enabled=True, organisations=(ORGANISATION,)
)


async def test_a_token_can_be_asked_for_alone() -> None:
    async with answering(Prepared()) as (client, asked):
        await client.create_token()

    assert asked == []


async def test_the_id_of_a_new_tag_is_in_a_header() -> None:
    created = Prepared(status=201, headers={"X-Resource-Id": "t-1"})
    async with answering(created) as (client, asked):
        tag = await client.create_tag(TAG)

    assert tag.uuid == "t-1"
    assert body_of(asked[0]) == {
        "name": "Damp",
        "type": "property",
        "color": None,
        "is_enabled": True,
        "organisations": [ORGANISATION],
    }


async def test_a_new_tag_without_an_id_is_there_but_unknown() -> None:
    async with answering(Prepared(status=201)) as (client, _):
        with pytest.raises(Ambiguous, match="create_tag: the header X-Resource-Id is missing"):
            await client.create_tag(TAG)


async def test_a_changed_tag_is_answered_with_the_tag_and_other_changes_with_nothing() -> None:
    shown = Prepared({"uuid": "t-1", "name": "Wet", "type": "task", "color": None})
    async with answering(shown, Prepared(status=204)) as (client, asked):
        tag = (await client.update_tag(TagChange(name="Wet"), "t-1")).model
        await client.update_tenant(TenantChange(property="P-1"), "n-1")

    assert (tag.name, tag.type) == ("Wet", "task")
    assert [(seen.method, seen.target) for seen in asked] == [
        ("PATCH", "/tags/t-1"),
        ("PATCH", "/tenants/n-1"),
    ]
    assert body_of(asked[1]) == {"property": "P-1"}


async def test_bank_transfer_details_are_made_without_a_body() -> None:
    shown = Prepared({"invoice_uuid": "i-1", "payment_reference": "XYZ-012"}, 201)
    async with answering(shown) as (client, asked):
        transfer = (await client.create_invoice_bank_transfer_payment_details("i-1")).model

    assert transfer.payment_reference == "XYZ-012"
    (seen,) = asked
    assert (seen.method, seen.body) == ("POST", b"")
    assert seen.target == "/invoices/i-1/bank-transfer-payment-details"


async def test_one_contact_has_a_path_unlike_all_contacts() -> None:
    async with answering(Prepared(status=204)) as (client, asked):
        await client.update_work_order_contact(ContactChange(first_name="Jo"), "w", "c")
        await client.delete_work_order_contact("w", "c")
        await client.delete_all_work_order_contacts("w")

    assert [seen.target for seen in asked] == [
        "/work-order/w/contacts/c",
        "/work-order/w/contacts/c",
        "/work-orders/w/contacts",
    ]


async def test_the_organisations_of_a_changed_account_code_are_a_list_in_a_list() -> None:
    async with answering(Prepared(status=204)) as (client, asked):
        await client.update_account_code(AccountCodeChange(organisations=((ORGANISATION,),)), "a-1")

    assert body_of(asked[0]) == {"organisations": [[ORGANISATION]]}


async def test_a_bulk_import_has_another_name_for_its_uuid_when_it_starts() -> None:
    tenant = TenantImport(organisation_uuid=ORGANISATION, external_reference="T-1")
    started = Prepared({"import_uuid": "b-1", "creation_date": "2023-01-19T08:10:58Z"}, 201)
    status = Prepared({"uuid": "b-1", "status": "in_progress", "progress": 0.64})
    async with answering(started, status) as (client, asked):
        uuid = (await client.create_bulk_import(BulkImportNew(tenants=(tenant,)))).model.uuid
        progress = (await client.get_bulk_import(uuid)).model.progress

    assert uuid == "b-1"
    assert str(progress) == "0.64"
    assert body_of(asked[0]) == {
        "tenants": [{"organisation_uuid": ORGANISATION, "external_reference": "T-1"}]
    }


async def test_the_secret_of_a_subscription_is_not_shown_when_it_is_refused() -> None:
    new = SubscriptionNew(
        endpoint_url="https://hooks.example.com/plentific",
        endpoint_secret="hush-hush",
        matching_events=("work_order.*",),
    )
    async with answering(Prepared({"detail": "hush-hush is short"}, 500)) as (client, asked):
        with pytest.raises(Ambiguous) as raised:
            await client.create_webhook_subscription(new)

    assert body_of(asked[0])["endpoint_secret"] == "hush-hush"
    assert "hush-hush" not in repr(new)
    assert "hush-hush" not in str(raised.value)
    assert "hush-hush" not in raised.value.request_excerpt


async def test_a_write_whose_answer_is_no_object_may_have_happened() -> None:
    async with answering(Prepared([])) as (client, _):
        with pytest.raises(Ambiguous, match="update_tag: an object was expected"):
            await client.update_tag(TagChange(name="Wet"), "t-1")
        with pytest.raises(MalformedAnswer, match="get_tag: an object was expected"):
            await client.get_tag("t-1")
