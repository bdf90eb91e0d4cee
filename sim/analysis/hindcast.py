"""A historical episode: simulated against observed, target by target, beside a replicate in which nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from sim.analysis import targets as tables
from sim.analysis.figures import draw
from sim.analysis.scores import Score, carried_of, values_of
from sim.analysis.targets import Known, Target
from sim.chunk import Chunk
from sim.errors import InputError, Place, Problem
from sim.files.shipped import find_scenario
from sim.plan import Plan, make_plan, names_of
from sim.record.observer import Observation
from sim.record.selection import Labels
from sim.results import csvfile
from sim.results.folder import carry, whole, write_manifest
from sim.results.manifest import hashes, origin, peak_memory, sha256, spent
from sim.scenario.scenario import Scenario
from sim.simulation import observe

COMPARISON, SCORES, SCENARIO = "comparison.csv", "scores.csv", "scenario.yaml"
SIMULATED = ("simulated_p05", "simulated_p50", "simulated_p95")
SCORED = ("target", "score", "nothing_happens", "carried_forward", "says")
COLUMNS = ("target", "from", "to", "unit", "observed_low", "observed_high", *SIMULATED, "inside")


@dataclass(frozen=True)
class Hindcast:
    """What a hindcast gave: a score for each target, in the order of the table."""

    plan: Plan
    targets: Sequence[Target]
    observed: Observation
    null: Observation
    facts: Mapping[str, Any]

    @cached_property
    def scores(self) -> list[Score]:
        """One for each target."""
        observed, null = self.observed, self.null
        return [Score(t, values_of(t, observed), values_of(t, null), carried_of(t, null)) for t in self.targets]

    @property
    def means(self) -> tuple[float, float, float]:
        """Mean scores over `compared`: of the scenario, of nothing happening, of the last value carried forward."""
        own, null, carried = np.mean([score.scores for score in self.compared], axis=0).tolist()
        return own, null, carried

    @cached_property
    def compared(self) -> list[Score]:
        """Those of targets that can be told where nothing happens, too; a licence has no wait without a licence."""
        return [score for score in self.scores if np.isfinite(score.scores).all()]

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the folder, whole or not at all: the comparison, figures, the scenario, and the manifest."""
        place = Path(folder)
        with whole(place, overwrite=overwrite) as partial:
            csvfile.write(partial / COMPARISON, COLUMNS, [self._columns()])
            csvfile.write(partial / SCORES, SCORED, [self._scored()])
            (partial / SCENARIO).write_text(self.plan.text, encoding="utf-8", newline="\n")
            carry(partial, self.plan.seeds.own)
            draw(partial, self.scores, self.observed, self.null)
            write_manifest(partial, {**self.facts, "files": hashes(partial)})
        return place

    def _scored(self) -> dict[str, list[Any]]:
        """The columns of the scores."""
        own, null, carried = zip(*(score.scores for score in self.scores), strict=True)
        return {
            "target": [t.name for t in self.targets],
            "score": list(own),
            "nothing_happens": list(null),
            "carried_forward": list(carried),
            "says": [str(score.says).lower() for score in self.scores],
        }

    def _columns(self) -> dict[str, list[Any]]:
        """The columns of the comparison."""
        date, scores = self.observed.horizon.date, self.scores
        simulated = zip(*(score.quantiles for score in scores), strict=True)
        return {
            "target": [t.name for t in self.targets],
            "from": [date(t.top.first).isoformat() for t in self.targets],
            "to": [date(t.top.last).isoformat() for t in self.targets],
            "unit": [t.unit for t in self.targets],
            "observed_low": [t.low for t in self.targets],
            "observed_high": [t.high for t in self.targets],
            **{name: list(column) for name, column in zip(SIMULATED, simulated, strict=True)},
            "inside": [str(score.inside).lower() for score in scores],
        }


def hindcast(
    scenario: Scenario,
    targets: str | Path,
    *,
    workers: int = 1,
    progress: Callable[[int], None] = lambda done: None,
) -> Hindcast:
    """Run a scenario, and the same without its instruments, and measure what a table of targets names.

    Parameters
    ----------
    scenario : Scenario
    targets : path
        The table.
    workers : int
        Processes; the results do not depend on it.
    progress : callable
        Called with the number of replicates that are done; there are twice as many as replicates.

    Raises
    ------
    InputError
        With every fault of the table.
    """
    began, plan = perf_counter(), make_plan(scenario)
    wanted = tables.read(Path(targets), known_of(plan))
    items = list(dict.fromkeys(item for target in wanted for item in target.items))
    replicates = scenario.ensemble.replicates
    observed = observe(plan, items, workers=workers, progress=progress)
    without = plan.without_instruments()
    left = [item for item in items if not item.instrument]
    null = observe(without, left, workers=workers, progress=lambda done: progress(replicates + done))
    facts = {
        **origin(scenario.name, plan.text, plan.seeds.hashes, scenario.ensemble.seed, replicates),
        "targets": sha256(Path(targets)),
        **spent(perf_counter() - began, workers, 2 * replicates),
        "peak_memory": peak_memory(),
    }
    return Hindcast(plan, wanted, observed, null, facts)


def known_of(plan: Plan) -> Known:
    """What targets may name in the world of a scenario."""
    names = names_of(plan.seeds)
    by_column = {"commodity": names.commodities, "region": names.regions, "partner": names.regions}
    return Known(
        horizon=plan.horizon,
        names=by_column | {"sector": names.sectors},
        fields={name: Labels(field.labels) for name, field in plan.fields.all.items()},
        kept=[trace.item for trace in Chunk(plan.setup, range(1)).traced],
    )


def targets_beside(scenario: str) -> Path:
    """Find the table of targets of a scenario, a path or the name of one that ships: it stands beside it."""
    file = find_scenario(scenario)
    return file.with_name(f"{file.stem}.targets.csv")


def check_targets(path: Path) -> None:
    """Refuse a table that is not there."""
    if not path.is_file():
        found = "there is no such table of targets"
        raise InputError(Problem(Place(str(path)), found, "Name one with --targets, or write it there."))
