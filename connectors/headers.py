"""Headers: which row holds them, and which column is which field (feeds.md section 1).

What belongs here: matching the texts of a row against a contract. A header is compared after trimming, full-width
folding and dropping a *unit* in brackets; the brackets of 村（社区） are part of a name and stay.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contract import Contract
from connectors.folding import squeezed

SEARCHED_ROWS = 30
_UNIT = re.compile(
    r"[(\[【](?:单位[::]?)?((?:人民币)?(万?元)(?:[/每](?:人)?(?:月|年|人))?|㎡|M²|M2|平方米|平米)[)\]】]$"
)
_REPEATED = re.compile(r"[_.\-]?\d{1,2}$")
_LONG_NUMBER = re.compile(r"\d{5,}")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·.]?(?=[A-Z]*\d)[A-Z0-9]{5,6}(?![A-Z0-9])")
_PERSON = re.compile(r"\d{14}[\dXx]")
_WITHHELD = "…"
_SHOWN = 60
_FEWEST_OF_A_HEADER = 2


@dataclass(frozen=True)
class Header:
    """The header of one sheet: its texts, and the columns of the fields.

    `groups` has one entry, or in a wide roster one for each person of a row; columns count from 0. `units` holds the
    units of money that headers name; `companions` the columns that complete a field's value.
    """

    texts: tuple[str, ...]
    groups: tuple[Mapping[str, int], ...]
    units: Mapping[str, str] = field(default_factory=dict)
    companions: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def columns(self) -> Mapping[str, int]:
        """Field → column, of the first person where a row holds several."""
        return self.groups[0]


@dataclass(frozen=True)
class Mismatch:
    """A row that is no usable header, and why; `matched` counts the fields that it names."""

    matched: int
    message: str


def find_header(rows: Sequence[Sequence[str | None]], contract: Contract) -> tuple[int, Header] | Mismatch:
    """The first of the rows that names every required column, with its position; else what came nearest."""
    nearest = Mismatch(0, _nothing_found(rows, contract))
    for position, row in enumerate(rows[:SEARCHED_ROWS]):
        found = match_header(row, contract)
        if isinstance(found, Header):
            return position, found
        if found.matched > nearest.matched:
            nearest = Mismatch(found.matched, f"row {position + 1}: {found.message}")
    return nearest


def match_header(row: Sequence[str | None], contract: Contract) -> Header | Mismatch:
    """One row against a contract: a header, or why it is none."""
    fields = {header: one.name for one in contract.fields for header in one.matched_headers}
    helpers = {squeezed(header).upper(): one.name for one in contract.fields for header in one.completed_by}
    places: dict[str, list[int]] = {}
    units: dict[str, str] = {}
    companions: dict[str, int] = {}
    unknown: list[int] = []
    for column, text in enumerate(row):
        name, unit = _plain(text or "")
        owner = fields.get(name) or (_wide_owner(name, fields, contract) if contract.wide else None)
        if owner is not None:
            places.setdefault(owner, []).append(column)
            if unit:
                units[owner] = unit
        elif name in helpers:
            companions.setdefault(helpers[name], column)
        elif name:
            unknown.append(column)
    told = _told(row, unknown)
    mistake = _mistake(told, places, contract)
    if mistake:
        return Mismatch(len(places), mistake)
    texts = tuple(text or "" for text in row)
    return Header(texts, _groups(places, contract), units, companions, tuple(told[column] for column in unknown))


def shown(text: str) -> str:
    """A found header as it may be told: one line, not long, no long number and no plate (a person's row is no header)."""
    return _LONG_NUMBER.sub(_WITHHELD, _PLATE.sub(_WITHHELD, squeezed(text)))[:_SHOWN]


def _told(row: Sequence[str | None], unknown: Sequence[int]) -> list[str]:
    """The texts of a row as they may be told.

    Where a person's number stands among them, the row is somebody's data taken for a header (an export without one),
    and its other texts may be a name or an address: only those that name a column of the contract are shown.
    """
    texts = [shown(text or "") for text in row]
    if not any(_PERSON.search(squeezed(text)) for text in row if text):
        return texts
    withheld = {column for column in unknown if texts[column]}
    return [_WITHHELD if column in withheld else text for column, text in enumerate(texts)]


def _plain(text: str) -> tuple[str, str]:
    """A header's name as it is compared, and the unit of money that it carries."""
    name = squeezed(text).upper()
    unit = _UNIT.search(name)
    if unit is None:
        return name, ""
    return name[: unit.start()], unit.group(2) or ""


def _wide_owner(name: str, fields: Mapping[str, str], contract: Contract) -> str | None:
    """The repeated field that a numbered header (姓名2, 身份证号_2) stands for."""
    owner = fields.get(_REPEATED.sub("", name))
    return owner if owner in contract.wide else None


def _mistake(told: Sequence[str], places: Mapping[str, list[int]], contract: Contract) -> str:
    """Why the columns found are no header of the contract; empty when they are."""
    missing = [one for one in contract.fields if one.is_required and one.name not in places]
    doubled = [name for name, columns in places.items() if len(columns) > 1 and name not in contract.wide]
    if not missing and not doubled:
        return ""
    found = ", ".join(text for text in told if text)
    parts = [f"expected a column {' / '.join((*one.headers, one.name))}" for one in missing]
    parts += [
        f"expected one column for {name}, found {len(places[name])} (columns {_letters(places[name])})"
        for name in doubled
    ]
    return f"{'; '.join(parts)}; found: {found}. Name each column once as the contract of {contract.feed} does"


def _groups(places: Mapping[str, list[int]], contract: Contract) -> tuple[Mapping[str, int], ...]:
    """Field → column, once for each person of a row; fields that are said once hold for all of them."""
    once = {name: columns[0] for name, columns in places.items() if name not in contract.wide}
    persons = max((len(places[name]) for name in contract.wide if name in places), default=1)
    return tuple(
        once | {name: places[name][person] for name in contract.wide if person < len(places.get(name, ()))}
        for person in range(persons)
    )


def _nothing_found(rows: Sequence[Sequence[str | None]], contract: Contract) -> str:
    required = ", ".join(one.headers[0] if one.headers else one.name for one in contract.fields if one.is_required)
    if not any(text and text.strip() for row in rows for text in row):
        return f"expected a header row with {required}; found no text at all"
    return (
        f"expected a header row with {required} among the first {SEARCHED_ROWS} rows; found none of these names. "
        f"Put the column names of the contract of {contract.feed} above the data"
    )


def _letters(columns: Iterable[int]) -> str:
    return ", ".join(column_letter(column) for column in columns)


def column_letter(column: int) -> str:
    """A column as a spreadsheet names it: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def looks_like_header(mismatch: Mismatch, contract: Contract) -> bool:
    """Whether a row that failed was meant as this feed's header: it names at least half of the required columns."""
    required = sum(one.is_required for one in contract.fields)
    return mismatch.matched >= max(_FEWEST_OF_A_HEADER, (required + 1) // 2)
