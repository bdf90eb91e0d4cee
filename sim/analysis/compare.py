"""What one scenario changes against another: differences in the same worlds, with their intervals.

Worlds are paired by number, rows by what they are about, never by position. An interval is that of the mean
difference over bootstrap samples of the worlds, the same samples for every row; the same files give it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import sim.simulation  # noqa: F401  (with it, every metric is declared)
from sim.analysis import pairs, per_dollar
from sim.axes import Floats
from sim.ensemble.items import KEYS
from sim.ensemble.metrics import METRICS
from sim.errors import InputError, Place, Problem, suggest
from sim.files.changes import Change, changes, read_scenario
from sim.results import csvfile, statistics
from sim.results.headline import headline
from sim.results.result import Result
from sim.sweeps.reading import read

if TYPE_CHECKING:
    from pandas import DataFrame

ROW = ("metric", *KEYS, "unit")
NUMBERS = ("base_mean", "other_mean", "difference", "low95", "high95", "share_better", "n")
COLUMNS = ("other", *ROW, *NUMBERS)
NAMED = 4  # metrics of a note
BETTER = {"lower": -1.0, "higher": 1.0, "neither": np.nan}


@dataclass(frozen=True)
class Comparison:
    """Differences row by row, what was changed between the scenarios, and what to know when reading them.

    Attributes
    ----------
    table : DataFrame
        The columns of ``compare --out``; one row an item and other result.
    changes : mapping of str to sequence of Change
        Values of the scenarios that differ, by the label of the other result.
    notes : sequence of str
        Changed files, worlds without a partner.
    commodities : sequence of str
        Those that people look at first.
    """

    table: "DataFrame"
    changes: Mapping[str, Sequence[Change]]
    notes: Sequence[str]
    commodities: Sequence[str]

    def save(self, file: str | Path) -> None:
        """Write the table as CSV."""
        csvfile.replace(Path(file), COLUMNS, {name: self.table[name].tolist() for name in COLUMNS})

    def headline(self) -> "DataFrame":
        """Pick the rows to print: of each headline metric those that differ most, of rows on both sides."""
        import pandas as pd  # noqa: PLC0415

        sized = self.table[self.table["n"] > 0].assign(size=lambda rows: rows["difference"].abs())
        parts = [headline(rows, self.commodities, "size") for _, rows in sized.groupby("other", sort=False)]
        return pd.concat([sized.head(0), *parts], ignore_index=True)[list(COLUMNS)]

    def settling(self, rows: "DataFrame") -> list[str]:
        """Say for rows that chance could explain how many replicates would tell."""
        lines = []
        for row in rows.to_dict("records"):
            needed = replicates_to_settle(row["difference"], row["low95"], row["high95"], row["n"])
            if needed:
                what = " ".join(row[key] for key in ("other", "metric", *KEYS) if row[key])
                lines.append(f"{what}: about {needed:,} replicates would settle this.")
        return lines


def compare(
    base: Result | str | Path,
    *others: Result | str | Path,
    metrics: Sequence[str] = (),
    unpaired: bool = False,
) -> Comparison:
    """Compare results with a base, world by world.

    Parameters
    ----------
    base, others : Result or folder
        What to compare; differences are other less base.
    metrics : sequence of str
        Which metrics; all where none is named.
    unpaired : bool
        Compare means of different worlds (other seeds); intervals are wider, and no share of worlds is given.

    Raises
    ------
    InputError
        They differ in what must be the same (seed, horizon, tick, version, tables), or a row is doubled.
    """
    import pandas as pd  # noqa: PLC0415

    start = _opened(base)
    ends = [_opened(other) for other in others]
    problems = [problem for end in ends for problem in _obstacles(start, end, unpaired=unpaired)]
    if problems:
        raise InputError(problems)
    before, after = _worlds(start), [_worlds(end) for end in ends]
    _check_metrics(metrics, [before, *after])
    lacking = [note for end, worlds in zip(ends, after, strict=True) for note in _lacking(start, before, end, worlds)]
    tables = [
        _differences(end.label, before, worlds, metrics, unpaired=unpaired)
        for end, worlds in zip(ends, after, strict=True)
    ]
    return Comparison(
        table=pd.concat(tables, ignore_index=True),
        changes={end.label: changes(start.scenario, end.scenario) for end in ends},
        notes=[*(note for end in [start, *ends] for note in (*_changed(end), *_alone(start, end))), *lacking],
        commodities=start.manifest.get("headline", ()),
    )


def replicates_to_settle(difference: float, low: float, high: float, n: int) -> int | None:
    """About how many worlds would tell a difference from nought; None where these do, or where none would.

    Half an interval shrinks like one over the root of n: four times the worlds settle half the difference.

    Examples
    --------
    >>> replicates_to_settle(difference=1.0, low=-1.0, high=3.0, n=100)
    400
    """
    if not (low <= 0 <= high and low < high and difference and np.isfinite([difference, low, high]).all()):
        return None
    needed = n * ((high - low) / 2 / difference) ** 2
    digits = 10 ** max(int(np.log10(needed)) - 1, 0)
    return int(-(-max(needed, n) // digits) * digits)


def _opened(result: Result | str | Path) -> Result:
    """Open a result folder, or a point of a sweep; which points of a sweep are meant must be said."""
    found = result if isinstance(result, Result) else read(result)
    if isinstance(found, Result):
        return found
    right = f"Name its points: {found.folder}@0 to {found.folder}@{found.size - 1}."
    raise InputError(Problem(Place(str(found.folder)), "this is a whole sweep", right))


def _obstacles(base: Result, other: Result, *, unpaired: bool) -> Iterator[Problem]:
    """Tell what differs that must be the same."""
    ours, theirs = _conditions(base), _conditions(other)
    for what, right in _CONDITIONS.items():
        if ours[what] != theirs[what] and not (unpaired and what == "seed"):
            found = f"its {what} differs from that of {base.label}: {_told(ours[what], theirs[what])}"
            yield Problem(Place(other.label), found, right)


def _told(ours: object, theirs: object) -> str:
    """Tell two conditions apart; of a set of tables, the names of those that differ."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return ", ".join(sorted({name for name, _ in ours.items() ^ theirs.items()}))
    return f"{theirs} against {ours}"


_CONDITIONS = {
    "seed": "Run one again with the seed of the other, or add --unpaired to compare means of other worlds.",
    "horizon": "Compare scenarios of the same start and end.",
    "tick": "Compare scenarios of the same tick.",
    "version": "Run both with one version of monazite.",
    "set of seeds tables": "Run both on the same tables.",
}


def _conditions(result: Result) -> dict[str, Any]:
    """Give what two results must share to be compared."""
    manifest = result.manifest
    horizon = read_scenario(result.scenario).get("horizon", {})
    return {
        "seed": manifest["seed"],
        "horizon": f"{horizon.get('start')} to {horizon.get('end')}",
        "tick": horizon.get("tick"),
        "version": manifest["monazite"],
        "set of seeds tables": manifest["seeds"],
    }


def _changed(result: Result) -> list[str]:
    return [f"{result.label}/{name} was changed after it was written." for name in result.changed()]


def _lacking(base: Result, before: "DataFrame", other: Result, after: "DataFrame") -> Iterator[str]:
    """Say which metrics a point lacks because its sweep did not keep them by replicate."""
    names = [set(table.index.get_level_values("metric")) for table in (before, after)]
    for result, absent in ((base, names[1] - names[0]), (other, names[0] - names[1])):
        lacks = absent - set(result.manifest["sweep"]["metrics"]) if "sweep" in result.manifest else set()
        if lacks:
            some = ", ".join(sorted(lacks)[:NAMED])
            more = f" and {len(lacks) - NAMED} more" if len(lacks) > NAMED else ""
            yield f"{result.label} has not kept {some}{more}."


def _alone(base: Result, other: Result) -> list[str]:
    """Say where only some of the worlds have a partner."""
    counts = [int(result.manifest["replicates"]) for result in (base, other)]
    if counts[0] == counts[1]:
        return []
    return [f"{base.label} has {counts[0]} replicates, {other.label} {counts[1]}: those of both count."]


def _worlds(result: Result) -> "DataFrame":
    """Values with a row an item and a column a replicate, both sorted."""
    table = result.replicates
    doubled = table.duplicated(["replicate", *ROW])
    if doubled.any():
        second = int(doubled.to_numpy().argmax())
        key = table.loc[second, ["replicate", *ROW]]
        first = int((table[["replicate", *ROW]] == key).all(axis=1).to_numpy().argmax())
        what = ", ".join(str(cell) for cell in key if cell != "")
        found = f"the row {what} stands there twice, on lines {first + 2} and {second + 2}"
        raise InputError(Problem(Place(f"{result.label}/replicates.csv", second + 2), found))
    return table.set_index([*ROW, "replicate"])["value"].unstack("replicate").sort_index()


def _check_metrics(metrics: Sequence[str], tables: Sequence["DataFrame"]) -> None:
    """Refuse a metric that no result has."""
    present = {name for table in tables for name in table.index.get_level_values("metric")}
    known = sorted(present | {per_dollar.RATIO.name})
    problems = [
        Problem(Place("--metric"), f"{name!r} is in none of these results", suggest(name, known))
        for name in metrics
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def _differences(
    label: str, before: "DataFrame", after: "DataFrame", metrics: Sequence[str], *, unpaired: bool
) -> "DataFrame":
    """Compare row by row; what stands on one side only is listed with the other side empty."""
    import pandas as pd  # noqa: PLC0415

    if not unpaired:
        common = before.columns.intersection(after.columns)
        if common.empty:
            raise InputError(Problem(Place(label), "it has no replicate in common with the base"))
        before, after = before[common], after[common]
    left, right = before.align(after, join="outer", axis=0)
    table = left.index.to_frame(index=False).assign(**(_unpaired if unpaired else _paired)(left, right))
    if not unpaired:
        ratios = pd.DataFrame(per_dollar.per_dollar(left, right), columns=[*ROW, *NUMBERS])
        table = pd.concat([table, ratios.astype(table.dtypes)]) if len(ratios) else table
    if metrics:
        table = table[table["metric"].isin(metrics)]
    return table.sort_values(list(ROW), ignore_index=True).assign(other=label)[list(COLUMNS)]


def _paired(left: "DataFrame", right: "DataFrame") -> dict[str, Any]:
    """Numbers of rows whose columns are the same worlds."""
    base, other = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
    gaps = pairs.gap(base, other)
    worlds = statistics.count(gaps).astype(int)
    counts = ~np.isnan(gaps) | (worlds == 0)[:, None]  # a row on one side only keeps its own mean
    low, high = pairs.bounds(gaps).T
    return {
        "base_mean": statistics.mean(np.where(counts, base, np.nan)),
        "other_mean": statistics.mean(np.where(counts, other, np.nan)),
        "difference": statistics.mean(gaps),
        "low95": low,
        "high95": high,
        "share_better": pairs.share_better(gaps, _signs(left)),
        "n": worlds,
    }


def _unpaired(left: "DataFrame", right: "DataFrame") -> dict[str, Any]:
    """Numbers of rows whose columns are different worlds: means are compared, and no pair is better."""
    base, other = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
    means = statistics.mean(base), statistics.mean(other)
    low, high = pairs.interval(pairs.gap(pairs.resampled(base, "base"), pairs.resampled(other, "other"))).T
    return {
        "base_mean": means[0],
        "other_mean": means[1],
        "difference": pairs.gap(*means),
        "low95": low,
        "high95": high,
        "share_better": np.full(len(base), np.nan),
        "n": np.minimum(statistics.count(base), statistics.count(other)).astype(int),
    }


def _signs(table: "DataFrame") -> Floats:
    """Say for each row whether more is better (1), less is (-1), or neither (NaN)."""
    names = table.index.get_level_values("metric")
    return np.array([BETTER[METRICS[name].better] if name in METRICS else np.nan for name in names])
