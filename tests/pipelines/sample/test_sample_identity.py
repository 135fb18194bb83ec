from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from pipelines.sample.identity import (
    OUTSIDER_PREFIXES,
    ROSTER_PREFIXES,
    chassis_numbers,
    citizen_numbers,
    firm_numbers,
    outsider_numbers,
    plates,
    roster_numbers,
    unit_numbers,
)

AS_OF = date(2026, 9, 22)
EPOCH = date(1970, 1, 1)


def days(*dates: date) -> np.ndarray:
    return np.asarray([(one - EPOCH).days for one in dates], dtype=np.int64)


@given(st.dates(date(1900, 1, 1), AS_OF), st.integers(0, 999))
def test_a_citizen_number_has_the_check_digit_and_the_birth_date(born, order):
    number = citizen_numbers(np.asarray([ROSTER_PREFIXES[0]]), days(born), np.asarray([order]))[0]
    assert number[6:14] == f"{born:%Y%m%d}"
    assert number[14:17] == f"{order:03}"
    assert ric.calc_check_digit(number) == number[17]
    assert ric.get_birth_date(number) == born


def test_a_known_number():
    assert citizen_numbers(np.asarray([110105]), days(date(1949, 12, 31)), np.asarray([2])).to_list() == [
        "11010519491231002X"
    ]


@pytest.mark.parametrize("prefix", [*ROSTER_PREFIXES, *OUTSIDER_PREFIXES])
def test_no_county_ever_had_these_prefixes(prefix):
    number = citizen_numbers(np.asarray([prefix]), days(date(1980, 2, 29)), np.asarray([12]))[0]
    assert ric.calc_check_digit(number) == number[17]
    with pytest.raises((InvalidComponent, KeyError)):  # a KeyError where it knows the city but no such county
        ric.get_birth_place(number)


def test_roster_and_outsiders_cannot_meet():
    assert not set(ROSTER_PREFIXES) & set(OUTSIDER_PREFIXES)


def test_roster_numbers_tell_the_sex_and_never_repeat():
    births = np.repeat(days(date(1960, 5, 6), date(2001, 1, 1)), 2500)
    is_male = np.arange(5000) % 2 == 0
    numbers = roster_numbers(births, is_male)
    assert numbers.n_unique() == 5000
    assert (numbers.str.slice(16, 1).cast(int).to_numpy() % 2 == is_male).all()


def test_outsiders_are_adults_and_all_different():
    numbers = outsider_numbers(np.arange(200_000), AS_OF)
    assert numbers.n_unique() == 200_000
    born = numbers.str.slice(6, 8).str.to_date("%Y%m%d")
    assert born.max() <= AS_OF - timedelta(days=18 * 365)
    assert set(numbers.str.head(6).cast(int)) == set(OUTSIDER_PREFIXES)


@pytest.mark.parametrize("make", [plates, chassis_numbers, firm_numbers, lambda serials: unit_numbers(serials, "GB")])
def test_every_serial_has_a_number_of_its_own(make):
    serials = np.concatenate([np.arange(20_000), np.arange(40_000_000, 40_020_000)])
    assert make(serials).n_unique() == 40_000


def test_the_forms_of_the_numbers():
    serials = np.arange(300)
    assert plates(serials).str.contains("^渝[A-Z][0-9A-HJ-NP-Z]{5}$").all()
    assert unit_numbers(serials, "JC").str.contains("^.{12}JC.{14}$").all()
    assert chassis_numbers(serials).str.len_chars().unique().to_list() == [17]
    assert all(uscc.is_valid(code) for code in firm_numbers(serials))
