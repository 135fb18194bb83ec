"""Masking: no number of a person is left readable, and what is no person's number stays."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.night.masking import MASK, masked_evidence, masked_id, masked_name, masked_raw, masked_text, masked_texts

PERSON = "512390198607250559"


def text(value: str | None) -> str | None:
    return pl.DataFrame({"t": [value]}, schema={"t": pl.String}).select(masked_text(pl.col("t"))).item()


def raw(cells: dict[str, str], *headers: str) -> dict[str, str]:
    frame = pl.DataFrame({"raw": [json.dumps(cells, ensure_ascii=False)]})
    return json.loads(frame.select(masked_raw("raw", headers)).item())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (PERSON, "512390********0559"),
        ("51239020011231001X", "512390********001X"),
        ("512390440726684", "512390********6684"),
        ("99999", MASK),
        ("12345678901234", MASK),
        ("", ""),
        (None, None),
    ],
)
def test_an_id_column_shows_the_first_six_and_the_last_four(value: str | None, expected: str | None) -> None:
    frame = pl.DataFrame({"id_number": [value]}, schema={"id_number": pl.String})
    assert frame.select(masked_id("id_number")).to_dicts() == [{"id_number": expected}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"户主{PERSON}名下有汽车", "户主512390********0559名下有汽车"),
        (f"{PERSON},{PERSON}", "512390********0559,512390********0559"),
        (f"{PERSON};51239020011231001x", "512390********0559;512390********001x"),
        ("５１２３９０１９８６０７２５０５５Ｘ", "５１２３９０********０５５Ｘ"),
        ("旧号512390440726684。", "旧号512390********6684。"),
        ("账号6217000012345678901", "账号621700********8901"),
        ("512390 - 19860725 - 0559。", "512390********0559。"),
        ("991234198607250559", "991234********0559"),
        ("915001037474123456/operator", "915001037474123456/operator"),
        ("92500103MA5U12345X/operator", "92500103MA5U12345X/operator"),
        ("500103001001GB00001F00010001", "500103001001GB00001F00010001"),
        ("2026-09-22 1070.80", "2026-09-22 1070.80"),
        ("张某512390 19860725 0559", "张某512390********0559"),
        ("512390-19860725-055X号", "512390********055X号"),
        ("5123 9019 8607 2505 59", "5123 90********05 59"),
        ("202409 2026-09-22 1070.80", "202409 2026-09-22 1070.80"),
        ("12345678901234", "12345678901234"),
        (None, None),
    ],
)
def test_text_of_ours_hides_persons_and_accounts_only(value: str | None, expected: str | None) -> None:
    assert text(value) == expected


@given(
    before=st.text(alphabet="户主名下, ;:-/（）", max_size=5),
    number=st.from_regex(
        r"[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}[0-9X]", fullmatch=True
    ),
    after=st.text(alphabet="户主名下, ;:-/（）", max_size=5),
)
def test_no_birth_date_survives_in_text(before: str, number: str, after: str) -> None:
    hidden = f"{number[:6]}{MASK}{number[-4:]}"
    assert text(f"{before}{number};{number}{after}") == f"{before}{hidden};{hidden}{after}"


def test_evidence_is_masked_inside_its_structs() -> None:
    kind = pl.List(pl.Struct({"field": pl.String, "value": pl.String, "op": pl.String, "threshold": pl.String}))
    entry = {"field": "spouse_id_number", "value": PERSON, "op": "not_in", "threshold": PERSON}
    frame = pl.DataFrame({"evidence": [[entry, entry | {"value": None}], [], None]}, schema={"evidence": kind})
    masked = frame.select(masked_evidence("evidence"))
    hidden = "512390********0559"
    assert masked.schema == frame.schema
    assert masked["evidence"].to_list() == [
        [entry | {"value": hidden, "threshold": hidden}, entry | {"value": None, "threshold": hidden}],
        [],
        None,
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "5123901986072505599",
        "51239019860725055",
        "5123 9019 8607 2505 59",
        "'512390198607250559",
        "512390-19860725-0559",
        "5.12390198607251E+17",
        "512390\u200b198607250559",
        "512390\t198607250559",
        "５１２３９０　１９８６０７２５　０５５９",
        "512390198607250559X",
    ],
)
def test_a_broken_number_is_hidden_in_a_raw_row_under_any_header(broken: str) -> None:
    cells = raw({"备注": broken, "乡镇": "解放碑街道", "日期": "2023-08-15 10:30:00"})
    assert "19860725" not in "".join(c for c in cells["备注"] if c.isdigit())
    assert MASK in cells["备注"]
    assert cells["乡镇"] == "解放碑街道"
    assert cells["日期"] == "2023-08-15 10:30:00"


@pytest.mark.parametrize(
    "cell", ["51239O198607250559", "19860725", "无", '5123"90198607250559', "5123\\90198607250559"]
)
def test_a_cell_under_an_id_header_is_hidden_whatever_is_in_it(cell: str) -> None:
    cells = raw({"序号": "1", "身份证号（必填）": cell, "姓名": "张某", "金额": "19860725"}, "身份证号", "AAC002")
    assert "19860725" not in cells["身份证号（必填）"]
    assert cell not in cells["身份证号（必填）"]
    assert cells["姓名"] == "张某"
    assert cells["金额"] == "19860725"


def test_empty_cells_and_null_rows_pass_through() -> None:
    assert raw({"身份证号": "", "姓名": ""}, "身份证号") == {"身份证号": "", "姓名": ""}
    assert (
        pl.DataFrame({"raw": [None]}, schema={"raw": pl.String}).select(masked_raw("raw", ["身份证号"])).item() is None
    )


def test_a_file_name_with_a_number_in_it_is_hidden() -> None:
    assert masked_name(f"张某{PERSON}.xlsx") == "张某512390********0559.xlsx"
    assert masked_name("queue.xlsx") == "queue.xlsx"


@pytest.mark.parametrize("towns", [["甲镇", None, "甲镇", ""], []])
def test_names_of_towns_stay(towns: list[str | None]) -> None:
    column = pl.Series("town", towns, dtype=pl.String)
    assert masked_texts(column).equals(column)


def test_a_number_in_the_name_of_a_town_is_hidden_everywhere_it_stands() -> None:
    column = pl.Series("town", [f"甲镇{PERSON}", None, "乙镇", f"甲镇{PERSON}"])
    assert masked_texts(column).to_list() == ["甲镇512390********0559", None, "乙镇", "甲镇512390********0559"]
