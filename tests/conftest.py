"""What every part of the tests may use."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.kafka", "tests.postgres"]

# property tests try the same examples in every run, and a busy machine does not fail them
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
