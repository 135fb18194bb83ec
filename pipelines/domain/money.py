"""Money: whole 毫 (1/10000 元) in Int64 inside the domain, decimals at its edges, one rounding in one place.

What belongs here: conversion, rounding and printing of amounts. What does not: which amounts count (rules, income).
Integers are exact, so neither shards nor engines can move a cent; Polars would round half to even.
"""

from decimal import Decimal
from typing import Final

import polars as pl

HAO_PER_YUAN: Final = 10_000
HAO_PER_FEN: Final = 100
_SCALE: Final = 4
_DIGITS: Final = 18


def to_hao(amount: Decimal | int | str) -> int:
    """元 → 毫.

    Raises:
        ValueError: the amount is finer than 毫.
    """
    hao = Decimal(amount) * HAO_PER_YUAN
    if hao != hao.to_integral_value():
        raise ValueError("expected an amount of at most four decimals, found a finer one; write it with four decimals")
    return int(hao)


def to_yuan(hao: int) -> Decimal:
    """毫 → 元, exact."""
    return Decimal(hao).scaleb(-_SCALE)


def hao(column: str) -> pl.Expr:
    """A money column in 元 (`Decimal(18,4)`) as 毫 (Int64); an Int64 column would be taken as 元."""
    return pl.col(column).cast(pl.Decimal(_DIGITS, _SCALE)).to_physical().cast(pl.Int64).alias(column)


def round_half_up_to_fen(numerator: pl.Expr, denominator: pl.Expr | int = 1) -> pl.Expr:
    """`numerator / denominator` 毫 rounded once to whole 分, half up; both not negative, the denominator above 0.

    Integer arithmetic: the result is the whole number of 分 (Int64).
    """
    step = denominator * HAO_PER_FEN
    return (2 * numerator + step) // (2 * step)


def fen_to_decimal(fen: pl.Expr) -> pl.Expr:
    """分 (Int64) → 元 as `Decimal(12,2)`, exact."""
    return (fen.cast(pl.Decimal(38, 2)) / pl.lit(Decimal(100), dtype=pl.Decimal(38, 2))).cast(pl.Decimal(12, 2))


def plain(hao_amount: pl.Expr) -> pl.Expr:
    """毫 as a plain decimal in 元 without trailing zeros: 770, 1234.5, 0.0001; null stays null."""
    size = hao_amount.abs()
    whole = (size // HAO_PER_YUAN).cast(pl.String)
    fraction = (size % HAO_PER_YUAN).cast(pl.String).str.zfill(_SCALE).str.strip_chars_end("0")
    sign = pl.when(hao_amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(fraction == "").then(pl.lit("")).otherwise(pl.lit("."))
    return pl.concat_str(sign, whole, point, fraction)


def plain_decimal(column: str) -> pl.Expr:
    """A `Decimal(18,4)` column of any unit as a plain decimal without trailing zeros; null stays null."""
    return plain(hao(column))


def spoken(hao_amount: pl.Expr) -> pl.Expr:
    """毫 as people read 元: `1,234.50`, rounded half up to 分; expects no negative amount, null stays null.

    Written once for each different amount: standards, wages and pensions repeat, and writing costs ten times looking up.
    """
    return hao_amount.map_batches(_spoken_once, return_dtype=pl.String, is_elementwise=True)


def _spoken_once(amounts: pl.Series) -> pl.Series:
    # Taken in anew: in a branch of `when` Polars empties what the branch is not for, yet leaves the mark that the amounts are
    # sorted; what relies on it (`unique`, `join`) finds an empty one several times.
    told = pl.DataFrame({"amount": amounts.to_arrow()}, schema={"amount": amounts.dtype})
    words = told.unique().with_columns(_spoken(pl.col("amount")).alias("words"))
    found = told.join(words, on="amount", how="left", nulls_equal=True, maintain_order="left")
    return found.get_column("words").alias(amounts.name)


def _spoken(hao_amount: pl.Expr) -> pl.Expr:
    fen = round_half_up_to_fen(hao_amount)
    digits = (fen // HAO_PER_FEN).cast(pl.String).str.reverse()
    whole = digits.str.replace_all(r"(\d{3})", "$1,").str.strip_chars_end(",").str.reverse()
    return pl.concat_str(whole, pl.lit("."), (fen % HAO_PER_FEN).cast(pl.String).str.zfill(2))
