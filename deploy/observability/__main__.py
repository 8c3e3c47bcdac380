"""`python -m deploy.observability` writes the dashboards' JSON anew."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.observability import overview, providers, reactions, streams
from deploy.observability.grafana import Dashboard, render

FOLDER = Path(__file__).with_name("dashboards")
DASHBOARDS: tuple[Dashboard, ...] = (
    overview.DASHBOARD,
    streams.DASHBOARD,
    reactions.DASHBOARD,
    providers.DASHBOARD,
)


def written(dashboard: Dashboard) -> str:
    """Return what its file holds."""
    return json.dumps(render(dashboard), indent=2, ensure_ascii=False) + "\n"


def file_of(dashboard: Dashboard) -> Path:
    """Return where it is kept: by the last part of its uid."""
    return FOLDER / f"{dashboard.uid.removeprefix('tiebeam-')}.json"


def main() -> None:
    """Write all of them."""
    for dashboard in DASHBOARDS:
        file_of(dashboard).write_text(written(dashboard), encoding="utf-8")


if __name__ == "__main__":
    main()
