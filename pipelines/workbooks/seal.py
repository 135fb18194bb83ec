"""The seal of a row and of a workbook: what tells later whether somebody changed what is not his to change.

What belongs here: the canonical text of a cell, the keyed check over a row's locked cells (校验), and the account in the
very hidden sheet `_meta`, keyed as well. What does not: which cells are locked (`layout`), files.

A seal must hold while programs turn a cell about without changing what it says: another program saves decimals with
other digits, dates as serial numbers, texts with other line ends. So numbers are normalised decimals, dates ISO, texts
NFC with their blanks folded. Sheet protection is a guard against slips; the seal is what finds edits. It says nothing of
who made them, and whoever holds the warehouse's secret can make one.
"""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.workbooks.layout import SCHEMA, Column, Kind, sealed

_PURPOSE: Final = b"hedui workbook seal 1"
_SEPARATOR: Final = "\x1f"
_VERSION: Final = "1"
_OPEN, _ANSWERED = "O", "A"
_HEX: Final = 32
_PLACES: Final = Decimal("0.0001")  # finer than any money of ours, coarser than the noise of a binary float
_DAY_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 60_000)
_ISO_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")


class SealError(ValueError):
    """The account of a workbook is missing, damaged or of another warehouse; says what was expected and what to do."""


def seal_key(secret: bytes) -> bytes:
    """The key of the seals, from the warehouse's secret (`Night.secret`, `warehouse.keys.identity_key`)."""
    return hmac.digest(secret, _PURPOSE, hashlib.sha256)


def canonical(value: object, kind: Kind) -> str:
    """One text for all spellings of one value.

    Args:
        value: what the writer puts into the cell, or what a reader gives: text, number, date, nothing.
        kind: the column's kind. What does not fit it is taken as the text it is, so that a changed cell is told apart.
    """
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if kind in ("date", "month"):
        return _canonical_day(value)
    if kind in ("number", "count") or not isinstance(value, str):
        return _canonical_number(value)
    return _folded(value)


def row_seal(key: bytes, night: str, cells: Mapping[str, object], *, is_answered: bool) -> str:
    """The text of 校验 for one row.

    Args:
        key: of `seal_key`.
        night: name of the published night's folder.
        cells: by key of column, what is written into the row; must hold every column that is sealed.
        is_answered: whether the row shows a verdict (`layout.locked`).
    """
    return sealed_texts(key, night, _texts(sealed(is_answered=is_answered), cells), is_answered=is_answered)


def sealed_texts(key: bytes, night: str, texts: Sequence[str], *, is_answered: bool) -> str:
    """The text of 校验 from canonical texts, in the order of `layout.sealed`."""
    state = _ANSWERED if is_answered else _OPEN
    message = _SEPARATOR.join((_VERSION, state, night, *texts))
    return f"{state}{_VERSION}-{hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:_HEX]}"


def is_answered_row(seal: str) -> bool:
    """Whether a row showed a verdict when it was written, by its 校验 (which covers this, too)."""
    return seal.startswith(_ANSWERED)


def is_intact(key: bytes, night: str, cells: Mapping[str, object], seal: str) -> bool:
    """Whether the locked cells of a row say what they said when it was written.

    Args:
        key: of `seal_key`.
        night: the night's folder, as `_meta` names it.
        cells: by key of column, what a reader found.
        seal: the text of 校验.
    """
    found = "".join(str(seal).split())
    made = row_seal(key, night, cells, is_answered=is_answered_row(found))
    return hmac.compare_digest(made.encode(), found.encode())


class Meta(BaseModel):
    """What a workbook says of itself in the very hidden sheet `_meta`. Hidden is not secret: nothing here matters alone.

    Attributes:
        layout: version of the layout.
        night: folder of the published night.
        as_of: the night's comparison date.
        profile: its policy profile.
        town: whose workbook it is; None: the district's.
        rows: findings in 核查清单.
        made_at: when it was written, UTC.
        mac: over everything else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: int = SCHEMA
    night: str
    as_of: date
    profile: str
    town: str | None
    rows: int
    made_at: datetime
    mac: str = ""

    def signed(self, key: bytes) -> Self:
        """The same account with its MAC."""
        return self.model_copy(update={"mac": self._mac(key)})

    def is_genuine(self, key: bytes) -> bool:
        """Whether the MAC fits: made by this warehouse, and nothing in it was changed."""
        return hmac.compare_digest(self._mac(key).encode(), self.mac.encode())

    def text(self) -> str:
        """The account as the sheet holds it."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)

    def _mac(self, key: bytes) -> str:
        told = self.model_dump(mode="json", exclude={"mac"})
        text = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return hmac.new(key, f"meta{_SEPARATOR}{text}".encode(), hashlib.sha256).hexdigest()[:_HEX]


def read_meta(text: str, key: bytes) -> Meta:
    """Read the account of a workbook.

    Args:
        text: the cell A1 of `_meta`.
        key: of `seal_key`.

    Raises:
        SealError: it cannot be read, is of another version, or its MAC does not fit.
    """
    try:
        told: Any = json.loads(text)
        if isinstance(told, dict) and told.get("layout") != SCHEMA:
            raise SealError(
                f"_meta: expected a workbook of layout {SCHEMA}, found another one: export the queue again with this "
                "version of hedui and copy the answers over"
            )
        meta = Meta.model_validate(told)
    except (ValueError, ValidationError) as error:
        if isinstance(error, SealError):
            raise
        raise SealError(
            "_meta: expected the account that hedui export wrote, found something else: fill in the workbook that "
            "was handed out, not a copy of its cells"
        ) from None
    if not meta.is_genuine(key):
        raise SealError(
            "_meta: expected an account made by this warehouse, found one that does not fit: the workbook comes from "
            "another warehouse, or its hidden sheet was changed; fill in the workbook that was handed out"
        )
    return meta


def _texts(columns: Sequence[Column], cells: Mapping[str, object]) -> list[str]:
    return [canonical(cells[column.key], column.kind) for column in columns]


def _folded(text: str) -> str:
    """NFC; every run of blanks and line ends one blank, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _canonical_day(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        written = _folded(value)
        fit = _ISO_DAY.fullmatch(written)
        return _day_of(fit) if fit else _serial_day(written) or written
    return _serial_day(str(value)) or _canonical_number(value)


def _day_of(fit: re.Match[str]) -> str:
    try:
        return date(*(int(part) for part in fit.groups())).isoformat()
    except ValueError:
        return fit.string


def _serial_day(text: str) -> str | None:
    """The day of a serial number, where the text is one."""
    number = _decimal(text)
    if number is None or int(number) not in _SERIALS:
        return None
    return (_DAY_ZERO + timedelta(days=int(number))).isoformat()


def _canonical_number(value: object) -> str:
    text = _folded(str(value))
    number = _decimal(text)
    if number is None:
        return text
    rounded = number.quantize(_PLACES) if abs(number) < Decimal(10) ** 20 else number
    return format(rounded.normalize() if rounded else Decimal(0), "f")


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
