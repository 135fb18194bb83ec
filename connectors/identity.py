"""Identity numbers: the check digit of a 公民身份号码 (GB 11643) and of a 统一社会信用代码 (GB 32100).

What belongs here: arithmetic on numbers that are already written plainly, for one number and for whole columns. How a
number is brought into that form stands in `connectors.id_numbers`.

Columns are looked at as a table of bytes, one line a number: cutting millions of texts into characters takes many times
as long.
"""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

ID_FORM = r"^[0-9]{17}[0-9X]$"
SHORT_ID_FORM = r"^[0-9]{15}$"
RESERVED_AREA = "000947"
"""Area code of numbers that are made up and go along with every night (docs/canaries.md). No province has the number 00
(GB/T 2260), so that nobody can be given one; a row that holds one is refused, never taken for theirs."""
USCC_FORM = r"^[0-9]{8}[0-9A-HJ-NP-RTUWXY]{10}$"

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_MONTH_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY, _DECEMBER = 2, 12


def id_check_digit(first_17: str) -> str:
    """The check digit that belongs to the first 17 digits of an identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def lengthened_id(short: str) -> str:
    """The 18 characters of an identity number of the first generation (15 digits, born in 19xx)."""
    first_17 = f"{short[:6]}19{short[6:]}"
    return first_17 + id_check_digit(first_17)


def uscc_check_character(first_17: str) -> str:
    """The check character that belongs to the first 17 characters of a unified social credit code."""
    total = sum(_USCC_ALPHABET.index(sign) * weight for sign, weight in zip(first_17, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[(31 - total) % 31]


def id_check_is_right(ids: pl.Series) -> pl.Series:
    """For each text of the form `ID_FORM` whether its last character is its check digit."""
    signs = _signs(ids, 18)
    return pl.Series("is_right", _id_checks(signs[:, :17]) == signs[:, 17])


def birth_is_day(ids: pl.Series) -> pl.Series:
    """For each text of the form `ID_FORM` whether its birth date is a day of the calendar."""
    year, month, day = _birth_parts(ids)
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    is_month = (month >= 1) & (month <= _DECEMBER)
    days = np.array(_MONTH_DAYS, dtype=np.int32)[np.where(is_month, month, 0)] + ((month == _FEBRUARY) & is_leap)
    return pl.Series("is_day", (year >= 1) & is_month & (day >= 1) & (day <= days))


def birth_is_after(ids: pl.Series, on: date) -> pl.Series:
    """For each text of the form `ID_FORM` whether its birth date is later than a day."""
    year, month, day = _birth_parts(ids)
    return pl.Series("is_after", year * 10_000 + month * 100 + day > on.year * 10_000 + on.month * 100 + on.day)


def lengthened_ids(short: pl.Series) -> pl.Series:
    """The 18 characters of texts of the form `SHORT_ID_FORM`."""
    first_17 = short.str.slice(0, 6) + "19" + short.str.slice(6)
    checks = _id_checks(_signs(first_17, 17)).astype(np.int64)
    return first_17 + pl.Series([chr(code) for code in range(128)]).gather(checks)


def uscc_is_valid(codes: pl.Series) -> pl.Series:
    """For each text whether it is a unified social credit code with the right check character; null stays null."""
    has_form = codes.str.contains(USCC_FORM)
    formed = codes.filter(has_form)
    if formed.is_empty():
        return has_form.alias(codes.name)
    values = np.zeros(128, dtype=np.int64)
    values[np.frombuffer(_USCC_ALPHABET.encode(), dtype=np.uint8)] = np.arange(31)
    points = values[_signs(formed, 18)]
    is_right = (31 - points[:, :17] @ np.array(_USCC_WEIGHTS)) % 31 == points[:, 17]
    places = has_form.fill_null(value=False).arg_true()
    return has_form.scatter(places, pl.Series(is_right)).alias(codes.name)


def _signs(texts: pl.Series, width: int) -> NDArray[np.uint8]:
    """ASCII texts of one width as a table of bytes."""
    if texts.is_empty():
        return np.zeros((0, width), dtype=np.uint8)
    return texts.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, width)).to_numpy()


def _id_checks(signs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The check digits (as bytes) of 17 digits (as bytes) a line."""
    total = np.zeros(len(signs), dtype=np.int32)
    for place, weight in enumerate(_ID_WEIGHTS):
        total += (signs[:, place] - np.uint8(48)).astype(np.int32) * weight
    return np.frombuffer(_ID_CHECKS.encode(), dtype=np.uint8)[total % 11]


def _birth_parts(ids: pl.Series) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Year, month and day of birth as they are written."""
    digit = (_signs(ids, 18)[:, 6:14] - np.uint8(48)).astype(np.int32)
    year = digit[:, 0] * 1000 + digit[:, 1] * 100 + digit[:, 2] * 10 + digit[:, 3]
    return year, digit[:, 4] * 10 + digit[:, 5], digit[:, 6] * 10 + digit[:, 7]
