"""What cleaning a column gives, and two ways to get there: typed columns as text, distinct values once.

What belongs here: the frame around the functions that clean one kind of value each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

_EXACT_WHOLE_FLOAT = 1e15


@dataclass(frozen=True)
class Cleaned:
    """One column after cleaning: its values, and where something was wrong.

    `refused` names for each row why it has to be quarantined (null: it has not); `unparsed` marks texts that became
    null, `bad_check` kept values whose check character is wrong. None stands for nowhere.
    `is_dated` tells that a value would have been cleaned otherwise on a later snapshot date.
    """

    value: pl.Series
    refused: pl.Series | None = None
    unparsed: pl.Series | None = None
    bad_check: pl.Series | None = None
    is_dated: bool = False


def as_text(column: pl.Series) -> pl.Series:
    """A column of any flat type as the text that a spreadsheet would show.

    Whole floats lose their `.0` as long as a float holds them exactly (up to 15 digits); longer ones keep it, so that a
    number that was rounded on the way can be told.
    """
    dtype = column.dtype
    if dtype == pl.String:
        return column
    if dtype.is_float():
        return _float_text(column)
    if dtype == pl.Boolean:
        return column.cast(pl.Int8).cast(pl.String)
    if isinstance(dtype, pl.Datetime):
        return column.dt.replace_time_zone(None).dt.to_string("%Y-%m-%d %H:%M:%S")
    if dtype.is_nested() or dtype == pl.Null:
        return pl.Series(column.name, [None] * len(column), dtype=pl.String)
    return column.cast(pl.String, strict=False)


def _float_text(column: pl.Series) -> pl.Series:
    number = pl.col("n")
    is_whole = (number == number.round(0)) & number.is_finite()
    is_exact = is_whole & (number.abs() < _EXACT_WHOLE_FLOAT)
    is_long = is_whole & (number.abs() < 2.0**63)
    whole = pl.when(is_long).then(number).cast(pl.Int64).cast(pl.String)
    text = (
        pl.when(is_exact)
        .then(whole)
        .when(is_long)
        .then(whole + ".0")
        .when(number.is_finite())
        .then(number.cast(pl.String))
    )
    return column.cast(pl.Float64).alias("n").to_frame().select(text.alias(column.name)).to_series()


def over_distinct(column: pl.Series, parse: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """`parse` of a column, worked out once for each distinct value where values repeat (dates, codes, amounts)."""
    distinct = column.unique()
    if len(distinct) * 2 > len(column):
        return parse(column)
    table = parse(distinct).with_columns(distinct.alias("__value"))
    rows = column.alias("__value").to_frame()
    return rows.join(table, on="__value", how="left", nulls_equal=True, maintain_order="left").drop("__value")


def filled(column: pl.Series, value: str) -> pl.Series:
    """A text column with `value` in place of null."""
    return column.fill_null(value) if column.null_count() else column
