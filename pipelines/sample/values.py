"""Values that archetypes are told in: some of these, a day in that window, more than was declared.

What belongs here: small makers of `Value`, none of which knows a feed. Money is in 分 (1/100 元) throughout the sample.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from pipelines.domain.dates import months_before
from pipelines.sample.archetype import SLOTS, Column, Draw
from pipelines.sample.chance import Ints, pick, weighted

Maker = Callable[[Draw], Column]


def one_of(*options: str | None, weights: Sequence[float] | None = None) -> Maker:
    """One of these texts or codes, null among them where wanted."""
    table = pl.Series(list(options), dtype=pl.String)
    chances = [1.0] * len(options) if weights is None else weights

    def make(draw: Draw) -> Column:
        return table.gather(weighted(draw.rng, draw.size, chances))

    return make


def amount(*options: int) -> Maker:
    """One of these amounts, in 分."""
    return lambda draw: np.asarray(pick(draw.rng, options, draw.size), dtype=np.int64)


def amount_between(low: int, high: int) -> Maker:
    """Any amount in 分 from low to high, both included."""
    return lambda draw: draw.rng.integers(low, high + 1, draw.size)


def above_declared(least: int, most: int) -> Maker:
    """An amount in 分 that exceeds the declared income (empty = 0) by `least` to `most`."""

    def make(draw: Draw) -> Column:
        return _declared(draw) + draw.rng.integers(least, most + 1, draw.size)

    return make


def at_most_declared() -> Maker:
    """An amount in 分 up to the declared income; often just as much."""

    def make(draw: Draw) -> Column:
        declared = _declared(draw)
        less = (declared * draw.rng.random(draw.size)).astype(np.int64)
        return np.where(draw.rng.random(draw.size) < 0.5, declared, less)  # noqa: PLR2004 (half of them)

    return make


def part_of_declared(numerator: int, denominator: int, plus: int) -> Maker:
    """A fraction of the declared income, rounded down, plus so many 分."""

    def make(draw: Draw) -> Column:
        return _declared(draw) * numerator // denominator + plus

    return make


def day(months: int, days: int = 0) -> Maker:
    """The day `months` calendar months before as_of, moved by `days` (positive = later)."""

    def make(draw: Draw) -> Column:
        return _constant_day(draw, months, days)

    return make


def days_between(oldest: int, newest: int) -> Maker:
    """A day at least `newest` and at most `oldest` months before as_of, both ends included."""

    def make(draw: Draw) -> Column:
        first = np.datetime64(months_before(draw.as_of, oldest)).astype(np.int64)
        last = np.datetime64(months_before(draw.as_of, newest)).astype(np.int64)
        return _as_dates(draw.rng.integers(first, last + 1, draw.size))

    return make


def perhaps(value: Maker, share: float) -> Maker:
    """The value for this share of the rows, null for the others."""

    def make(draw: Draw) -> Column:
        column = pl.Series(value(draw))
        keep = pl.Series(draw.rng.random(draw.size) < share)
        return pl.select(pl.when(pl.lit(keep)).then(pl.lit(column))).to_series()

    return make


def numbered(form: Callable[[Ints], pl.Series], slot: int = 0) -> Maker:
    """A number of the subject's own, made from its serial; the same slot gives the same number again."""
    return lambda draw: form(draw.serials * SLOTS + slot)


def counted_text(before: str, after: str, below: int | None = None, slot: int = 0) -> Maker:
    """A text with a number in it: the subject's own number, or one drawn below a bound (so that many share it)."""

    def make(draw: Draw) -> Column:
        numbers = draw.serials * SLOTS + slot if below is None else draw.rng.integers(1, below, draw.size)
        return pl.select(pl.lit(before) + pl.lit(pl.Series(numbers)).cast(pl.String) + pl.lit(after)).to_series()

    return make


def _declared(draw: Draw) -> Ints:
    declared: Ints = draw.subjects["declared"].fill_null(0).to_numpy().astype(np.int64)
    return declared


def _constant_day(draw: Draw, months: int, days: int) -> Column:
    exact = months_before(draw.as_of, months) + timedelta(days=days)
    return pl.select(pl.repeat(pl.lit(exact), draw.size, dtype=pl.Date)).to_series()


def _as_dates(days: Ints) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)
