"""Calendar months as the rules count them (rules.md section 2).

What belongs here: windows and distances in months. What does not: reading dates (connectors) or choosing a comparison
date; `as_of` always arrives from outside.
"""

import calendar
from datetime import date

import polars as pl

_MONTHS = 12


def months_before(day: date, months: int) -> date:
    """The same day `months` calendar months earlier, or that month's last day; negative months go forward."""
    position = day.year * _MONTHS + day.month - 1 - months
    year, month = position // _MONTHS, position % _MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def months_before_each(days: pl.Expr, months: int) -> pl.Expr:
    """`months_before` for a date column; null stays null."""
    return days.dt.offset_by(f"{-months}mo")


def months_after_each(days: pl.Expr, months: int) -> pl.Expr:
    """The same day `months` calendar months later, or that month's last day; null stays null."""
    return days.dt.offset_by(f"{months}mo")


def first_of_month(day: date) -> date:
    """The first day of the month that `day` lies in."""
    return day.replace(day=1)


def within_months(days: pl.Expr, as_of: date, months: int) -> pl.Expr:
    """Whether `months_before(as_of, months) ≤ d ≤ as_of`, both ends included; null for a null date."""
    return days.is_between(pl.lit(months_before(as_of, months)), pl.lit(as_of), closed="both")


def whole_months_between(start: pl.Expr, end: date) -> pl.Expr:
    """Whole months from a date column to `end` (Int32), negative where it lies after `end`; null stays null.

    The greatest n with `start ≤ months_before(end, n)`, so that both directions of counting agree.
    """
    years = (pl.lit(end.year) - start.dt.year()).cast(pl.Int32)
    months = years * _MONTHS + (pl.lit(end.month) - start.dt.month().cast(pl.Int32))
    is_short = start.dt.day().cast(pl.Int32) > end.day
    return (months - is_short.cast(pl.Int32)).cast(pl.Int32)
