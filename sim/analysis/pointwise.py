"""Two sweeps of one design, point by point: what must be the same, and the points that both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.analysis import sides
from sim.analysis.sides import Side
from sim.errors import InputError, MistakeError, Place, Problem
from sim.sweeps.names import DONE
from sim.sweeps.ranges import number_of
from sim.sweeps.reading import SweepResult

if TYPE_CHECKING:
    from pandas import DataFrame

NAMED = 3  # points of a message


def all_sweeps(opened: Sequence[Side | SweepResult]) -> list[SweepResult]:
    """Give what was opened as sweeps; none where nothing is one.

    Raises
    ------
    InputError
        Some are and some are not.
    """
    sweeps = [one for one in opened if isinstance(one, SweepResult)]
    if sweeps and len(sweeps) < len(opened):
        one = sweeps[0]
        right = f"Name its points: {one.folder}@0 to {one.folder}@{one.size - 1}, or compare it with a whole sweep."
        raise InputError(Problem(Place(str(one.folder)), "this is a whole sweep", right))
    return sweeps


def refuse_another(base: SweepResult, other: SweepResult) -> None:
    """Refuse sweeps whose points are not the same.

    Raises
    ------
    InputError
        With what differs.
    """
    found = "; ".join(_unlike(base, other))
    if found:
        right = "Compare sweeps of one design, or single points: NAME@3."
        raise InputError(
            Problem(Place(str(other.folder)), f"its design differs from that of {base.folder}: {found}", right)
        )


def _unlike(base: SweepResult, other: SweepResult) -> Iterator[str]:
    """Say in what two designs differ: what they move, how many points there are, the values of these."""
    if sorted(base.paths) != sorted(other.paths):
        for one, two in ((other, base), (base, other)):
            if more := [path for path in one.paths if path not in two.paths]:
                yield f"only {one.folder} moves {', '.join(more)}"
        return
    if base.size != other.size:
        yield f"{other.size:,} points against {base.size:,}"
        return
    differ = [
        f"point {point}: {path} {there} against {here}"
        for path in base.paths
        for point, (here, there) in enumerate(zip(base.points[path], other.points[path], strict=True))
        if _meaning(here) != _meaning(there)
    ]
    yield from differ[:NAMED]
    if len(differ) > NAMED:
        yield f"and {len(differ) - NAMED} more values"


def _meaning(cell: str) -> object:
    """Tell what a cell says from how it is written: 0.5 is 50 %."""
    try:
        return number_of(cell)
    except MistakeError:
        return cell


def side(sweep: SweepResult) -> Side:
    """Give a sweep as something that is compared, by the scenario that its points are variants of."""
    notes = [f"{sweep.folder}/{name} was changed after it was written." for name in sweep.changed]

    def row(table: str, number: int) -> Place:
        del number  # a row of one point
        return Place(f"{sweep.folder}/{table}")

    return Side(
        str(sweep.folder), (sides.REPLICATES,), lambda _: sweep.replicates, sweep.manifest, sweep.scenario, notes, row
    )


def pairs(base: SweepResult, other: SweepResult) -> Iterator[tuple[int, DataFrame, DataFrame]]:
    """Give the replicates of each point that both have, a point of each in memory at a time."""
    partners = other.by_point(sides.REPLICATES)
    partner = next(partners, None)
    for point, rows in base.by_point(sides.REPLICATES):
        while partner is not None and partner[0] < point:
            partner = next(partners, None)
        if partner is not None and partner[0] == point:
            yield point, _replicates(base, point, rows), _replicates(other, *partner)


def _replicates(sweep: SweepResult, point: int, rows: DataFrame) -> DataFrame:
    """Values of a point with a row an item and a column a replicate."""
    label = label_of(sweep, point)

    def row(table: str, number: int) -> Place:
        del number  # rows of a point are not counted in the file
        return Place(f"{label}/{table}")

    return sides.replicates(Side(label, (sides.REPLICATES,), lambda _: rows.drop(columns="point"), None, "", (), row))


def label_of(sweep: SweepResult, point: int) -> str:
    """What to call a point."""
    return f"{sweep.folder}@{point}"


def left_out(base: SweepResult, other: SweepResult) -> list[str]:
    """Say which points are not done in both.

    Raises
    ------
    InputError
        No point is.
    """
    done = (base.points["status"] == DONE) & (other.points["status"] == DONE)
    absent = list(done.index[~done])
    if len(absent) == base.size:
        found = f"no point of it is done there and in {base.folder}"
        raise InputError(Problem(Place(str(other.folder)), found, "Go on with monazite sweep … --resume."))
    if not absent:
        return []
    named = ", ".join(map(str, absent[:NAMED])) + (f" and {len(absent) - NAMED} more" if len(absent) > NAMED else "")
    return [f"Points that are not done in {base.folder} and {other.folder} are left out: {named}."]
