"""Files that people open: types kept, Chinese readable, nothing that runs, whole or not at all."""

import stat
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipelines.night import export_files
from pipelines.night.export_files import TooManyRowsError, flat, guarded, write_export

ROWS = pl.DataFrame(
    {
        "as_of": [date(2026, 9, 22), date(2026, 9, 22)],
        "id_number": ["512390198607250559", None],
        "statement": ["=cmd|' /C calc'!A0", "名下有汽车，“渝A”"],
        "monthly_amount": [Decimal("770.50"), None],
        "months_at_risk": [-3, 12],
        "rules": [["CL-01", "SB-03"], []],
        "evidence": [
            [
                {"field": "status", "value": "A", "op": "not_in", "threshold": "E,M,P"},
                {"field": "brand", "value": None, "op": None, "threshold": None},
                {"field": "owner", "value": "张某", "op": "is", "threshold": None},
            ],
            None,
        ],
    },
    schema_overrides={"monthly_amount": pl.Decimal(12, 2), "months_at_risk": pl.Int32},
)


def nothing(_checksum: str) -> None:
    """No record is needed."""


def test_lists_become_text_that_can_be_read() -> None:
    rows = flat(ROWS)
    assert rows["rules"].to_list() == ["CL-01;SB-03", ""]
    assert rows["evidence"].to_list() == ["status=A not_in E,M,P;brand=;owner=张某", None]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"])
def test_text_that_a_program_would_run_is_guarded(text: str) -> None:
    assert guarded(pl.DataFrame({"t": [text]})).item() == "'" + text


@pytest.mark.parametrize("text", ["渝A12345", "/渝A12345", "", " =1", "a=b", "'x", None])
def test_other_text_stays(text: str | None) -> None:
    assert guarded(pl.DataFrame({"t": [text]}, schema={"t": pl.String})).item() == text


def test_csv_opens_in_excel_with_its_chinese_and_its_numbers(tmp_path: Path) -> None:
    write_export(ROWS, tmp_path / "a.csv", "csv", {}, nothing)
    content = (tmp_path / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfas_of,id_number,statement")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[1] == (
        "2026-09-22,512390198607250559,'=cmd|' /C calc'!A0,770.50,-3,CL-01;SB-03,"
        '"status=A not_in E,M,P;brand=;owner=张某"'
    )
    assert lines[2].startswith("2026-09-22,,")


def test_parquet_keeps_types_and_exact_values(tmp_path: Path) -> None:
    write_export(ROWS, tmp_path / "a.parquet", "parquet", {}, nothing)
    again = pl.read_parquet(tmp_path / "a.parquet")
    assert again.schema == ROWS.schema
    assert again.equals(ROWS)


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    write_export(ROWS, tmp_path / "a.xlsx", "xlsx", {"比对日": "2026-09-22"}, nothing)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["数据"]
    assert [cell.value for cell in sheet[1]] == ROWS.columns
    assert [cell.data_type for cell in sheet[2]] == ["d", "s", "s", "n", "n", "s", "s"]
    assert sheet["B2"].value == "512390198607250559"
    assert sheet["C2"].value == "=cmd|' /C calc'!A0"
    assert sheet["C2"].quotePrefix
    assert (sheet["D2"].value, sheet["D2"].number_format, sheet["E2"].value) == (770.5, "0.00", -3)
    assert sheet["A2"].value.date() == date(2026, 9, 22)
    assert sheet["B3"].value is None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    labels = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert (labels["比对日"], labels["id_number"]) == ("2026-09-22", "公民身份号码")


def test_an_empty_export_still_has_its_header(tmp_path: Path) -> None:
    write_export(ROWS.clear(), tmp_path / "a.xlsx", "xlsx", {}, nothing)
    write_export(ROWS.clear(), tmp_path / "a.csv", "csv", {}, nothing)
    assert (tmp_path / "a.csv").read_text("utf-8-sig").strip() == ",".join(ROWS.columns)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["数据"].max_row == 1


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    write_export(pl.DataFrame({"raw": ["长" * 40_000]}), tmp_path / "a.xlsx", "xlsx", {}, nothing)
    value = openpyxl.load_workbook(tmp_path / "a.xlsx")["数据"]["A2"].value
    assert len(value) == 32_767
    assert value.endswith("已截断，完整内容见CSV）")


def test_more_rows_than_a_sheet_holds_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    rows = pl.DataFrame({"a": pl.repeat("x", 1_048_576, eager=True)})
    with pytest.raises(TooManyRowsError, match="use --format csv or parquet"):
        write_export(rows, tmp_path / "a.xlsx", "xlsx", {}, nothing)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file_format", ["parquet", "csv", "xlsx"])
def test_files_are_the_owners_alone_and_nothing_is_left_beside_them(
    tmp_path: Path, file_format: export_files.Format
) -> None:
    told: list[str] = []
    checksum = write_export(ROWS, tmp_path / "deep" / "a", file_format, {}, told.append)
    assert told == [checksum]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a"]
    assert stat.S_IMODE((tmp_path / "deep" / "a").stat().st_mode) == 0o600


@pytest.mark.parametrize("file_format", ["parquet", "csv", "xlsx"])
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, file_format: export_files.Format) -> None:
    first = write_export(ROWS, tmp_path / "a", file_format, {"比对日": "2026-09-22"}, nothing)
    assert write_export(ROWS, tmp_path / "b", file_format, {"比对日": "2026-09-22"}, nothing) == first


def test_without_its_record_no_file_appears(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("of yesterday")

    def refuse(_checksum: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_export(ROWS, tmp_path / "a.csv", "csv", {}, refuse)
    assert (tmp_path / "a.csv").read_text() == "of yesterday"
    assert len(list(tmp_path.iterdir())) == 1
