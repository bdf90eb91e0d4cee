"""Labels of dated events over a picture: one line each, side by side, each joined to its day by a thin line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sim.definitions.items import Event
from sim.ensemble.clock import Horizon

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

COLOUR, SIZE = "#505050", 6  # of letters, in points
MOST = 32  # labels of one picture, the note on the rest among them
NEAR = 10  # days that are too near one another for two labels of one subject
FAN, HIGHEST = 12.0, 180.0  # points: from the axes up to the letters, and of the longest label
APART = 1.15  # from label to label, in heights of their letters
POINTS = 72  # of an inch


@dataclass(frozen=True)
class Label:
    """What is said of a day."""

    day: int
    words: str


def labels_of(events: Iterable[Event], horizon: Horizon) -> list[Label]:
    """Word the events of a horizon: those of one subject on near days together, and a note on what is too much.

    Examples
    --------
    >>> horizon = Horizon(date(2025, 1, 1), date(2025, 12, 31), 7)
    >>> tariff = [Event(date(2025, 4, day), "rate changes", "tariff") for day in (5, 9)]
    >>> [label.words for label in labels_of([*tariff, Event(date(2025, 6, 1), "lifted", "tariff")], horizon)]
    ['2025-04-05 tariff rate changes, 04-09 rate changes', '2025-06-01 tariff lifted']
    """
    groups = _groups(sorted(event for event in set(events) if event.date <= horizon.end))
    labels = [Label(max(horizon.day(group[0].date), 0), _words(group)) for group in groups]
    if len(labels) <= MOST:
        return labels
    kept, left = MOST - 1, sum(len(group) for group in groups[MOST - 1 :])
    first, last = groups[kept][0].date, max(group[-1].date for group in groups[kept:])
    return [*labels[:kept], Label(labels[kept].day, f"{left} more events without a label, {first} to {last}")]


def _groups(events: Sequence[Event]) -> list[list[Event]]:
    """Events of one subject, each near the one before, in the order of their first days."""
    groups: list[list[Event]] = []
    latest: dict[str, list[Event]] = {}
    for event in events:
        group = latest.get(event.subject, [])
        if group and (event.date - group[-1].date).days <= NEAR:
            group.append(event)
        else:
            groups.append([event])
            latest[event.subject] = groups[-1]
    return groups


def _words(group: Sequence[Event]) -> str:
    """What happened to a subject: the first day in full, of later ones month and day."""
    days: dict[date, list[str]] = {}
    for event in group:
        days.setdefault(event.date, []).append(event.event)
    (first, happened), *later = ((day, ", ".join(dict.fromkeys(each))) for day, each in days.items())
    return ", ".join([f"{first} {group[0].subject} {happened}", *(f"{day:%m-%d} {each}" for day, each in later)])


def lines(axes: Axes, events: Iterable[Event], horizon: Horizon) -> None:
    """A thin line on each day on which something was announced, came into force or ended."""
    for day in sorted({max(horizon.day(event.date), 0) for event in events if event.date <= horizon.end}):
        axes.axvline(day, color=COLOUR, linewidth=0.6, alpha=0.5, zorder=0)


def write(axes: Axes, labels: Sequence[Label]) -> tuple[list[Annotation], float]:
    """Write labels over the axes, each on its day as yet; give them and their height in points, to keep free."""
    texts = [
        axes.annotate(
            label.words, (label.day, 1), xycoords=("data", "axes fraction"), xytext=(0, FAN),
            textcoords="offset points", rotation=90, va="bottom", ha="center", fontsize=SIZE, color=COLOUR,
            annotation_clip=False, parse_math=False, gid="event",
        )
        for label in labels
    ]  # fmt: skip
    for text in texts:
        text.set_in_layout(False)
    return texts, FAN + max((_shortened(text) for text in texts), default=-FAN)


def _shortened(text: Annotation) -> float:
    """Leave out the middle of a label that is too long: what happened stands at its end; its height in points."""
    words = text.get_text()
    keep = len(words)
    while (height := _points(text)[1]) > HIGHEST:
        keep = min(int(keep * HIGHEST / height), keep - 1)
        head = (keep + 1) // 2
        text.set_text(f"{words[:head].rstrip()}…{words[len(words) - (keep - head) :].lstrip()}")
    return height


def _points(text: Annotation) -> tuple[float, float]:
    """How wide and how high a label stands, in points."""
    figure = text.get_figure(root=True)
    assert figure is not None
    box = text.get_window_extent()
    return box.width * POINTS / figure.dpi, box.height * POINTS / figure.dpi


def spread(axes: Axes, texts: Sequence[Annotation]) -> None:
    """Move labels as little as they must not to touch, once the axes have their place; join each to its day."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.transforms import IdentityTransform  # noqa: PLC0415

    if not texts:
        return
    figure = axes.get_figure(root=True)
    assert figure is not None
    scale = figure.dpi / POINTS
    at = np.array([axes.transData.transform((text.xy[0], 0))[0] for text in texts])
    pitch = APART * scale * max(_points(text)[0] for text in texts)
    moved = places(at, pitch, axes.bbox.x0, axes.bbox.x1)
    foot, head = axes.bbox.y1, axes.bbox.y1 + FAN * scale
    for text, old, new in zip(texts, at, moved, strict=True):
        text.xyann = ((new - old) / scale, FAN)
        line = Line2D([old, new], [foot, head - scale], color=COLOUR, linewidth=0.5, alpha=0.7)
        line.set_transform(IdentityTransform())
        figure.add_artist(line)


def places(wanted: np.ndarray, pitch: float, left: float, right: float) -> np.ndarray:
    """Places nearest to the wanted ones (least squares) that are a pitch apart, in their order, between two ends.

    Parameters
    ----------
    wanted : (L,) array
        Ascending.
    pitch, left, right : float
        In the same unit.

    Examples
    --------
    >>> places(np.array([1.0, 5.0, 5.0, 9.9]), 1.0, 0.0, 10.0)
    array([1. , 4.5, 5.5, 9.5])
    """
    from scipy.optimize import isotonic_regression  # noqa: PLC0415

    steps = pitch * np.arange(len(wanted))
    free = isotonic_regression(wanted - steps).x
    return np.clip(free, left + pitch / 2, right - pitch / 2 - steps[-1]) + steps
