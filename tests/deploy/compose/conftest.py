from __future__ import annotations

import pytest

from tests.deploy.compose.project import Project, read, set_up


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return read(set_up(tmp_path_factory.mktemp("compose")))
