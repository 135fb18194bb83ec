"""Money and other numbers (feeds.md section 2, *money*, *int*, *dec*): exact decimals, never floats.

Nothing here quarantines a row: a text that is no number becomes null and is marked as unparsed.
"""

import polars as pl

from connectors.cleaned import Cleaned, as_text, over_distinct
from connectors.folding import fold

STORED = pl.Decimal(18, 4)
_WORK = pl.Decimal(38, 12)
_LARGEST = 10**14
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_MONEY = rf"^¥?\s*({_NUMBER})\s*元?$"
_PLAIN = rf"^({_NUMBER})$"
_WHOLE = r"^((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+))(?:\.0+)?$"
_ABSENT = ("无", "-", "/")


def clean_money(column: pl.Series, unit: str) -> Cleaned:
    """Amounts in 元, four decimals; `unit` is what the column is written in (元 or 万元)."""
    return _decimals(column, _MONEY, 10_000 if unit == "万元" else 1)


def clean_decimals(column: pl.Series) -> Cleaned:
    """Numbers without a unit, four decimals."""
    return _decimals(column, _PLAIN, 1)


def clean_integers(column: pl.Series) -> Cleaned:
    """Whole numbers; `3.0` is one, `3.5` is not."""
    if column.dtype.is_integer():
        number = pl.col("n")
        kept = column.alias("n").to_frame().select(pl.when(number >= 0).then(number.cast(pl.Int64, strict=False)))
        return _cleaned(column, kept.to_series(), column.is_not_null())
    read = over_distinct(as_text(column), _read_whole)
    return _cleaned(column, read["number"], read["is_given"])


def _decimals(column: pl.Series, form: str, factor: int) -> Cleaned:
    dtype = column.dtype
    if dtype.is_numeric():
        is_given = column.is_finite() if dtype.is_float() else column.is_not_null()
        small = pl.when(pl.col("n").abs() < _LARGEST).then(pl.col("n"))
        number = column.alias("n").to_frame().select(small.cast(_WORK, strict=False)).to_series()
        return _cleaned(column, _stored(number, factor), is_given.fill_null(value=False))

    def read(texts: pl.Series) -> pl.DataFrame:
        text = fold(texts)
        number = text.str.extract(form).str.replace_all(",", "", literal=True).cast(_WORK, strict=False)
        return pl.DataFrame({"number": _stored(number, factor), "is_given": _is_given(text)})

    parsed = over_distinct(as_text(column), read)
    return _cleaned(column, parsed["number"], parsed["is_given"])


def _stored(number: pl.Series, factor: int) -> pl.Series:
    """Amounts times `factor`, rounded once, half up; null where negative or too large to be an amount."""
    amount = pl.when(pl.col("n") < _LARGEST).then(pl.col("n")) * factor
    exact = amount.round(4, mode="half_away_from_zero")
    fits = (amount >= 0) & (exact < _LARGEST)
    return number.alias("n").to_frame().select(pl.when(fits).then(exact).cast(STORED, strict=False)).to_series()


def _read_whole(texts: pl.Series) -> pl.DataFrame:
    text = fold(texts)
    digits = text.str.extract(_WHOLE).str.replace_all(",", "", literal=True)
    return pl.DataFrame({"number": digits.cast(pl.Int64, strict=False), "is_given": _is_given(text)})


def _is_given(text: pl.Series) -> pl.Series:
    """Whether a cell says something: neither empty nor a mark for "none"."""
    return text.is_not_null() & ~text.is_in(_ABSENT).fill_null(value=True)


def _cleaned(column: pl.Series, value: pl.Series, is_given: pl.Series) -> Cleaned:
    unparsed = is_given & value.is_null()
    return Cleaned(value.alias(column.name), unparsed=unparsed if unparsed.any() else None)
