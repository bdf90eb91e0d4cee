"""Who runs which test: the whole suite on all cores, a file or a single test at once and in one process.

Tests that start processes, kill them or count seconds are one group (`pytest.mark.xdist_group("processes")`): one at a
time. Those that share a costly fixture of their module are another each, so that it is made once. All others go to
whoever is free.
"""

from __future__ import annotations

import pytest

TWO = 2.0  # seconds that a slow test takes at least


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many processes `-n auto` means: none but this one when somebody names what to run."""
    return None if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest where several work, so that they end together."""
    if hasattr(config, "workerinput"):
        items.sort(key=_seconds, reverse=True)


def _seconds(item: pytest.Item) -> float:
    """About how long a test takes, as its mark says."""
    slow = item.get_closest_marker("slow")
    return float(*slow.args or (TWO,)) if slow else 0.0
