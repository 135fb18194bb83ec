"""Numbers that can belong to nobody: citizens, plates, chassis, property units, firms.

What belongs here: the making of identifiers, whole columns at a time. Citizen numbers have right check digits and real
dates, but county prefixes that have never been given out. Every other number is counted up from a serial and
scrambled by a step without a common factor, so two serials never give the same number.
"""

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipelines.sample.chance import Ints
from pipelines.sample.report import SampleError

ROSTER_PREFIXES: Final = (500190, 500191, 500192, 500193, 500194, 500195)
OUTSIDER_PREFIXES: Final = (
    500196,
    500197,
    500198,
    500199,
    500290,
    500291,
    500292,
    500293,
    500294,
    500295,
    500296,
    500297,
)
"""Two sets without a common member: nobody outside the roster can have a roster person's number by accident."""

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"
_USCC_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLATE_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PLATE_OFFICES: Final = "ABCDFGHN"
_ORDERS: Final = 1000  # order numbers per prefix and birthday
_STEP: Final = 1_000_003_019  # a prime: shares no factor with any of the spaces below
_FIRST_BIRTH: Final = date(1935, 1, 1)


def fixed_text(signs: npt.NDArray[np.uint8]) -> pl.Series:
    """Turn a matrix of ASCII signs (one row per text, all of one length) into a String column."""
    count, width = signs.shape
    offsets = pa.py_buffer((np.arange(count + 1, dtype=np.int64) * width).tobytes())
    texts = pa.LargeStringArray.from_buffers(count, offsets, pa.py_buffer(np.ascontiguousarray(signs).tobytes()))
    return pl.Series(pl.from_arrow(texts), dtype=pl.String)


def _digits(numbers: Ints, width: int, signs: str = "0123456789") -> npt.NDArray[np.uint8]:
    """The last `width` digits of each number, in a positional system with these signs."""
    table = np.frombuffer(signs.encode(), dtype=np.uint8)
    out = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.copy()
    for place in range(width - 1, -1, -1):
        rest, low = np.divmod(rest, len(signs))
        out[:, place] = table[low]
    return out


def scramble(serials: Ints, space: int) -> Ints:
    """A different number below `space` for every serial below `space`, without a visible order."""
    return (serials % space * (_STEP % space) + 12_345) % space


def citizen_numbers(prefixes: Ints, births: Ints, orders: Ints) -> pl.Series:
    """18-character citizen numbers with their check digits.

    Args:
        prefixes: six-digit county codes.
        births: days of birth, in days since 1970-01-01.
        orders: order numbers 0…999; odd is male.

    Returns:
        One text per person.
    """
    days = births.astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    in_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    body = ((prefixes * 10_000 + years) * 10_000 + months * 100 + in_month) * _ORDERS + orders
    signs = _digits(body, 17)
    weights = np.asarray(_ID_WEIGHTS, dtype=np.int64)
    checks = ((signs.astype(np.int64) - ord("0")) @ weights) % len(_ID_CHECK)
    last = np.frombuffer(_ID_CHECK.encode(), dtype=np.uint8)[checks]
    return fixed_text(np.column_stack([signs, last]))


def roster_numbers(births: Ints, is_male: npt.NDArray[np.bool_]) -> pl.Series:
    """Citizen numbers for roster persons, no two alike.

    Persons of one birthday and sex are counted; the count chooses prefix and order number. There is room for 3,000
    persons per birthday and sex: tens of millions of persons in all.

    Args:
        births: days of birth, in days since 1970-01-01.
        is_male: the sex, one per person.

    Returns:
        One text per person.

    Raises:
        SampleError: more persons share a birthday and sex than there are numbers.
    """
    groups = pl.DataFrame({"birth": births, "male": is_male})
    place = groups.select(pl.int_range(pl.len()).over("birth", "male")).to_series().to_numpy().astype(np.int64)
    room = len(ROSTER_PREFIXES) * _ORDERS // 2
    if len(place) and int(place.max()) >= room:
        raise SampleError(f"sample: expected at most {room} persons of one birthday and sex, found more; ask for fewer")
    prefixes = np.asarray(ROSTER_PREFIXES, dtype=np.int64)[place % len(ROSTER_PREFIXES)]
    orders = (place // len(ROSTER_PREFIXES) * 7 + births) % (_ORDERS // 2) * 2 + is_male
    return citizen_numbers(prefixes, births, orders)


def outsider_numbers(serials: Ints, as_of: date) -> pl.Series:
    """Citizen numbers of people who are not on the roster; adults at `as_of`, one person per serial.

    Args:
        serials: whole numbers from 0 up; up to some 300 million.
        as_of: the comparison date.

    Returns:
        One text per serial.
    """
    first = np.datetime64(_FIRST_BIRTH).astype(np.int64)
    days = int(np.datetime64(as_of).astype(np.int64) - first) - 18 * 366
    numbers = scramble(serials, len(OUTSIDER_PREFIXES) * days * _ORDERS)
    rest, orders = np.divmod(numbers, _ORDERS)
    places, births = np.divmod(rest, days)
    return citizen_numbers(np.asarray(OUTSIDER_PREFIXES, dtype=np.int64)[places], births + first, orders)


def plates(serials: Ints) -> pl.Series:
    """Plates of the city's offices, `渝` with an office letter and five signs; one per serial."""
    width = 5
    room = len(_PLATE_SIGNS) ** width
    offices, numbers = np.divmod(scramble(serials, len(_PLATE_OFFICES) * room), room)
    letters = np.frombuffer(_PLATE_OFFICES.encode(), dtype=np.uint8)[offices]
    signs = np.column_stack([letters, _digits(numbers, width, _PLATE_SIGNS)])
    return pl.select(pl.lit("渝") + pl.lit(fixed_text(signs))).to_series()


def chassis_numbers(serials: Ints) -> pl.Series:
    """17-character chassis numbers (车辆识别代号); one per serial."""
    return pl.select(pl.lit("LHD") + pl.lit(fixed_text(_digits(scramble(serials, 10**14), 14)))).to_series()


def unit_numbers(serials: Ints, right: str) -> pl.Series:
    """28-character property unit numbers (不动产单元号).

    Args:
        serials: one per unit.
        right: characters 13 and 14: `GB` for land of the state, `JC` for a rural homestead.

    Returns:
        One text per serial.
    """
    numbers = _digits(scramble(serials, 10**13), 13)
    zone = pl.lit("500103001") + pl.lit(fixed_text(numbers[:, :3]))
    return pl.select(
        zone
        + pl.lit(f"{right}00")
        + pl.lit(fixed_text(numbers[:, 3:6]))
        + pl.lit("F0")
        + pl.lit(fixed_text(numbers[:, 6:]))
    ).to_series()


def firm_numbers(serials: Ints) -> pl.Series:
    """18-character unified social credit codes (GB 32100) with their check characters; one per serial."""
    head = np.broadcast_to(np.frombuffer(b"92500103MA", dtype=np.uint8), (len(serials), 10))
    room = len(_USCC_SIGNS) ** 7
    signs = np.column_stack([head, _digits(scramble(serials, room), 7, _USCC_SIGNS)])
    value = np.zeros(256, dtype=np.int64)
    value[np.frombuffer(_USCC_SIGNS.encode(), dtype=np.uint8)] = np.arange(len(_USCC_SIGNS))
    weights = np.asarray([pow(3, place, 31) for place in range(17)], dtype=np.int64)
    checks = (31 - value[signs] @ weights % 31) % 31
    return fixed_text(np.column_stack([signs, np.frombuffer(_USCC_SIGNS.encode(), dtype=np.uint8)[checks]]))
