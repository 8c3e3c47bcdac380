"""The effect "project": made in Planiso, without dates; see `project_setting` for those."""

from __future__ import annotations

from adapters.planiso.models.projects import Project, ProjectNew
from workers.react.effects.planiso_record import Creation, creating

KIND = creating(
    Creation(
        word="project",
        new=ProjectNew,
        record=Project,
        create=lambda client, project: client.create_project(project),
        listing=lambda client: client.list_projects(),
        name_sent=lambda project: project.name,
        name_shown=lambda project: project.name,
    )
)
