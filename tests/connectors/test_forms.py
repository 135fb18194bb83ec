"""Number plates, GA 24 codes and credit codes (feeds.md section 3, vehicle and business)."""

import polars as pl
import pytest

from connectors.forms import (
    STATUS_TEXTS,
    clean_plate_types,
    clean_plates,
    clean_usccs,
    clean_vehicle_statuses,
    clean_vehicle_types,
)


def one(clean, value, *more):
    return clean(pl.Series("v", [value], dtype=pl.String), *more).value.to_list()[0]


@pytest.mark.parametrize(
    ("written", "issuer", "plate"),
    [
        ("渝A·12345", None, "渝A12345"),
        ("渝a12345", None, "渝A12345"),
        ("渝A 12345", "渝B", "渝A12345"),
        ("渝A•１２３４５", None, "渝A12345"),
        ("A12345", "渝A", "渝A12345"),
        ("a·12345", " 渝A ", "渝A12345"),
        ("AD12345", "渝A", "渝AD12345"),
        ("A12345", None, "A12345"),
        ("A12345", "", "A12345"),
        ("", "渝A", None),
        (None, "渝A", None),
    ],
)
def test_plates(written, issuer, plate):
    issuers = None if issuer is None else pl.Series([issuer], dtype=pl.String)
    assert one(clean_plates, written, issuers) == plate


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("02", "02"),
        ("2", "02"),
        (" ７ ", "07"),
        ("52", "52"),
        ("小型汽车", "02"),
        ("普通摩托车", "07"),
        ("两、三轮摩托车", "07"),
        ("小型新能源汽车", "52"),
        ("蓝牌", "unknown"),
        ("002", "unknown"),
        ("", None),
        (None, None),
    ],
)
def test_plate_types(written, code):
    assert one(clean_plate_types, written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("K33", "K33"),
        ("k33", "K33"),
        ("小型轿车", "K33"),
        ("普通正三轮摩托车", "M11"),
        ("轻便二轮摩托车", "M22"),
        ("G11", "G11"),
        ("J11", "J11"),
        ("X99", "unknown"),
        ("客车", "unknown"),
        ("BUS", "unknown"),
        ("", None),
        (None, None),
    ],
)
def test_vehicle_types(written, code):
    assert one(clean_vehicle_types, written) == code


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ("A", "A"),
        ("GQ", "GQ"),
        ("QG", "GQ"),
        ("A,G", "AG"),
        ("G，A", "AG"),
        ("违法未处理、注销", "EG"),
        ("注销;查封；正常", "AEK"),
        ("E,E", "E"),
        ("a,g", "AG"),
        ("G,注销", "EG"),
        (" Ｅ ", "E"),
        ("A,", "A"),
        ("?", "unknown"),
        ("A,?", "unknown"),
        ("Z", "unknown"),
        ("AZ", "unknown"),
        ("车管所核对中", "unknown"),
        ("已注销", "unknown"),
        (",", "unknown"),
        ("", None),
        (None, None),
    ],
)
def test_vehicle_statuses(written, letters):
    assert one(clean_vehicle_statuses, written) == letters


@pytest.mark.parametrize(("text", "letter"), STATUS_TEXTS.items())
def test_every_status_text(text, letter):
    assert one(clean_vehicle_statuses, text) == letter
    assert one(clean_vehicle_statuses, letter) == letter


def test_credit_codes_keep_a_wrong_check_character_and_mark_it():
    column = pl.Series(["91110000600037341l ", "9111 0000 6000 3734 1L", "91110000600037341M", "1", None, ""])
    found = clean_usccs(column)
    right = "91110000600037341L"
    assert found.value.to_list() == [right, right, "91110000600037341M", "1", None, None]
    assert found.bad_check.to_list() == [False, False, True, True, False, False]
    assert clean_usccs(pl.Series([right, None])).bad_check is None
