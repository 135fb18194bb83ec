"""Ages as the law counts them, from the date of birth in an ID number (GB 11643).

What belongs here: birth dates and whether an age is reached on the comparison date. What does not: which age matters
(policy) or what follows from it (`rules/`).
"""

from datetime import date

import polars as pl

from pipelines.domain.dates import months_after_each, months_before

_MONTHS = 12


def born_on(id_number: pl.Expr) -> pl.Expr:
    """The date of birth, null where the number tells none."""
    return id_number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def has_reached(born: pl.Expr, years: int, as_of: date) -> pl.Expr:
    """Whether a person is that old on the comparison date, from the birthday itself on; null without a birth date."""
    return born <= pl.lit(months_before(as_of, years * _MONTHS))


def birthday(born: pl.Expr, years: int) -> pl.Expr:
    """The day on which a person becomes that old; null without a birth date."""
    return months_after_each(born, years * _MONTHS)
