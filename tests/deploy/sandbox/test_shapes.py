"""The comparison with the documented examples notices what it is meant to notice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deploy.sandbox.shapes import differences

EXAMPLE = {"at": "2023-01-19T08:10:58Z", "lines": [{"amount": 150}], "note": None}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, 0),
        ({"lines": [{"amount": 16.5}, {"amount": 1}]}, 0),
        ({"note": "text"}, 0),
        ({"note": 1}, 1),
        ({"at": "2023-01-19 08:10:58+00:00"}, 1),
        ({"at": None}, 1),
        ({"lines": [{"amount": 150}, {"amount": "150"}]}, 1),
        ({"lines": [{"amount": 150, "more": 1}]}, 1),
        ({"more": 1}, 1),
    ],
)
def test_a_body_of_another_shape_is_noticed(changes: dict[str, Any], found: int) -> None:
    served = {**EXAMPLE, **changes}

    assert len(list(differences(served, EXAMPLE, nullable=frozenset(), free=frozenset()))) == found
