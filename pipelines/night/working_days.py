"""Working days of China, holidays and make-up days included, from a maintained library (chinesecalendar).

What belongs here: turning the library's years into a `Calendar`. The State Council tells the holidays of a year in the
autumn before; the library learns them with its next release. Beyond the years that it knows, weekends alone count and
the deadline says that it is estimated.
"""

from datetime import date, timedelta
from functools import cache

import polars as pl

from pipelines.domain.deadlines import Calendar

YEARS_BEFORE = 6
YEARS_AFTER = 2
SATURDAY = 5


@cache
def working_days(year: int) -> Calendar:
    """The working days around a year: of the cases that are still open, and of the deadlines they may get."""
    from chinese_calendar import constants  # noqa: PLC0415  its tables take a moment, and only nights with cases need them

    first, last = min(constants.holidays).year, max(constants.holidays).year
    start, end = date(year - YEARS_BEFORE, 1, 1), date(year + YEARS_AFTER, 12, 31)
    every = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    worked = [day for day in every if _is_worked(day, first, last, constants)]
    return Calendar(pl.Series("day", worked, dtype=pl.Date), date(last, 12, 31))


def _is_worked(day: date, first: int, last: int, constants: object) -> bool:
    """Whether a day is worked; of a year without known holidays every Monday to Friday."""
    if not first <= day.year <= last:
        return day.weekday() < SATURDAY
    if day in constants.workdays:  # type: ignore[attr-defined]
        return True
    return day.weekday() < SATURDAY and day not in constants.holidays  # type: ignore[attr-defined]
