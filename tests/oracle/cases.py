"""What the oracle's tests start from: numbers without chance, and parameters in internal units."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Callable
from pathlib import Path

PARAMETERS = Path(__file__).parents[2] / "seeds" / "parameters.csv"
INTERNAL = {"years": 365, "weeks": 7, "days": 1, "1": 1, "/week": 1 / 7, "/year": 1 / 365, "USD/kg": 1000}


def numbers(start: int = 0) -> Callable[[], float]:
    """One number in (0, 1) after another, evenly spread: the multiples of the golden section."""
    count = itertools.count(start + 1)
    return lambda: next(count) * (5**0.5 - 1) / 2 % 1


def parameters(growth: float = 0.0) -> dict[str, float]:
    """The parameters as they ship, in days, USD/t and shares, with the scale of growth."""
    with PARAMETERS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {r["parameter"]: _middle(r["value"]) * INTERNAL[r["unit"]] for r in rows} | {"growth": growth}


def _middle(cell: str) -> float:
    """A plain number, the mode of a triangular distribution, the median of a lognormal, the middle of a uniform one."""
    if "uniform" in cell:
        low, high = re.findall(r"(?:low|high): ([\d.]+)", cell)
        return (float(low) + float(high)) / 2
    middle = re.search(r"(?:mode|median): ([\d.]+)", cell)
    return float(middle[1] if middle else cell)
