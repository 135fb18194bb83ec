"""Planting: who gets which archetype, the rows that come of it, and the truth about them.

What belongs here: dealing archetypes to subjects and turning them into clean rows, for roster persons and for outsiders
alike. Nothing here knows a rule: the findings are those that the archetypes were written with.
"""

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipelines.sample.archetype import SUBJECTS, Archetype, Draw, Findings, Row, SampleFeed, Value
from pipelines.sample.chance import Bools, Ints, shares
from pipelines.sample.identity import outsider_numbers
from pipelines.sample.names import names, surnames

TRUTH: Final = pl.Schema(
    {
        "household_id": pl.String,
        "id_number": pl.String,
        "rule_id": pl.String,
        "outcome": pl.String,
        "record_key": pl.String,
        "why": pl.String,
    }
)
"""Grain: one row per finding that a correct engine raises: household, person, rule, record key. `why`: the archetype."""

Deal = list[tuple[Archetype, pl.DataFrame, Ints]]
"""Archetypes with their subjects and these subjects' serials."""

_FIRST_OUTSIDER: Final = 10_000_000
"""Serials below are the roster's: outsiders' plates, units and firms are never the same."""
_NAME_STOCK: Final = 20_000
_UNLIKE_NAME: Final = 0.015
_NO_NAME: Final = 0.02


def deal(rng: np.random.Generator, feed: SampleFeed, subjects: pl.DataFrame) -> Deal:
    """Give every archetype its share of the fit subjects, and every subject at most one archetype.

    Args:
        rng: the stream to draw from.
        feed: the feed with its archetypes, which are served in their order.
        subjects: columns of `SUBJECTS`.

    Returns:
        The archetypes that found a subject.
    """
    order = rng.permutation(subjects.height).astype(np.int64)
    is_free = np.ones(subjects.height, dtype=np.bool_)
    fits = {who: _fit(subjects, who) for who in {archetype.who for archetype in feed.archetypes}}
    dealt: Deal = []
    for archetype in feed.archetypes:
        candidates = order[(fits[archetype.who] & is_free)[order]]
        taken = np.sort(candidates[: max(1, round(archetype.share * subjects.height))])
        is_free[taken] = False
        if len(taken):
            dealt.append((archetype, subjects[taken], taken))
    return dealt


def _fit(subjects: pl.DataFrame, who: str) -> Bools:
    is_kind = {
        "common": pl.col("kind") != "stopped",
        "adult": (pl.col("kind") == "common") & pl.col("is_adult"),
        "elder": (pl.col("kind") == "common") & pl.col("is_elder"),
        "pair": (pl.col("kind") != "stopped") & pl.col("id_number_1").is_not_null(),
    }
    return subjects.select(is_kind.get(who, pl.col("kind") == who)).to_series().to_numpy().astype(np.bool_)


def outsiders(rng: np.random.Generator, feed: SampleFeed, first: int, rows: int, as_of: date) -> Deal:
    """Deal the feed's archetypes to people who are not on the roster, until they make so many rows.

    Args:
        rng: the stream to draw from.
        feed: the feed with its archetypes; those that need a household of several are left out.
        first: how many outsiders this feed has had already.
        rows: about how many rows are wanted.
        as_of: the comparison date.

    Returns:
        Archetypes with outsiders; every outsider once.
    """
    common = [one for one in feed.archetypes if one.is_background and one.who in {"common", "adult", "elder"}]
    weights = [one.share for one in common]
    per_subject = sum(one.share * len(one.rows) for one in common) / sum(weights)
    counts = shares(max(round(rows / per_subject), 1), weights)
    serials = _FIRST_OUTSIDER + first + rng.permutation(int(counts.sum())).astype(np.int64)
    stock = names(rng, surnames(rng, _NAME_STOCK))
    size = len(serials)
    people = pl.DataFrame(
        {
            "id_number_0": outsider_numbers(serials - _FIRST_OUTSIDER, as_of),
            "name_0": stock.gather(rng.integers(0, _NAME_STOCK, size)),
            "declared": pl.Series(rng.integers(0, 900, size) * 100),
        }
    )
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in SUBJECTS.items() if name not in people.columns]
    people = people.with_columns(absent).select(SUBJECTS.names())
    ends = np.cumsum(counts)
    return [
        (archetype, people[int(end - count) : int(end)], serials[int(end - count) : int(end)])
        for archetype, count, end in zip(common, counts, ends, strict=True)
        if count
    ]


def rows_of(rng: np.random.Generator, feed: SampleFeed, dealt: Deal, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The clean rows of dealt archetypes, and what a correct engine finds in them.

    Args:
        rng: the stream to draw from.
        feed: the feed.
        dealt: archetypes with their subjects.
        as_of: the comparison date.

    Returns:
        Rows (`id_number`, `name` and the feed's fields) and their truth (columns of `TRUTH`).
    """
    rows, truths = [], [TRUTH.to_frame()]
    for archetype, subjects, serials in dealt:
        for row in archetype.rows:
            made = _row(Draw(rng, subjects, serials, as_of), feed, row)
            rows.append(made)
            if row.findings:
                persons = subjects.get_column(f"id_number_{row.holder}")
                key = made.select(feed.record_key.alias("key")).to_series()
                truths.append(_truth(archetype, subjects["household_id"], persons, row.findings, key))
        if archetype.household_findings:
            homes, heads = subjects["household_id"], subjects["head_id_number"]
            truths.append(_truth(archetype, homes, heads, archetype.household_findings, homes))
    together = pl.concat(rows, how="vertical_relaxed") if rows else _row(_nobody(as_of), feed, Row({}))
    return together, pl.concat(truths)


def with_other_names(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out some names and let others differ from the roster's, as departments have them (match grade B)."""
    drawn = pl.Series(rng.random(rows.height))
    other = names(rng, surnames(rng, rows.height))
    name = pl.when(drawn < _UNLIKE_NAME).then(pl.lit(other)).when(drawn >= _UNLIKE_NAME + _NO_NAME).then(pl.col("name"))
    return rows.with_columns(name=name)


def _nobody(as_of: date) -> Draw:
    """No subjects: for a feed in which nobody has an archetype, which still has its columns."""
    return Draw(np.random.default_rng(0), SUBJECTS.to_frame(), np.zeros(0, dtype=np.int64), as_of)


def _row(draw: Draw, feed: SampleFeed, row: Row) -> pl.DataFrame:
    values = {**feed.ordinary, **row.fields}
    columns = {
        "id_number": draw.subjects.get_column(f"id_number_{row.holder}"),
        "name": draw.subjects.get_column(f"name_{row.holder}"),
    }
    return pl.DataFrame(columns | {field: _column(draw, field, value) for field, value in values.items()})


def _column(draw: Draw, field: str, value: Value) -> pl.Series:
    """One column: dates as dates, whole numbers (分) as such, anything else as text."""
    return pl.Series(field, value(draw)) if callable(value) else pl.Series(field, [value]).new_from_index(0, draw.size)


def _truth(
    archetype: Archetype, homes: pl.Series, persons: pl.Series, findings: Findings, key: pl.Series
) -> pl.DataFrame:
    base = pl.DataFrame({"household_id": homes, "id_number": persons, "record_key": key})
    parts = [
        base.with_columns(rule_id=pl.lit(rule), outcome=pl.lit(outcome), why=pl.lit(archetype.name))
        for rule, outcome in findings
    ]
    return pl.concat(parts).select(TRUTH.names()).cast(TRUTH)
