"""The dashboard of reactions: what is done, what waits, for whom, and how long it takes."""

from __future__ import annotations

from deploy.observability.grafana import (
    Dashboard,
    Panel,
    Query,
    Section,
    Variable,
    above,
    red_from,
)
from deploy.observability.promql import risen

HERE = '{job=~"$job", reaction=~"$reaction"}'


def in_state(states: str) -> str:
    """How many reactions of each name are in one of these states."""
    chosen = f'{{job=~"$job", reaction=~"$reaction", state=~"{states}"}}'
    return f"max by (job, reaction, state) (tiebeam_reactions{chosen})"


NOW = Section(
    "Now",
    (
        Panel(
            "Wait for their turn",
            "Pending or running. Many are no harm as long as they get fewer.",
            (Query(f"sum({in_state('pending|running')}) or vector(0)", ""),),
            width=6,
            kind="stat",
            steps=above(100, 1000),
        ),
        Panel(
            "Try again by themselves",
            "The provider was away or busy, or an answer was lost and is looked for first.",
            (Query(f"sum({in_state('retrying')}) or vector(0)", ""),),
            width=6,
            kind="stat",
            steps=above(1, 50),
        ),
        Panel(
            "Blocked",
            "A mapping is missing, or only a person can tell whether the effect is there: "
            "`tiebeam reactions list --state blocked` says what to do.",
            (Query(f"sum({in_state('blocked')}) or vector(0)", ""),),
            width=6,
            kind="stat",
            steps=red_from(1),
        ),
        Panel(
            "Dead",
            "Refused by the provider: `tiebeam reactions list --state dead`; mend the cause, then "
            "`retry`, or `cancel` what need not be done.",
            (Query(f"sum({in_state('dead')}) or vector(0)", ""),),
            width=6,
            kind="stat",
            steps=red_from(1),
        ),
    ),
)

STATES = Section(
    "By reaction",
    (
        Panel(
            "Wait for their turn, or try again",
            "A line that does not come down while attempts go on: too much for the target's "
            "limits. While no attempts end: see the breaker, and whether `run react` runs.",
            (Query(in_state("pending|running|retrying"), "{{reaction}} {{state}}"),),
            stacked=True,
        ),
        Panel(
            "Wait for a person",
            "What follows a blocked or dead one on the same work order waits behind it.",
            (Query(in_state("blocked|dead"), "{{reaction}} {{state}}"),),
            stacked=True,
            steps=red_from(1),
        ),
        Panel(
            "The oldest that could begin",
            "How long it has been due. What waits behind another one of its key, or for a person, "
            "does not count. Seconds are normal; a line that climbs says that nobody takes it.",
            (
                Query(
                    f"max by (reaction) (tiebeam_reactions_due_oldest_seconds{HERE})",
                    "{{reaction}}",
                ),
            ),
            unit="s",
            width=24,
            steps=above(60, 900),
        ),
        Panel(
            "Attempts that ended, an hour",
            "By how they ended: `succeeded` is an effect that is there (or a dry run), `retrying` "
            "one that is tried again.",
            (
                Query(
                    "sum by (reaction, state)"
                    f" (increase(tiebeam_reactions_finished_total{HERE}[1h]))",
                    "{{reaction}} {{state}}",
                ),
            ),
            unit="none",
            stacked=True,
        ),
        Panel(
            "Attempts for one that succeeds, over 6 hours",
            "1 is best. More: the target fails often; see the dashboard Providers.",
            (
                Query(
                    "sum by (reaction)"
                    f" (increase(tiebeam_reactions_finished_total{HERE}[6h]))"
                    " / (sum by (reaction) (increase(tiebeam_reactions_finished_total"
                    '{job=~"$job", reaction=~"$reaction", state="succeeded"}[6h])) > 0)',
                    "{{reaction}}",
                ),
            ),
            steps=above(1.5, 3),
        ),
    ),
)

EFFECTS = Section(
    "Effects",
    (
        Panel(
            "Effects an hour",
            "Made, or found to be there already. An outage is followed by a peak.",
            (
                Query(
                    f"sum by (reaction) (increase(tiebeam_end_to_end_seconds_count{HERE}[1h]))",
                    "{{reaction}}",
                ),
            ),
            unit="none",
            stacked=True,
        ),
        Panel(
            "Change to effect",
            "From the provider's own time of a change to the effect elsewhere. It counts the "
            "time in which a reaction was blocked; a replay of old events shows their age.",
            (
                Query(
                    "histogram_quantile(0.5, sum by (reaction, le)"
                    f" (rate(tiebeam_end_to_end_seconds_bucket{HERE}[15m])))",
                    "{{reaction}}, half of them",
                ),
                Query(
                    "histogram_quantile(0.99, sum by (reaction, le)"
                    f" (rate(tiebeam_end_to_end_seconds_bucket{HERE}[15m])))",
                    "{{reaction}}, 99%",
                ),
            ),
            unit="s",
            steps=above(180, 600),
        ),
        Panel(
            "Effects that are not known",
            "Begun, and not known to have happened: on their way, or their answer was lost and "
            "they are looked for. A few that change are normal.",
            (
                Query(
                    'max by (connection) (tiebeam_effects_unknown{job=~"$job"})',
                    "{{connection}}",
                ),
            ),
        ),
        Panel(
            "Age of the oldest of them",
            "Since its first call. Minutes: the provider is away, or slow to show what it did. "
            "Hours: only a person can tell, and its reaction is blocked or dead.",
            (
                Query(
                    'max by (connection) (tiebeam_effects_unknown_oldest_seconds{job=~"$job"})',
                    "{{connection}}",
                ),
            ),
            unit="s",
            steps=above(600, 3600),
        ),
    ),
)

INTAKE = Section(
    "What comes in",
    (
        Panel(
            "Events taken for reactions, a minute",
            "By type. A type that is detected (dashboard Streams) and not taken: the consumer "
            "group `tiebeam-react` stands, or no reaction answers it.",
            (
                Query(
                    "60 * sum by (type)"
                    ' (rate(tiebeam_events_received_total{job=~"$job"}[$__rate_interval]))',
                    "{{type}}",
                ),
            ),
            unit="suffix:/min",
            stacked=True,
            width=6,
        ),
        Panel(
            "Records that are not taken yet",
            "By topic: on Kafka, and not read for the inbox. It comes down at once as a rule. No "
            "line at all: nobody runs `react`.",
            (
                Query(
                    'sum by (topic) (tiebeam_consumer_lag_records{job=~"$job"})',
                    "{{topic}}",
                ),
            ),
            stacked=True,
            width=6,
            steps=above(1000, 10000),
        ),
        Panel(
            "Records that could not be read",
            "They lie on the dead-letter topic with the reason in their headers; the others go on.",
            (
                Query(
                    risen("tiebeam_dead_letters_total", '{job=~"$job"}', "topic", "1h"),
                    "{{topic}}",
                ),
            ),
            unit="none",
            width=6,
            steps=red_from(1),
        ),
        Panel(
            "Target given up for now",
            "While a breaker is open no reaction is begun at that connection, but one now and "
            "then to see whether it is back.",
            (
                Query(
                    'max by (connection) (tiebeam_breaker_open{job=~"$job"})',
                    "{{connection}}",
                ),
            ),
            width=6,
            kind="state-timeline",
            steps=red_from(1),
            words=((0, "works"), (1, "given up")),
        ),
    ),
)

DASHBOARD = Dashboard(
    "tiebeam-reactions",
    "Tiebeam: reactions",
    "What is done in other systems, what waits, for whom, and how long it takes.",
    (NOW, STATES, EFFECTS, INTAKE),
    (Variable("reaction", "Reaction", 'label_values(tiebeam_reactions{job=~"$job"}, reaction)'),),
)
