"""What each mechanism carries: the hindcasts of 2025 and of 2010, and the same with one mechanism off at a time.

Run it from the project's root: ``python bench/mechanisms.py [REPLICATES] [--write]``. It prints tables in Markdown;
``--write`` puts them in docs/validation.md.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import sim
from sim.analysis.hindcast import Hindcast, hindcast, targets_beside
from sim.analysis.scores import Score

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation.md"
EPISODE = "controls-2025"
RESTATED = {4, 7, 12, 13, 14, 15, 18}  # rows that a world in which nothing happens passes, or that an input restates
HARD = {1, 5, 10, 11, 17}
OLDER = "quotas-2010"
THIN = 4  # buffers are divided by so much
LICENCE = "instruments.china-licence"


VARIANTS: dict[str, list[str]] = {
    "as it is": [],
    "no hoarding": ["parameters.hoarding_gain=0", "parameters.hoarding_announcement=0"],
    "nobody holds goods back": ["parameters.withholding=0"],
    "no saving, thrift or substitution": ["parameters.saving_elasticity=0", "parameters.thrift_elasticity=0"],
    "no trading houses": ["parameters.resale_share=0"],
    "nobody served first": ["parameters.served_first=0"],
    "nothing made up": ["parameters.making_up=0"],
    "all give up at one price": ["parameters.choke_by_margin=0"],
    "nothing stays between affiliates": ["parameters.affiliated=0"],
    "nothing flies": ["parameters.air_share=0"],
    "no other designs": ["parameters.design_ceiling=0"],
    "no plant changes over": ["parameters.changeover=0"],
    "contracts not linked to China": ["parameters.contract_index=0"],
    "no look-alikes held": [f"{LICENCE}.look_alikes=null"],
    "reviewers without limit": [f"{LICENCE}.reviewers=null"],
    "no forward prices (a week ahead)": ["parameters.look_ahead=1 weeks"],
    "buffers of users a quarter": [],
    "with leakage (30 % of the gap)": [],
}
LEAKAGE = f"""monazite: 1
name: leaky
title: What if controlled goods went round the controls?
extends: {EPISODE}
instruments:
  - name: leakage
    kind: leakage
    by: CN
    in_force: 2025-04-04
    covers: {{elements: [Sm, Gd, Tb, Dy, Lu, Sc, Y], stages: [oxide, metal, magnet]}}
    rate: 30 %
"""


def main(arguments: Sequence[str]) -> None:
    """Run every variant of both episodes and lay out the tables."""
    replicates = next((int(a) for a in arguments if a.isdigit()), 200)
    with TemporaryDirectory() as folder:
        found, older = (run_all(episode, replicates, Path(folder)) for episode in (EPISODE, OLDER))
    tables = {
        "scores": scores(found["as it is"]),
        "mechanisms": mechanisms(found),
        "scores of 2010": scores(older["as it is"]),
        "mechanisms of 2010": mechanisms(older),
    }
    for name, table in tables.items():
        print(f"\n{table}")
        if "--write" in arguments:
            PAGE.write_text(placed(PAGE.read_text("utf-8"), name, table), "utf-8")


def run_all(episode: str, replicates: int, folder: Path) -> dict[str, Hindcast]:
    """Run every variant of an episode; those of the licences are only of 2025."""
    found: dict[str, Hindcast] = {}
    for name, settings in VARIANTS.items():
        if episode == OLDER and (name.startswith(("with ", "buffers")) or any(LICENCE in one for one in settings)):
            continue
        scenario, more = prepared(name, folder) if episode == EPISODE else (episode, [])
        loaded = sim.load(scenario, overrides=[f"ensemble.replicates={replicates}", *settings, *more])
        found[name] = hindcast(loaded, targets_beside(episode))
        print(f"{episode}, {name}: {summary(found[name])}", file=sys.stderr)
    return found


def placed(page: str, name: str, table: str) -> str:
    """The page with a table put between the marks of its name."""
    before, mark, rest = page.partition(f"<!-- {name} -->\n")
    return before + mark + table + "\n" + rest[rest.index("<!-- end -->") :]


def prepared(name: str, folder: Path) -> tuple[str, list[str]]:
    """The scenario of a variant, and settings that need files."""
    if name.startswith("with leakage"):
        file = folder / "leaky.yaml"
        file.write_text(LEAKAGE, encoding="utf-8")
        return str(file), []
    if name.startswith("buffers"):
        thin(ROOT / "seeds" / "sectors.csv", folder, "cover")
        thin(ROOT / "seeds" / "commodities.csv", folder, "user_cover")
        return EPISODE, [f"seeds=[{folder}]"]
    return EPISODE, []


def thin(table: Path, folder: Path, column: str) -> None:
    """Lay a table over one that ships, with one of its columns divided."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (folder / table.name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, column: str(float(row[column]) / THIN)} for row in rows)


def counted(hits: Sequence[bool]) -> tuple[int, int]:
    """How many of the numbers of 2025 are inside: of those that say something, and of the hard ones."""
    rows = {row for row, hit in enumerate(hits, start=1) if hit}
    return len(rows - RESTATED), len(rows & HARD)


def summary(found: Hindcast) -> str:
    """The counts and the mean scores in a line."""
    inside = [score.inside for score in found.scores]
    own, null, carried = map(short, found.means)
    telling = "{} of 11, {} of 5, ".format(*counted(inside)) if found.plan.scenario.name == EPISODE else ""
    return f"{telling}{sum(inside)} of {len(inside)}, mean score {own} ({null} and {carried})"


def scores(found: Hindcast) -> str:
    """A row a target."""
    lines = [
        "| # | target | observed | simulated 5 % – median – 95 % | | nothing happens | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row, score in enumerate(found.scores, start=1):
        t = score.target
        low, middle, high = (short(x) for x in score.quantiles)
        null = short(score.null_median)
        lines.append(
            f"| {row} | {t.name} | {short(t.low)}–{short(t.high)} | {low} – **{middle}** – {high} "
            f"| {mark(score.inside)} | {null} | {mark(score.null_inside)} |"
        )
    return "\n".join(lines)


def mechanisms(found: dict[str, Hindcast]) -> str:
    """A row a target, a column a variant."""
    names = list(found)
    lines = ["| # | " + " | ".join([*names, "nothing happens"]) + " |", "|---" * (len(names) + 2) + "|"]
    rows: list[list[Score]] = [list(row) for row in zip(*(found[n].scores for n in names), strict=True)]
    for number, row in enumerate(rows, start=1):
        cells = [f"{short(s.quantiles[1])} {mark(s.inside)}" for s in row]
        cells.append(f"{short(row[0].null_median)} {mark(row[0].null_inside)}")
        lines.append(f"| {number} | " + " | ".join(cells) + " |")
    hits = [[s.inside for s in found[n].scores] for n in names]
    hits.append([s.null_inside for s in found[names[0]].scores])
    totals: dict[str, Sequence[int]] = {"of all": [sum(marks) for marks in hits]}
    if found[names[0]].plan.scenario.name == EPISODE:
        telling, hard = zip(*(counted(marks) for marks in hits), strict=True)
        totals = {"of the eleven": telling, "of the hard five": hard} | totals
    for what, total in totals.items():
        lines.append(f"| **{what}** | " + " | ".join(f"**{count}**" for count in total) + " |")
    means = [short(found[n].means[0]) for n in names] + [short(found[names[0]].means[1])]
    lines.append("| **mean score** | " + " | ".join(f"**{mean}**" for mean in means) + " |")
    return "\n".join(lines)


def short(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}"


def mark(inside: bool) -> str:
    """Whether the median lies within what was observed."""
    return "✓" if inside else "·"


if __name__ == "__main__":
    main(sys.argv[1:])
