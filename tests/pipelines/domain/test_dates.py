"""Months: same day or the month's last day, windows closed at both ends."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.dates import (
    first_of_month,
    months_after_each,
    months_before,
    months_before_each,
    whole_months_between,
    within_months,
)

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 9, 22), 36, date(2023, 9, 22)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 12, 31), -2, date(2027, 2, 28)),
    ],
)
def test_months_before(day, months, expected):
    assert months_before(day, months) == expected


@given(DAYS, st.integers(0, 240))
def test_columns_count_like_single_days(day, months):
    frame = pl.DataFrame({"d": [day, None]}, schema={"d": pl.Date})
    found = frame.select(
        before=months_before_each(pl.col("d"), months), after=months_after_each(pl.col("d"), months)
    ).rows()
    assert found == [(months_before(day, months), months_before(day, -months)), (None, None)]


def test_a_window_is_closed_at_both_ends():
    as_of = date(2026, 9, 22)
    days = [as_of, as_of + timedelta(1), date(2023, 9, 22), date(2023, 9, 21), None]
    frame = pl.DataFrame({"d": days}, schema={"d": pl.Date})
    assert frame.select(within_months(pl.col("d"), as_of, 36)).to_series().to_list() == [True, False, True, False, None]


@given(DAYS, DAYS)
def test_whole_months_are_the_greatest_number_that_fits(start, end):
    frame = pl.DataFrame({"d": [start]})
    months = frame.select(whole_months_between(pl.col("d"), end)).item()
    assert start <= months_before(end, months)
    assert start > months_before(end, months + 1)


def test_whole_months_of_nothing_are_nothing():
    frame = pl.DataFrame({"d": [None]}, schema={"d": pl.Date})
    assert frame.select(whole_months_between(pl.col("d"), date(2026, 1, 1))).item() is None


def test_first_of_month():
    assert first_of_month(date(2026, 9, 22)) == date(2026, 9, 1)
