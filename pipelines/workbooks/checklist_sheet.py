"""Writing 核查清单: system columns locked, columns to fill yellow and open, drop-downs, live checks, links to the evidence.

What belongs here: how the rows of `rows.checklist` become cells. The header stands in row 1.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from pipelines.workbooks.fill_formulas import (
    ANSWERED,
    COMPLETE,
    UNFILLED,
    fill_check,
    letter,
    overdue_days,
    reason_source,
)
from pipelines.workbooks.layout import BY_KEY, CHECKLIST, COLUMNS, PLACE, Column
from pipelines.workbooks.paging import Paging, protect, set_page
from pipelines.workbooks.streamed_rows import (
    ROW,
    Style,
    date_cell,
    formula_cell,
    number_cell,
    style_index,
    text_cell,
)
from pipelines.workbooks.styles import (
    GREEN,
    HEADER_COLOR,
    LINK_COLOR,
    OPEN_COLOR,
    OPEN_HEADER_COLOR,
    ORANGE,
    RED,
    REVIEW_COLOR,
    SHUT_COLOR,
    YELLOW,
    Styles,
)

FROZEN_UNTIL: Final = "head_name"
SOON_DAYS: Final = 3
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_LINKED: Final = "rule_title"


class ChecklistWriter:
    """Writes 核查清单 of one workbook."""

    def __init__(self, book: Any, styles: Styles, *, is_district: bool) -> None:  # noqa: ANN401  xlsxwriter is untyped
        self._sheet = book.add_worksheet(CHECKLIST)
        self._styles = styles
        self._is_district = is_district

    def write(self, rows: pl.DataFrame, targets: pl.DataFrame, paging: Paging) -> None:
        """Write the sheet.

        Args:
            rows: of `rows.checklist`, numbered.
            targets: where evidence stands: `number`, `sheet`, `row`.
            paging: for the pages.
        """
        self._head(rows)
        cells = [self._cell(place, column) for place, column in enumerate(COLUMNS)]
        self._sheet.stream(rows.with_columns((pl.col("number") + 1).alias(ROW)), cells, pl.col("height"))
        if rows.height:
            self._sheet.autofilter(0, 0, rows.height, len(COLUMNS) - 1)
            self._validations(rows.height)
            self._colours(rows.height)
        at = letter(_LINKED)
        places = targets.select("number", "sheet", "row").sort("number").iter_rows()
        self._sheet.link(((f"{at}{number + 1}", sheet, row) for number, sheet, row in places), "查看证据")
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{rows.height + 1}"})
        self._sheet.freeze_panes(1, PLACE[FROZEN_UNTIL] + 1)
        set_page(self._sheet, paging, CHECKLIST)
        self._sheet.print_across()
        self._sheet.set_print_scale(60)
        self._sheet.repeat_columns(0, PLACE[FROZEN_UNTIL])
        self._sheet.print_area(0, 0, max(rows.height, 1), PLACE["overdue_days"])
        protect(self._sheet)

    def _head(self, rows: pl.DataFrame) -> None:
        """Header and widths; what the system knows nothing of is hidden, so that staff need not scroll past it."""
        self._sheet.set_row(0, 48)
        for place, column in enumerate(COLUMNS):
            is_void = (
                column.filler is None and column.kind != "formula" and rows[column.key].null_count() == rows.height
            )
            hides = column.is_hidden or (is_void and column.key in ("district", "certificate_no"))
            self._sheet.set_column(place, place, column.width, None, {"hidden": 1} if hides else {})
            color = OPEN_HEADER_COLOR if column.filler == "town" else HEADER_COLOR
            if column.filler == "district" and self._is_district:
                color = GREEN
            self._sheet.write_string(0, place, column.header, self._styles.header(color))

    def _cell(self, place: int, column: Column) -> pl.Expr:
        style = self._of_state(column)
        if column.key == "fill_check":
            return formula_cell(place, fill_check("{row}"), UNFILLED, style, answered=ANSWERED)
        if column.key == "overdue_days":
            return formula_cell(place, overdue_days("{row}"), "", style)
        if column.kind in ("date", "month"):
            return date_cell(place, column.key, style)
        if column.kind in ("number", "count"):
            return number_cell(place, column.key, style)
        return text_cell(place, column.key, style, self._of_state(column, is_running=True))

    def _of_state(self, column: Column, *, is_running: bool = False) -> Style:
        """The formats of a column's cells, in rows without and with an answer."""
        waiting, answered = (style_index(self._format(column, state, is_running=is_running)) for state in (False, True))
        return (waiting, answered)

    def _format(self, column: Column, is_answered: bool, *, is_running: bool = False) -> Any:  # noqa: ANN401
        opened = "district" if is_answered else "town"
        is_open = column.filler == opened and (opened == "town" or self._is_district)
        color = {"town": OPEN_COLOR, "district": REVIEW_COLOR}[opened] if is_open else None
        if is_answered and not is_open:
            color = SHUT_COLOR
        more: dict[str, Any] = {"align": "center"} if column.key in ("risk", "fill_check", "overdue_days") else {}
        if column.key == _LINKED:
            more = {"font_color": LINK_COLOR, "underline": 1}
        # A formula's cell must not be text, or the program shows the formula once somebody edits it.
        kind = "count" if column.kind == "formula" else column.kind
        return self._styles.cell(kind, color=color, is_open=is_open, is_running=is_running, **more)

    def _validations(self, rows: int) -> None:
        for column in COLUMNS:
            if column.filler == "town" or (column.filler == "district" and self._is_district):
                place = PLACE[column.key]
                self._sheet.data_validation(1, place, rows, place, _validation(column))

    def _colours(self, rows: int) -> None:
        sheet, styles = self._sheet, self._styles
        risk = PLACE["risk"]
        for word, color in (("红", RED), ("橙", ORANGE), ("黄", YELLOW)):
            told = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles.of(bg_color=color)}
            sheet.conditional_format(1, risk, rows, risk, told)
        due, check = PLACE["due_on"], PLACE["fill_check"]
        at, done = (
            f"${letter('due_on')}2",
            f'OR(${letter("fill_check")}2="{COMPLETE}",${letter("fill_check")}2="{ANSWERED}")',
        )
        late = f'=AND({at}<>"",NOT({done}),TODAY()>{at})'
        soon = f'=AND({at}<>"",NOT({done}),{at}-TODAY()<={SOON_DAYS})'
        for criteria, color in ((late, RED), (soon, YELLOW)):
            told = {"type": "formula", "criteria": criteria, "format": styles.of(bg_color=color), "stop_if_true": True}
            sheet.conditional_format(1, due, rows, due, told)
        cell = f"${letter('fill_check')}2"
        for criteria, color in (
            (f'={cell}="{COMPLETE}"', GREEN),
            (f'=AND({cell}<>"",{cell}<>"{UNFILLED}",{cell}<>"{ANSWERED}")', ORANGE),
        ):
            told = {"type": "formula", "criteria": criteria, "format": styles.of(bg_color=color)}
            sheet.conditional_format(1, check, rows, check, told)


def _validation(column: Column) -> dict[str, Any]:
    """What a cell to fill accepts, and what is said when it is chosen."""
    told: dict[str, Any] = {"input_title": column.header[:32], "input_message": column.hint[:255]}
    if column.key == "reason_code":
        return told | {"validate": "list", "source": reason_source(2), "error_type": "warning"} | _error("请从列表选择")
    if column.choices:
        # 退回 goes with its reason, which no list can hold.
        is_free = column.key == "opinion"
        told |= {"validate": "list", "source": f"={column.choices}", "error_type": "warning" if is_free else "stop"}
        return told | _error(column.hint if is_free else "请从列表选择，不要手工输入其他内容")
    if column.kind == "date":
        days = {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
        return told | days | _error("请按 2026-09-22 的样式填写日期")
    if column.kind == "number":
        return told | {"validate": "decimal", "criteria": ">=", "value": 0} | _error("请填写不小于 0 的金额（元）")
    if column.kind == "count":
        return told | {"validate": "integer", "criteria": ">=", "value": 0} | _error("请填写整数")
    return told | {"validate": "any"}


def _error(message: str) -> dict[str, str]:
    return {"error_title": "请检查", "error_message": message}


def described() -> Mapping[str, str]:
    """Header → hint of every column to fill, for 口径说明 and the page for staff."""
    return {column.header: column.hint for column in BY_KEY.values() if column.filler}
