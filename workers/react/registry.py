"""The table of reactions, and how the configuration turns them on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from workers.react.reaction import Configured, Place, Reaction
from workers.react.reactions import (
    mirror_assets,
    onboard_converted_lead,
    prepare_booked_room,
    raise_work_order,
    recharge_paid_invoice,
    register_contractor,
    schedule_work_order,
    sign_off_completion,
)
from workers.settings import Settings, SettingsError, describe

REACTIONS: Mapping[str, Reaction] = {
    reaction.name: reaction
    for reaction in (
        recharge_paid_invoice.REACTION,
        schedule_work_order.REACTION,
        onboard_converted_lead.REACTION,
        register_contractor.REACTION,
        raise_work_order.REACTION,
        sign_off_completion.REACTION,
        prepare_booked_room.REACTION,
        mirror_assets.REACTION,
    )
}


def configured(
    settings: Settings, places: Mapping[str, Place], path: Path
) -> dict[str, Configured]:
    """Return the reactions that the configuration names, checked against their connections.

    Raises:
        SettingsError: An unknown reaction, a bad value, or a connection that does not fit.
    """
    found: dict[str, Configured] = {}
    for name, table in settings.reactions.items():
        reaction = REACTIONS.get(name)
        if reaction is None:
            known = ", ".join(REACTIONS)
            raise SettingsError(f"{path}: reactions.{name}: no such reaction; there are: {known}")
        try:
            own = reaction.settings.model_validate(table)
        except ValidationError as error:
            raise SettingsError(describe(error, path, under=("reactions", name))) from None
        _check(settings, path, f"reactions.{name}.from", own.source, reaction.source_provider)
        _check(settings, path, f"reactions.{name}.to", own.target, reaction.target_provider)
        found[name] = Configured(reaction, own, places[own.source], places[own.target])
    return found


def _check(settings: Settings, path: Path, key: str, connection: str, provider: str) -> None:
    found = settings.connections.get(connection)
    if found is None:
        raise SettingsError(f"{path}: {key}: there is no connection {connection!r}")
    if found.provider != provider:
        raise SettingsError(
            f"{path}: {key}: {connection!r} is {found.provider}, but must be {provider}"
        )
