"""Chance by label: every part of the sample draws from a stream of its own.

What belongs here: random streams and what is drawn from them without knowing the field. A stream depends on the seed
and its label alone, so a new feed or another chunk size elsewhere does not change what the others get.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def stream(seed: int, *labels: str | int) -> np.random.Generator:
    """A random stream for one purpose.

    Args:
        seed: the sample's seed, not negative.
        labels: what the stream is for, for example ("vehicle", "background", 3).

    Returns:
        A generator that is the same for the same seed and labels on every machine.
    """
    digest = hashlib.sha256("/".join(str(label) for label in labels).encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int.from_bytes(digest[:8], "big")])))


def weighted(rng: np.random.Generator, size: int, weights: Sequence[float]) -> Ints:
    """Draw `size` positions 0…len(weights)-1, each as likely as its weight (weights need not add up to 1)."""
    bounds = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(bounds, rng.random(size) * bounds[-1], side="right")
    positions: Ints = np.minimum(drawn, len(weights) - 1).astype(np.int64)
    return positions


def shares(total: int, weights: Sequence[float]) -> Ints:
    """Split `total` into whole numbers in proportion to the weights, by largest remainder; adds up exactly."""
    parts = np.asarray(weights, dtype=np.float64)
    if total <= 0 or parts.sum() <= 0:
        return np.zeros(len(parts), dtype=np.int64)
    exact = parts * total / parts.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]
    whole[rest] += 1
    return whole


def pick(rng: np.random.Generator, options: Sequence[Any], size: int, weights: Sequence[float] | None = None) -> Any:  # noqa: ANN401 (an array of whatever the options are)
    """Draw `size` of the options into a numpy array of their kind."""
    table = np.asarray(options)
    at = rng.integers(0, len(options), size) if weights is None else weighted(rng, size, weights)
    return table[at]
