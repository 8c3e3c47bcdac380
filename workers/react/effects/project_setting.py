"""The effect "project setting": a Planiso project gets its dates, or is deactivated.

Both are safe to repeat. After a lost answer the project is read and compared.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from adapters.planiso.client import PlanisoClient
from adapters.planiso.models.projects import ProjectChange
from workers.react.effects.planiso_record import number_of
from workers.react.reaction import (
    Absent,
    Done,
    Effect,
    EffectKind,
    Json,
    Place,
    Search,
    Unclear,
)


class ProjectSetting(BaseModel):
    """What a project is to be: from when to when, or not active any more (then without days).

    Planiso documents no way from inactive to active.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date | None = None
    end: date | None = None
    active: bool = True


async def send(place: Place, effect: Effect) -> Done:
    """Set the dates of the project that the effect is based on, or deactivate it.

    Raises:
        ProviderError: As in adapters.http.errors.
    """
    client: PlanisoClient = place.client
    setting: ProjectSetting = effect.call
    no = number_of(effect.basis or "")
    if setting.active:
        change = ProjectChange(start_date=setting.start, end_date=setting.end)
        await client.update_project(change, no)
    else:
        await client.delete_project(no)
    return Done(_provider_id(effect), "answer", {"no": no})


async def find(place: Place, search: Search) -> Done | Absent | Unclear:
    """Look whether the project is as it was to be set."""
    client: PlanisoClient = place.client
    setting: ProjectSetting = search.effect.call
    no = number_of(search.effect.basis or "")
    project = (await client.find_project(no)).model
    if setting.active:
        is_so = (project.start_date, project.end_date) == (setting.start, setting.end)
    else:
        is_so = project.active is False
    return Done(_provider_id(search.effect), "value", {"no": no}) if is_so else Absent()


def _provider_id(effect: Effect) -> str:
    # a setting is not a thing of its own at Planiso: the project's id, and which setting of it
    return f"{effect.basis}/{effect.key.rpartition('/')[2]}"


def request(setting: ProjectSetting) -> Json:
    """Return the setting as JSON for the ledger."""
    return setting.model_dump(mode="json")


def restore(recorded: Json) -> ProjectSetting:
    """Return the setting from the ledger's JSON."""
    return ProjectSetting.model_validate(recorded)


KIND = EffectKind(
    name="project setting",
    send=send,
    find=find,
    request=request,
    restore=restore,
)
