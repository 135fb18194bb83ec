"""Folding: the same text however it was typed.

What belongs here: full-width and half-width forms, marks of no width, blanks at the ends. No folding touches a Chinese
character: two ways to write a name are two names (feeds.md section 2).
"""

import re

import polars as pl

ZERO_WIDTH = "\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_IDEOGRAPHIC_SPACE = "\u3000"
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {_IDEOGRAPHIC_SPACE: " ", "￥": "¥"}
_LETTERS_DIGITS_SPACES = {wide: half for wide, half in _FULL_WIDTH.items() if half.isalnum() or half == " "}
_UNFOLDED = f"[{ZERO_WIDTH}{_IDEOGRAPHIC_SPACE}￥\uff01-\uff5e]"
_ALL = str.maketrans(_FULL_WIDTH | dict.fromkeys(ZERO_WIDTH, ""))


def folded(text: str) -> str:
    """One text with every full-width form made half-width, marks of no width removed and the ends trimmed."""
    return text.translate(_ALL).strip()


def squeezed(text: str) -> str:
    """One text folded and without any blank inside: for headers and words that are laid out with blanks."""
    return re.sub(r"\s+", "", folded(text))


def trim(column: pl.Series) -> pl.Series:
    """Texts folded as free text is: letters, digits and spaces half-width, ends trimmed, empty becomes null.

    Punctuation stays as it was written (feeds.md section 2, *text*).
    """
    return _emptied(_replaced(column, _LETTERS_DIGITS_SPACES).str.strip_chars())


def fold(column: pl.Series) -> pl.Series:
    """Texts folded as codes, numbers and dates are: every full-width form half-width, trimmed, empty becomes null."""
    return _emptied(_replaced(column, _FULL_WIDTH).str.strip_chars())


def fold_all(column: pl.Series, removed: str) -> pl.Series:
    """Texts folded, with the characters of the class `removed` (a regular expression) taken out everywhere."""
    text = _replaced(column, _FULL_WIDTH)
    if text.str.contains(removed).any():
        text = text.str.replace_all(removed, "")
    return _emptied(text)


def without_marks(column: pl.Series) -> pl.Series:
    """Texts without marks of no width; nothing else changes."""
    return _replaced(column, {})


def _replaced(column: pl.Series, table: dict[str, str]) -> pl.Series:
    """Replace where there is something to replace: most columns of most deliveries hold nothing of the kind."""
    if not column.str.contains(_UNFOLDED).any():
        return column
    table = table | dict.fromkeys(ZERO_WIDTH, "")
    return column.str.replace_many(list(table), list(table.values()))


def _emptied(column: pl.Series) -> pl.Series:
    if not (column == "").any():
        return column
    return column.to_frame("text").select(pl.when(pl.col("text") != "").then(pl.col("text")))["text"].alias(column.name)
