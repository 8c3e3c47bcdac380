"""What may happen, as series by the `step`, and which alerts fire then and which not yet.

Values are in promtool's short form: `0+1x9` rises from 0 to 9, `5x9` stays, `_x9` is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HERE: Final = 'job="tiebeam", instance="a"'
THERE: Final = 'job="tiebeam", instance="b"'
INVOICES: Final = f'{HERE}, connection="plentific", stream="invoices"'
LEADS: Final = f'{HERE}, connection="operate", stream="leads"'
FIELD: Final = f'{HERE}, connection="plentific", model="Invoice", field="status"'
RECHARGE: Final = f'{HERE}, reaction="recharge"'
RECHARGE_THERE: Final = f'{THERE}, reaction="recharge"'
RAISE: Final = f'{HERE}, reaction="raise"'
OPERATE: Final = f'{HERE}, connection="operate"'
PLENTIFIC: Final = f'{HERE}, connection="plentific"'


@dataclass(frozen=True)
class Scenario:
    """`fires` says what fires at which minute: exactly these.

    Unless `measured` is false, the store of a process is up besides.
    """

    name: str
    series: Mapping[str, str]
    fires: Mapping[int, set[str]]
    measured: bool = True
    step: int = 1
    """Minutes from one value, and one look at the rules, to the next."""


SCENARIOS: Final = (
    Scenario(
        "a process does not answer; one that is none of ours does not matter",
        {f"up{{{HERE}}}": "1x4 0x20", 'up{job="node", instance="c"}': "0x20"},
        {7: set(), 9: {"TiebeamDown"}},
    ),
    Scenario("none is measured", {}, {4: set(), 6: {"TiebeamAbsent"}}, measured=False),
    Scenario(
        "a process starts again and again",
        {f"process_start_time_seconds{{{HERE}}}": "1 1 2 3 4 5x60"},
        {4: set(), 6: {"TiebeamRestarts"}, 50: set()},
    ),
    Scenario(
        "the store goes away",
        {f"tiebeam_store_up{{{HERE}}}": "1x4 0x9"},
        {6: set(), 8: {"TiebeamStoreDown"}},
        measured=False,
    ),
    Scenario(
        "nobody looks at a stream, and at another one somebody does",
        {
            f"tiebeam_stream_succeeded_timestamp_seconds{{{INVOICES}}}": "60x90",
            f"tiebeam_stream_every_seconds{{{INVOICES}}}": "60x90",
            f"tiebeam_stream_succeeded_timestamp_seconds{{{LEADS}}}": "60+60x90",
            f"tiebeam_stream_every_seconds{{{LEADS}}}": "60x90",
        },
        {25: set(), 28: {"TiebeamStreamBehind"}},
    ),
    Scenario(
        "a stream has pauses so long that it is not late",
        {
            f"tiebeam_stream_succeeded_timestamp_seconds{{{INVOICES}}}": "60x60",
            f"tiebeam_stream_every_seconds{{{INVOICES}}}": "900x60",
        },
        {60: set()},
    ),
    Scenario(
        "a stream gets no baseline",
        {
            f"tiebeam_stream_succeeded_timestamp_seconds{{{INVOICES}}}": "0x130",
            f"tiebeam_stream_every_seconds{{{INVOICES}}}": "60x130",
        },
        {119: set(), 121: {"TiebeamStreamNeverLooked"}},
    ),
    Scenario(
        "looks fail in a row",
        {f"tiebeam_stream_failures{{{INVOICES}}}": "4x10 5x20"},
        {10: set(), 17: {"TiebeamStreamFailing"}},
    ),
    Scenario(
        "many came at once",
        {f"tiebeam_arrivals_held{{{INVOICES}}}": "0x5 3x20"},
        {10: set(), 17: {"TiebeamArrivalsHeld"}},
    ),
    Scenario(
        "many went at once",
        {f"tiebeam_removals_held{{{INVOICES}}}": "0x5 3x20"},
        {10: set(), 17: {"TiebeamRemovalsHeld"}},
    ),
    Scenario(
        "quick looks miss changes; of another stream too little is known",
        {
            f"tiebeam_changes_missed_total{{{INVOICES}}}": "0+1x200",
            f"tiebeam_rows_compared_total{{{INVOICES}}}": "0+100x200",
            f"tiebeam_changes_missed_total{{{LEADS}}}": "0+1x200",
            f"tiebeam_rows_compared_total{{{LEADS}}}": "0+2x200",
        },
        {30: set(), 120: {"TiebeamChangesMissed"}},
    ),
    Scenario(
        "quick looks miss hardly any",
        {
            f"tiebeam_changes_missed_total{{{INVOICES}}}": "0+0.05x200",
            f"tiebeam_rows_compared_total{{{INVOICES}}}": "0+100x200",
        },
        {120: set()},
    ),
    Scenario(
        "a field is of another type for the first time, and is so from then on",
        {f"tiebeam_type_changes_total{{{FIELD}}}": "_x4 1x400"},
        {12: set(), 20: {"TiebeamAnswersChanged"}, 1500: set()},
        step=4,
    ),
    Scenario(
        "a field changed its type long ago, and is empty now",
        {
            f"tiebeam_type_changes_total{{{FIELD}}}": "1x420",
            f"tiebeam_null_rate_changes_total{{{FIELD}}}": "1x400 2x20",
        },
        {1560: set(), 1640: {"TiebeamAnswersChanged"}},
        step=4,
    ),
    Scenario(
        "a value is new",
        {f"tiebeam_unknown_values_total{{{FIELD}}}": "_x2 5+1x400"},
        {20: set(), 40: {"TiebeamValuesUnknown"}, 1500: set()},
        step=4,
    ),
    Scenario(
        "deliveries have a wrong signature",
        {f'tiebeam_webhooks_total{{{PLENTIFIC}, status="401"}}': "0x10 0+2x60"},
        {10: set(), 25: {"TiebeamWebhooksUnsigned"}},
    ),
    Scenario(
        "deliveries are answered with 503",
        {
            f'tiebeam_webhooks_total{{{PLENTIFIC}, status="503"}}': "0x10 0+2x60",
            f'tiebeam_webhooks_total{{{HERE}, connection="unknown", status="404"}}': "0+9x60",
        },
        {10: set(), 25: {"TiebeamWebhooksNotTaken"}},
    ),
    Scenario(
        "no look at a hint succeeds, and at another connection they do",
        {
            f"tiebeam_hints_waiting{{{PLENTIFIC}}}": "5x60",
            f'tiebeam_hints_handled_total{{{PLENTIFIC}, found="failed"}}': "0+1x60",
            f"tiebeam_hints_waiting{{{OPERATE}}}": "5x60",
            f'tiebeam_hints_handled_total{{{OPERATE}, found="nothing"}}': "0+1x60",
        },
        {9: set(), 12: {"TiebeamHintsOld"}},
    ),
    Scenario(
        "nothing is published; another installation publishes",
        {
            f"tiebeam_outbox_rows{{{HERE}}}": "0x5 10x30",
            f'tiebeam_events_published_total{{{HERE}, topic="t"}}': "9x40",
            'tiebeam_outbox_rows{job="tiebeam-test", instance="c"}': "10x40",
            'tiebeam_events_published_total{job="tiebeam-test", instance="c", topic="t"}': "0+1x40",
        },
        {9: set(), 12: {"TiebeamRelayStuck"}},
    ),
    Scenario(
        "one event is refused by the broker, and the others go",
        {
            f"tiebeam_outbox_rows{{{HERE}}}": "5x60",
            f"tiebeam_outbox_oldest_seconds{{{HERE}}}": "0+60x60",
            f'tiebeam_events_published_total{{{HERE}, topic="t"}}': "0+9x60",
        },
        {14: set(), 17: {"TiebeamOutboxOld"}},
    ),
    Scenario(
        "more is detected than published",
        {
            f"tiebeam_outbox_rows{{{HERE}}}": "1000+100x60",
            f"tiebeam_outbox_oldest_seconds{{{HERE}}}": "90x60",
            f'tiebeam_events_published_total{{{HERE}, topic="t"}}': "0+9x60",
        },
        {25: set(), 32: {"TiebeamOutboxGrows"}},
    ),
    Scenario(
        "one hint is not looked into, and others are",
        {
            f"tiebeam_hints_waiting{{{PLENTIFIC}}}": "3x60",
            f"tiebeam_hints_oldest_seconds{{{PLENTIFIC}}}": "0+60x60",
            f'tiebeam_hints_handled_total{{{PLENTIFIC}, found="changed"}}': "0+9x60",
            f"tiebeam_hints_oldest_seconds{{{OPERATE}}}": "1200x60",
        },
        {39: set(), 42: {"TiebeamHintsLate"}},
    ),
    Scenario(
        "two processes together take less than comes; another topic is caught up with",
        {
            f'tiebeam_consumer_lag_records{{{HERE}, topic="t"}}': "600x60",
            f'tiebeam_consumer_lag_records{{{THERE}, topic="t"}}': "600+1x60",
            f'tiebeam_consumer_lag_records{{{HERE}, topic="u"}}': "9000-100x60",
        },
        {29: set(), 31: {"TiebeamConsumerBehind"}},
    ),
    Scenario(
        "what one process detects another one does not take",
        {
            f'tiebeam_events_detected_total{{{HERE}, type="paid"}}': "0+1x60",
            f'tiebeam_events_received_total{{{THERE}, type="paid"}}': "0x60",
            f'tiebeam_events_detected_total{{{HERE}, type="hired"}}': "0+1x60",
            f'tiebeam_events_received_total{{{THERE}, type="hired"}}': "0+1x60",
            f"tiebeam_outbox_oldest_seconds{{{HERE}}}": "1x60",
        },
        {15: set(), 30: {"TiebeamEventsNotTaken"}},
    ),
    Scenario(
        "what is detected is not published yet",
        {
            f'tiebeam_events_detected_total{{{HERE}, type="paid"}}': "0+1x60",
            f'tiebeam_events_received_total{{{THERE}, type="paid"}}': "0x60",
            f"tiebeam_outbox_oldest_seconds{{{HERE}}}": "400x60",
        },
        {60: set()},
    ),
    Scenario(
        "the first record ever cannot be read",
        {f'tiebeam_dead_letters_total{{{HERE}, topic="t"}}': "_x10 1x200"},
        {5: set(), 15: {"TiebeamDeadLetters"}, 80: set()},
    ),
    Scenario(
        "reactions wait and none ends; of others one after the other does",
        {
            f'tiebeam_reactions{{{RECHARGE}, state="pending"}}': "2x60",
            f'tiebeam_reactions{{{RECHARGE_THERE}, state="pending"}}': "2x60",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="succeeded"}}': "5x60",
            f'tiebeam_reactions{{{RAISE}, state="pending"}}': "2x60",
            f'tiebeam_reactions_finished_total{{{RAISE}, state="succeeded"}}': "0+1x60",
        },
        {10: set(), 17: {"TiebeamReactionsStand"}},
    ),
    Scenario(
        "what waits is behind a dead one, until more and more wait",
        {
            f'tiebeam_reactions{{{RECHARGE}, state="pending"}}': "1x40 10x60",
            f'tiebeam_reactions{{{RECHARGE}, state="dead"}}': "1x100",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="succeeded"}}': "5x100",
        },
        {50: {"TiebeamReactionsDead"}, 60: {"TiebeamReactionsDead", "TiebeamReactionsStand"}},
    ),
    Scenario(
        "many wait and get no fewer; of others they get fewer",
        {
            f'tiebeam_reactions{{{RECHARGE}, state="pending"}}': "200x60",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="succeeded"}}': "0+1x60",
            f'tiebeam_reactions{{{RAISE}, state="pending"}}': "500-5x60",
            f'tiebeam_reactions_finished_total{{{RAISE}, state="succeeded"}}': "0+5x60",
        },
        {40: set(), 47: {"TiebeamReactionsPileUp"}},
    ),
    Scenario(
        "one does not get its turn, though others do",
        {
            f"tiebeam_reactions_due_oldest_seconds{{{RECHARGE}}}": "0+60x60",
            f"tiebeam_reactions_due_oldest_seconds{{{RECHARGE_THERE}}}": "0+60x60",
            f'tiebeam_reactions{{{RECHARGE}, state="pending"}}': "3x60",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="succeeded"}}': "0+1x60",
            f"tiebeam_reactions_due_oldest_seconds{{{RAISE}}}": "600x60",
        },
        {20: set(), 22: {"TiebeamReactionsWait"}},
    ),
    Scenario(
        "whether an effect happened stays unknown; of others it is known in time",
        {
            f"tiebeam_effects_unknown{{{OPERATE}}}": "1x90",
            f"tiebeam_effects_unknown_oldest_seconds{{{OPERATE}}}": "0+60x90",
            f"tiebeam_effects_unknown_oldest_seconds{{{PLENTIFIC}}}": "3000x90",
        },
        {65: set(), 67: {"TiebeamEffectsUnknown"}},
    ),
    Scenario(
        "one is tried again for long, another one soon succeeds",
        {
            f'tiebeam_reactions{{{RECHARGE}, state="retrying"}}': "1x90",
            f'tiebeam_reactions{{{RAISE}, state="retrying"}}': "1x30 _x90",
        },
        {59: set(), 61: {"TiebeamReactionsRetrying"}},
    ),
    Scenario(
        "one is blocked",
        {f'tiebeam_reactions{{{RECHARGE}, state="blocked"}}': "1x30"},
        {14: set(), 16: {"TiebeamReactionsBlocked"}},
    ),
    Scenario(
        "all that come are refused, at once",
        {
            f'tiebeam_reactions{{{RECHARGE}, state="dead"}}': "_x5 12x60",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="dead"}}': "_x5 12x60",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="succeeded"}}': "3x60",
        },
        {
            4: set(),
            8: {"TiebeamReactionsAllFail"},
            20: {"TiebeamReactionsAllFail", "TiebeamReactionsDead"},
            40: {"TiebeamReactionsDead"},
        },
    ),
    Scenario(
        "many are refused, and many are not",
        {
            f'tiebeam_reactions{{{RECHARGE}, state="dead"}}': "_x5 12x60",
            f'tiebeam_reactions_finished_total{{{RECHARGE}, state="succeeded"}}': "0+1x60",
        },
        {20: {"TiebeamReactionsDead"}},
    ),
    Scenario(
        "effects come half an hour late",
        {
            f'tiebeam_end_to_end_seconds_bucket{{{RECHARGE}, le="300"}}': "0x60",
            f'tiebeam_end_to_end_seconds_bucket{{{RECHARGE}, le="1800"}}': "0+9x60",
            f'tiebeam_end_to_end_seconds_bucket{{{RECHARGE}, le="+Inf"}}': "0+9x60",
            f'tiebeam_end_to_end_seconds_bucket{{{RAISE}, le="300"}}': "0+9x60",
            f'tiebeam_end_to_end_seconds_bucket{{{RAISE}, le="+Inf"}}': "0+9x60",
        },
        {25: set(), 40: {"TiebeamEffectsLate"}},
    ),
    Scenario(
        "a provider is given up",
        {f"tiebeam_breaker_open{{{OPERATE}}}": "0x5 1x30"},
        {18: set(), 22: {"TiebeamBreakerOpen"}},
    ),
    Scenario(
        "a provider fails often; another one failed once",
        {
            f'tiebeam_api_calls_total{{{OPERATE}, operation="o", status="500"}}': "0+1x60",
            f'tiebeam_api_calls_total{{{OPERATE}, operation="o", status="200"}}': "0+2x60",
            f'tiebeam_api_calls_total{{{PLENTIFIC}, operation="o", status="lost"}}': "0x5 1x60",
            f'tiebeam_api_calls_total{{{PLENTIFIC}, operation="o", status="200"}}': "0+0.1x60",
        },
        {12: set(), 35: {"TiebeamProviderFails"}},
    ),
    Scenario(
        "no token is given; another provider refuses some and gives others",
        {
            f'tiebeam_api_calls_total{{{OPERATE}, operation="create_token", status="401"}}': (
                "0+1x60"
            ),
            f'tiebeam_api_calls_total{{{PLENTIFIC}, operation="create_token", status="400"}}': (
                "0+1x60"
            ),
            f'tiebeam_api_calls_total{{{PLENTIFIC}, operation="create_token", status="200"}}': (
                "0+1x60"
            ),
        },
        {5: set(), 20: {"TiebeamProviderRefusesUs"}},
    ),
    Scenario(
        "a key is not taken any more; another provider refuses one thing",
        {
            f'tiebeam_api_calls_total{{{OPERATE}, operation="o", status="401"}}': "0+1x60",
            f'tiebeam_api_calls_total{{{OPERATE}, operation="o", status="200"}}': "9x60",
            f'tiebeam_api_calls_total{{{PLENTIFIC}, operation="o", status="403"}}': "0+1x60",
            f'tiebeam_api_calls_total{{{PLENTIFIC}, operation="p", status="200"}}': "0+1x60",
        },
        {5: set(), 30: {"TiebeamProviderRefusesUs"}},
    ),
    Scenario(
        "a provider says 429 for long",
        {
            f'tiebeam_api_calls_total{{{OPERATE}, operation="o", status="429"}}': "0+1x60",
            f'tiebeam_api_calls_total{{{OPERATE}, operation="o", status="200"}}': "0+4x60",
        },
        {20: set(), 45: {"TiebeamTooManyRequests"}},
    ),
    Scenario(
        "reactions wait for their turn, and so do sweeps, which may",
        {
            f'tiebeam_rate_limit_wait_seconds_bucket{{{where}, le="{le}"}}': values
            for where in (f'{OPERATE}, priority="reaction"', f'{PLENTIFIC}, priority="sweep"')
            for le, values in (("5.0", "0x60"), ("7.5", "0+9x60"), ("+Inf", "0+9x60"))
        },
        {20: set(), 40: {"TiebeamBudgetSpent"}},
    ),
)
