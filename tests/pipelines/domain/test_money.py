"""Money is exact inside and rounded once, half up."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.money import (
    fen_to_decimal,
    hao,
    plain,
    plain_decimal,
    round_half_up_to_fen,
    spoken,
    to_hao,
    to_yuan,
)

HAO = st.integers(0, 10**16)


def column(*amounts: int | None) -> pl.DataFrame:
    return pl.DataFrame({"m": amounts}, schema={"m": pl.Int64})


@pytest.mark.parametrize(("yuan", "expected"), [("770", 7_700_000), ("0.0001", 1), ("-1.5", -15_000)])
def test_yuan_to_hao_and_back(yuan, expected):
    assert to_hao(yuan) == expected
    assert to_yuan(expected) == Decimal(yuan)


def test_an_amount_finer_than_hao_is_refused():
    with pytest.raises(ValueError, match="four decimals"):
        to_hao("0.00001")


def test_a_decimal_column_becomes_hao():
    frame = pl.DataFrame({"m": [Decimal("1234.5678"), None]}, schema={"m": pl.Decimal(18, 4)})
    assert frame.select(hao("m")).to_dict(as_series=False) == {"m": [12_345_678, None]}


@given(HAO, st.integers(1, 12))
def test_rounding_is_half_up_and_exact(amount, parts):
    fen = column(amount).select(round_half_up_to_fen(pl.col("m"), parts)).item()
    exact = (to_yuan(amount) / parts).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(fen) / 100 == exact


def test_rounding_takes_a_column_as_divisor():
    frame = pl.DataFrame({"m": [50, 49], "n": [1, 1]})
    assert frame.select(round_half_up_to_fen(pl.col("m"), pl.col("n"))).to_series().to_list() == [1, 0]


def test_fen_become_two_decimals():
    found = column(12_345, 0, None).select(fen_to_decimal(pl.col("m"))).to_series()
    assert found.dtype == pl.Decimal(12, 2)
    assert found.to_list() == [Decimal("123.45"), Decimal("0.00"), None]


@given(st.integers(-(10**16), 10**16))
def test_plain_decimals_keep_the_value_and_no_trailing_zero(amount):
    text = column(amount).select(plain(pl.col("m"))).item()
    assert Decimal(text) == to_yuan(amount)
    assert "." not in text or not text.endswith(("0", "."))


def test_plain_decimal_of_an_area():
    frame = pl.DataFrame({"area": [Decimal("88.1200"), Decimal(60), None]}, schema={"area": pl.Decimal(18, 4)})
    assert frame.select(plain_decimal("area")).to_series().to_list() == ["88.12", "60", None]


def test_spoken_amounts():
    found = column(12_345_678, 7_700_000, 10**13, 49, None).select(spoken(pl.col("m"))).to_series().to_list()
    assert found == ["1,234.57", "770.00", "1,000,000,000.00", "0.00", None]


PLACES = pl.Series([False, True, False, False])


def test_an_amount_is_spoken_the_same_however_often_it_stands_and_where():
    amounts = column(10_000, None, 12_345_678, 10_000).select(pl.col("m"), wrong=pl.col("m") + 1)
    told = pl.when(pl.col("m") > 10_000).then(spoken(pl.col("m"))).otherwise(pl.lit("-"))
    assert amounts.select(told).to_series().to_list() == ["-", "-", "1,234.57", "-"]
    assert amounts.select(spoken(pl.col("m"))).to_series().to_list() == ["1.00", None, "1,234.57", "1.00"]
    sorted_ones = column(7_700_000, 7_700_000, 7_700_000, 7_700_000).select(pl.col("m").sort(), is_so=PLACES)
    told = sorted_ones.select(pl.when("is_so").then(spoken(pl.col("m"))).otherwise(pl.lit("-")))
    assert told.to_series().to_list() == ["-", "770.00", "-", "-"]
    assert column().select(spoken(pl.col("m"))).schema == {"m": pl.String}
    assert column(1, 2).select(pl.concat_str("m", spoken(pl.lit(1_234_500)))).to_series().to_list() == [
        "1123.45",
        "2123.45",
    ]
