"""The workbook of rejects (退回修改): the held rows alone, in the same layout, to be corrected and imported again.

What belongs here: writing it. Every text is written as text: what somebody typed never becomes a formula. The seals of
its rows are those of the workbook that came back, so that they stand as long as the locked cells do.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import xlsxwriter

from pipelines.workbooks.choices import LISTS
from pipelines.workbooks.held import Held
from pipelines.workbooks.layout import BY_KEY, CHECKLIST, COLUMNS, META, PLACE, Column
from pipelines.workbooks.rejected_rows import Cell, RejectedRow
from pipelines.workbooks.seal import Meta
from pipelines.workbooks.sheets import column_letter

REASONS: Final = "退回原因"
_REASON_COLUMN: Final = "fill_check"
_REASON_WIDTH: Final = 46
_FROZEN: Final = PLACE["head_name"] + 1
_RED, _YELLOW, _GREEN, _GREY, _HEAD = "#F8C9C4", "#FFF9DB", "#E3F2E6", "#F5F6F8", "#D9E2EC"
_FORMATS: Final = {"date": "yyyy-mm-dd", "month": "yyyy-mm", "number": "0.00", "count": "0"}
_INLINE_LIST: Final = 255
_RUNNING: Final = frozenset("=+-@＝＋－＠\t\r")
_HELP: Final = (
    "本工作簿只有被退回的行。请在“核查清单”中按红色单元格的提示改正黄色（复核：绿色）单元格，保存后直接导入或交回；"
    "没有列在这里的行已经接受，不用再填。白色和灰色的内容不能改动。"
)


def write_rejects(rows: Sequence[RejectedRow], meta: Meta, key: bytes) -> bytes:
    """The bytes of a workbook with these rows.

    Args:
        rows: the held rows.
        meta: account of the workbook that came back.
        key: of `seal.seal_key`.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        writer = _Writer(book, is_district=meta.town is None)
        reasons = book.add_worksheet(REASONS)
        writer.checklist(rows)
        writer.reasons(reasons, rows)
        hidden = book.add_worksheet(META)
        findings = len({row.finding_id for row in rows if row.finding_id})
        # Its rows show what was handed out then: `made_at` stays, or a review would cover what was answered since.
        told = meta.model_copy(update={"rows": findings})
        hidden.write_string(0, 0, told.signed(key).text())
        hidden.very_hidden()
    return target.getvalue()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, *, is_district: bool) -> None:  # noqa: ANN401  xlsxwriter is untyped
        self._book = book
        self._is_district = is_district
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def checklist(self, rows: Sequence[RejectedRow]) -> None:
        """核查清单: the cells that are complained about are red, with the complaint as a comment."""
        sheet = self._book.add_worksheet(CHECKLIST)
        sheet.set_row(0, 48)
        for place, column in enumerate(COLUMNS):
            width = _REASON_WIDTH if column.key == _REASON_COLUMN else column.width
            sheet.set_column(place, place, width, None, {"hidden": 1} if column.is_hidden else {})
            sheet.write_string(0, place, column.header, self._format(bg_color=_HEAD, bold=True, align="center"))
        for line, row in enumerate(rows, start=1):
            for place, column in enumerate(COLUMNS):
                self._cell(sheet, line, place, column, row)
        for column in COLUMNS:
            self._validation(sheet, column, len(rows))
        sheet.freeze_panes(1, _FROZEN)
        sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})

    def reasons(self, sheet: Any, rows: Sequence[RejectedRow]) -> None:  # noqa: ANN401
        """退回原因: one line per reason, with a link to its cell."""
        for place, width in enumerate((10, 10, 24, 70, 60)):
            sheet.set_column(place, place, width)
        sheet.merge_range(0, 0, 0, 4, _HELP, self._format(valign="vcenter"))
        sheet.set_row(0, 48)
        head = self._format(bg_color=_HEAD, bold=True)
        sheet.write_row(1, 0, ["原表行号", "本表行号", "列", "原因", "改动情况"], head)
        number = 2
        for line, row in enumerate(rows, start=1):
            for one in row.held:
                key = one.key or _REASON_COLUMN
                sheet.write_number(number, 0, row.row, self._format())
                address = f"internal:'{CHECKLIST}'!{_address(line, PLACE[key])}"
                sheet.write_url(number, 1, address, self._format(font_color="#1F4E9E", underline=1), str(line + 1))
                self._text(sheet, number, 2, BY_KEY[one.key].header if one.key else "", {})
                self._text(sheet, number, 3, _told(one, row), {})
                self._text(sheet, number, 4, one.detail, {})
                number += 1
        sheet.freeze_panes(2, 0)
        sheet.protect("")

    def _cell(self, sheet: Any, line: int, place: int, column: Column, row: RejectedRow) -> None:  # noqa: ANN401
        told = [_told(one, row) for one in row.held if one.key == column.key]
        style: dict[str, Any] = {"locked": not self._is_open(column, row), "num_format": _FORMATS.get(column.kind, "@")}
        style["bg_color"] = _RED if told else self._ground(column, row)
        if column.key == _REASON_COLUMN:
            every = "；".join(dict.fromkeys(_placed(one, row) for one in row.held))
            self._text(sheet, line, place, every, {**style, "bg_color": _RED, "num_format": "@"})
            return
        self._value(sheet, line, place, row.cells.get(column.key), style)
        if told:
            sheet.write_comment(line, place, "\n".join(told), {"author": "核对", "x_scale": 2})

    def _value(self, sheet: Any, line: int, place: int, value: Cell, style: dict[str, Any]) -> None:  # noqa: ANN401
        if isinstance(value, str):
            self._text(sheet, line, place, value, style)
        elif isinstance(value, date):
            sheet.write_datetime(line, place, value, self._format(**style))
        elif value is None:
            sheet.write_blank(line, place, None, self._format(**style))
        else:
            sheet.write_number(line, place, value, self._format(**style))

    def _text(self, sheet: Any, line: int, place: int, text: str, style: dict[str, Any]) -> None:  # noqa: ANN401
        """A text as a text: marked where a program would take it for a formula once somebody edits it."""
        more = {"quote_prefix": True} if text[:1] in _RUNNING and text else {}
        sheet.write_string(line, place, text, self._format(**{"num_format": "@", **style, **more}))

    def _validation(self, sheet: Any, column: Column, rows: int) -> None:  # noqa: ANN401
        entries = LISTS.get(column.choices or "", ())
        if not entries or len(",".join(entries)) > _INLINE_LIST or not rows:
            return
        place = PLACE[column.key]
        sheet.data_validation(1, place, rows, place, {"validate": "list", "source": list(entries), "show_error": False})

    def _is_open(self, column: Column, row: RejectedRow) -> bool:
        if row.is_answered:
            return column.filler == "district" and self._is_district
        return column.filler == "town"

    def _ground(self, column: Column, row: RejectedRow) -> str:
        if self._is_open(column, row):
            return _GREEN if row.is_answered else _YELLOW
        return _GREY if row.is_answered else "#FFFFFF"

    def _format(self, **properties: Any) -> Any:  # noqa: ANN401
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base: Mapping[str, Any] = {"border": 1, "border_color": "#C3CBD5", "text_wrap": True, "valign": "top"}
            self._made[key] = self._book.add_format({**base, **properties})
        return self._made[key]


def _told(one: Held, row: RejectedRow) -> str:
    if one.key is None or one.key not in row.restored:
        return one.told
    return f"锁定内容“{BY_KEY[one.key].header}”被改动，已恢复为下发时的内容：请核对后再交回"


def _placed(one: Held, row: RejectedRow) -> str:
    return f"{BY_KEY[one.key].header}：{_told(one, row)}" if one.key else _told(one, row)


def _address(line: int, place: int) -> str:
    return f"{column_letter(place)}{line + 1}"
