"""Masking: what leaves the warehouse shows the first 6 and the last 4 characters of an identity number.

Here belongs how a number is masked, in a column of its own and inside free text. Which columns of which table
hold numbers, and who may see them clear, is the business of ``pipelines.night.exports``.

Two strengths, because two kinds of text are handed on. A finding's sentences and evidence were made by us from
cleaned values, and must stay useful: a 统一社会信用代码 (which begins with 9) is not a person and is left alone.
A quarantined row is a department's raw text, where the number is there *because* it is broken: with spaces,
a digit short, as ``5.12E+17``; there every long run of digits is masked, and the cells under an ID header wholly.
"""

import json
import re
from collections.abc import Callable, Sequence

import polars as pl

MASK = "********"
SHOWN_FIRST = 6
SHOWN_LAST = 4
HOUSEHOLD_FIELDS = ("household_id", "other_household_id", "other_households")
"""Fields of evidence that name households."""
Mask = Callable[[pl.Expr], pl.Expr]
SHORTEST = 15  # of fewer characters than an ID of the first generation too few would be hidden: masked wholly

# A number laid out: its date of birth set apart, or its digits in groups of four.
_BETWEEN = r"[\s'.·\-–—_]{0,3}"
_BORN = r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
WITH_BIRTH_DATE = rf"([0-9]{{6}}){_BETWEEN}{_BORN}{_BETWEEN}([0-9]{{3}}[0-9Xx])"
IN_GROUPS = r"([0-9]{4}[ \-][0-9]{2})[0-9]{2}[ \-][0-9]{4}[ \-][0-9]{2}([0-9]{2}[ \-][0-9]{1,2}[Xx]?)"

_DIGIT = "0-9０-９"
_LAST = f"[{_DIGIT}XxＸｘ]"
_NOT_NINE = "[0-8０-８]"
_MASKED = "${1}${2}" + MASK + "${3}"

# 15 digits or more, the last may be X. A run that begins with 9 is a USCC unless it holds a date of birth (below).
_PERSON = f"(^|[^{_DIGIT}])({_NOT_NINE}[{_DIGIT}]{{5}})[{_DIGIT}]{{5,}}([{_DIGIT}]{{3}}{_LAST})"
_APART = rf"(^|[^{_DIGIT}]){WITH_BIRTH_DATE}"
_GROUPED = rf"(^|[^{_DIGIT}]){IN_GROUPS}"

# What people and programs put between the digits of a number: blanks, quotes, dots, dashes, zero-width marks.
_GAP = r"[\s'’`.,·\-–—_\x{3000}\x{00A0}\x{200B}-\x{200F}\x{2060}\x{FEFF}]*"
# Gaps may also come escaped, as a JSON writer leaves a tab or a zero-width mark.
_ESCAPED_GAP = rf"(?:{_GAP}(?:\\[tnr]|\\u[0-9a-fA-F]{{4}})?)*"
_BROKEN_DIGITS = 14  # a number that lost some of its digits is still a person
_BROKEN = (
    rf"((?:[{_DIGIT}]{_ESCAPED_GAP}){{5}}[{_DIGIT}]){_ESCAPED_GAP}"
    rf"(?:[{_DIGIT}]{_ESCAPED_GAP}){{{_BROKEN_DIGITS - SHOWN_FIRST - SHOWN_LAST},}}"
    rf"((?:[{_DIGIT}]{_ESCAPED_GAP}){{3}}{_LAST})"
)


def masked_id(column: str) -> pl.Expr:
    """Mask a column that holds identity numbers and nothing else.

    Args:
        column: name of a text column.

    Returns:
        ``512390********0559``; a value of fewer than 15 characters is masked wholly, null stays null.
    """
    value = pl.col(column)
    whole = value.str.len_chars() < SHORTEST
    shown = pl.concat_str(value.str.slice(0, SHOWN_FIRST), pl.lit(MASK), value.str.slice(-SHOWN_LAST))
    return (pl.when(value.is_null() | (value == "")).then(value).when(whole).then(pl.lit(MASK)).otherwise(shown)).alias(
        column
    )


def masked_text(text: pl.Expr) -> pl.Expr:
    """Mask identity and account numbers inside a sentence or a value of ours.

    Args:
        text: a text expression.

    Returns:
        The text with every run of 15 or more digits (half or full width, the last may be X) shortened to its first 6
        and last 4, also where the date of birth is set apart or the digits stand in groups of four; company codes, unit
        numbers, dates and amounts stay.
    """
    for pattern in (_PERSON, _APART, _GROUPED):
        text = text.str.replace_all(pattern, _MASKED)
    return text


def masked_evidence(column: str, households: Mask | None = None) -> pl.Expr:
    """Mask the values and thresholds inside a ``list<struct<field, value, op, threshold>>`` column.

    Args:
        column: its name.
        households: how the numbers of households in it are masked (`household_mask`); None: as all others.
    """
    part = pl.element().struct
    names_households = part.field("field").is_in(HOUSEHOLD_FIELDS)

    def hidden(name: str) -> pl.Expr:
        text = part.field(name)
        if households is None:
            return masked_text(text).alias(name)
        ours = households(pl.when(names_households).then(text))
        return pl.when(names_households).then(ours).otherwise(masked_text(text)).alias(name)

    entry = pl.struct(part.field("field"), hidden("value"), part.field("op"), hidden("threshold"))
    return pl.col(column).list.eval(entry).alias(column)


def masked_texts(column: pl.Series) -> pl.Series:
    """Mask a column of few different texts, such as the names of towns; null stays."""
    texts = column.drop_nulls().unique()
    shown = texts.to_frame("text").select(masked_text(pl.col("text"))).to_series()
    return column if shown.equals(texts) else column.replace(dict(zip(texts, shown, strict=True)))


def masked_raw(column: str, id_headers: Sequence[str] = ()) -> pl.Expr:
    """Mask the raw text of quarantined rows (a JSON object, header → cell text).

    Args:
        column: name of the column with the JSON text.
        id_headers: headers under which this feed's identity numbers stand (from its contract). A cell under a header
            that contains one of them is masked whatever is in it: letters for digits defeat every pattern.

    Returns:
        The text, still a JSON object, without a readable identity or account number.
    """
    text = pl.col(column)
    if id_headers:
        names = "|".join(re.escape(json.dumps(header, ensure_ascii=False)[1:-1]) for header in id_headers)
        cell = rf'("[^"]*(?i:{names})[^"]*"\s*:\s*)'
        # Two steps: a long cell keeps its ends, a short one nothing. Escapes count as one unit, never cut in two.
        unit = r'(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\.)'
        long_cell = rf'{cell}"({unit}{{{SHOWN_FIRST}}}){unit}+({unit}{{{SHOWN_LAST}}})"'
        text = text.str.replace_all(rf'{cell}"{unit}{{1,{SHORTEST - 1}}}"', '${1}"' + MASK + '"')
        text = text.str.replace_all(long_cell, '${1}"${2}' + MASK + '${3}"')
        text = text.str.replace_all(rf"{cell}-?[0-9][0-9.eE+\-]*", '${1}"' + MASK + '"')
    return text.str.replace_all(_BROKEN, "${1}" + MASK + "${2}").alias(column)


def masked_name(name: str) -> str:
    """Mask long runs of digits in one short text, such as a file name, before it is written to a record."""
    return str(pl.select(masked_text(pl.lit(name))).item())
