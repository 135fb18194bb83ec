"""Rows that are no data: blanks, totals, repeated headers, notes below the table (feeds.md section 1).

What belongs here: telling these rows from data by their cells. A row with a number as long as an identity number is
always data; so only the few others are looked at closely.
"""

import re

import polars as pl

from connectors.cleaned import as_text
from connectors.contract import Contract
from connectors.folding import ZERO_WIDTH
from connectors.headers import Header
from connectors.parts import ROW_PROBLEM, cells_of
from connectors.reasons import Skip

NOTE_CANDIDATE = "note_candidate"
"""A row that is a note if no data row follows it."""

_PERSON = "[0-9\uff10-\uff19]{14}[0-9\uff10-\uff19XxＸｘ]"
_TOTAL = r"^(本页|本表|全部)?(合计|小计|总计)([:：（(0-9].*)?$"
_NOTE = r"^(注[:：1-9]|注$|备注|说明|填表|制表|审核|填报|数据来源|数据说明|打印|统计日期|统计时间|[※*])"


def kinds_of(frame: pl.DataFrame, contract: Contract, header: Header) -> pl.Series:
    """For each row of a raw batch the kind of row that it is: a `Skip`, `NOTE_CANDIDATE`, or null for data."""
    persons = {group[name] for group in header.groups for name in contract.subjects if name in group}
    names = cells_of(frame)
    is_person = pl.Series([False]).new_from_index(0, frame.height)
    for column in sorted(persons):
        is_person = is_person | as_text(frame[names[column]]).str.contains(_PERSON).fill_null(value=False)
    kinds = pl.Series("kind", [None], dtype=pl.String).new_from_index(0, frame.height)
    doubtful = (~is_person).arg_true()
    if doubtful.is_empty():
        return kinds
    return kinds.scatter(doubtful, _looked_at(frame[doubtful], header))


def _looked_at(frame: pl.DataFrame, header: Header) -> pl.Series:
    """The kinds of rows in which no identity number was seen."""
    names = cells_of(frame)
    texts = [as_text(frame[name]).str.replace_all(rf"[\s{ZERO_WIDTH}]", "") for name in names]
    cells = pl.DataFrame([text.replace("", None) for text in texts])
    mapped = sorted({column for group in header.groups for column in group.values()})
    is_header = [pl.col(names[column]) == _bare(header.texts[column]) for column in mapped]
    found = cells.select(
        first=pl.coalesce(pl.all()),
        filled=pl.sum_horizontal(pl.all().is_not_null().cast(pl.Int32)),
        is_header=pl.all_horizontal(is_header).fill_null(value=False),
        has_person=pl.any_horizontal(pl.all().str.contains(_PERSON)).fill_null(value=False),
        problem=frame[ROW_PROBLEM],
    )
    first, is_alone = pl.col("first"), (pl.col("filled") == 1) & ~pl.col("has_person")
    is_note = first.str.contains(_NOTE) | (is_alone & pl.col("problem").is_null())
    return found.select(
        pl.when(pl.col("filled") == 0)
        .then(pl.lit(Skip.BLANK))
        .when(first.str.contains(_TOTAL))
        .then(pl.lit(Skip.TOTAL))
        .when("is_header")
        .then(pl.lit(Skip.REPEATED_HEADER))
        .when(is_note)
        .then(pl.lit(NOTE_CANDIDATE))
    ).to_series()


def _bare(text: str) -> str:
    """A header's text as cells are compared with it: without blanks and marks of no width."""
    return re.sub(rf"[\s{ZERO_WIDTH}]", "", text)


def data_end(kinds: pl.Series) -> int:
    """The number of rows up to and with the last one that is certainly data; 0 where there is none."""
    is_data = kinds.is_null()
    last = is_data.arg_true()
    return int(last[-1]) + 1 if len(last) else 0


def settled(kinds: pl.Series, *, is_end: bool) -> pl.Series:
    """Kinds with every candidate told: a note behind the last data row of a sheet, data before it."""
    is_candidate = kinds == NOTE_CANDIDATE
    if not is_candidate.any():
        return kinds
    end = data_end(kinds) if is_end else len(kinds)
    place = pl.int_range(len(kinds), eager=True)
    as_note = pl.lit(Skip.NOTE)
    candidate, behind = is_candidate.fill_null(value=False), place >= end
    return pl.select(pl.when(candidate & behind).then(as_note).when(~candidate).then(kinds).alias("kind")).to_series()
