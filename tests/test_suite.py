"""How the suite itself runs: on all cores as a whole, in one process as a part."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests import conftest

SOURCE = pytest.Config.ArgsSource


@pytest.mark.parametrize(("source", "processes"), [(SOURCE.ARGS, 0), (SOURCE.TESTPATHS, None)])
def test_what_is_named_runs_in_one_process(source: object, processes: int | None) -> None:
    config: Any = SimpleNamespace(args_source=source)
    assert conftest.pytest_xdist_auto_num_workers(config) == processes


@pytest.mark.parametrize(
    ("is_worker", "order"), [(True, "longest slow quick swift"), (False, "quick slow swift longest")]
)
def test_workers_begin_with_what_takes_longest(is_worker: object, order: str) -> None:
    marks: dict[str, Any] = {"quick": None, "slow": SimpleNamespace(args=()), "swift": None}
    marks["longest"] = SimpleNamespace(args=(40,))
    items: list[Any] = [_Item(name, mark) for name, mark in marks.items()]
    config: Any = SimpleNamespace(workerinput={}) if is_worker else SimpleNamespace()
    conftest.pytest_collection_modifyitems(config, items)
    assert " ".join(item.name for item in items) == order


class _Item:
    """A test with one mark, or none."""

    def __init__(self, name: str, mark: object) -> None:
        self.name, self.mark = name, mark

    def get_closest_marker(self, name: str) -> object:
        """Give its mark."""
        assert name == "slow"
        return self.mark
