"""What people typed into the cells to fill, as values.

What belongs here: every way in which a date, a month, an amount or a word of a list is written by hand. What does not:
whether the answer is complete or allowed (`pipelines.casework`), which cells may be filled (`layout`).

Nothing typed is ever taken for something else: what cannot be read is a `Misread` that names row and column, never an
empty cell. What was typed is not quoted in a message, because anything may stand there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from connectors.amounts import STORED, clean_integers, clean_money
from connectors.cleaned import Cleaned
from connectors.dates import clean_dates, clean_months
from connectors.folding import fold, trim
from pipelines.workbooks.layout import Column, Kind
from pipelines.workbooks.sheets import ROW

_TOLD: Final[Mapping[Kind, str]] = {
    "date": "日期读不懂或不存在，请写成 2026-11-03 的样子",
    "month": "月份读不懂或不存在，请写成 2026-11 的样子",
    "number": "应填金额（元），不能是文字或负数，如 1716.50",
    "count": "应填整数，如 3",
}
_TYPES: Final[Mapping[Kind, pl.DataType]] = {
    "date": pl.Date(),
    "month": pl.Date(),
    "number": STORED,
    "count": pl.Int64(),
}
_DASHES: Final = "[‐‑‒–—―−－]+"
# Not with a dot: 11.3 in a cell that holds a number may be the 3rd or the 30th.
_DAY_ALONE: Final = r"^([0-9]{1,2})\s*(?:月|[-/])\s*([0-9]{1,2})\s*[日号]?$"
_ONLY_MONTH: Final = r"^(?:[0-9]{4}[-/.][0-9]{1,2}|(?:[0-9]{4}\s*年\s*)?[0-9]{1,2}\s*月(?:份)?|[0-9]{6})$"
_MONTH_ALONE: Final = r"^([0-9]{1,2})\s*月(?:份)?$"
_MONTH_WITH_WORD: Final = r"^([0-9]{4})\s*年\s*([0-9]{1,2})\s*月份$"
# 2026.1 in a cell that holds a number may be January or October: not read. No other month is written in two ways.
_MONTH_WITH_DOT: Final = r"^([0-9]{4})\.(0?[2-9]|01|1[0-2])$"


@dataclass(frozen=True)
class Misread:
    """A cell that says something which cannot be read.

    Attributes:
        row: the sheet's row.
        key: key of the column.
        told: what is expected, for staff; nothing of what was typed.
    """

    row: int
    key: str
    told: str


def typed_values(rows: pl.DataFrame, columns: Iterable[Column], as_of: date) -> tuple[pl.DataFrame, list[Misread]]:
    """The values of the cells to fill.

    Args:
        rows: `sheet_row` and, by key, the texts of the columns.
        columns: the columns to read; those that `rows` lacks are left out.
        as_of: the comparison date of the workbook's night: a day or month without a year is the one nearest to it.

    Returns:
        The rows with typed columns in place of texts (text and lists: String, date and month: Date, number:
        Decimal, count: Int64; empty cells null), and the cells that could not be read.
    """
    misread: list[Misread] = []
    values = []
    for column in columns:
        if column.key not in rows.columns:
            continue
        read = _read(rows[column.key], column.kind, as_of)
        values.append(read.value.alias(column.key))
        if read.unparsed is not None:
            told = _TOLD[column.kind]
            misread += [Misread(row, column.key, told) for row in rows.filter(read.unparsed)[ROW].to_list()]
    return rows.with_columns(values), misread


def _read(texts: pl.Series, kind: Kind, as_of: date) -> Cleaned:
    if texts.null_count() == len(texts):  # most columns of most workbooks
        return Cleaned(pl.Series(texts.name, [None] * len(texts), dtype=_TYPES.get(kind, pl.String())))
    if kind == "date":
        return _none_dropped(texts, _days(texts, as_of))
    if kind == "month":
        return _none_dropped(texts, clean_months(_with_year(texts, as_of)))
    if kind == "number":
        return clean_money(fold(texts), "元")
    if kind == "count":
        return clean_integers(fold(texts))
    return Cleaned(_word(texts) if kind == "list" else trim(texts))


def _days(texts: pl.Series, as_of: date) -> Cleaned:
    """Days. A month alone is none: departments mean its first day by it, a person who went somewhere does not."""
    is_month = fold(texts).str.contains(_ONLY_MONTH).fill_null(value=False)
    read = clean_dates(_with_year(texts, as_of))
    if not is_month.any():
        return read
    unparsed = is_month if read.unparsed is None else is_month | read.unparsed
    return Cleaned(read.value.set(is_month, None), unparsed=unparsed)


def _none_dropped(texts: pl.Series, read: Cleaned) -> Cleaned:
    """Departments write 9999-12-31 where there is no day; a person who types one means it, and is asked again."""
    dropped = fold(texts).str.contains("[0-9]").fill_null(value=False) & read.value.is_null()
    unparsed = dropped if read.unparsed is None else dropped | read.unparsed
    return Cleaned(read.value, unparsed=unparsed)


def _word(texts: pl.Series) -> pl.Series:
    """An entry of a list as it would have been chosen: no blanks, half-width, every dash the plain one."""
    word = fold(texts).str.replace_all(r"\s+", "").str.replace_all(_DASHES, "-")
    return word.set(word == "", None) if (word == "").any() else word


def _with_year(texts: pl.Series, as_of: date) -> pl.Series:
    """Days and months without a year get the one that brings them nearest to the night; others stay as they are."""
    text = pl.col("text")
    month = pl.coalesce(text.str.extract(_DAY_ALONE, 1), text.str.extract(_MONTH_ALONE, 1)).cast(pl.Int32)
    day = text.str.extract(_DAY_ALONE, 2).cast(pl.Int32)
    alone = pl.when(month.is_between(1, 12)).then(
        pl.concat_str(
            _nearest_year(month, day, as_of).cast(pl.String),
            month.cast(pl.String).str.zfill(2),
            day.fill_null(1).cast(pl.String).str.zfill(2),
            separator="-",
        )
    )
    spelled = pl.coalesce(
        *(pl.concat_str(text.str.extract(form, 1), text.str.extract(form, 2).str.zfill(2), separator="-")
          for form in (_MONTH_WITH_WORD, _MONTH_WITH_DOT))
    )  # fmt: skip
    folded = fold(texts).alias("text").to_frame()
    return folded.select(pl.coalesce(alone, spelled, text).alias(texts.name)).to_series()


def _nearest_year(month: pl.Expr, day: pl.Expr, as_of: date) -> pl.Expr:
    """Of last, this and next year the one in which the day is nearest to the night. Half a year apart: the later."""
    days = (month - 1) * 30.5 + day.fill_null(1) - 1
    ahead = days - ((as_of.month - 1) * 30.5 + as_of.day - 1)
    return pl.when(ahead > 183).then(as_of.year - 1).when(ahead <= -183).then(as_of.year + 1).otherwise(as_of.year)  # noqa: PLR2004
