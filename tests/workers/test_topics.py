"""The topics as they are wanted: what tells of effects outlives everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from events import catalogue
from tests.workers.cli.conftest import CONFIGURATION
from workers import settings, topics
from workers.rebuild.answers import EFFECT_TOPICS
from workers.wiring import assemble


async def configs(folder: Path, given: str = "") -> dict[str, dict[str, str]]:
    """Kafka's settings of each of our topics, by its name."""
    config = folder / "tiebeam.toml"
    text = CONFIGURATION.replace("DATABASE", str(folder / "tiebeam.db"))
    config.write_text(text.replace("[kafka]", f"[kafka]\n{given}"))
    async with assemble(settings.load(config, {}), config) as parts:
        return {spec.name: dict(spec.configs) for spec in topics.specs(parts)}


async def test_what_was_done_is_kept_for_ever_however_events_are_kept(tmp_path: Path) -> None:
    given = 'retention = "1d"\ncleanup_policy = "compact,delete"\ntopic_prefix = "test."'
    found = await configs(tmp_path, given)

    for name in ("test.tiebeam.reactions", "test.essensys.charge-sheets"):
        kept = found.pop(name)
        assert (kept["cleanup.policy"], kept["retention.ms"]) == ("delete", "-1")
        assert kept["retention.bytes"] == "-1"
    letters = found.pop(f"test.{catalogue.DEAD_LETTERS}")
    assert (letters["cleanup.policy"], letters["retention.ms"]) == ("delete", "2592000000")
    assert {(one["cleanup.policy"], one["retention.ms"]) for one in found.values()} == {
        ("compact,delete", "86400000")
    }


@pytest.mark.parametrize(
    ("audit_retention", "ms"), [("730d", "63072000000"), ("forever", "-1")], ids=str
)
async def test_how_long_what_was_done_is_kept_can_be_set(
    tmp_path: Path, audit_retention: str, ms: str
) -> None:
    found = await configs(tmp_path, f'audit_retention = "{audit_retention}"')

    assert found["tiebeam.reactions"]["retention.ms"] == ms
    assert found["essensys.charge-sheets"]["retention.ms"] == ms
    assert found["plentific.invoices"]["retention.ms"] == "604800000"


def test_every_topic_whose_events_name_an_effect_is_kept_so() -> None:
    naming = {
        one.topic
        for one in catalogue.EVENT_TYPES.values()
        if '"effect_key"' in (text := str(one.model.model_json_schema()).replace("'", '"'))
        or '"effects"' in text
    }

    assert naming == EFFECT_TOPICS
