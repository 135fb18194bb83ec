"""How a feed is written down: which column has which heading, and the plain text of every value.

What belongs here: clean rows → texts as an orderly department would deliver them. Headings, codes and units come from
the feed's contract. What disorderly departments do is in `pipelines.sample.mess`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from connectors.contract import UNKNOWN, Contract, Field, written_out

Style = Literal["words", "codes"]
Unit = Literal["元", "万元"]

_UNKNOWN_TEXT: Final = "待核对"
_OTHER_UNIT: Final[Mapping[Unit, Unit]] = {"元": "万元", "万元": "元"}
_DAY_FORMS: Final[Mapping[str, str]] = {"month": "%Y%m", "date": "%Y-%m-%d"}
_OFFICE_SIGNS: Final = 2
_FEN_PLACES: Final = {"元": 2, "万元": 6}


@dataclass(frozen=True)
class Heading:
    """One column of a delivery.

    Attributes:
        field: the contract's field.
        text: its heading.
        unit: the unit that money under it is written in.
        completes: whether it holds what completes the field's value (the province of a plate), not the value.
    """

    field: Field
    text: str
    unit: Unit
    completes: bool = False

    @property
    def name(self) -> str:
        """The name of the column of texts."""
        return f"{self.field.name} completed" if self.completes else self.field.name


def headings(contract: Contract, fields: list[str], style: Style, *, is_dirty: bool = False) -> list[Heading]:
    """The headings of a delivery with these fields, in the contract's order.

    Args:
        contract: the feed's contract.
        fields: the fields that the sample fills.
        style: `words` takes each field's first heading; `codes` its last (often the department's code), and a column
            that completes another stands beside it.
        is_dirty: whether blanks stand around the first heading and every second amount is in another unit than the
            contract's. A heading names the unit wherever it is not 元, and always in a dirty delivery.

    Returns:
        One heading per column.
    """
    at = 0 if style == "words" else -1
    found: list[Heading] = []
    for field in (contract.by_name[name] for name in contract.by_name if name in fields):
        unit: Unit = field.unit
        if is_dirty and (unit != "元" or sum(one.field.kind == "money" for one in found) % 2):
            unit = _OTHER_UNIT[unit]
        is_named = field.kind == "money" and (is_dirty or unit != "元")
        blank = " " if is_dirty and not found else ""
        found.append(Heading(field, f"{blank}{field.headers[at]}{f'（{unit}）' if is_named else ''}{blank}", unit))
        if field.completed_by and style == "codes":
            found.append(Heading(field, field.completed_by[at], unit, completes=True))
    return found


def plain_texts(rows: pl.DataFrame, columns: list[Heading]) -> pl.DataFrame:
    """Write clean rows down, tidily.

    Args:
        rows: contract fields: codes by our names, dates as dates, money in 分, decimals as plain text.
        columns: the headings, in the order wanted.

    Returns:
        One text column per heading, named by the contract's field; empty cells are null.
    """
    return rows.select(_plain(heading, rows.schema[heading.field.name]).alias(heading.name) for heading in columns)


def code_texts(field: Field) -> Mapping[str, tuple[str, ...]]:
    """Our name of a code → all texts that the contract takes for it, one by one; `unknown` → a text that it does not."""
    known = {
        name: tuple(one for text in texts for one in written_out(text)) or (name,)
        for name, texts in field.codes.items()
    }
    return known | {UNKNOWN: (_UNKNOWN_TEXT,)}


def decimal_text(number: pl.Expr, places: int) -> pl.Expr:
    """A whole number of the smallest unit as a decimal without trailing zeros: 123450 with 2 places → 1234.5."""
    unit = 10**places
    rest = (number % unit).cast(pl.String).str.zfill(places).str.strip_chars_end("0")
    whole = (number // unit).cast(pl.String)
    return pl.when(rest == "").then(whole).otherwise(whole + "." + rest)


def _plain(heading: Heading, dtype: pl.DataType) -> pl.Expr:
    field = heading.field
    column = pl.col(field.name)
    if heading.completes:
        return column.str.head(_OFFICE_SIGNS)
    if dtype == pl.Null:
        return column.cast(pl.String)
    if field.kind == "code":
        texts = code_texts(field)
        return column.replace_strict(list(texts), [options[0] for options in texts.values()], return_dtype=pl.String)
    if field.kind == "money":
        return decimal_text(column, _FEN_PLACES[heading.unit])
    if field.kind in _DAY_FORMS:
        return column.dt.to_string(_DAY_FORMS[field.kind])
    return column.replace(UNKNOWN, _UNKNOWN_TEXT) if field.form else column
