"""Where arrays lie: those that stay in one block, and memory that is freed stays with the process.

A tick makes and drops arrays of the same sizes again and again. An allocator that gives each back to the system makes
the next one of fresh pages, which costs several times what is computed in it. And numpy asks the system for large
pages where an array is large: many arrays that are read in turn need far fewer entries of the page table then.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from functools import cache
from itertools import accumulate

import numpy as np

from sim.axes import Floats

KIBIBYTE = 1024
ARRAYS = 16 * KIBIBYTE**2  # bytes: larger ones come from the system, and go back to it
KEPT = 64 * KIBIBYTE**2  # bytes that may lie idle at the top of the heap
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt


@cache
def keep_freed_memory() -> None:
    """Ask glibc to keep what is freed; other allocators do so by themselves, or know no such wish."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, ARRAYS)


def side_by_side(rows: Mapping[str, int], replicates: int) -> dict[str, Floats]:
    """Arrays by name, (rows, R), in one block of memory; what they hold is not said."""
    ends = list(accumulate(rows.values(), initial=0))
    block = np.empty((ends[-1], replicates))
    return {name: block[first : first + count] for (name, count), first in zip(rows.items(), ends, strict=False)}
