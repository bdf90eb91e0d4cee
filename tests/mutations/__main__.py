"""Tries mutations in numbers: counts by kind, and every failure with the command that repeats it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.mutations.cases import KINDS, shorten
from tests.mutations.reading import Answer, tried, weighed

ALIKE = 60  # letters in which failures are alike
SHOWN = 5  # of those that are alike


def all_tried(
    kinds: Iterable[str], seed: int, numbers: range, workers: int, how: Callable[[str, int, int], Answer] = tried
) -> Iterator[Answer]:
    """Try the same numbers of each kind, in processes of their own."""
    jobs = [(kind, seed, number) for number in numbers for kind in kinds]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(how, *zip(*jobs, strict=True), chunksize=20)


def report(answers: Iterable[Answer]) -> int:
    """Print what is wrong as it is found, what is alike a few times, then the counts; give how much is wrong."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    for one in answers:
        counts[one.case.kind, one.verdict] += 1
        slowest = max(slowest, one.seconds)
        if one.wrong:
            alike = (one.case.kind, one.wrong[:ALIKE])
            wrong[alike] += 1
            if wrong[alike] <= SHOWN:
                print(f"{one.case.kind}, {one.case}\n    {shorten(one.wrong)}", flush=True)
    print(f"\n{'kind':<10}{'verdict':<28}{'number':>8}")
    for (kind, verdict), number in sorted(counts.items()):
        print(f"{kind:<10}{verdict:<28}{number:>8}")
    print(f"the slowest took {slowest:.1f} s; {sum(wrong.values())} wrong, {len(wrong)} of them unlike")
    return sum(wrong.values())


def main() -> int:
    """Try what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="mutations in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append", help="else all")
    parser.add_argument("--only", type=int, help="one mutation by its number; prints the file")
    parser.add_argument("--effects", action="store_true", help="run what is accepted: does it change anything?")
    given = parser.parse_args()
    kinds = given.kind or sorted(KINDS)
    how = weighed if given.effects else tried
    if given.only is not None:
        one = [how(kind, given.seed, given.only) for kind in kinds]
        print("\n".join(f"--- {n.case.spoilt_name}\n{n.case.spoilt.decode(errors='replace')}" for n in one))
        return report(one)
    return report(all_tried(kinds, given.seed, range(given.count // len(kinds)), given.workers, how))


if __name__ == "__main__":
    raise SystemExit(bool(main()))
