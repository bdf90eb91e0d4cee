"""What each way in which users adapt does to the loss: six scenarios, with one mechanism switched off at a time.

Run it from the project's root: ``python bench/adaptation.py [REPLICATES] [--write]``. It prints a table in Markdown;
``--write`` puts it in docs/adaptation.md.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import sim
from bench.mechanisms import placed

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "adaptation.md"
LICENCE = "instruments.china-licence.approval.default"
SCENARIOS: dict[str, tuple[str, list[str]]] = {  # heading: scenario and settings
    "licences of April 2025": ("april-2025-licensing", []),
    "half granted": ("half-the-licences", []),
    "a quarter granted": ("half-the-licences", [f"{LICENCE}=0.25"]),
    "heavy rare earths banned": ("heavy-rare-earth-ban", []),
    "all banned for a year in 2028": ("no-reserve", []),
    "magnets to the US banned": ("magnet-ban-us", []),
}
ALONE: dict[str, list[str]] = {
    "who stands still is not served first": ["parameters.served_first=0"],
    "claims are not served by value": ["parameters.by_value=0"],
    "nothing flies": ["parameters.air_share=0"],
    "nothing is made up": ["parameters.making_up=0"],
    "all sectors give up at one price": ["parameters.choke_by_margin=0"],
    "no other designs": ["parameters.design_ceiling=0"],
    "nobody buys motors made in China": [],
    "no plant changes over": ["parameters.changeover=0"],
    "contracts are not linked to Chinese prices": ["parameters.contract_index=0"],
    "nothing stays between affiliates": ["parameters.affiliated=0"],
    "no other designs, but substitution of before": [
        "parameters.design_ceiling=0",
        "parameters.substitution_rate=0.1 /year",
    ],
}
QUICK = {
    "served_first": "0.9", "by_value": "0.95", "air_share": "1", "margin_at_stake": "0.5", "design_ceiling": "1.3",
    "design_cost": "0.4", "design_time": "0.5", "design_begin": "2 weeks", "want_time": "4 weeks",
}  # fmt: skip
SLOW = {
    "served_first": "0.3", "by_value": "0.3", "air_share": "0.4", "margin_at_stake": "0.15", "design_ceiling": "0.6",
    "design_cost": "2.5", "design_time": "2", "design_begin": "13 weeks", "want_time": "16 weeks",
}  # fmt: skip
NONE = [
    *(
        f"parameters.{name}=0"
        for name in ("served_first", "air_share", "making_up", "choke_by_margin", "design_ceiling")
    ),
    "parameters.substitution_rate=0.1 /year",
]


def ends(values: dict[str, str]) -> list[str]:
    """Parameters at one end of their ranges."""
    return [f"parameters.{name}={value}" for name, value in values.items()]


VARIANTS = {"as it is": [], **ALONE, "none of it": NONE, "quick ends": ends(QUICK), "slow ends": ends(SLOW)}


def main(arguments: Sequence[str]) -> None:
    """Run every scenario with every variant and lay out the table."""
    replicates = next((int(a) for a in arguments if a.isdigit()), 64)
    lines = ["| | " + " | ".join(SCENARIOS) + " |", "|---" * (len(SCENARIOS) + 1) + "|"]
    with TemporaryDirectory() as folder:
        for name, settings in VARIANTS.items():
            tables = [f"seeds=[{without_motors(Path(folder))}]"] if "motors" in name else []
            cells = [lost(scenario, [*more, *settings, *tables], replicates) for scenario, more in SCENARIOS.values()]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
            print(lines[-1], file=sys.stderr)
    table = "\n".join(lines)
    print(table)
    if "--write" in arguments:
        PAGE.write_text(placed(PAGE.read_text("utf-8"), "adaptation", table), "utf-8")


def without_motors(folder: Path) -> Path:
    """A folder with the designs that need motors, which nobody can change to."""
    with (ROOT / "seeds" / "designs.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["instead"].startswith("component.")]
    with (folder / "designs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "ceiling": "0", "low": "0"} for row in rows)
    return folder


def lost(scenario: str, settings: Sequence[str], replicates: int) -> str:
    """What is lost outside China, bn USD: for good, and gross of what is made up."""
    summary = sim.run(sim.load(scenario, [f"ensemble.replicates={replicates}", *settings])).summary
    rows = summary[(summary["region"] == "*-CN") & (summary["sector"] == "*") & (summary["commodity"] == "")]
    means = rows.set_index("metric")["mean"] / 1e9
    net, gross = means["value_added_lost"], means["value_added_lost_gross"]
    return f"{net:.3g} ({gross:.3g})"


if __name__ == "__main__":
    main(sys.argv[1:])
