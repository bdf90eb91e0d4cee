"""Worker processes: in order, and none left behind, however a run ends."""

import faulthandler
import math
import os
import time
from multiprocessing import active_children
from threading import Thread

import pytest

from sim.ensemble.workers import in_workers
from sim.errors import RunError

pytestmark = pytest.mark.xdist_group("processes")

LONG = 60.0  # seconds, against the one or two that it takes to end


def test_parts_come_back_in_order() -> None:
    assert list(in_workers(2, faulthandler.disable, math.sqrt, [1.0, 4.0, 9.0])) == [1.0, 2.0, 3.0]
    assert not active_children()


def test_a_worker_that_dies_is_reported() -> None:
    with pytest.raises(RunError, match="a worker process died"):
        list(in_workers(1, faulthandler.disable, os._exit, [3]))
    assert not active_children()


def test_who_stops_waiting_ends_the_workers_amid_their_parts() -> None:
    parts = in_workers(2, faulthandler.disable, time.sleep, [0.0, LONG, LONG])
    next(parts)
    began = time.monotonic()
    parts.close()
    assert time.monotonic() - began < 5
    assert not active_children()


def test_workers_end_amid_a_result_that_they_are_sending() -> None:
    """200 MB take longer to send than any of these waits to come to their end."""
    for wait in (0.1, 0.2, 0.3, 0.4):
        parts = in_workers(2, faulthandler.disable, bytes, [1, 200_000_000])
        next(parts)
        time.sleep(wait)
        closing = Thread(target=parts.close, daemon=True)
        closing.start()
        closing.join(LONG / 3)
        assert not closing.is_alive(), f"after {wait} s"
    assert not active_children()
