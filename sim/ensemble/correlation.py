"""Draws that belong together: rank correlations of named quantities, and quantities that share a draw.

A Gaussian copula on the uniform draws of each name: a replicate is related within itself, so that it draws the same
whoever stands beside it, and every quantity keeps its own distribution exactly. Spearman's rank correlation r of
two normal numbers belongs to Pearson's 2 sin(π r / 6).

Source: Kruskal 1958, Journal of the American Statistical Association 53, 814-861.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import asin, pi, sin, sqrt
from typing import Annotated, Any, NamedTuple, TypeAlias, final

import numpy as np
from pydantic import Field, PlainValidator, WithJsonSchema

from sim.axes import Floats
from sim.errors import Mistake, MistakeError, mistake
from sim.files.distributions import Cases, Distribution
from sim.files.quantities import Model, Number

ROUNDING = 1e-9  # of an eigenvalue, and of a share of a variance
EDGE = 2.0**-53  # a share of 1 stays so far away from both ends
REPORTED = 3  # ways out of a contradiction that are reported

Weights: TypeAlias = Sequence[float]


def _pair(raw: object) -> tuple[str, str]:
    """Read the two that belong together."""
    right = "Write two paths: [parameters.a, instruments.b.loss]."
    if not isinstance(raw, list | tuple) or not all(isinstance(path, str) for path in raw):
        raise mistake("this is not a pair of paths", right)
    if len(raw) != 2:
        raise mistake(f"{len(raw)} path{'s' * (len(raw) != 1)} stand here, not two", f"{right} One entry is one pair.")
    if raw[0] == raw[1]:
        raise mistake(f"{raw[0]!r} stands there twice", "Name two different numbers.")
    return str(raw[0]), str(raw[1])


class Correlated(Model):
    """Two uncertain numbers whose draws belong together."""

    between: Annotated[
        tuple[str, str],
        PlainValidator(_pair),
        WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
    ] = Field(description="paths of the two")
    rank: Number = Field(ge=-1, le=1, description="rank correlation (Spearman's), from -1 to 1; 1 is one draw for both")


class Entry(NamedTuple):
    """A rank correlation of two names."""

    one: str
    other: str
    rank: float


@final
@dataclass(frozen=True)
class Group:
    """Names that belong together, and what the draw of each is made of.

    Parameters
    ----------
    names : sequence of str
        In the order in which they are first named.
    made : mapping of str to (sequence of str, weights)
        Whose own draws make that of a name, and with which weights, as normal numbers; a single name with weight 1
        or -1 is a draw that is shared, or mirrored.
    """

    names: Sequence[str]
    made: Mapping[str, tuple[Sequence[str], Weights]]

    @property
    def own(self) -> list[str]:
        """Names whose own draws count: all but those that share another's."""
        return list(dict.fromkeys(name for names, _ in self.made.values() for name in names))

    def draw(self, name: str, own: Callable[[str], Floats]) -> Floats:
        """(R,), share of 1: the draw of a name, given everybody's own (eq. 0.6)."""
        names, weights = self.made[name]
        if len(names) == 1:
            return own(names[0]) if weights[0] > 0 else np.clip(1.0 - own(names[0]), EDGE, 1.0 - EDGE)
        from scipy.special import ndtr, ndtri  # noqa: PLC0415

        normal = weights[0] * ndtri(own(names[0]))
        for whose, weight in zip(names[1:], weights[1:], strict=True):
            normal = normal + weight * ndtri(own(whose))
        return np.clip(ndtr(normal), EDGE, 1.0 - EDGE)


@final
@dataclass(frozen=True)
class Together:
    """All groups of names that belong together."""

    groups: Sequence[Group] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Together:
        """Work out the groups.

        Raises
        ------
        MistakeError
            Entries contradict one another; the path is the number of one of them.
        """
        entries = list(entries)
        wrong = list(_doubled(entries))
        if wrong:
            raise MistakeError(wrong)
        nodes = _Nodes(entries)
        return cls([_group(nodes, group, entries) for group in nodes.groups()])

    @cached_property
    def by_name(self) -> Mapping[str, Group]:
        """The group of each name that has one."""
        return {name: group for group in self.groups for name in group.names}

    def draw(self, name: str, own: Callable[[str], Floats]) -> Floats:
        """(R,), share of 1: the draw of any name, given everybody's own."""
        group = self.by_name.get(name)
        return own(name) if group is None else group.draw(name, own)


ALONE = Together()


def pearson(rank: float) -> float:
    """Correlation of two normal numbers whose ranks have a correlation.

    Examples
    --------
    >>> pearson(0.0), pearson(1.0), round(pearson(0.7), 4)
    (0.0, 1.0, 0.7167)
    """
    return rank if abs(rank) == 1 else 2.0 * sin(pi * rank / 6.0)


def spearman(correlation: float) -> float:
    """Correlation of the ranks of two normal numbers that have a correlation."""
    return 6.0 / pi * asin(min(max(correlation, -1.0), 1.0) / 2.0)


def triangle(matrix: Floats) -> Floats:
    """(N, N): the lower triangle whose product with its transpose is a matrix that may be singular."""
    size = len(matrix)
    lower = np.zeros((size, size))
    for column in range(size):
        rest = matrix[column, column] - float((lower[column, :column] ** 2).sum())
        if rest <= ROUNDING:
            continue
        lower[column, column] = sqrt(rest)
        for row in range(column + 1, size):
            done = float((lower[row, :column] * lower[column, :column]).sum())
            lower[row, column] = (matrix[row, column] - done) / lower[column, column]
    return lower


def uncertain(value: Any, name: str) -> Iterator[str]:  # noqa: ANN401
    """Names of the distributions in a value of a scenario, as they are drawn: lists by the names of what is in them."""
    if isinstance(value, Distribution):
        yield name
    elif isinstance(value, Cases):
        yield from (f"{name}.{key}" for key, number in value.numbers.items() if isinstance(number, Distribution))
    elif isinstance(value, Model):
        for field in type(value).model_fields:
            yield from uncertain(getattr(value, field), f"{name}.{field}")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from uncertain(one, f"{name}.{getattr(one, 'name', '')}")


def _doubled(entries: Sequence[Entry]) -> Iterator[Mistake]:
    """Find pairs that stand twice, in whichever order, and names that are one."""
    first: dict[frozenset[str], int] = {}
    for i, (one, other, _) in enumerate(entries):
        if one == other:
            yield Mistake((i, "between"), f"both are {one!r}", "Name two different numbers.")
        elif first.setdefault(frozenset((one, other)), i) != i:
            yield Mistake((i, "between"), f"{one!r} and {other!r} stand there twice", "Keep one.")


class _Nodes:
    """Names that share a draw are one node, with a sign where it is mirrored."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.names = list(dict.fromkeys(name for entry in entries for name in entry[:2]))
        self.first: dict[str, tuple[str, int]] = {name: (name, 1) for name in self.names}
        self.entries = entries
        for one, other, rank in entries:
            if abs(rank) == 1:
                self._join(one, other, int(rank))

    def _join(self, one: str, other: str, sign: int) -> None:
        """Let two share a draw; the node is called by whoever was named first."""
        (a, sign_a), (b, sign_b) = self.first[one], self.first[other]
        if a == b:
            return
        into, gone = sorted((a, b), key=self.names.index)
        for name, (node, own) in self.first.items():
            if node == gone:
                self.first[name] = into, own * sign * sign_a * sign_b

    def ranks(self) -> dict[tuple[str, str], float]:
        """Rank of each pair of nodes that an entry names; entries that say two things of one pair are refused."""
        ranks: dict[tuple[str, str], float] = {}
        for i, (one, other, rank) in enumerate(self.entries):
            (a, sign_a), (b, sign_b) = self.first[one], self.first[other]
            meant = rank * sign_a * sign_b
            said = 1.0 if a == b else ranks.setdefault((a, b) if a < b else (b, a), meant)
            if said != meant:
                found = f"{rank:g} contradicts what other entries say of {one!r} and {other!r}"
                right = f"They share draws with others: this rank can only be {said * sign_a * sign_b:g}."
                raise mistake(found, right, i, "rank")
        return ranks

    def groups(self) -> list[list[str]]:
        """Names that are connected by entries."""
        groups: list[list[str]] = []
        of = {name: {name} for name in self.names}
        for one, other, _ in self.entries:
            joined = of[one] | of[other]
            of |= dict.fromkeys(joined, joined)
        for name in self.names:
            if not any(name in group for group in groups):
                groups.append([one for one in self.names if one in of[name]])
        return groups


def _group(nodes: _Nodes, names: Sequence[str], entries: Sequence[Entry]) -> Group:
    """Work out what each draw of a group is made of."""
    own = [name for name in names if nodes.first[name][0] == name]
    ranks = {pair: rank for pair, rank in nodes.ranks().items() if pair[0] in own}
    matrix = np.eye(len(own))
    for (a, b), rank in ranks.items():
        i, j = own.index(a), own.index(b)
        matrix[i, j] = matrix[j, i] = pearson(rank)
    if np.linalg.eigvalsh(matrix)[0] < -ROUNDING:
        last = max(i for i, entry in enumerate(entries) if entry.one in names)
        raise _contradiction(own, matrix, ranks, last)
    lower = triangle(matrix)
    made: dict[str, tuple[Sequence[str], Weights]] = {}
    for name in names:
        node, sign = nodes.first[name]
        weights = {whose: sign * float(weight) for whose, weight in zip(own, lower[own.index(node)], strict=True)}
        kept = {whose: weight for whose, weight in weights.items() if weight}
        made[name] = list(kept), list(kept.values())
    return Group(names, made)


def _contradiction(
    names: Sequence[str], matrix: Floats, ranks: Mapping[tuple[str, str], float], last: int
) -> MistakeError:
    """Say which ranks cannot be true at once, and which change of one of them would mend it."""
    reported = [f"{a} and {b} {rank:g}" for (a, b), rank in ranks.items()]
    found = f"these ranks cannot all be true: {'; '.join(reported)}; pairs that are not named have 0"
    ways: list[str] = []
    for i, j in combinations(range(len(names)), 2):
        limits = _feasible(matrix, i, j)
        if limits is not None:
            ways.append(f"{names[i]} and {names[j]} from {limits[0]:.2g} to {limits[1]:.2g}")
    right = f"Any one of these would do: {'; '.join(ways[:REPORTED])}." if ways else "Move several of them towards 0."
    return mistake(found, right, last, "rank")


def _feasible(matrix: Floats, i: int, j: int) -> tuple[float, float] | None:
    """From which to which rank one pair could be, all else being as it is; None if no rank would do."""
    rest = [k for k in range(len(matrix)) if k not in (i, j)]
    sides = [matrix[np.ix_([k, *rest], [k, *rest])] for k in (i, j)]
    if any(np.linalg.eigvalsh(side)[0] < -ROUNDING for side in sides):
        return None
    inverse = np.linalg.pinv(matrix[np.ix_(rest, rest)])
    a, b = matrix[i, rest], matrix[j, rest]
    middle = float(a @ inverse @ b)
    room = sqrt(max(1.0 - float(a @ inverse @ a), 0.0) * max(1.0 - float(b @ inverse @ b), 0.0))
    return spearman(middle - room), spearman(middle + room)
