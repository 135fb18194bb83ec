"""Identity numbers as delivered: every accepted way to write one, every reason to refuse one (feeds.md section 2)."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.id_numbers import clean_ids
from connectors.identity import id_check_digit, uscc_check_character

ON = date(2026, 9, 22)
GOOD = "50019019900101123" + id_check_digit("50019019900101123")
WITH_X = "51239019360211992X"


def with_check(first_17):
    return first_17 + id_check_digit(first_17)


def cleaned(*values, dtype=pl.String, on=ON):
    found = clean_ids(pl.Series("id_number", values, dtype=dtype), on)
    refused = [None] * len(values) if found.refused is None else found.refused.to_list()
    return list(zip(found.value.to_list(), refused, strict=True))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (GOOD, GOOD),
        (WITH_X, WITH_X),
        (WITH_X.lower(), WITH_X),
        (f"'{GOOD}", GOOD),
        (f" {GOOD}\u3000", GOOD),
        (f"{GOOD[:6]} {GOOD[6:14]}\t{GOOD[14:]}", GOOD),
        (f"\ufeff{GOOD}\u200b", GOOD),
        ("".join(chr(ord(sign) + 0xFEE0) for sign in WITH_X), WITH_X),
        ("500190740327281", with_check("50019019740327281")),
        (f"{GOOD}11", GOOD),
        (f"{WITH_X.lower()}43B1", WITH_X),
        (with_check("50019020260922123"), with_check("50019020260922123")),
        (with_check("50019020000229123"), with_check("50019020000229123")),
    ],
)
def test_accepted(written, expected):
    assert cleaned(written) == [(expected, None)]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "id_empty"),
        ("", "id_empty"),
        ("  \u3000", "id_empty"),
        ("'", "id_empty"),
        (GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "id_check_digit"),
        (with_check("50019019900230123"), "id_birth_date"),
        (with_check("50019019901301123"), "id_birth_date"),
        (with_check("50019019000229123"), "id_birth_date"),
        (with_check("50019020260923123"), "id_future_birth"),
        ("500190990230123", "id_birth_date"),
        (with_check("00094719900101123"), "id_reserved"),
        ("000947900101123", "id_reserved"),
        (with_check("00094719900101123") + "11", "id_reserved"),
        (with_check("00094719900230123"), "id_birth_date"),
        ("123", "id_length"),
        (GOOD[:-1], "id_length"),
        (f"{GOOD}1", "id_length"),
        (f"{GOOD}123", "id_length"),
        (f"{GOOD[:-1]}{'0' if GOOD[-1] != '0' else '1'}43", "id_check_digit"),
        ("5.00190E+17", "id_scientific"),
        ("5.00190199001011e17", "id_scientific"),
        ("500190199001011230.0", "id_rounded"),
        ("无", "id_characters"),
        ("-", "id_characters"),
        ("500190********1230", "id_characters"),
    ],
)
def test_refused(written, reason):
    assert cleaned(written) == [(None, reason)]


def test_the_future_begins_after_the_snapshot_date():
    number = with_check("50019020260101123")
    assert cleaned(number, on=date(2026, 1, 1)) == [(number, None)]
    assert cleaned(number, on=date(2025, 12, 31)) == [(None, "id_future_birth")]


@pytest.mark.parametrize(
    ("written", "is_other"),
    [
        ("E12345678", True),
        ("H0123456701", True),
        ("h0123456701", True),
        ("x123", True),
        ("91110000600037341L", True),
        ("91110000600037341l", True),
        ("91110000600037341M", False),
        ("9111000060003734" + "15", False),
        ("52500000MJP0000001"[:17] + uscc_check_character("52500000MJP000000"), True),
        ("11100000000000000" + uscc_check_character("11100000000000000"), False),
        ("91100000000000000" + uscc_check_character("91100000000000000"), True),
    ],
)
def test_other_kinds_of_documents(written, is_other):
    [(value, refused)] = cleaned(written)
    assert value is None
    assert (refused == "other_document") is is_other


def test_numbers_of_typed_columns():
    assert cleaned(int(GOOD), dtype=pl.Int64) == [(GOOD, None)]
    assert cleaned(500190740327281.0, dtype=pl.Float64) == [(with_check("50019019740327281"), None)]
    assert cleaned(500190199001011230.0, dtype=pl.Float64) == [(None, "id_rounded")]
    assert cleaned(None, dtype=pl.Null) == [(None, "id_empty")]
    assert clean_ids(pl.Series([GOOD], dtype=pl.Categorical), ON).value.to_list() == [GOOD]


def test_a_column_without_mistakes_has_no_refusals():
    assert clean_ids(pl.Series([GOOD, WITH_X]), ON).refused is None
    assert clean_ids(pl.Series([], dtype=pl.String), ON).value.to_list() == []


@given(st.lists(st.one_of(st.none(), st.text(max_size=24), st.sampled_from([GOOD, WITH_X, "500190740327281"]))))
def test_every_value_is_a_right_number_or_has_a_reason(values):
    for value, refused in cleaned(*values):
        assert (value is None) != (refused is None)
        assert value is None or value[-1] == id_check_digit(value[:17])
