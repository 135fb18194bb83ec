"""Small workbooks for tests: sealed as those that are handed out, opened and damaged as people do."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.workbooks.layout import BY_KEY, CHECKLIST, COLUMNS, META, PLACE
from pipelines.workbooks.seal import Meta, row_seal, seal_key

SECRET = b"s" * 32
KEY = seal_key(SECRET)
NIGHT = "2026-11-20-abcdef12"
AS_OF = date(2026, 11, 20)
TOWN = "测试镇"

COMPLETE: Mapping[str, object] = {
    "method": "入户",
    "investigated_on": "2026-11-21",
    "investigator_1": "张核查",
    "investigator_2": "李核查",
    "note": "入户核实，车辆已报废",
    "conclusion": "已处理",
}
"""What a town must fill in, and no more."""


def written(number: int, **more: object) -> dict[str, object]:
    """The locked cells of one row, by key."""
    return {
        column.key: None for column in COLUMNS if column.kind != "formula"
    } | {
        "batch": NIGHT,
        "finding_id": f"F{number:04d}",
        "number": number,
        "town": TOWN,
        "village": f"第{number}社区",
        "head_name": "王测试",
        "head_id_number": "990101********0019",
        "members": 3,
        "monthly_amount": 1716.5,
        "id_number": "990101********0027",
        "rule_id": "CL-01",
        "snapshot_date": date(2026, 11, 15),
        "statement": "名下有  汽车一辆\n登记日期 2026-01-01",
        "basis": "=不是公式",
        "dispatched_on": AS_OF,
        "due_on": date(2026, 12, 11),
        "fingerprint": f"p{number:04d}",
        **more,
    }  # fmt: skip


def handed_out(
    rows: Sequence[Mapping[str, object]], *, town: str | None = TOWN, key: bytes = KEY, night: str = NIGHT, **meta: Any
) -> bytes:
    """A workbook with these rows; a row with a `conclusion` shows it as answered, locked, unless it says otherwise."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.add_worksheet("汇总").write_string(0, 0, "汇总")
        sheet = book.add_worksheet(CHECKLIST)
        formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "month": book.add_format({"num_format": "yyyy-mm"}),
            "number": book.add_format({"num_format": "0.00"}),
        }
        sheet.write_row(0, 0, [column.header for column in COLUMNS])
        for number, row in enumerate(rows, start=1):
            is_answered = bool(row.get("is_answered", row["conclusion"] is not None))
            cells = {**row, "seal": row_seal(key, night, row, is_answered=is_answered)}
            for column in COLUMNS:
                value = cells.get(column.key)
                place = (number, PLACE[column.key])
                if column.kind == "formula":
                    sheet.write_formula(*place, '="待填"', None, "待填")
                elif isinstance(value, str):
                    sheet.write_string(*place, value)
                elif isinstance(value, date):
                    sheet.write_datetime(*place, value, formats["date"])
                elif value is not None:
                    sheet.write_number(*place, value, formats.get(column.kind))
        told = Meta(
            night=night,
            as_of=AS_OF,
            profile="caojie-core",
            town=town,
            rows=len(rows),
            made_at=datetime.now(UTC),
        )
        hidden = book.add_worksheet(META)
        hidden.write_string(0, 0, told.model_copy(update=meta).signed(key).text())
        hidden.very_hidden()
    return target.getvalue()


class Edited:
    """A workbook opened by somebody, with its cells by row and key."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))

    @property
    def sheet(self) -> Worksheet:
        """核查清单."""
        return self.book[CHECKLIST]

    def cell(self, row: int, key: str) -> Any:
        """A cell of the sheet's row, by key of the layout, wherever its column stands now."""
        for place in range(1, self.sheet.max_column + 1):
            if self.sheet.cell(1, place).value == BY_KEY[key].header:
                return self.sheet.cell(row, place)
        raise AssertionError(key)

    def put(self, row: int, place: int, value: object) -> None:
        """Write a value as it is: openpyxl would make a formula of a text that begins with an equals sign."""
        cell = self.sheet.cell(row, place)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"

    def copy_row(self, source: int, target: int) -> None:
        """Copy all cells of a row."""
        for place in range(1, self.sheet.max_column + 1):
            self.put(target, place, self.sheet.cell(source, place).value)

    def fill(self, row: int, **cells: object) -> None:
        """Type into cells."""
        for key, value in cells.items():
            self.cell(row, key).value = value

    def content(self) -> bytes:
        """The workbook as it is saved."""
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()


def edited(content: bytes, *edits: Callable[[Edited], None]) -> bytes:
    """A workbook after edits."""
    book = Edited(content)
    for edit in edits:
        edit(book)
    return book.content()
