"""Labels of dated events can be read: none touches another, none leaves the picture, however many there are."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.analysis import event_labels
from sim.analysis.event_labels import MOST, labels_of, places
from sim.analysis.figures import panels_of, picture
from sim.analysis.measures import Measure
from sim.analysis.scores import Score, carried_of, values_of
from sim.analysis.targets import Reading, Target
from sim.definitions.items import Event, Item
from sim.ensemble.clock import Horizon
from sim.record.observer import Observation, Series

HORIZON = Horizon(date(2025, 1, 1), date(2026, 12, 31), 7)
EXPORTS = Item("exports", region="HO")
EDGES = np.array([0, HORIZON.days])
SERIES = {EXPORTS: Series(EXPORTS, EDGES, (np.array([[0.0, 0.0], [700.0, 600.0]]),))}
LONG = "a-tariff-on-everything-that-anybody-might-think-of-and-on-all-else-besides"


def drawn(events: list[Event]) -> Figure:
    """The picture of one series, with events."""
    observed, null = Observation(HORIZON, SERIES, events), Observation(HORIZON, SERIES, [])
    target = Target("seen", Reading(EXPORTS, Measure.read("mean"), 0, 30, "exports HO"), None, "1", 0.5, 1.5, "made up")
    values = values_of(target, observed), values_of(target, null), carried_of(target, null)
    (panel,) = panels_of([Score(target, *values)])
    return picture(panel, observed, null)


def labels(figure: Figure) -> list[Text]:
    return [text for text in figure.axes[0].texts if text.get_gid() == "event"]


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """All words over the axes as they stand in the file: labels of events, definition, title."""
    figure.draw_without_rendering()
    (axes,) = figure.axes
    written = set(axes.findobj(Text)) - set(axes.get_yticklabels())
    words = [text for text in written if text.get_text() and text.get_window_extent().y0 > axes.bbox.y1]
    return [(text.get_text(), text.get_window_extent()) for text in words]


def near_dates(count: int, subject: str, first: date, step: int) -> list[Event]:
    """Events of as many subjects, a few days apart."""
    return [Event(first + timedelta(days=step * n), "announced, in force", subject.format(n=n)) for n in range(count)]


MIDDLE, LAST = date(2025, 4, 4), HORIZON.end - timedelta(days=1)
CROWDS = [
    (1, 1, MIDDLE, LONG),
    (8, 0, MIDDLE, "tariff-{n}"),
    (8, 2, HORIZON.start, "$x_{n}"),
    (8, 0, LAST, LONG + "-{n}"),
    (40, 1, MIDDLE, "tariff-{n}"),
    (40, 0, HORIZON.start, LONG + "-{n}"),
    (40, 1, LAST, "tariff-{n}"),
]


@pytest.mark.parametrize(("count", "step", "first", "subject"), CROWDS)
def test_no_label_touches_another_or_leaves_the_picture(count: int, step: int, first: date, subject: str) -> None:
    events = near_dates(count, subject, first, step)
    figure = drawn(events)
    fitting = sum(event.date <= HORIZON.end for event in events)
    assert len(labels(figure)) == min(fitting, MOST)
    found = [box for _, box in boxes(figure)]
    assert len(found) == len(labels(figure)) + 2
    assert not [pair for pair in combinations(found, 2) if pair[0].overlaps(pair[1])]
    page = figure.bbox
    assert all(page.x0 <= box.x0 < box.x1 <= page.x1 and page.y0 <= box.y0 < box.y1 <= page.y1 for box in found)


def test_a_label_stands_over_its_day_where_there_is_room() -> None:
    """Three are far apart; of two on one day, both move as far."""
    days = [date(2025, 2, 1), date(2025, 9, 1), date(2026, 6, 1)]
    figure = drawn([Event(day, "in force", "licence") for day in days] + [Event(days[1], "in force", "ban")])
    found = [box for said, box in boxes(figure) if "in force" in said]
    first, *both, last = sorted(float(box.x0 + box.x1) / 2 for box in found)
    wanted = [figure.axes[0].transData.transform((HORIZON.day(day), 0))[0] for day in days]
    assert [first, sum(both) / 2, last] == pytest.approx(wanted, abs=1)
    assert 1 < both[1] - wanted[1] < 10


def test_of_what_is_too_long_the_middle_is_left_out() -> None:
    """What happened stands at the end."""
    (text,) = labels(drawn([Event(date(2025, 4, 4), "in force", LONG)]))
    head, _, tail = text.get_text().partition("…")
    assert head.startswith("2025-04-04 a-tariff-on-every")
    assert f"{LONG} in force".endswith(tail)
    assert tail.endswith("besides in force")


def test_a_note_counts_the_events_that_have_no_label() -> None:
    """Forty on following days from 1 April on: thirty-one are named, nine are not: from 2 May to 10 May."""
    labelled = labels_of(near_dates(40, "s{n}", date(2025, 4, 1), 1), HORIZON)
    assert len(labelled) == MOST == 32
    assert labelled[-2].words == "2025-05-01 s30 announced, in force"
    assert labelled[-1].words == "9 more events without a label, 2025-05-02 to 2025-05-10"
    assert labelled[-1].day == HORIZON.day(date(2025, 5, 2))


def test_near_events_of_one_subject_share_a_label() -> None:
    events = [
        Event(date(2025, 4, 5), "in force", "tariff"),
        Event(date(2025, 4, 5), "announced", "tariff"),
        Event(date(2025, 4, 9), "rate changes", "tariff"),
        Event(date(2025, 4, 6), "in force", "ban"),
        Event(date(2025, 5, 1), "lifted", "tariff"),
    ]
    assert [label.words for label in labels_of(events, HORIZON)] == [
        "2025-04-05 tariff announced, in force, 04-09 rate changes",
        "2025-04-06 ban in force",
        "2025-05-01 tariff lifted",
    ]


def test_events_before_the_start_stand_at_it_and_those_after_the_end_nowhere() -> None:
    events = [Event(date(2024, 12, 1), "in force", "ban"), Event(date(2027, 1, 1), "lifted", "ban")]
    assert [(label.day, label.words) for label in labels_of(events, HORIZON)] == [(0, "2024-12-01 ban in force")]
    figure = drawn(events)
    upright = [line for line in figure.axes[0].lines if list(line.get_ydata()) == [0, 1]]  # type: ignore[arg-type]
    assert [list(line.get_xdata()) for line in upright] == [[0, 0]]  # type: ignore[arg-type]


def test_a_picture_without_events_is_no_higher() -> None:
    assert drawn([]).get_size_inches().tolist() == [10.0, 5.0]
    assert drawn([Event(date(2025, 4, 4), "in force", "ban")]).get_size_inches()[1] > 5.5


@pytest.mark.parametrize("wanted", [[0.0], [9.0, 9.0, 9.9], [5.0] * 10, [0.0, 0.1, 4.9, 5.0, 10.0]])
def test_places_are_a_pitch_apart_and_within_the_ends(wanted: list[float]) -> None:
    found = places(np.array(wanted), 1.0, 0.0, 10.0)
    assert (np.diff(found) >= 1 - 1e-12).all()
    assert found.min() >= 0.5 - 1e-12
    assert found.max() <= 9.5 + 1e-12


def test_as_many_labels_as_are_allowed_fit_side_by_side() -> None:
    """Letters of 6 points over axes of some 9 inches."""
    assert MOST * event_labels.SIZE * 1.6 < 8.5 * event_labels.POINTS
