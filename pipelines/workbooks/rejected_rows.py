"""The held rows of a workbook as they go back: locked cells restored, what was typed kept, the reasons beside.

What belongs here: what stands in each cell of the workbook of rejects. How it looks is the business of `rejects`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice, product
from typing import Any, Final

from pipelines.workbooks.held import Cause, Held
from pipelines.workbooks.layout import COLUMNS, Column
from pipelines.workbooks.returned import Returned
from pipelines.workbooks.seal import canonical, is_answered_row, is_intact
from pipelines.workbooks.sheets import ROW
from pipelines.workbooks.tampering import Expected

LONGEST: Final = 32_767
_TRIES: Final = 64

Cell = str | float | date | None


@dataclass(frozen=True)
class RejectedRow:
    """One row of the workbook of rejects.

    Attributes:
        row: its number in the workbook that came back.
        is_answered: whether it shows a verdict: then the review is open, otherwise the answer.
        cells: key of column → what is written.
        held: why it goes back.
        restored: keys of locked columns that hold again what was handed out.
    """

    row: int
    is_answered: bool
    cells: Mapping[str, Cell]
    held: Sequence[Held]
    restored: frozenset[str]

    @property
    def finding_id(self) -> str | None:
        """The finding; None where the row belongs to none."""
        found = self.cells.get("finding_id")
        return str(found) if found else None


def rejected_rows(returned: Returned, held: Sequence[Held], key: bytes, written: Expected) -> list[RejectedRow]:
    """The rows to be corrected, in their order.

    Args:
        returned: the workbook that came back.
        held: why rows are held.
        key: of `seal.seal_key`.
        written: what was handed out, asked for rows alone whose locked cells were changed.
    """
    reasons: dict[int, list[Held]] = {}
    for one in held:
        reasons.setdefault(one.row, []).append(one)
    came = {row[ROW]: row for row in returned.cells.iter_rows(named=True) if row[ROW] in reasons}
    changed = sorted({str(came[one.row]["finding_id"]) for one in held if one.cause == Cause.CHANGED})
    handed_out = (written(changed) if changed else None) or {}
    rows = []
    for number in sorted(reasons):
        texts = {column.key: came[number].get(column.key) for column in COLUMNS}
        whole = _restored(
            texts, reasons[number], handed_out.get(str(texts["finding_id"]), {}), returned.meta.night, key
        )
        cells = {column.key: _cell(whole[column.key], column) for column in COLUMNS if column.kind != "formula"}
        restored = frozenset(name for name in whole if whole[name] is not texts[name])
        is_answered = is_answered_row(str(texts["seal"] or ""))
        rows.append(RejectedRow(number, is_answered, cells, reasons[number], restored))
    return rows


def _restored(
    texts: Mapping[str, Any], held: Sequence[Held], handed_out: Mapping[str, Sequence[object]], night: str, key: bytes
) -> dict[str, Any]:
    """The row with its changed locked cells as they were: of several possible ones (masked or not) those that fit the seal."""
    names = [str(one.key) for one in held if one.cause == Cause.CHANGED and one.key in handed_out]
    if not names:
        return dict(texts)
    possible = islice(product(*(handed_out[name] for name in names)), _TRIES)
    tries = [{**texts, **dict(zip(names, values, strict=True))} for values in possible]
    seal = str(texts["seal"] or "")
    return next((one for one in tries if is_intact(key, night, one, seal)), tries[0])


def _cell(value: object, column: Column) -> Cell:
    """A cell as it is written: a date or a number where it is one, the text that came otherwise."""
    if value is None:
        return None
    if column.kind in ("date", "month"):
        try:
            return date.fromisoformat(canonical(value, column.kind))
        except ValueError:
            return str(value)[:LONGEST]
    if column.kind in ("number", "count"):
        try:
            return float(Decimal(canonical(value, column.kind)))
        except InvalidOperation:
            return str(value)[:LONGEST]
    return str(value)[:LONGEST]
