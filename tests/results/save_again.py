"""Save a result over and over, to be killed at it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sim.definitions.items import Item
from tests.byhand import result


def save_again(folder: Path) -> None:
    """Save until killed."""
    saved = result("again", {Item("loss", region=f"R{number}"): [1.0] * 20 for number in range(50)})
    print("ready", flush=True)  # noqa: T201
    while True:
        saved.save(folder, overwrite=True)


if __name__ == "__main__":
    save_again(Path(sys.argv[1]))
