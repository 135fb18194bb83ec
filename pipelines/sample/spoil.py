"""Rows that a dirty delivery has too many, or that nobody can read.

What belongs here: repeated and superseded rows (on clean rows) and rows that have to be quarantined or skipped (on
texts). They come on top of the rows that the truth was written for and never stand in for one, so the truth holds.
"""

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from connectors.contract import UNKNOWN
from pipelines.sample.archetype import SampleFeed
from pipelines.sample.chance import Ints
from pipelines.sample.identity import ROSTER_PREFIXES, citizen_numbers

_DUPLICATE_SHARE: Final = 0.01
_SUPERSEDED_SHARE: Final = 0.01
_ODD_SHARE: Final = 0.01
_BAD_SHARE: Final = 0.005
_DOCUMENT_SHARE: Final = 0.004
_MONEY_TWIST: Final = 12_300
_DOCUMENTS: Final = ("E12345678", "H6012345601", "EA1234567", "92500103MA0000CT7A", "92500103MA13WRMN4B")
"""A passport, a permit from Hong Kong, another passport, two firms: all of them other documents (feeds.md section 2)."""
_WAYS_TO_SPOIL: Final = 8


def with_rare_names_unreadable(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """Write characters outside the Basic Multilingual Plane as `?` or `□` in half of the names; they match any one."""
    is_rare = pl.col("name").str.contains(r"[\x{10000}-\x{10FFFF}]")
    mark = pl.lit(pl.Series(["?", "□"]).gather(rng.integers(0, 2, rows.height)))
    replaced = pl.col("name").str.replace(r"[\x{10000}-\x{10FFFF}]", mark)
    is_hit = pl.lit(pl.Series(rng.random(rows.height) < 0.5))  # noqa: PLR2004 (half of them)
    return rows.with_columns(name=pl.when(is_rare & is_hit).then(replaced).otherwise(pl.col("name")))


def with_unknown_codes(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """Leave some roster cells empty or odd where the contract says what that means: active, covered."""
    drawn = pl.Series(rng.random(rows.height))
    is_active, is_covered = pl.col("status") == "active", pl.col("covered") == "yes"
    status = pl.when(is_active & (drawn < _ODD_SHARE)).then(pl.lit(UNKNOWN)).when(is_active & (drawn < 2 * _ODD_SHARE))
    covered = pl.when(is_covered & (drawn > 1 - _ODD_SHARE)).then(pl.lit(UNKNOWN))
    return rows.with_columns(
        status=status.then(pl.lit(None, pl.String)).otherwise(pl.col("status")),
        covered=covered.otherwise(pl.col("covered")),
    )


def repeated(rng: np.random.Generator, rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Some of the rows once more, to be delivered after them; only rows whose natural key is complete."""
    return _some(rng, rows.drop_nulls(["id_number", *key]), rows.height, _DUPLICATE_SHARE)


def outdated(rng: np.random.Generator, rows: pl.DataFrame, feed: SampleFeed) -> pl.DataFrame:
    """What some rows said before they were corrected, to be delivered before them."""
    field, usual, other = feed.twist
    chosen = _some(rng, rows.drop_nulls(["id_number", *feed.key]), rows.height, _SUPERSEDED_SHARE)
    value = pl.when(pl.col(field).eq_missing(pl.lit(usual))).then(pl.lit(other)).otherwise(pl.lit(usual))
    return chosen.with_columns(value.alias(field))


def outdated_incomes(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """What some roster rows said of the income before they were corrected."""
    chosen = _some(rng, rows, rows.height, _SUPERSEDED_SHARE)
    return chosen.with_columns(monthly_income=pl.col("monthly_income").fill_null(0) + _MONEY_TWIST)


def unreadable(rng: np.random.Generator, rows: pl.DataFrame, texts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Rows whose identity number is none; each way to spoil one is there.

    Args:
        rng: the stream to draw from.
        rows: clean rows, whose numbers are spoilt.
        texts: the same rows as texts.
        as_of: the comparison date.

    Returns:
        Text rows to be quarantined; well below `max_bad_share` of the rows, or fewer than 20.
    """
    at = _chosen(rng, rows.height, max(_WAYS_TO_SPOIL, round(rows.height * _BAD_SHARE)))
    right = rows["id_number"].gather(at)
    return texts[at].with_columns(id_number=_spoilt(right, as_of))


def documents(rng: np.random.Generator, texts: pl.DataFrame) -> pl.DataFrame:
    """Rows about passports, permits and firms, which are skipped."""
    at = _chosen(rng, texts.height, max(len(_DOCUMENTS), round(texts.height * _DOCUMENT_SHARE)))
    turn = np.arange(len(at)) % len(_DOCUMENTS)
    return texts[at].with_columns(id_number=pl.Series(_DOCUMENTS).gather(turn))


def _some(rng: np.random.Generator, fit: pl.DataFrame, size: int, share: float) -> pl.DataFrame:
    return fit[np.sort(rng.permutation(fit.height)[: max(2, round(size * share))])]


def _chosen(rng: np.random.Generator, size: int, wanted: int) -> Ints:
    return rng.integers(0, size, wanted if size else 0).astype(np.int64)


def _spoilt(right: pl.Series, as_of: date) -> pl.Series:
    """Every way to spoil a number, in turn."""
    size = len(right)
    turn = pl.lit(pl.Series(np.arange(size) % _WAYS_TO_SPOIL))
    number = pl.lit(right)
    last = number.str.tail(1)
    wrong_check = number.str.head(17) + pl.when(last == "7").then(pl.lit("3")).otherwise(pl.lit("7"))
    exponent = number.str.head(1) + "." + number.str.slice(1, 5) + "E+17"
    tomorrow = np.datetime64(as_of).astype(np.int64) + 400
    unborn = citizen_numbers(np.full(size, ROSTER_PREFIXES[0]), np.full(size, tomorrow), np.arange(size) % 1000)
    ways = [
        wrong_check,
        exponent,
        pl.lit(None, pl.String),
        number.str.head(16),
        number + "012",
        pl.lit(unborn),
        pl.lit(_thirtieth_of_february(size)),
        number.str.head(17) + "A",
    ]
    chain = ways[0]
    for position, way in enumerate(ways[1:], start=1):
        chain = pl.when(turn == position).then(way).otherwise(chain)
    return pl.select(chain.alias("id_number")).to_series()


def _thirtieth_of_february(size: int) -> pl.Series:
    """Numbers with a right check digit and a day that never was."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    bodies = [f"{ROSTER_PREFIXES[0]}19800230{order % 1000:03}" for order in range(size)]
    checks = ["10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11] for body in bodies]
    return pl.Series([body + check for body, check in zip(bodies, checks, strict=True)], dtype=pl.String)
