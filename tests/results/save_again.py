"""Save a result over and over, to be killed at it."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from sim.ensemble.items import Block, Item
from sim.results.outcome import Outcome
from sim.results.result import Result


def save_again(folder: Path) -> None:
    """Save until killed."""
    items = [Item("loss", region=f"R{number}") for number in range(50)]
    block = Block(range(20), np.ones((50, 20)), np.ones((0, 0, 20)), np.ones((0, 20)))
    result = Result(Outcome("again", "name: again\n", 1, {}, items, [], [], [], [block]))
    print("ready", flush=True)  # noqa: T201
    while True:
        result.save(folder, overwrite=True)


if __name__ == "__main__":
    save_again(Path(sys.argv[1]))
