"""Random streams with names: one counter-based generator a quantity, the replicate its counter.

Replicate k draws the same number for a quantity whatever other quantities, replicates or instruments there are.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from sim.axes import Floats, Ints
from sim.renamed import first_name

WORDS = 4  # 64-bit words that Philox gives for one value of its counter
MANTISSA = 53  # bits of a float64


def _philox(seed: int, name: str, block: int, occurrence: int) -> np.random.Philox:
    key = np.frombuffer(sha256(f"{seed}\0{first_name(name)}".encode()).digest()[:16], np.uint64)
    return np.random.Philox(key=key, counter=np.array([block, occurrence, 0, 0], np.uint64))


def uniforms(seed: int, name: str, replicates: range, occurrence: int = 0) -> Floats:
    """Uniform draws in (0, 1) of one quantity for some replicates.

    Parameters
    ----------
    seed
        Of the ensemble.
    name
        Of the quantity, such as ``china-licence.processing.median``; another name, other draws.
    replicates
        Consecutive numbers of replicates.
    occurrence
        Which draw of the quantity: the n-th outage of a facility is occurrence n.

    Returns
    -------
    (R,) array, share of 1

    Examples
    --------
    A replicate draws the same alone and among others.

    >>> bool(uniforms(7, "x", range(5, 6))[0] == uniforms(7, "x", range(0, 10))[5])
    True
    """
    first, last = replicates.start // WORDS, (replicates.stop - 1) // WORDS
    words = _philox(seed, name, first, occurrence).random_raw((last - first + 1) * WORDS)
    words = words[replicates.start - first * WORDS :][: len(replicates)]
    return ((words >> np.uint64(64 - MANTISSA)).astype(np.float64) + 0.5) / 2.0**MANTISSA


def bootstrap_indices(name: str, n: int, draws: int) -> Ints:
    """(draws, n) indices below n, drawn with replacement; the same for the same name."""
    return np.random.Generator(_philox(0, name, 0, 0)).integers(0, n, (draws, n)).astype(np.intp)
