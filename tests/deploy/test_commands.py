from __future__ import annotations

import pytest

from tests.deploy.commands import is_understood


@pytest.mark.parametrize("arguments", [("run", "poll"), ("store", "upgrade"), ("run",)])
def test_a_command_that_there_is_is_understood(arguments: tuple[str, ...]) -> None:
    assert is_understood(arguments)


@pytest.mark.parametrize(
    "arguments", [("run", "dance"), ("store", "shrink"), ("topics", "apply", "--fast"), ("serve",)]
)
def test_a_command_that_there_is_not_is_not_understood(arguments: tuple[str, ...]) -> None:
    assert not is_understood(arguments)
