"""A version of the past and a coming one work side by side on one store and the same topics."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.faults.rolling import Rollout, play
from tests.faults.stage import staged
from tests.faults.versions import NoVersionError, Version, of_commit, with_migration

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, pytest.mark.slow]

OLD = "06c5736cc3c32ff4a928338d486d00a0a9304e0c"
"""The first commit that promises all that is asked here: it asks the store whether it may work on
beside a newer one, shares the outbox with it topic by topic, and ends though a library does not."""
GRACE = 25.0
"""Seconds in which whoever gives way must have ended."""

EXPANDING = (
    'op.add_column("reactions", Column("later", Text))',
    'op.create_index("ix_reactions_later", "reactions", ["later"])',
)
CONTRACTING = (
    'op.drop_column("reactions", "traceparent")',
    "op.execute(f\"UPDATE compatibility SET oldest = '{revision}'\")",
)

CONFIGURATION = """\
[kafka]
bootstrap_servers = "127.0.0.1:1"
[store]
url = "{url}"
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The version of an earlier commit."""
    try:
        return of_commit(OLD, tmp_path_factory.mktemp("old"))
    except NoVersionError as error:
        pytest.skip(f"needs commit {OLD[:7]}: {error}")


async def test_a_version_that_has_only_added_is_rolled_out_and_back_in_business(
    kafka: str, topic_prefix: str, empty_postgres_url: str, old: Version, tmp_path: Path
) -> None:
    new = with_migration(tmp_path / "new", *EXPANDING)
    # Nobody is killed, so nothing waits for a lease; a busy machine is no provider that fails.
    patient = {"lease": "60s", "timeout": "20s"}
    async with staged(kafka, topic_prefix, tmp_path, empty_postgres_url, **patient) as stage:
        made = old.tiebeam(stage.config, "store", "upgrade")
        assert made.stdout == "store upgraded\n", made.stderr
        on = Rollout(stage, old, new, Random(1))

        assert await play(on) == []

        assert [one.exit_code() for one in stage.workers] == [0] * len(stage.workers)
        assert max(on.took) < GRACE, on.took
        assert len(stage.sandbox.state.requests.find(provider="essensys", method="PUT")) > 50


def test_a_version_that_took_something_away_leaves_nothing_to_one_of_the_past(
    empty_postgres_url: str, old: Version, tmp_path: Path
) -> None:
    newer = with_migration(tmp_path / "newer", *CONTRACTING)
    config = tmp_path / "tiebeam.toml"
    config.write_text(CONFIGURATION.format(url=empty_postgres_url), encoding="utf-8")
    assert newer.tiebeam(config, "store", "upgrade").stdout == "store upgraded\n"

    refused = old.tiebeam(config, "run")

    assert (refused.returncode, refused.stdout) == (1, "")
    (line,) = refused.stderr.splitlines()
    assert line.endswith("install the newer tiebeam")
