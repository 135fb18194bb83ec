"""When two names are the same person's (feeds.md section 2, identity rule).

What belongs here: comparing cleaned names. What does not: cleaning them (connectors).
"""

import polars as pl

_WILDCARD = r"[\x{10000}-\x{10FFFF}\x{E000}-\x{F8FF}?？□]"
"""A character that one of two systems could not write: outside the Basic Multilingual Plane, in the private use area,
or a substitute. It stands for any one character."""

_SUBSTITUTES = frozenset("?？□")
_LAST_OF_BMP = 0xFFFF
_PRIVATE_USE = range(0xE000, 0xF900)


def is_wildcard(character: str) -> bool:
    """Whether a character stands for any one character."""
    code = ord(character)
    return character in _SUBSTITUTES or code > _LAST_OF_BMP or code in _PRIVATE_USE


def is_same_name(left: str, right: str) -> bool:
    """Whether two cleaned, non-empty names agree character by character; a wildcard agrees with any."""
    return len(left) == len(right) and all(
        a == b or is_wildcard(a) or is_wildcard(b) for a, b in zip(left, right, strict=True)
    )


def same_name(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether two name columns agree; true where either name is missing or empty, for then nothing differs.

    Equality decides nearly every row; only rows that differ, are equally long and hold a wildcard are compared
    character by character.
    """
    missing = left.fill_null("").eq("") | right.fill_null("").eq("")
    equal = missing | (left == right)
    has_wildcard = left.str.contains(_WILDCARD) | right.str.contains(_WILDCARD)
    is_candidate = ~equal & has_wildcard & (left.str.len_chars() == right.str.len_chars())
    pair = pl.struct(left=pl.when(is_candidate).then(left), right=pl.when(is_candidate).then(right))
    return equal | pair.map_batches(_compare_pairs, return_dtype=pl.Boolean)


def _compare_pairs(pairs: pl.Series) -> pl.Series:
    """The character-wise comparison of the few pairs that need it; a pair of nulls is false."""
    frame = pairs.struct.unnest().with_row_index("position").drop_nulls()
    agreed = [
        position
        for position, left, right in frame.iter_rows()  # the few rows with a character that a system could not write
        if is_same_name(left, right)
    ]
    return pl.int_range(len(pairs), eager=True).is_in(pl.Series(agreed, dtype=pl.Int64).implode()).alias(pairs.name)
