"""Dates and months: every accepted notation, every mark for none, everything else (feeds.md section 2)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.dates import clean_dates, clean_months

DAY = date(2023, 8, 5)


def read(value, clean=clean_dates, dtype=pl.String):
    found = clean(pl.Series("d", [value], dtype=dtype))
    return found.value[0], found.unparsed is not None and found.unparsed[0]


@pytest.mark.parametrize(
    "text",
    [
        "2023-08-05",
        "2023-8-5",
        "2023/8/5",
        "2023/08/05",
        "2023.8.5",
        "20230805",
        "2023年8月5日",
        "2023年08月05日",
        "2023年8月5",
        "2023 年 8 月 5 日",
        "2023-08-05 00:00:00",
        "2023-08-05T10:30:00Z",
        "2023-08-05T10:30:00.123+08:00",
        "2023/8/5 9:05",
        "20230805103000",
        "20230805 10:30:00",
        " ２０２３－０８－０５ ",
        "\ufeff2023-08-05",
        "45143",
        "45143.5",
    ],
)
def test_days(text):
    assert read(text) == (DAY, False)


@pytest.mark.parametrize("text", ["2023-08", "2023-8", "202308", "2023年8月", "2023年08月", "2023/8"])
def test_a_month_is_its_first_day(text):
    assert read(text) == (date(2023, 8, 1), False)
    assert read(text, clean_months) == (date(2023, 8, 1), False)


@pytest.mark.parametrize("text", ["2023-08-31", "20230805", "2023年8月5日", "2023-08-05 00:00:00", "45143"])
def test_a_day_stands_for_its_month(text):
    assert read(text, clean_months) == (date(2023, 8, 1), False)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "  ",
        "无",
        "-",
        "－",
        "/",
        "／",
        "0001-01-01",
        "0001/1/1",
        "00010101",
        "0001-01-01 00:00:00",
        "9999-12-31",
        "9999/12/31 23:59:59",
        "99991231",
        "999912",
        "9999年12月31日",
        "1900-01-00",
        "1900/1/0",
        "1900-01-00 00:00:00",
        "19000100",
        "1900年1月0日",
    ],
)
def test_marks_for_none(text):
    assert read(text) == (None, False)
    assert read(text, clean_months) == (None, False)


@pytest.mark.parametrize(
    "text",
    ["不详", "2023-02-29", "2023-13-01", "2023-00-10", "20231301", "202313", "230805", "2023", "23-08-05", "2023.8", "8/5/2023",
     "19999", "60001", "2023-08/05", "2023-08-05 下午", "长期", "0"],
)  # fmt: skip
def test_anything_else_is_unparsed(text):
    assert read(text) == (None, True)


@pytest.mark.parametrize(
    ("serial", "day"), [("20000", date(1954, 10, 3)), ("60000", date(2064, 4, 8)), ("45153", date(2023, 8, 15))]
)
def test_excel_serials_within_their_bounds(serial, day):
    assert read(serial) == (day, False)


def test_typed_columns():
    assert read(DAY, dtype=pl.Date) == (DAY, False)
    assert read(date(9999, 12, 31), dtype=pl.Date) == (None, False)
    assert read(date(1, 1, 1), dtype=pl.Date) == (None, False)
    assert read(datetime(2023, 8, 5, 23, 59), dtype=pl.Datetime) == (DAY, False)  # noqa: DTZ001  (as departments store it)
    utc = datetime(2023, 8, 4, 16, 0, tzinfo=ZoneInfo("UTC"))
    assert read(utc, dtype=pl.Datetime("us", "UTC")) == (DAY, False)
    assert read(20230805, dtype=pl.Int64) == (DAY, False)
    assert read(45143.0, dtype=pl.Float64) == (DAY, False)
    assert read(DAY, clean_months, dtype=pl.Date) == (date(2023, 8, 1), False)


def test_repeated_values_are_read_like_single_ones():
    values = ["2023-08-05", None, "不详", "2023/8/5", "2023-08-05", "无"] * 50
    found = clean_dates(pl.Series("d", values))
    assert found.value.to_list() == [DAY, None, None, DAY, DAY, None] * 50
    assert found.unparsed.to_list() == [False, False, True, False, False, False] * 50


@given(st.dates(date(1000, 1, 1), date(9999, 11, 30)), st.sampled_from(["-", "/", ".", ""]))
def test_every_day_of_the_calendar_in_every_notation(day, sign):
    assert read(day.strftime(f"%Y{sign}%m{sign}%d").rjust(8 + 2 * len(sign), "0")) == (day, False)
