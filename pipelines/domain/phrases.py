"""Pieces of Chinese sentences as expressions, for statements that a village worker reads.

What belongs here: joining words with values so that an empty value leaves no hole. What does not: which words a rule
uses.
"""

import polars as pl


def words(*pieces: str | pl.Expr) -> pl.Expr:
    """Pieces as one text; a null piece is left out."""
    return pl.concat_str(
        [pl.lit(piece) if isinstance(piece, str) else piece.cast(pl.String) for piece in pieces], ignore_nulls=True
    )


def part(before: str, value: pl.Expr, after: str = "") -> pl.Expr:
    """The value between two words; nothing at all where the value is null or empty."""
    text = value.cast(pl.String)
    return pl.when(text.fill_null("") != "").then(words(before, text, after)).otherwise(pl.lit(""))


def label_of(code: pl.Expr, labels: dict[str, str], otherwise: str = "") -> pl.Expr:
    """The Chinese label of a code, `otherwise` for any other value and for null."""
    return code.replace_strict(labels, default=otherwise, return_dtype=pl.String).fill_null(otherwise)


def joined(reasons: dict[str, pl.Expr], separator: str = "，") -> pl.Expr:
    """The words whose condition holds, joined; empty where none does."""
    given = [pl.when(where).then(pl.lit(text)) for text, where in reasons.items()]
    return pl.concat_str(given, separator=separator, ignore_nulls=True) if given else pl.lit("")
