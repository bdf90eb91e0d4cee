"""Outcomes of a sweep by point, ready to be analysed: what never varies, or never ends, is reported and left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast, final

import numpy as np

from sim.analysis.sides import definitions_of
from sim.axes import Bools, Floats
from sim.definitions.book import NO_DEFINITIONS, Definitions
from sim.definitions.items import KEYS
from sim.errors import InputError, Place, Problem, suggest
from sim.results.headline import headline
from sim.results.tables import WINDOW, with_window
from sim.sweeps.names import DONE
from sim.sweeps.reading import ITEM, SweepResult
from sim.sweeps.store import SUMMARY

if TYPE_CHECKING:
    from pandas import DataFrame

NAMED = 3  # rows of a message

Item = Mapping[str, Any]


@final
@dataclass(frozen=True)
class Outcomes:
    """Rows of summaries over the points of a sweep.

    Parameters
    ----------
    items : sequence of mappings
        What each row is about, by the columns that name it.
    values : (M, P) array
        A statistic of the replicates of each point; NaN for points that are not done.
    means, within : (M, P) arrays
        Mean and variance of the replicates of each point.
    done : (P,) array
        Which points are done.
    notes : sequence of str
        What was left out, and why.
    keys : sequence of str
        The columns that name what a row is about; the window among them where the sweep has any.
    definitions : Definitions
        What the metrics mean, in the words of the sweep.
    """

    items: Sequence[Item]
    values: Floats
    means: Floats
    within: Floats
    done: Bools
    notes: Sequence[str] = ()
    keys: Sequence[str] = ITEM
    definitions: Definitions = NO_DEFINITIONS

    @classmethod
    def read(cls, sweep: SweepResult, metrics: Sequence[str], statistic: str) -> Outcomes:
        """Read the rows of some metrics, or those that people look at first.

        Raises
        ------
        InputError
            No metric of that name is there, or nothing varies.
        """
        done = (sweep.points["status"] == DONE).to_numpy()
        if not done.any():
            raise InputError(Problem(Place(str(sweep.folder)), "no point is done", "Run it again with --resume."))
        definitions = definitions_of(sweep.manifest)
        known = _known(sweep, definitions, metrics, int(done.argmax()))
        table = sweep.rows(SUMMARY, metric=known)
        keys = [name for name in with_window(ITEM) if name in table.columns]
        absent = [f"No point has the metric {name}." for name in known if name not in set(table["metric"])]
        if not metrics:
            table = table.merge(_first_looked_at(table, keys, definitions, sweep.manifest["headline"]), on=keys)
        values, means, spread = (
            table.pivot(index=keys, columns="point", values=name).reindex(columns=range(sweep.size))
            for name in (statistic, "mean", "sd")
        )
        items = cast("list[Item]", values.index.to_frame(index=False).to_dict("records"))
        found = cls(
            items, values.to_numpy(), means.to_numpy(), spread.to_numpy() ** 2, done, keys=keys, definitions=definitions
        )
        return found._telling(sweep, absent)

    def _telling(self, sweep: SweepResult, absent_metrics: Sequence[str]) -> Outcomes:
        """Leave out the rows that cannot be analysed, and say so."""
        values = self.values[:, self.done]
        absent, endless = np.isnan(values).any(axis=1), np.isinf(values).any(axis=1)
        fixed = ~absent & ~endless & (np.max(values, axis=1) == np.min(values, axis=1))
        reasons = {
            "is the same at all points, so that no parameter matters for it": fixed,
            "is infinite at some points, since it never happens there": endless & ~absent,
            "has no value at some points": absent,
        }
        notes = [*absent_metrics, *(note for why, which in reasons.items() for note in self._notes(why, which))]
        kept = ~(absent | endless | fixed)
        if not kept.any():
            what = " ".join(notes) or "nothing is kept of these metrics."
            raise InputError(Problem(Place(str(sweep.folder)), f"there is nothing to analyse: {what}"))
        items = [item for item, keep in zip(self.items, kept, strict=True) if keep]
        values, means, within = self.values[kept], self.means[kept], self.within[kept]
        return replace(self, items=items, values=values, means=means, within=within, notes=notes)

    def _notes(self, why: str, which: Bools) -> Iterator[str]:
        rows = np.flatnonzero(which)
        if len(rows):
            named = ", ".join(about(self.items[row]) for row in rows[:NAMED])
            more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
            yield f"{named}{more}: {why}; left out."

    def frame(self) -> DataFrame:
        """Give what rows are about, with their mean over all points."""
        import pandas as pd  # noqa: PLC0415

        return pd.DataFrame(list(self.items)).assign(mean=np.nanmean(self.values, axis=1))

    def better(self, item: Item) -> str:
        """Which way is better."""
        return self.definitions.better(str(item["metric"]))

    def chance(self, row: int) -> float:
        """Share of the variance of single replicates that no parameter explains; NaN where nobody can tell.

        It is what replicates of one point differ by, whatever statistic of them is analysed.
        """
        means, within = self.means[row], self.within[row]
        reported = np.isfinite(means) & np.isfinite(within)
        if not reported.any():
            return float("nan")
        by_chance, moved = float(np.mean(within[reported])), float(np.var(means[reported]))
        return by_chance / (by_chance + moved) if by_chance + moved > 0 else float("nan")


def about(item: Item) -> str:
    """Write what a row is about in a few words."""
    return " ".join(str(item[key]) for key in ("metric", *KEYS, WINDOW) if item.get(key))


def _known(sweep: SweepResult, definitions: Definitions, metrics: Sequence[str], done: int) -> Sequence[str]:
    """Refuse metrics that the sweep has not; those that people look at first, where none is named."""
    present = sorted(set(sweep.rows(SUMMARY, point=[done])["metric"]))
    problems = [
        Problem(Place("--metric"), f"{name!r} is not in this sweep", suggest(name, present))
        for name in metrics
        if name not in present and name not in definitions.metrics
    ]
    if problems:
        raise InputError(problems)
    return metrics or [name for name in present if name in definitions.metrics and definitions.metrics[name].headline]


def _first_looked_at(
    table: DataFrame, keys: Sequence[str], definitions: Definitions, commodities: Sequence[str]
) -> DataFrame:
    """Items that a run would print, by their means over all points, of the whole horizon."""
    means = table.groupby(list(keys), as_index=False).agg({"mean": "mean"})
    whole = means[means[WINDOW] == ""] if WINDOW in keys else means
    return headline(whole, definitions.metrics, commodities)[list(keys)]
