"""Deadlines (时限): how long people have to answer, in Chinese working days and calendar months.

What belongs here: reckoning on a calendar that is given. What does not: which days are worked (a maintained library,
`pipelines.night.working_days`), how long the times are (policy).
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.domain.dates import months_after_each, months_before_each


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of some years.

    Attributes:
        days: every working day, ascending.
        known_through: the last day of which the holidays are known; beyond it every Monday to Friday counts.
    """

    days: pl.Series
    known_through: date

    def worked_through(self, column: pl.Expr) -> pl.Expr:
        """How many working days of the calendar lie on or before a date (Int64); null stays null."""
        days = self.days
        return column.map_batches(
            lambda dates: pl.Series(dates.name, days.search_sorted(dates, side="right"), dtype=pl.Int64).zip_with(
                dates.is_not_null(), pl.Series([None], dtype=pl.Int64)
            ),
            return_dtype=pl.Int64,
        )

    def after(self, column: pl.Expr, number: int) -> pl.Expr:
        """The day that lies `number` working days after a date, the date itself not counted; null stays null.

        15 working days after a Thursday before the National Day holiday end after the holiday and its make-up days.
        """
        place = self.worked_through(column) + number - 1
        days = self.days
        return place.map_batches(lambda places: days.gather(places).alias(places.name), return_dtype=pl.Date)

    def is_estimated(self, column: pl.Expr) -> pl.Expr:
        """Whether a day lies where holidays are not known yet."""
        return (column > self.known_through).fill_null(value=False)

    def between(self, start: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Working days after `start` up to and with `end`; negative where it lies before; null where one is null."""
        return self.worked_through(end) - self.worked_through(start)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long people have, as the policy sets it; None: no such deadline.

    Attributes:
        answer_working_days: working days from dispatch to the answer; of a finding that asks later, or anew, from then (`asking`).
        death_answer_months: months from a death to the answer.
        grace_notice_months: months before a grace period ends by which the household has to be looked at again.
    """

    answer_working_days: int | None
    death_answer_months: int | None
    grace_notice_months: int | None


def due_dates(terms: Terms, calendar: Calendar) -> list[pl.Expr]:
    """Deadlines over `asked_on`, `died_on` and `grace_ends_on`: `answer_due_on`, `death_due_on`, `grace_due_on`."""
    nothing = pl.lit(None, dtype=pl.Date)
    days, death, grace = terms.answer_working_days, terms.death_answer_months, terms.grace_notice_months
    return [
        (nothing if days is None else calendar.after(pl.col("asked_on"), days)).alias("answer_due_on"),
        (nothing if death is None else months_after_each(pl.col("died_on"), death)).alias("death_due_on"),
        (nothing if grace is None else months_before_each(pl.col("grace_ends_on"), grace)).alias("grace_due_on"),
    ]
