"""Money and numbers: exact, converted by unit, never a reason to lose a row (feeds.md section 2)."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.amounts import clean_decimals, clean_integers, clean_money


def read(found):
    return found.value[0], found.unparsed is not None and found.unparsed[0]


def money(value, unit="元", dtype=pl.String):
    return read(clean_money(pl.Series("m", [value], dtype=dtype), unit))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.5"),
        ("1,234,567.89", "1234567.89"),
        ("1234.5元", "1234.5"),
        ("¥1234", "1234"),
        ("￥1,234.50元", "1234.5"),
        ("１２３４．５", "1234.5"),
        (" 500 ", "500"),
        ("0", "0"),
        ("0.30000000000000004", "0.3"),
        ("1.00005", "1.0001"),
        ("1.00004999", "1"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_amounts_in_yuan(text, amount):
    assert money(text) == (Decimal(amount), False)


@pytest.mark.parametrize(("text", "amount"), [("10.5", "105000"), ("0.00015", "1.5"), ("1.23456789", "12345.6789")])
def test_amounts_in_ten_thousands(text, amount):
    assert money(text, "万元") == (Decimal(amount), False)


@pytest.mark.parametrize("text", [None, "", " ", "无", "-", "/", "－", "／"])
def test_marks_for_none(text):
    assert money(text) == (None, False)


@pytest.mark.parametrize(
    "text", ["不详", "500左右", "-5", "-0.01", "(500)", "1e5", "12,34", "1.5万元", "5 0", "1.2.3", "100000000000000"]
)
def test_anything_else_and_negatives_are_unparsed(text):
    assert money(text) == (None, True)


def test_typed_amounts():
    assert money(Decimal("1234.56"), dtype=pl.Decimal(10, 2)) == (Decimal("1234.56"), False)
    assert money(1234, dtype=pl.Int32) == (Decimal(1234), False)
    assert money(10.5, "万元", dtype=pl.Float64) == (Decimal(105000), False)
    assert money(0.1 + 0.2, dtype=pl.Float64) == (Decimal("0.3"), False)
    assert money(-1.0, dtype=pl.Float64) == (None, True)
    assert money(float("nan"), dtype=pl.Float64) == (None, False)
    assert money(None, dtype=pl.Float64) == (None, False)
    assert money(1e30, dtype=pl.Float64) == (None, True)


def test_decimals_and_integers_have_no_unit():
    assert read(clean_decimals(pl.Series(["88.12"]))) == (Decimal("88.12"), False)
    assert read(clean_decimals(pl.Series(["88.12元"]))) == (None, True)
    assert read(clean_integers(pl.Series(["1,234"]))) == (1234, False)
    assert read(clean_integers(pl.Series(["3.0"]))) == (3, False)
    assert read(clean_integers(pl.Series(["3.5"]))) == (None, True)
    assert read(clean_integers(pl.Series(["无"]))) == (None, False)
    assert read(clean_integers(pl.Series([7], dtype=pl.Int16))) == (7, False)
    assert read(clean_integers(pl.Series([-7]))) == (None, True)


@given(st.decimals(min_value=0, max_value=10**13, places=4), st.booleans())
def test_every_amount_survives_exactly(amount, grouped):
    text = f"{amount:,f}" if grouped else f"{amount:f}"
    assert money(text) == (amount, False)
