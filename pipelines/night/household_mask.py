"""Household numbers as they are handed on: where a district calls a household after its head's identity number.

What belongs here: hiding that number and still telling households apart. Masked as a person's number is, two of them may
fall together; so a mark stands behind it, ``500117********123X·k4f2mz7qpa``. The mark is keyed with the warehouse's
secret, as finding ids are: the same every night and in every file, no way back for who does not hold the secret.

50 bits: among a million households, all of them with the same ten characters shown, two would share a mark once in two
thousand warehouses. What is no such number stays as it is.
"""

import base64
import hashlib
import hmac
import re
from typing import Final

import polars as pl

from pipelines.night.masking import IN_GROUPS, MASK, SHORTEST, SHOWN_FIRST, SHOWN_LAST, WITH_BIRTH_DATE

MARK_LENGTH: Final = 10
FEWEST_BEHIND: Final = 5
"""Digits behind a laid out number that are hidden with it; fewer count households of one head: ``…-01``, ``…02``."""
_PURPOSE: Final = b"hedui household mask 1"
_BEFORE_MARK: Final = "·"

_DIGIT: Final = "[0-9０-９]"
# As identity numbers are folded (connectors.id_numbers): blanks and quotes between the digits are none.
_GAP: Final = "[\\s'\"‘’`\u3000\u00a0\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_RUN: Final = f"{_DIGIT}(?:{_GAP}{_DIGIT}){{{SHORTEST - 1},}}(?:{_GAP}[XxＸｘ])?"
# Digits that go on behind it: the date in the middle may be a day of registration, and the person's number follow.
_OR_LAID_OUT: Final = f"(?:{_GAP}[-–—.·_]{{0,2}}{_GAP})"
_GOING_ON: Final = f"(?:(?:{_OR_LAID_OUT}{_DIGIT}){{{FEWEST_BEHIND},}}(?:{_OR_LAID_OUT}[XxＸｘ])?)?"
_NUMBER: Final = f"(?:(?:{WITH_BIRTH_DATE}|{IN_GROUPS}){_GOING_ON}|{_RUN})"
_FOUND: Final = re.compile(_NUMBER)
_LAID_OUT: Final = re.compile(f"{_GAP}[-–—.·_]?{_GAP}")


def household_key(secret: bytes) -> bytes:
    """The key of the marks, from the warehouse's secret (`warehouse.keys.identity_key`)."""
    return hmac.digest(secret, _PURPOSE, hashlib.sha256)


def masked_household(text: pl.Expr, key: bytes) -> pl.Expr:
    """Mask the identity numbers in a text that names households; different texts stay different.

    Args:
        text: household ids, or a text in which some stand.
        key: of `household_key`.

    Returns:
        The text with every run of 15 digits or more (blanks and quotes between them, the last may be X) as its first 6
        and last 4 and a mark; numbers of households without such a run, and null, stay.
    """
    return text.map_batches(lambda column: _masked(column, key), return_dtype=pl.String)


def _masked(column: pl.Series, key: bytes) -> pl.Series:
    """Polars has no keyed hash: the different texts that hold a number are walked, not the rows."""
    holding = column.filter(column.str.contains(_NUMBER)).unique()
    if holding.is_empty():
        return column
    told = {text: _FOUND.sub(lambda found: _marked(found.group(), key), text) for text in holding}
    return column.replace(told)


def _marked(number: str, key: bytes) -> str:
    signs = _LAID_OUT.sub("", number)
    # Over the number as it was written: two ways to write one number are two household ids.
    digest = hmac.digest(key, number.encode(), hashlib.sha256)
    mark = base64.b32encode(digest).decode().lower()[:MARK_LENGTH]
    return f"{signs[:SHOWN_FIRST]}{MASK}{signs[-SHOWN_LAST:]}{_BEFORE_MARK}{mark}"
