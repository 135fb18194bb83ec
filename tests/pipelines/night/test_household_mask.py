"""Household numbers that are identity numbers: hidden, and still told apart."""

import re
from datetime import date

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.night.household_mask import household_key, masked_household

KEY = household_key(b"s" * 32)
HEAD = "512390198607250559"
MARK = r"·[a-z2-7]{10}"


def hidden(value: str | None, key: bytes = KEY) -> str | None:
    frame = pl.DataFrame({"household_id": [value]}, schema={"household_id": pl.String})
    return frame.select(masked_household(pl.col("household_id"), key)).item()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (HEAD, "512390********0559" + MARK),
        ("51239020011231001X", r"512390\*+001X" + MARK),
        ("51239020011231001x", r"512390\*+001x" + MARK),
        ("512390440726684", r"512390\*+6684" + MARK),
        (f"{HEAD}-01", r"512390\*+0559" + MARK + "-01"),
        (f"{HEAD}01", r"512390\*+0559" + MARK + "01"),
        (f"H{HEAD}户", "H" + r"512390\*+0559" + MARK + "户"),
        (f"{HEAD},{HEAD}", rf"512390\*+0559{MARK},512390\*+0559{MARK}"),
        ("512390 19860725 0559", r"512390\*+0559" + MARK),
        ("512390-19860725-0559", r"512390\*+0559" + MARK),
        ("5123 9019 8607 2505 59", r"512390\*+0559" + MARK),
        ("'5 1 2 3 9 0 1 9 8 6 0 7 2 5 0 5 5 9", r"'512390\*+0559" + MARK),
        ("512390\u200b198607250559", r"512390\*+0559" + MARK),
        ("５１２３９０１９８６０７２５０５５Ｘ", r"５１２３９０\*+０５５Ｘ" + MARK),
        ("915001037474123456", r"915001\*+3456" + MARK),
        ("512390198613250559", r"512390\*+0559" + MARK),
        ("51239019860725055", r"512390\*+5055" + MARK),
    ],
)
def test_a_number_of_a_person_shows_its_first_six_and_last_four_and_a_mark(value: str, shown: str) -> None:
    pattern = shown.replace("********", r"\*{8}").replace(r"\*+", r"\*{8}")
    assert re.fullmatch(pattern, hidden(value) or "")


@pytest.mark.parametrize("value", ["YZ0000001", "CQ-2023-000123", "12345678901234", "渝中20230815第12号", "", None])
def test_a_number_of_a_household_stays(value: str | None) -> None:
    assert hidden(value) == value


def test_households_of_which_the_same_ten_characters_are_shown_stay_apart() -> None:
    ids = [f"512390{year}{month:02d}250559" for year in range(1900, 2000) for month in range(1, 13)]
    shown = pl.DataFrame({"household_id": ids}).select(masked_household(pl.col("household_id"), KEY)).to_series()
    assert shown.n_unique() == len(ids)
    assert shown.str.starts_with("512390********0559·").all()


def test_the_mark_is_the_same_every_night_and_another_with_another_secret() -> None:
    assert hidden(HEAD) == hidden(HEAD) == "512390********0559·cmottm6iqf"
    assert hidden(HEAD) != hidden(HEAD, household_key(b"t" * 32))
    # The mark of a number is its own, wherever it stands: another table's text can be laid beside it.
    assert hidden(f"{HEAD}-01") == f"{hidden(HEAD)}-01"
    assert hidden(hidden(HEAD)) == hidden(HEAD)


BETWEEN = st.sampled_from(["", "", " ", "-", "'", "—", " - "])


@settings(max_examples=60)
@given(
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    BETWEEN,
    st.dates(min_value=date(1950, 1, 1), max_value=date(2026, 12, 31)),
    BETWEEN,
    st.from_regex(r"[0-9]{0,4}", fullmatch=True),
    BETWEEN,
    BETWEEN,
)
@example(code="100000", one="", day=date(2000, 1, 1), two=" - ", number="", before="", after=" - ")
def test_a_number_behind_a_code_and_a_day_is_hidden_too(
    code: str, one: str, day: date, two: str, number: str, before: str, after: str
) -> None:
    head = f"{HEAD[:6]}{before}{HEAD[6:14]}{after}{HEAD[14:]}"
    shown = hidden(f"{code}{one}{day:%Y%m%d}{two}{number}{head}") or ""
    assert HEAD[6:14] not in shown
    assert HEAD[4:] not in re.sub(r"[^0-9]", "", shown)


@settings(max_examples=40)
@given(st.lists(st.text(alphabet="0123456789 '-XH", min_size=14, max_size=40), min_size=2, max_size=12, unique=True))
def test_different_ids_stay_different_and_no_long_run_is_left(ids: list[str]) -> None:
    shown = pl.DataFrame({"id": ids}).select(masked_household(pl.col("id"), KEY)).to_series()
    assert shown.n_unique() == len(ids)
    assert not shown.str.contains(r"[0-9](?:[ ']*[0-9]){14}").any()
