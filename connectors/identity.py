"""Identity numbers: the check digit of a 公民身份号码 (GB 11643) and of a 统一社会信用代码 (GB 32100).

What belongs here: arithmetic on numbers that are already written plainly, for one number and for whole columns. How a
number is brought into that form stands in `connectors.id_numbers`.
"""

import numpy as np
import polars as pl

ID_FORM = r"^[0-9]{17}[0-9X]$"
SHORT_ID_FORM = r"^[0-9]{15}$"
USCC_FORM = r"^[0-9]{8}[0-9A-HJ-NP-RTUWXY]{10}$"

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


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


def check_digits(first_17: pl.Expr) -> pl.Expr:
    """Check digits for a column of 17 digits (text); null where it is null.

    Whole-number arithmetic on one Int64 column: cutting a million texts into characters takes ten times as long.
    """
    number = first_17.cast(pl.Int64, strict=False)
    digits = [number // 10 ** (16 - place) % 10 * weight for place, weight in enumerate(_ID_WEIGHTS)]
    total = pl.sum_horizontal(*digits, ignore_nulls=False) % 11
    return total.replace_strict(dict(enumerate(_ID_CHECKS)), return_dtype=pl.String)


def lengthened_ids(short: pl.Expr) -> pl.Expr:
    """The 18 characters of a column of identity numbers of 15 digits; null where it is null."""
    first_17 = pl.concat_str(short.str.head(6), pl.lit("19"), short.str.slice(6))
    return pl.concat_str(first_17, check_digits(first_17))


def birth_dates(ids: pl.Expr) -> pl.Expr:
    """The birth dates in a column of 18 characters; null where the calendar has no such day."""
    return ids.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def uscc_is_valid(codes: pl.Series) -> pl.Series:
    """For each text whether it is a unified social credit code with the right check character; null stays null."""
    has_form = codes.str.contains(USCC_FORM)
    formed = codes.filter(has_form)
    if formed.is_empty():
        return has_form.alias(codes.name)
    signs = formed.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, 18)).to_numpy()
    values = np.zeros(128, dtype=np.int64)
    values[np.frombuffer(_USCC_ALPHABET.encode(), dtype=np.uint8)] = np.arange(31)
    points = values[signs]
    is_right = (31 - points[:, :17] @ np.array(_USCC_WEIGHTS)) % 31 == points[:, 17]
    places = has_form.fill_null(value=False).arg_true()
    return has_form.scatter(places, pl.Series(is_right)).alias(codes.name)
