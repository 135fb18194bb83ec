"""Chinese working days: holidays, make-up days, year ends, and years of which nobody knows the holidays yet."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.domain.deadlines import Calendar, Terms, due_dates
from pipelines.night.working_days import working_days

CALENDAR = working_days(2026)


def after(day: date | None, number: int = 15) -> date | None:
    frame = pl.DataFrame({"day": [day]}, schema={"day": pl.Date})
    return frame.select(CALENDAR.after(pl.col("day"), number)).item()


def between(start: date, end: date) -> int:
    return int(pl.select(CALENDAR.between(pl.lit(start), pl.lit(end))).item())


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 9, 7), 1, date(2026, 9, 8)),
        (date(2026, 9, 11), 1, date(2026, 9, 14)),  # over a weekend
        (date(2026, 9, 12), 1, date(2026, 9, 14)),  # handed out on a Saturday
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday that is worked for 国庆
        (date(2026, 9, 24), 1, date(2026, 9, 28)),  # 中秋 on Friday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # 国庆 to the 7th
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 9, 22), 15, date(2026, 10, 20)),
        (date(2026, 2, 10), 15, date(2026, 3, 9)),  # 春节 2026-02-15 to 23, make-up days on 14 and 28
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # 元旦 to the 3rd, the Sunday worked
        (date(2026, 12, 31), 1, date(2027, 1, 1)),  # of 2027 nobody knows the holidays: Monday to Friday
    ],
)
def test_working_days_after_a_day(start: date, number: int, end: date) -> None:
    assert after(start, number) == end


def test_no_day_no_deadline() -> None:
    assert after(None) is None


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 9, 7), date(2026, 9, 7), 0),
        (date(2026, 9, 7), date(2026, 9, 8), 1),
        (date(2026, 9, 30), date(2026, 10, 7), 0),  # nobody is late over the holidays
        (date(2026, 9, 30), date(2026, 10, 8), 1),
        (date(2026, 9, 8), date(2026, 9, 7), -1),
    ],
)
def test_working_days_between(start: date, end: date, days: int) -> None:
    assert between(start, end) == days


def test_beyond_the_known_holidays_a_day_is_estimated() -> None:
    known = CALENDAR.known_through
    days = pl.DataFrame({"day": [known, known + timedelta(days=1), None]}, schema={"day": pl.Date})
    assert days.select(CALENDAR.is_estimated(pl.col("day"))).to_series().to_list() == [False, True, False]


def test_every_working_day_stands_once_in_order() -> None:
    assert CALENDAR.days.is_sorted()
    assert CALENDAR.days.n_unique() == CALENDAR.days.len()


def due(terms: Terms, **days: date | None) -> tuple[date | None, ...]:
    row = {"asked_on": None, "died_on": None, "grace_ends_on": None, **days}
    frame = pl.DataFrame([row], schema=dict.fromkeys(row, pl.Date))
    return frame.select(due_dates(terms, CALENDAR)).row(0)


@pytest.mark.parametrize(
    ("died", "end"),
    [(date(2026, 8, 31), date(2026, 11, 30)), (date(2026, 11, 30), date(2027, 2, 28)), (None, None)],
)
def test_three_months_after_a_death(died: date | None, end: date | None) -> None:
    assert due(Terms(15, 3, 1), died_on=died)[1] == end


@pytest.mark.parametrize(
    ("ends", "by"), [(date(2027, 3, 31), date(2027, 2, 28)), (date(2026, 9, 30), date(2026, 8, 30))]
)
def test_one_month_before_grace_ends(ends: date, by: date) -> None:
    assert due(Terms(15, 3, 1), grace_ends_on=ends)[2] == by


def test_what_the_policy_does_not_set_is_no_deadline() -> None:
    day = date(2026, 9, 22)
    assert due(Terms(None, None, None), asked_on=day, died_on=day, grace_ends_on=day) == (None, None, None)


def test_an_empty_column_has_no_deadline() -> None:
    nobody = pl.DataFrame(schema={"day": pl.Date})
    told = nobody.select(Calendar(CALENDAR.days, CALENDAR.known_through).after(pl.col("day"), 15))
    assert told.schema == {"day": pl.Date}
