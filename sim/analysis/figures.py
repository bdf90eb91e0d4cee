"""Figures of a hindcast: a series a picture, its band over replicates, what was observed, and what happened when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis import event_labels
from sim.analysis.measures import UNTIL, quotient
from sim.analysis.scores import LEVELS, Score
from sim.analysis.targets import Reading
from sim.axes import Floats
from sim.definitions.variables import VARIABLES
from sim.ensemble.clock import Horizon
from sim.record.observer import Observation
from sim.results import statistics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE, DPI = (10.0, 5.0), 120
SIMULATED, NOTHING, SEEN, HIT, MISSED, EVENT = "#1f5f99", "#808080", "#f0b030", "#2a8a3a", "#c02020", "#505050"
BELOW, ABOVE = 6.0, 20.0  # points from labels to the foot of the definition, and of the title
LONGEST = 80  # letters of a file's name
LEAST_WIDTH = 0.01  # of a box, as a share of the horizon
QUARTERS = (1, 4, 7, 10)  # months in which they begin
MEANT = {"max": "highest", "min": "lowest", "first": "first day", "last": "last day"}


@dataclass(frozen=True)
class Panel:
    """One picture: a series, what it is divided by, and the scores that it shows."""

    scores: Sequence[Score]

    @property
    def top(self) -> Reading:
        """The series."""
        return self.scores[0].target.top

    @property
    def base(self) -> Reading | None:
        """What it is divided by."""
        return self.scores[0].target.base

    @property
    def moves(self) -> bool:
        """Whether it is divided by another series of the same days, not by one number a replicate."""
        return self.base is not None and self.base.item != self.top.item and _days(self.base) == _days(self.top)

    @property
    def title(self) -> str:
        """What it shows, in the words of the table; what both series are about is said once."""
        if self.base is None or self.base.item == self.top.item:
            return self.top.about
        top, _, about = self.top.about.partition(" ")
        base, _, same = self.base.about.partition(" ")
        return f"{top} ÷ {base} {about}" if about == same else f"{self.top.about} ÷ {self.base.about}"

    def unit(self, horizon: Horizon) -> str:
        """What its height means."""
        if self.base is None:
            return "share" if self.top.item.unit == "1" else self.top.item.unit
        if self.moves:
            return "ratio"
        return f"÷ {self.base.measure.word} of {horizon.date(self.base.first)} to {horizon.date(self.base.last)}"

    def values(self, observation: Observation) -> Floats | None:
        """(D, R): the series on every day; nothing where it does not exist."""
        last = observation.horizon.days - 1
        if not all(item in observation.series for item in self.scores[0].target.items):
            return None
        daily = observation.series[self.top.item].daily(0, last)
        if self.base is None:
            return daily
        below = observation.series[self.base.item]
        bottom = below.daily(0, last) if self.moves else self.base.measure.of(below, *_days(self.base))
        return quotient(daily, np.broadcast_to(bottom, daily.shape))


def _days(reading: Reading) -> tuple[int, int]:
    return reading.first, reading.last


def panels_of(scores: Sequence[Score]) -> list[Panel]:
    """One for each series and what it is divided by, in the order of the scores."""
    panels: dict[object, list[Score]] = {}
    for score in scores:
        panel = Panel([score])
        base = panel.base
        key = (panel.top.item, base.item if base is not None and panel.moves else base)
        panels.setdefault(key, []).append(score)
    return [Panel(group) for group in panels.values()]


def draw(folder: Path, scores: Sequence[Score], observed: Observation, null: Observation) -> None:
    """Draw every panel into a folder, as PNG files with a number and the name of the series."""
    for number, panel in enumerate(panels_of(scores), 1):
        file = folder / f"{number:02d}-{_file_name(panel.top.about)}.png"
        picture(panel, observed, null).savefig(file, metadata={"Software": None})


def picture(panel: Panel, observed: Observation, null: Observation) -> Figure:
    """Draw one panel; as much higher as the labels of its events need."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw(axes, panel, observed, null)
    labels = event_labels.labels_of(observed.events, observed.horizon)
    texts, height = event_labels.write(axes, labels)
    _head(axes, panel, height)
    figure.set_size_inches(SIZE[0], SIZE[1] + height / event_labels.POINTS)
    layout = figure.get_layout_engine()
    assert layout is not None
    layout.execute(figure)
    event_labels.spread(axes, texts)
    return figure


def _file_name(words: str) -> str:
    """Write words as any system can name a file."""
    spelt = words.replace(".*", "").replace("*", "all").replace("→", "to")
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", spelt)[:LONGEST].strip("-.")


def _draw(axes: Axes, panel: Panel, observed: Observation, null: Observation) -> None:
    """Draw one panel."""
    horizon = observed.horizon
    _curves(axes, panel, observed, null)
    for score in panel.scores:
        if score.target.top.measure.word != UNTIL:
            _box(axes, score, horizon)
        elif panel.base is None:
            _wait(axes, score, horizon)
    axes.set_xlim(0, horizon.days)
    axes.set_ylim(bottom=0)
    event_labels.lines(axes, observed.events, horizon)
    _months(axes, horizon)
    axes.set_ylabel(panel.unit(horizon))
    axes.spines[["top", "right"]].set_visible(False)
    axes.figure.legend(loc="outside lower center", ncols=6, fontsize=8, frameon=False)


def _head(axes: Axes, panel: Panel, height: float) -> None:
    """Title and definition, over labels of a height in points."""
    variable = VARIABLES[panel.top.item.name]
    axes.annotate(
        f"{variable.name}: {variable.definition}", (0, 1), xycoords="axes fraction", xytext=(0, height + BELOW),
        textcoords="offset points", fontsize=8, color=EVENT,
    )  # fmt: skip
    axes.set_title(panel.title, fontsize=11, loc="left", pad=height + ABOVE)


def _curves(axes: Axes, panel: Panel, observed: Observation, null: Observation) -> None:
    """Median and band of the simulated series, tick by tick, and the median where nothing happens."""
    ends = np.array([tick.end for tick in observed.horizon.ticks()])
    for observation, colour, name in ((null, NOTHING, "nothing happens"), (observed, SIMULATED, "simulated")):
        values = panel.values(observation)
        if values is None:
            continue
        low, middle, high = statistics.quantiles(np.where(np.isinf(values), np.nan, values)[ends - 1], LEVELS).T
        dashes = "--" if observation is null else "-"
        axes.plot(ends, middle, color=colour, linestyle=dashes, linewidth=1.4, label=f"{name}, median", zorder=2)
        if observation is observed:
            axes.fill_between(ends, low, high, color=colour, alpha=0.2, linewidth=0, label="90 % of the replicates")


def _box(axes: Axes, score: Score, horizon: Horizon) -> None:
    """What was observed, as a box over its days, and what was simulated for it, as a point with its 90 %."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    target, word = score.target, score.target.top.measure.word
    first, last = _days(target.top)
    first, last = {"first": (first, first), "last": (last, last)}.get(word, (first, last))
    days = last + 1 - first
    scale = days if word == "sum" and not Panel([score]).moves else 1
    low, high, *simulated = np.array([target.low, target.high, *score.quantiles]) / scale
    width = max(days, horizon.days * LEAST_WIDTH)
    middle = (first + last + 1) / 2
    if np.isfinite(high):
        box = Rectangle((middle - width / 2, low), width, high - low, facecolor=SEEN, edgecolor=SEEN, alpha=0.45)
        axes.add_patch(box)
        box.set_label(_once(axes, "observed"))
    if np.isfinite(simulated).all():
        _point(axes, score, ([middle] * 3, simulated))
    if word in MEANT and np.isfinite(high):
        axes.annotate(MEANT[word], (middle, high), ha="center", va="bottom", fontsize=7, color=EVENT)


def _wait(axes: Axes, score: Score, horizon: Horizon) -> None:
    """When a level was reached, as a band of days, and when it was simulated to be."""
    target, start = score.target, score.target.top.first
    level = target.top.measure.level
    low, high, *simulated = start + np.minimum([target.low, target.high, *score.quantiles], horizon.days - start)
    axes.axvspan(low, high, color=SEEN, alpha=0.45, label=_once(axes, "observed"))
    axes.axhline(level, color=EVENT, linewidth=0.8, linestyle=":")
    _point(axes, score, (simulated, [level] * 3))


def _point(axes: Axes, score: Score, ends: tuple[Sequence[float], Sequence[float]]) -> None:
    """The median of a target, and a line over 90 % of its replicates; green where the median was observed, else red."""
    colour, words = (HIT, "inside") if score.inside else (MISSED, "outside")
    label = _once(axes, f"simulated for it: {words}")
    axes.plot(*ends, color=colour, linewidth=2, zorder=4)
    axes.plot([ends[0][1]], [ends[1][1]], "o", color=colour, markersize=5, zorder=5, label=label)


def _once(axes: Axes, label: str) -> str:
    """A label for the legend, once."""
    return "" if label in axes.get_legend_handles_labels()[1] else label


def _months(axes: Axes, horizon: Horizon) -> None:
    """Ticks at the beginnings of quarters."""
    days = range(horizon.days)
    starts = [day for day in days if (date := horizon.date(day)).day == 1 and date.month in QUARTERS]
    axes.set_xticks(starts, [horizon.date(day).strftime("%Y-%m") for day in starts])
