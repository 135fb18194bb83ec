"""The mess that departments deliver: one value, written in every way that cleaning takes back.

What belongs here: clean rows → untidy texts, by feeds.md section 2. Cleaning gives the clean values again, so the truth
holds; what makes a row unreadable is in `pipelines.sample.spoil`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from connectors.contract import UNKNOWN
from pipelines.sample.chance import weighted
from pipelines.sample.layout import Heading, code_texts, decimal_text

_WIDE: Final = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x3A)})
_DIGITS: Final = [str(digit) for digit in range(10)]
_WIDE_DIGITS: Final = [digit.translate(_WIDE) for digit in _DIGITS]
_NO_DATE: Final = ("", "", "", "0001-01-01", "9999-12-31", "1900-01-00", "无", "-", "/")
_NO_MONEY: Final = ("", "", "", "无", "-", "/", "不详", "500左右")
_SERIAL_ZERO: Final = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000
_UNKNOWN_TEXTS: Final = ("待核对", "998", "？？", "其他（待补）")
_PLACES: Final = {"元": 2, "万元": 6}
_PLATE_TYPES: Final = {
    "01": "大型汽车",
    "02": "小型汽车",
    "07": "普通摩托车",
    "08": "轻便摩托车",
    "14": "拖拉机",
    "52": "小型新能源汽车",
}
_VEHICLE_TYPES: Final = {
    "K33": "小型轿车",
    "K31": "小型普通客车",
    "K32": "小型越野客车",
    "H31": "轻型普通货车",
    "M21": "普通二轮摩托车",
    "M22": "轻便二轮摩托车",
    "M11": "普通正三轮摩托车",
}
_STATUS_LETTERS: Final = {
    "A": "正常",
    "G": "违法未处理",
    "E": "注销",
    "M": "强制注销",
    "Q": "逾期未检验",
    "K": "查封",
    "C": "被盗抢",
}

Ways = list[tuple[float, pl.Expr]]
"""Ways to write a column, each with its weight; the first is the plain one."""


def untidy_texts(rng: np.random.Generator, rows: pl.DataFrame, columns: list[Heading]) -> pl.DataFrame:
    """Write clean rows down as a careless department would.

    Args:
        rng: the stream to draw from.
        rows: contract fields, as for `pipelines.sample.layout.plain_texts`.
        columns: the headings, in the order wanted.

    Returns:
        One text column per heading, named as the headings are; empty cells are null.
    """
    completed = {heading.field.name for heading in columns if heading.completes}
    exprs = []
    for heading in columns:
        ways = _ways(rng, rows, heading)
        if heading.field.name in completed and not heading.completes:
            ways.append((2, pl.col(heading.field.name).str.slice(1)))
        exprs.append(_mixed(rng, rows.height, heading.name, ways))
    return rows.select(exprs).with_columns(pl.when(pl.all() != "").then(pl.all()))


def _mixed(rng: np.random.Generator, size: int, name: str, ways: Ways) -> pl.Expr:
    """One of the ways for each row; a way that gives null falls back on the plain one."""
    turn = pl.lit(pl.Series(weighted(rng, size, [weight for weight, _ in ways])))
    plain = ways[0][1]
    mixed = plain
    for position, (_, way) in enumerate(ways[1:], start=1):
        mixed = pl.when((turn == position) & way.is_not_null()).then(way).otherwise(mixed)
    return mixed.alias(name)


def _ways(rng: np.random.Generator, rows: pl.DataFrame, heading: Heading) -> Ways:
    field, column = heading.field, pl.col(heading.field.name)
    if rows.schema[field.name] == pl.Null:
        column = column.cast(
            pl.Date if field.kind in {"date", "month"} else pl.Int64 if field.kind == "money" else pl.String
        )
    if heading.completes:
        return [(1, column.str.head(2))]
    if field.form:
        return _form_ways(field.form, column)
    if field.kind == "date":
        return _or_empty(rng, rows.height, column, _date_ways(column), _NO_DATE)
    if field.kind == "money":
        return _or_empty(rng, rows.height, column, _money_ways(column, _PLACES[heading.unit]), _NO_MONEY)
    if field.kind == "code":
        return _code_ways(column, code_texts(field))
    return _OTHER_WAYS.get(field.kind, _text_ways)(column)


def _or_empty(rng: np.random.Generator, size: int, column: pl.Expr, ways: Ways, empties: tuple[str, ...]) -> Ways:
    """The ways, with an empty cell written as one of the words for it."""
    words = pl.lit(pl.Series(empties).gather(rng.integers(0, len(empties), size)))
    return [(weight, pl.when(column.is_null()).then(words).otherwise(way)) for weight, way in ways]


def _wide(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(_DIGITS, _WIDE_DIGITS)


def _text_ways(column: pl.Expr) -> Ways:
    return [(12, column), (1, " " + column + "　"), (1, _wide(column)), (1, column + "\u200b")]


def _name_ways(column: pl.Expr) -> Ways:
    dots = [column.str.replace("·", dot, literal=True) for dot in ("•", "．", "・")]
    return [(9, column), (1, column.str.replace(r"^(.)", "$1 ")), *((1, way) for way in dots)]


def _id_ways(column: pl.Expr) -> Ways:
    last_century = column.str.slice(6, 2) == "19"
    old = pl.when(last_century).then(column.str.slice(0, 6) + column.str.slice(8, 9))
    return [
        (80, column),
        (2, _wide(column)),
        (2, column.str.slice(0, 6) + " " + column.str.slice(6, 8) + " " + column.str.slice(14)),
        (2, "'" + column),
        (2, column + "\t"),
        (2, "\u200b" + column),
        (4, column.str.to_lowercase()),
        (4, old),
        (2, column + "43"),
        (1, column + "11B1"),
    ]


def _date_ways(column: pl.Expr) -> Ways:
    serial = column.cast(pl.Int32) - (_SERIAL_ZERO - date(1970, 1, 1)).days
    is_first = column.dt.day() == 1
    return [
        (5, column.dt.to_string("%Y-%m-%d")),
        (2, column.dt.to_string("%Y/%-m/%-d")),
        (2, column.dt.to_string("%Y.%-m.%-d")),
        (2, column.dt.to_string("%Y%m%d")),
        (2, column.dt.to_string("%Y年%-m月%-d日")),
        (1, column.dt.to_string("%Y-%m-%d 00:00:00")),
        (2, pl.when(serial.is_between(_FIRST_SERIAL, _LAST_SERIAL)).then(serial.cast(pl.String))),
        (3, pl.when(is_first).then(column.dt.to_string("%Y年%-m月"))),
        (1, pl.when(is_first).then(column.dt.to_string("%Y-%m"))),
        (1, _wide(column.dt.to_string("%Y-%m-%d"))),
    ]


def _month_ways(column: pl.Expr) -> Ways:
    return [
        (3, column.dt.to_string("%Y%m")),
        (2, column.dt.to_string("%Y-%m")),
        (2, column.dt.to_string("%Y年%-m月")),
        (1, column.dt.to_string("%Y-%m-01")),
    ]


def _money_ways(column: pl.Expr, places: int) -> Ways:
    plain = decimal_text(column, places)
    fen = (column % 10**places).cast(pl.String).str.zfill(places)
    whole = column // 10**places
    full = whole.cast(pl.String) + "." + fen
    thousands = pl.when(whole.is_between(1_000, 999_999)).then(
        (whole // 1_000).cast(pl.String) + "," + (whole % 1_000).cast(pl.String).str.zfill(3) + "." + fen
    )
    ways: Ways = [(4, plain), (2, full), (3, thousands), (1, "¥" + plain), (1, _wide(plain))]
    return [*ways, (2, plain + "元")] if places == _PLACES["元"] else ways


def _code_ways(column: pl.Expr, texts: Mapping[str, tuple[str, ...]]) -> Ways:
    table = {**texts, UNKNOWN: _UNKNOWN_TEXTS}
    most = max(len(options) for options in table.values())

    def choice(at: int) -> pl.Expr:
        return column.replace_strict(
            list(table), [options[at % len(options)] for options in table.values()], return_dtype=pl.String
        )

    return [*((2, choice(at)) for at in range(most)), (1, " " + choice(most - 1) + " "), (1, _wide(choice(0)))]


def _form_ways(form: str, column: pl.Expr) -> Ways:
    unknown = pl.when(column == UNKNOWN).then(pl.lit("待核对"))
    plain = pl.coalesce(unknown, column)
    match form:
        case "plate":
            dotted = column.str.slice(0, 2) + "·" + column.str.slice(2)
            spaced = column.str.slice(0, 2) + " " + column.str.slice(2)
            return [
                (6, plain),
                (2, dotted),
                (1, spaced),
                (2, column.str.to_lowercase()),
                (1, dotted.str.to_lowercase()),
            ]
        case "plate_type":
            return [(5, plain), (2, plain.str.replace(r"^0(\d)$", "$1")), (2, _worded(column, _PLATE_TYPES))]
        case "vehicle_type":
            return [(5, plain), (2, _worded(column, _VEHICLE_TYPES))]
        case "vehicle_status":
            letters = column.str.replace_all(",", "", literal=True)
            several = pl.when(~column.is_in([UNKNOWN])).then(letters.str.replace_all(r"(.)(.)", "$1、$2"))
            return [(5, plain), (1, several), (2, _worded(column, _STATUS_LETTERS))]
        case _:
            return [(9, plain), (1, " " + column)]


def _worded(column: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """The department's word where there is one, else null."""
    return column.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)


_OTHER_WAYS: Final[Mapping[str, Callable[[pl.Expr], Ways]]] = {
    "id": _id_ways,
    "name": _name_ways,
    "month": _month_ways,
}
