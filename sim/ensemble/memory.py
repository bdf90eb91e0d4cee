"""Freed memory stays with the process: a tick makes and drops arrays of the same sizes again and again.

An allocator that gives each back to the system makes the next one of fresh pages, which costs several times what is
computed in it.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

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
