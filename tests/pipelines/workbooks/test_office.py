"""Workbooks as an office program opens them: checks that count while a clerk types, and the password that opens one."""

from pathlib import Path

import fastexcel
import openpyxl
import polars as pl

from pipelines.workbooks.bookbinding import do_job
from pipelines.workbooks.fill_formulas import COMPLETE, UNFILLED
from pipelines.workbooks.layout import CHECKLIST, COLUMNS, PLACE, SUMMARY
from pipelines.workbooks.material import Material
from pipelines.workbooks.rows import checklist
from pipelines.workbooks.seal import is_intact, seal_key
from tests.libreoffice import Filling, fill_in
from tests.pipelines.workbooks.literal_night import SECRET, TOWN, WORDS, content_of

KEY = seal_key(SECRET)
PASSWORD = "key 7 钥"  # noqa: S105
FULL = {
    "method": "入户",
    "investigated_on": "2026-09-25",
    "investigator_1": "张核查",
    "investigator_2": "李核查",
    "conclusion": "已处理",
    "reason_code": "已停",
}
GRACE = FULL | {"conclusion": "属实-渐退", "effective_month": "2026-10-01"}
STEPS: tuple[tuple[dict[str, str], str], ...] = (
    ({}, UNFILLED),
    ({"remark": "x"}, "缺核查结论"),
    (FULL, COMPLETE),
    (FULL | {"conclusion": "办了"}, "核查结论不在列表内"),
    (FULL | {"method": ""}, "缺核查方式"),
    (FULL | {"investigated_on": ""}, "缺核查日期"),
    (FULL | {"investigator_2": " "}, "须两名核查人"),
    (FULL | {"investigator_2": " 张核查"}, "两名核查人相同"),
    (FULL | {"reason_code": "其他"}, "缺理由或说明"),
    (FULL | {"reason_code": "其他", "note": "村里证明"}, COMPLETE),
    (FULL | {"conclusion": "属实-渐退"}, "缺执行月份"),
    (GRACE | {"grace_from": "2026-11-01", "grace_to": "2026-10-01"}, "渐退止早于渐退起"),
)


def test_checks_count_while_people_type_and_seals_hold_with_a_password_too(material: Material, tmp_path: Path) -> None:
    rows = checklist(material, WORDS, KEY)
    one = rows.filter(pl.col("book_town") == TOWN).head(1)
    content = content_of(TOWN, pl.concat([one] * len(STEPS)), material)
    do_job(content, tmp_path / "plain.xlsx", None)
    do_job(content, tmp_path / "locked.xlsx", PASSWORD)
    assert (tmp_path / "locked.xlsx").read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    typed = {
        (row, PLACE[key]): text
        for row, (filled, _) in enumerate(STEPS, start=1)
        for key, text in filled.items()
        if text
    }
    saved, again = tmp_path / "saved.xlsx", tmp_path / "again.xlsx"
    fillings = [
        Filling(tmp_path / "plain.xlsx", saved, typed),
        Filling(tmp_path / "locked.xlsx", again, {(1, PLACE["remark"]): "看过"}, PASSWORD),
    ]
    fill_in(fillings, CHECKLIST, tmp_path)
    read = openpyxl.load_workbook(saved, data_only=True)
    place = PLACE["fill_check"] + 1
    found = [read[CHECKLIST].cell(row, place).value for row in range(2, len(STEPS) + 2)]
    assert found == [told for _, told in STEPS]
    (total,) = [row for row in read[SUMMARY].iter_rows(values_only=True) if row[0] == "合计"]
    assert total[1:7] == (12, 0, 2, 9, 1, 2)
    texts = fastexcel.read_excel(saved).load_sheet(CHECKLIST, dtypes="string").to_polars()
    for row in texts.rename({column.header: column.key for column in COLUMNS}).iter_rows(named=True):
        assert is_intact(KEY, "2026-09-22-01234567", row, row["seal"])
    # Opened with the password; the program saves it as it is asked to, and is not asked to lock it again.
    assert openpyxl.load_workbook(again)[CHECKLIST].cell(2, PLACE["remark"] + 1).value == "看过"
