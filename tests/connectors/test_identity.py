"""Check digits agree with python-stdnum, for single numbers and for columns."""

import random
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from connectors.identity import (
    birth_is_after,
    birth_is_day,
    id_check_digit,
    id_check_is_right,
    lengthened_id,
    lengthened_ids,
    uscc_check_character,
    uscc_is_valid,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
digits_17 = st.text("0123456789", min_size=17, max_size=17)
digits_15 = st.text("0123456789", min_size=15, max_size=15)


@given(digits_17)
def test_an_id_check_digit_is_that_of_stdnum(first_17):
    assert id_check_digit(first_17) == ric.calc_check_digit(first_17 + "0")


@given(st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9))
def test_a_uscc_check_character_is_that_of_stdnum(digits, signs):
    assert uscc_check_character(digits + signs) == uscc.calc_check_digit(digits + signs)


def test_a_hundred_thousand_ids_right_and_mutated():
    chance = random.Random(1)  # noqa: S311  (a repeatable sample)
    numbers = ["".join(chance.choices("0123456789", k=17)) + chance.choice("0123456789X") for _ in range(100_000)]
    expected = [ric.calc_check_digit(number) == number[-1] for number in numbers]
    assert id_check_is_right(pl.Series(numbers)).to_list() == expected
    mended = [number[:17] + ric.calc_check_digit(number) for number in numbers]
    assert id_check_is_right(pl.Series(mended)).all()


def test_a_hundred_thousand_usccs_right_and_mutated():
    chance = random.Random(2)  # noqa: S311  (a repeatable sample)
    codes = []
    for place in range(100_000):
        first_17 = "".join(chance.choices("0123456789", k=8)) + "".join(chance.choices(ALPHABET, k=9))
        code = first_17 + uscc.calc_check_digit(first_17)
        codes.append(code if place % 2 else code[:-1] + chance.choice(ALPHABET))
    assert uscc_is_valid(pl.Series(codes)).to_list() == [uscc.is_valid(code) for code in codes]


@given(st.lists(digits_15, max_size=20))
def test_fifteen_digits_become_eighteen_one_by_one_and_as_a_column(numbers):
    expected = [lengthened_id(number) for number in numbers]
    assert lengthened_ids(pl.Series(numbers, dtype=pl.String)).to_list() == expected
    assert all(ric.calc_check_digit(number) == number[-1] and number[6:8] == "19" for number in expected)


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91110000600037341L", True),
        ("91110000600037341M", False),
        ("A1110000600037341L", False),
        ("91110000600037341", False),
        ("91110000600037341I", False),
        ("", False),
        (None, None),
    ],
)
def test_usccs(code, valid):
    assert uscc_is_valid(pl.Series([code], dtype=pl.String)).to_list() == [valid]


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99))
def test_birth_dates_are_days_of_the_calendar(year, month, day):
    number = pl.Series([f"500190{year:04}{month:02}{day:02}0010"])
    try:
        born = date(year, month, day)
    except ValueError:
        assert birth_is_day(number).to_list() == [False]
        return
    assert birth_is_day(number).to_list() == [True]
    for on in (date(2026, 9, 22), born):
        assert birth_is_after(number, on).to_list() == [born > on]
