"""What explains a gate that trips: the files, and the columns of them, that differ most from the delivery before.

What belongs here: comparing two deliveries by their counts, and two sets of rows by how their values are spread. What
comes out are sentences with names of files and columns, counts, and code names of the contract's own lists, never a
value that a department wrote.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

MOST_CATEGORIES: Final = 60
"""A text with more different values tells things apart rather than kinds of them; of it only presence is compared."""

WORTH_TELLING: Final = 0.05
"""A shift smaller than this share explains nothing."""

_DIGITS: Final = re.compile(r"\d+")
_EMPTY: Final = "empty"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one delivery of a feed came to, in counts (its load reports, summed).

    Attributes:
        day: its snapshot date.
        files: file → rows read.
        set_aside: why rows were not kept → how many.
        shares: (column, what) → share of its rows or values: filled, unknown codes, unreadable, wrong check digit.
    """

    day: str
    files: Mapping[str, int]
    set_aside: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """The column whose values are spread most differently.

    Attributes:
        column: its name.
        distance: the share of rows that would have to change (total variation distance).
        code: the code name that gained most, None where the column holds no codes of the contract.
        now: its share of tonight's rows.
        then: its share of the rows before.
    """

    column: str
    distance: float
    code: str | None = None
    now: float = 0.0
    then: float = 0.0

    def told(self, rows: str) -> str:
        """The shift in words."""
        if self.code is None:
            return f"{rows}列 {self.column}：取值分布变动 {self.distance:.0%}"
        return f"{rows}列 {self.column}：{self.code} 占 {self.now:.0%}，上次 {self.then:.0%}"


def rows_explained(now: Delivered, then: Delivered) -> list[str]:
    """Which files, or which reasons to set rows aside, explain most of a difference in rows; the largest first."""
    changes = [
        ((tonight or 0) - (before or 0), _file(name, tonight, before))
        for name, tonight, before in paired_files(now.files, then.files)
    ]
    reasons = {*now.set_aside, *then.set_aside}
    asides = [(reason, now.set_aside.get(reason, 0), then.set_aside.get(reason, 0)) for reason in sorted(reasons)]
    changes += [
        (before - tonight, f"因{reason}未入库 {tonight:,} 行，上期 {before:,} 行") for reason, tonight, before in asides
    ]
    total = sum(change for change, _ in changes)
    helping = [(abs(change), told) for change, told in changes if change * total > 0]
    ranked = sorted(helping, key=lambda one: -one[0])
    shares = [(size / abs(total), told) for size, told in ranked] if total else []
    return [f"{told}（占差额 {min(share, 1):.0%}）" for share, told in shares if share >= WORTH_TELLING]


def columns_explained(now: Delivered, then: Delivered) -> list[str]:
    """The columns of which the load reports tell something else than before; the largest shift first."""
    moved = [
        (abs(share - then.shares[key]), f"列 {key[0]}：{key[1]} {share:.0%}，上期 {then.shares[key]:.0%}")
        for key, share in now.shares.items()
        if key in then.shares
    ]
    return [told for shift, told in sorted(moved, key=lambda one: -one[0]) if shift >= WORTH_TELLING]


def paired_files(now: Mapping[str, int], then: Mapping[str, int]) -> list[tuple[str, int | None, int | None]]:
    """Files of two deliveries side by side: by name, else by a name that differs in its digits alone, as dates do."""
    same = [name for name in now if name in then]
    new = [name for name in now if name not in then]
    gone = [name for name in then if name not in now]
    pairs: list[tuple[str, int | None, int | None]] = [(name, now[name], then[name]) for name in same]
    for name in new:
        alike = [other for other in gone if _pattern(other) == _pattern(name)]
        only = len(alike) == 1 and sum(_pattern(other) == _pattern(name) for other in new) == 1
        pairs.append((name, now[name], then[alike[0]] if only else None))
        gone = [other for other in gone if not only or other != alike[0]]
    return [*pairs, *((name, None, then[name]) for name in gone)]


def file_of_more(now: Sequence[str]) -> list[str]:
    """Which file most of the additional findings come from; none where there are none."""
    counted = (
        pl.Series("file", list(now), dtype=pl.String).value_counts().sort("count", "file", descending=[True, False])
    )
    total = len(now)
    return [f"新增疑点 {total:,} 条中 {number:,} 条来自文件 {file}" for file, number in counted.head(1).iter_rows()]


def moved_most(now: pl.DataFrame, then: pl.DataFrame, codes: Iterable[str] = ()) -> Moved | None:
    """The column whose values are spread most differently in two sets of rows; None where none stands out.

    Args:
        now: tonight's rows.
        then: the rows before, with the same columns or fewer.
        codes: columns that hold code names of the contract.
    """
    if now.is_empty() or then.is_empty():
        return None
    told = [_moved(name, now, then, is_code=name in set(codes)) for name in now.columns if name in then.columns]
    largest = max((one for one in told if one is not None), key=lambda one: (one.distance, one.column), default=None)
    return largest if largest is not None and largest.distance >= WORTH_TELLING else None


def _moved(name: str, now: pl.DataFrame, then: pl.DataFrame, *, is_code: bool) -> Moved | None:
    """How differently one column's values are spread."""
    kind = now.schema[name]
    if then.schema[name] != kind or isinstance(kind, pl.List | pl.Struct):
        return None
    is_kind = is_code or kind == pl.Boolean or (kind == pl.String and _is_few(now, then, name))
    tonight, before = (_spread(frame, name, kind, is_kind=is_kind) for frame in (now, then))
    both = tonight.join(before, on="value", how="full", coalesce=True, suffix="_then").fill_null(0.0)
    distance = float(both.select(((pl.col("share") - pl.col("share_then")).abs().sum()) / 2).item())
    gained = both.sort(pl.col("share") - pl.col("share_then"), "value", descending=[True, False]).row(0)
    value, share, share_then = str(gained[0]), float(gained[1]), float(gained[2])
    return Moved(name, distance, value if is_code else None, share, share_then)


def _is_few(now: pl.DataFrame, then: pl.DataFrame, name: str) -> bool:
    """Whether a text names kinds of things: it has few different values, and far fewer than rows."""
    different = max(frame.get_column(name).n_unique() for frame in (now, then))
    return different <= MOST_CATEGORIES and different * 2 <= max(now.height, then.height)


def _spread(frame: pl.DataFrame, name: str, kind: pl.DataType, *, is_kind: bool) -> pl.DataFrame:
    """A column's values in categories, each with its share of the rows.

    Codes and kinds as they are, dates by year, numbers by their magnitude, anything else by whether it is there.
    """
    value = pl.col(name)
    if is_kind:
        category = value.cast(pl.String)
    elif kind in (pl.Date, pl.Datetime):
        category = value.dt.year().cast(pl.String)
    elif kind.is_numeric():
        category = value.cast(pl.Float64).abs().log1p().floor().cast(pl.Int64).cast(pl.String)
    else:
        category = pl.when(value.cast(pl.String).fill_null("") != "").then(pl.lit("present"))
    return (
        frame.select(value=category.fill_null(_EMPTY))
        .group_by("value")
        .len()
        .select("value", share=pl.col("len") / frame.height)
    )


def _file(name: str, tonight: int | None, before: int | None) -> str:
    """A file's rows, now and then."""
    if tonight is None:
        return f"文件 {name} 本期未交付，上期 {before:,} 行"
    return f"文件 {name} 本期 {tonight:,} 行，" + ("上期无此文件" if before is None else f"上期 {before:,} 行")


def _pattern(name: str) -> str:
    """A file's name without its digits."""
    return _DIGITS.sub("#", name)
