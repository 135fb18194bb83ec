"""What people type: every spelling of a date, a month, an amount; and what must not be guessed."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.workbooks.layout import BY_KEY
from pipelines.workbooks.typed import typed_values

AS_OF = date(2026, 11, 20)


def typed(key: str, text: str | None, as_of: date = AS_OF) -> tuple[object, list[str]]:
    """The value of one cell, and what was told of it."""
    rows = pl.DataFrame({"sheet_row": [7], key: [text]}, schema={"sheet_row": pl.Int64, key: pl.String})
    values, misread = typed_values(rows, [BY_KEY[key]], as_of)
    assert all((one.row, one.key) == (7, key) for one in misread)
    return values[key][0], [one.told for one in misread]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03",
        "2026-11-3",
        "2026.11.3",
        "2026/11/03",
        "2026年11月3日",
        "2026年11月3号",
        " ２０２６．１１．３　",
        "20261103",
        "46329",
        "2026-11-03 00:00:00",
        "11月3日",
        "11 月 3 日",
        "１１月３日",
        "11月3",
        "11/3",
        "11-3",
    ],
)
def test_spellings_of_a_day(text: str) -> None:
    assert typed("investigated_on", text) == (date(2026, 11, 3), [])


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "13月1日",
        "11月31日",
        "上周三",
        "2026-11",
        "2026年11月",
        "11月",
        "202611",
        "3",
        "11.3",
        "2026.11.3-11.5",
        "=TODAY()",
    ],
)
def test_what_is_no_day_is_told_and_never_empty(text: str) -> None:
    assert typed("investigated_on", text) == (None, ["日期读不懂或不存在，请写成 2026-11-03 的样子"])


@pytest.mark.parametrize("text", ["9999-12-31", "99991231", "0001-01-01", "9999年12月31日"])
def test_a_day_that_stands_for_none_is_told_and_never_empty(text: str) -> None:
    assert typed("grace_to", text) == (None, ["日期读不懂或不存在，请写成 2026-11-03 的样子"])
    assert typed("effective_month", text) == (None, ["月份读不懂或不存在，请写成 2026-11 的样子"])


@pytest.mark.parametrize("text", [None, "", "  ", "　", "无", "/", "-"])
def test_nothing_is_nothing(text: str | None) -> None:
    assert typed("investigated_on", text) == (None, [])
    assert typed("recovered_amount", text) == (None, [])
    assert typed("recovered_months", text) == (None, [])


@pytest.mark.parametrize(
    ("as_of", "text", "day"),
    [
        (date(2026, 12, 28), "1月5日", date(2027, 1, 5)),
        (date(2027, 1, 3), "12月30日", date(2026, 12, 30)),
        (date(2026, 6, 30), "1月1日", date(2026, 1, 1)),
        (date(2026, 6, 1), "11月20日", date(2026, 11, 20)),
        (date(2026, 6, 1), "12月31日", date(2025, 12, 31)),
        (date(2028, 2, 20), "2月29日", date(2028, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_one_nearest_to_the_night(as_of: date, text: str, day: date) -> None:
    assert typed("investigated_on", text, as_of) == (day, [])


def test_the_29th_of_february_of_a_common_year_does_not_exist() -> None:
    assert typed("investigated_on", "2月29日")[1]


@pytest.mark.parametrize(
    "text",
    ["2026-09", "2026年9月", "2026年9月份", "2026年09月", "202609", "2026.9", "2026.09", "2026/9", "9月", "9月份",
     "２０２６年９月", "2026-09-01 00:00:00", "2026-09-15"],
)  # fmt: skip
def test_spellings_of_a_month(text: str) -> None:
    assert typed("effective_month", text) == (date(2026, 9, 1), [])


@pytest.mark.parametrize("text", ["2026.1", "2026年13月", "下月", "9"])
def test_a_month_that_may_be_two_is_not_guessed(text: str) -> None:
    value, told = typed("effective_month", text)
    assert value is None
    assert told == ["月份读不懂或不存在，请写成 2026-11 的样子"]


def test_january_of_next_year() -> None:
    assert typed("effective_month", "1月", date(2026, 12, 28)) == (date(2027, 1, 1), [])


@pytest.mark.parametrize("text", ["1716.5", "1,716.50", "１７１６．５", "1716.5元", " 1716.50 "])
def test_spellings_of_an_amount(text: str) -> None:
    assert typed("recovered_amount", text) == (Decimal("1716.5"), [])


@pytest.mark.parametrize("text", ["-5", "约一千", "1e400", "NaN", "1.2.3"])
def test_what_is_no_amount_is_told(text: str) -> None:
    assert typed("recovered_amount", text) == (None, ["应填金额（元），不能是文字或负数，如 1716.50"])


@pytest.mark.parametrize(("text", "value", "told"), [("3", 3, 0), ("3.0", 3, 0), ("3.5", None, 1), ("三", None, 1)])
def test_months_are_whole(text: str, value: int | None, told: int) -> None:
    found, complaints = typed("recovered_months", text)
    assert (found, len(complaints)) == (value, told)


@pytest.mark.parametrize("text", ["属实-渐退", " 属实-渐退　", "属实－渐退", "属实—渐退", "属实 - 渐退", "属实–渐退"])
def test_a_word_of_a_list_as_it_would_have_been_chosen(text: str) -> None:
    assert typed("conclusion", text) == ("属实-渐退", [])


@given(st.text())
def test_no_text_is_too_much(text: str) -> None:
    for key in ("investigated_on", "effective_month", "recovered_amount", "recovered_months", "conclusion", "note"):
        value, told = typed(key, text)
        assert value is None or not told
