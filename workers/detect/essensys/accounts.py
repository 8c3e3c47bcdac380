"""The accounts of essensys Operate: created, updated."""

from __future__ import annotations

from adapters.essensys.client import EssensysClient
from adapters.essensys.models import accounts
from adapters.http.models import Detail
from events.base import json_form
from events.essensys import Account
from workers.detect.changes import created_or_updated
from workers.detect.essensys.shared import (
    SELDOM,
    created,
    day,
    lately_updated,
    listing,
    row_instant,
    same_fields,
)
from workers.detect.stream import Facts, Json, Stream


def account_row_state(row: Json) -> Json:
    """Return what decides how an account is told, in the words of its events."""
    return {"account_id": row["accountid"], "created": row_instant(row.get("creationdate"))}


def account_state(row: Detail[accounts.Account], _facts: Facts) -> Json:
    """Return an account as its events carry it."""
    read = row.model
    named_otherwise = {"start_date": day(read.start), "end_date": day(read.end)}
    shown = same_fields(read, Account)
    return json_form(Account.model_validate(shown | named_otherwise))


ACCOUNTS = Stream(
    name="accounts",
    provider="essensys",
    entity="account",
    id_field=EssensysClient.accounts.id_field,
    pages=listing(lambda client: client.accounts),
    windows=lately_updated,
    shows_changes=True,
    row=EssensysClient.accounts.model,
    row_state=account_row_state,
    happened=created,
    state=account_state,
    told=created_or_updated("essensys.account", created_at="created"),
    cadence=SELDOM,
)
