"""What a paid invoice becomes: which lines, on which account, as what, when, under which text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.essensys.queries import check_quotable
from tests.events import samples
from tests.workers.react.invoices import (
    ACCOUNT,
    OTHER_ACCOUNT,
    OTHER_PROPERTY,
    PLACE,
    PROPERTY,
    PROPERTY_UUID,
    line,
    paid,
    settings,
)
from workers.react.effects.charge_sheet import PlannedCharge
from workers.react.reaction import Blocked
from workers.react.reactions import recharge_paid_invoice
from workers.react.reactions.recharge_paid_invoice import effect_key, period, plan

TABLE = "reactions.recharge-paid-invoice"
LONDON = ZoneInfo("Europe/London")


def planned(*lines: dict[str, Any], lines_are: str = "all", **changes: Any) -> list[PlannedCharge]:
    effects = plan(paid(*lines, **changes), settings(lines=lines_are), PLACE)
    assert [effect.key for effect in effects] == [effect.call.effect_key for effect in effects]
    return [effect.call for effect in effects]


def charged_lines(*flags: Any, lines_are: str = "rechargeable") -> list[int]:
    lines = [line(recharge=flag) for flag in flags]
    return [call.line for call in planned(*lines, lines_are=lines_are)]


# --- which lines ------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["1", 1, "true", "True", " yes ", "Y", True])
def test_a_line_marked_for_recharge_is_charged(flag: Any) -> None:
    assert charged_lines(flag) == [1]


@pytest.mark.parametrize("flag", ["0", 0, "false", "no", False, None, "", "2", "later", "on", {}])
def test_a_line_not_clearly_marked_is_not_charged(flag: Any) -> None:
    assert charged_lines(flag) == []


def test_lines_keep_their_numbers_when_others_are_left_out() -> None:
    assert charged_lines("0", "1", "maybe", "true") == [2, 4]


def test_all_lines_are_charged_when_all_are_wanted() -> None:
    assert charged_lines("0", "1", None, lines_are="all") == [1, 2, 3]


def test_an_invoice_without_lines_to_charge_plans_nothing() -> None:
    assert charged_lines("0", "0") == []


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("0", "55.00", None), ("1", "0.00", None), ("0.001", "1.00", None), ("0.004", "1", "0.01")],
)
def test_a_line_worth_nothing_is_left_out(quantity: str, price: str, amount: str | None) -> None:
    assert [call.line for call in planned(line(quantity, price, amount=amount), line())] == [2]


def test_a_line_worth_nothing_needs_no_mapping() -> None:
    assert [call.line for call in planned(line(), line("0", kind="TRAVEL", vat="3"))] == [1]


def test_each_line_has_its_own_key_made_of_connection_invoice_and_line() -> None:
    keys = [call.effect_key for call in planned(line(), line(), uuid="abc")]

    assert keys == ["charge-sheet/plentific/abc/1", "charge-sheet/plentific/abc/2"]
    assert keys[0] == effect_key("plentific", "abc", 1)


def test_the_same_event_gives_the_same_plan() -> None:
    assert planned(line(), line("3", "0.125")) == planned(line(), line("3", "0.125"))


# --- account, product, tax --------------------------------------------------------------------


def test_the_account_follows_from_the_propertys_reference_before_its_uuid() -> None:
    table = {PROPERTY: ACCOUNT, PROPERTY_UUID: OTHER_ACCOUNT}

    def account(**changes: Any) -> Any:
        (effect,) = plan(paid(**changes), settings(account=table), PLACE)
        return effect.call.account

    assert account() == ACCOUNT
    assert account(property_external_reference="PROP-9") == OTHER_ACCOUNT
    assert account(property_external_reference=None) == OTHER_ACCOUNT


def test_accounts_come_from_a_file_and_the_configurations_own_go_first(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(f"property,account\n{PROPERTY},1\n{OTHER_PROPERTY},2\n")

    both = settings(account_file=str(file), account={PROPERTY: "3"})
    alone = settings(account_file=str(file), account=None)

    assert both.account == {PROPERTY: "3", OTHER_PROPERTY: "2"}
    assert alone.account == {PROPERTY: "1", OTHER_PROPERTY: "2"}


@pytest.mark.parametrize(
    ("lines", "changes", "missing"),
    [
        (
            [line()],
            {"property_external_reference": "PROP-9"},
            f'{TABLE}.account: add "PROP-9" = "…" (or "{PROPERTY_UUID}")',
        ),
        (
            [line()],
            {"property_external_reference": None},
            f'{TABLE}.account: add "{PROPERTY_UUID}" = "…"',
        ),
        (
            [line()],
            {"property_external_reference": "", "property_uuid": None},
            f"{TABLE}.account: the event names nothing to look up",
        ),
        ([line(kind="Call-out")], {}, f'{TABLE}.product: add "Call-out" = "…"'),
        ([line(kind=None)], {}, f'{TABLE}.product: add "OTHER" = "…"'),
        ([line(vat="5")], {}, f'{TABLE}.tax: add "5" = "…"'),
        ([line(vat="12.50")], {}, f'{TABLE}.tax: add "12.5" = "…"'),
    ],
)
def test_a_missing_mapping_blocks_with_the_line_to_add(
    lines: list[dict[str, Any]], changes: dict[str, Any], missing: str
) -> None:
    with pytest.raises(Blocked) as blocked:
        planned(*lines, **changes)

    assert str(blocked.value) == missing


def test_one_line_that_cannot_be_mapped_blocks_the_whole_invoice() -> None:
    with pytest.raises(Blocked, match=r'product: add "TRAVEL"'):
        planned(line(), line(kind="TRAVEL"))


@pytest.mark.parametrize(
    ("kind", "product"), [("LABOUR", "73"), ("labour", "73"), ("Materials", "74")]
)
def test_the_product_follows_from_the_lines_type_however_it_is_spelt(
    kind: str, product: str
) -> None:
    assert planned(line(kind=kind))[0].product == product


def test_an_unknown_type_can_be_mapped_under_its_own_name() -> None:
    table = settings(product={"Call-out": "75"})

    (effect,) = plan(paid(line(kind="Call-out")), table, PLACE)

    assert effect.call.product == "75"


@pytest.mark.parametrize("key", ["20", "20.0", "20.00", "020", "2e1"])
@pytest.mark.parametrize("rate", ["20", "20.0", "20.000"])
def test_a_vat_rate_is_the_same_however_it_is_written(key: str, rate: str) -> None:
    (effect,) = plan(paid(line(vat=rate)), settings(tax={key: "5", "17.5": "2"}), PLACE)

    assert effect.call.tax == "5"


@pytest.mark.parametrize(("rate", "tax"), [("0", "1"), ("0.0", "1"), ("17.5", "2"), ("17.50", "2")])
def test_the_tax_follows_from_the_rate(rate: str, tax: str) -> None:
    assert planned(line(vat=rate))[0].tax == tax


def test_an_invoice_in_another_currency_blocks() -> None:
    with pytest.raises(Blocked, match="invoice 211706 is in EUR, connection operate in GBP"):
        planned(currency="EUR")


# --- when -------------------------------------------------------------------------------------


def written(paid_on: str, number: int = 1, timezone: str = "Europe/London") -> tuple[str, str]:
    """The times as essensys is told them."""
    call = planned(*[line()] * number, paid_on=paid_on)[-1]
    wire = call.put().to_wire(ZoneInfo(timezone))
    return wire["datefrom"], wire["dateto"]


@pytest.mark.parametrize(
    ("paid_on", "number", "times"),
    [
        ("2026-01-15T10:30:00Z", 1, ("15/01/2026 10:30", "15/01/2026 10:31")),
        ("2026-01-15T10:30:59.999999Z", 3, ("15/01/2026 10:30", "15/01/2026 10:33")),
        ("2026-07-15T10:30:00Z", 1, ("15/07/2026 11:30", "15/07/2026 11:31")),
        ("2026-07-15T23:59:30Z", 1, ("16/07/2026 00:59", "16/07/2026 01:00")),
        ("2026-01-31T23:59:59Z", 1, ("31/01/2026 23:59", "01/02/2026 00:00")),
        ("2026-12-31T23:59:00+00:00", 2, ("31/12/2026 23:59", "01/01/2027 00:01")),
        # 29 March: 01:00 to 02:00 does not exist
        ("2026-03-29T00:59:00Z", 1, ("29/03/2026 00:59", "29/03/2026 02:00")),
        ("2026-03-29T00:58:00Z", 1, ("29/03/2026 00:58", "29/03/2026 00:59")),
        ("2026-03-29T01:00:00Z", 1, ("29/03/2026 02:00", "29/03/2026 02:01")),
        # 25 October: 01:00 to 02:00 comes twice
        ("2026-10-25T00:59:00Z", 1, ("25/10/2026 01:59", "25/10/2026 02:00")),
        ("2026-10-25T00:30:00Z", 1, ("25/10/2026 01:30", "25/10/2026 01:31")),
        ("2026-10-25T01:30:00Z", 1, ("25/10/2026 01:30", "25/10/2026 01:31")),
        ("2026-10-25T01:59:00Z", 1, ("25/10/2026 01:59", "25/10/2026 02:00")),
    ],
)
def test_a_charge_begins_at_the_minute_of_payment_on_the_providers_wall_clock(
    paid_on: str, number: int, times: tuple[str, str]
) -> None:
    assert written(paid_on, number) == times


def test_the_zone_is_the_connections() -> None:
    start, end = period(datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC), 1, "America/St_Johns")

    assert (start, end) == (
        datetime(2026, 1, 1, 12, 0, tzinfo=UTC),
        datetime(2026, 1, 1, 12, 1, tzinfo=UTC),
    )


def test_an_invoice_that_does_not_say_when_it_was_paid_is_charged_when_that_was_seen() -> None:
    call = planned(paid_on=None)[0]

    assert call.date_from == samples.HAPPENED.replace(second=0, microsecond=0)


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25", "2026-01-15"])
@pytest.mark.parametrize("hour", range(3))
@pytest.mark.parametrize("minute", [0, 29, 30, 58, 59])
def test_ends_differ_from_line_to_line_and_come_after_the_start_in_every_night(
    night: str, hour: int, minute: int
) -> None:
    at = datetime.fromisoformat(f"{night}T{hour:02}:{minute:02}:17+00:00")
    spans = [period(at, number, "Europe/London") for number in range(1, 31)]

    faces = [end.astimezone(LONDON).replace(tzinfo=None) for _, end in spans]
    assert len(set(faces)) == 30
    for start, end in spans:
        assert start < end
        assert start.astimezone(LONDON).replace(tzinfo=None) < end.astimezone(LONDON).replace(
            tzinfo=None
        )


# --- under which text -------------------------------------------------------------------------


def test_the_reference_reads_well_on_an_invoice() -> None:
    text = planned(line(), line())[1].reference

    assert text.startswith("Repair invoice 211706 line 2 (")
    assert len(text) <= 45


def test_references_differ_from_line_to_line_and_from_invoice_to_invoice() -> None:
    references = [
        call.reference
        for uuid in ("a", "b", "c")
        for call in planned(*[line()] * 20, uuid=uuid, number="1")
    ]

    assert len(set(references)) == 60


@pytest.mark.parametrize(
    "number",
    [
        "O'Neill/7",
        "7\n8\x00",
        "№ 5 “ä” ʼ",
        "  spaced   out  ",
        "ends in \\",
        "x" * 5_000,
        "1" * 99 + " 2",
        "'",
        "\u202e123",
    ],
)
def test_whatever_the_invoices_number_holds_its_reference_can_be_printed_and_looked_up(
    number: str,
) -> None:
    reference = planned(number=number)[0].reference

    assert reference.isprintable()
    assert reference.isascii()
    assert len(reference) <= 255
    assert "  " not in reference
    assert check_quotable(reference) == reference


@pytest.mark.parametrize("number", [None, "''"])
def test_an_invoice_without_a_printable_number_goes_by_its_uuid(number: str | None) -> None:
    assert planned(number=number, uuid="abc")[0].reference.startswith("Repair invoice abc line 1 (")


def test_the_declaration_says_what_it_answers() -> None:
    reaction = recharge_paid_invoice.REACTION

    assert (reaction.source_provider, reaction.target_provider) == ("plentific", "essensys")
    assert reaction.event_types == {"plentific.invoice.paid"}
