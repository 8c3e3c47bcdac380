"""`tiebeam backfill`: tell what happened before a stream was looked at for the first time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from workers.cli.context import Context, Failed, out, run_with_parts
from workers.cli.streams import chosen
from workers.detect import backfill as history
from workers.detect.backfill import Refused, Report
from workers.telemetry import logs
from workers.wiring import Parts


def backfill(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="As in the configuration.")],
    stream: Annotated[str, typer.Argument(help="Such as invoices.")],
    since: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"], help="A day, from its midnight in the connection's time zone."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Publish what happened since a day and before the stream's baseline, marked ce_backfill.

    Reactions leave it alone, but those with backfill = true. It may be run again at any time: what
    is still in the outbox is passed over, and what was purged from it is told again under the same
    ce_id. Its events carry the state of now, and for ce_sequence the version that the entity has by
    now.
    """
    name = f"{connection}/{stream}"
    logs.configure(context.obj.settings().telemetry.log_level)

    async def work(parts: Parts) -> Report:
        return await _told(parts, context.obj, connection, stream, since, dry_run=dry_run)

    report = run_with_parts(context.obj, work)
    for event_type, number in sorted(report.told.items()):
        out.print(f"{event_type}: {number}")
    verb = "would be told" if dry_run else "told"
    out.print(f"{name}: {report.read} read, {report.told.total()} {verb}{_left_out(report)}")
    if report.unread:
        raise Failed(f"{name}: {report.unread} could not be read ({report.error}); run it again")
    if not report.steady:
        raise Failed(f"{name}: the list moved all the time and may not be whole; run it again")


async def _told(
    parts: Parts, context: Context, connection: str, stream: str, since: datetime, *, dry_run: bool
) -> Report:
    source = chosen(parts, context.path, connection, stream)
    midnight = since.replace(tzinfo=ZoneInfo(source.facts.timezone))
    with out.status("reading the list …") as status:
        try:
            return await history.backfill(
                source,
                midnight,
                dry_run=dry_run,
                shown=lambda report: status.update(
                    f"{report.read} read, {report.told.total()} events …"
                ),
            )
        except Refused as error:
            raise Failed(str(error)) from error


def _left_out(report: Report) -> str:
    kinds = (
        (report.known, "in the outbox already"),
        (report.unclear, "left out: under another id, they may have been told"),
        (report.undated, "left out: they show no time"),
    )
    return "".join(f"; {number} {why}" for number, why in kinds if number)
