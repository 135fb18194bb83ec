"""The rows of 核查清单 from the literal night."""

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipelines.workbooks.layout import COLUMNS
from pipelines.workbooks.material import ANSWERS, CASE_FILES, Material
from pipelines.workbooks.reading import read_material
from pipelines.workbooks.rows import BESIDE, checklist
from pipelines.workbooks.seal import is_intact, seal_key
from tests.pipelines.workbooks.literal_night import AS_OF, HEAD, SECOND, SECRET, SPOUSE, TOWN, WORDS

KEY = seal_key(SECRET)


def numbers(rows: pl.DataFrame) -> list[int]:
    return [int(finding_id, 16) for finding_id in rows["finding_id"]]


@pytest.fixture
def rows(material: Material) -> pl.DataFrame:
    return checklist(material, WORDS, KEY)


def test_raised_findings_of_cases_that_are_sent_out_the_most_urgent_first(rows: pl.DataFrame):
    # 4 is a grey case's, 6 an exemption, 7 one that is carried over.
    assert numbers(rows) == [2, 1, 5, 3]
    assert set(rows.columns) == {*(column.key for column in COLUMNS), *BESIDE}


def test_what_a_row_says(rows: pl.DataFrame):
    row = rows.filter(pl.col("finding_id") == f"{1:032x}").row(0, named=True)
    assert row["head_id_number"] == row["id_number"] == "512390********0559"
    assert row["statement"] == "512390********0559名下有汽车。"
    assert (row["batch"], row["town"], row["village"]) == ("2026-09-22-01234567", TOWN, "第3社区")
    assert (row["benefit"], row["relation"], row["rule_title"]) == ("城市低保", "户主", "名下有汽车")
    assert (row["department"], row["suggested_action"], row["risk"]) == ("公安交通管理部门", "原则上取消", "红")
    assert row["needed_documents"] == "行驶证；过户或报废证明"
    assert row["exemption"] == "车辆已注销\n市级口径：现值不超过30000元的可予豁免"
    assert (row["monthly_amount"], row["income_standard"]) == (Decimal("770.50"), Decimal("770.00"))
    assert (row["dispatched_on"], row["due_on"], row["case_state"]) == (AS_OF, None, "待核查")
    assert row["fingerprint"] == "print-1"
    assert row["number"] is None
    assert row["height"] >= 32


def test_what_is_less_than_certain_says_so_and_asks_for_less(rows: pl.DataFrame):
    told = dict(zip(numbers(rows), rows.select("statement", "suggested_action").rows(), strict=True))
    assert told[3] == ("【待定】=1+1 他名下有汽车", "核实")
    assert told[5][0].startswith("【本次未核，沿用上次结果】")


def test_a_town_without_a_name_has_one(rows: pl.DataFrame):
    assert dict(zip(numbers(rows), rows["book_town"], strict=True)) == {2: TOWN, 1: TOWN, 5: "未填镇街", 3: SECOND}


def test_every_row_is_sealed_over_what_it_says(rows: pl.DataFrame):
    for row in rows.iter_rows(named=True):
        assert is_intact(KEY, "2026-09-22-01234567", row, row["seal"])
        assert not is_intact(KEY, "2026-09-22-01234567", row | {"statement": "名下无车"}, row["seal"])
    assert rows["seal"].n_unique() == rows.height


def test_numbers_of_persons_are_clear_on_demand_alone(vault, night_folder, rows: pl.DataFrame):
    assert HEAD not in str(rows.to_dicts())
    clear = checklist(read_material(vault, night_folder, clear_ids=True), WORDS, KEY)
    assert set(clear["id_number"]) >= {HEAD, SPOUSE}
    assert "512390198607250559名下有汽车。" in clear["statement"].to_list()


def test_a_number_that_somebody_wrote_into_an_answer_is_masked_too(vault, night_folder):
    given = dict.fromkeys(ANSWERS.names())
    said = given | {"finding_id": f"{1:032x}", "is_answered": True, "note": f"{HEAD}已过户", "investigated_on": AS_OF}
    answers = pl.DataFrame([said], schema=ANSWERS)
    told = {
        is_clear: checklist(read_material(vault, night_folder, clear_ids=is_clear, answers=answers), WORDS, KEY)
        for is_clear in (False, True)
    }
    assert [row["note"] for row in told[False].rows(named=True) if row["is_answered"]] == ["512390********0559已过户"]
    assert [row["note"] for row in told[True].rows(named=True) if row["is_answered"]] == [f"{HEAD}已过户"]
    row = told[False].filter(pl.col("is_answered")).row(0, named=True)
    assert is_intact(KEY, "2026-09-22-01234567", row, row["seal"])


def test_an_answer_is_shown_and_locked_a_returned_one_stays_open(material: Material):
    given = dict.fromkeys(ANSWERS.names())
    answers = [
        given | {"finding_id": f"{1:032x}", "is_answered": True, "conclusion": "已处理", "investigated_on": AS_OF},
        given | {"finding_id": f"{2:032x}", "is_answered": False, "opinion": "退回", "reviewed_by": "王复核"},
    ]
    files = {"case_id": "case-H1", "case_state": "已反馈", "handled_by": SECOND, "dispatched_on": date(2026, 9, 1)}
    night = replace(
        material,
        answers=pl.DataFrame(answers, schema=ANSWERS),
        files=pl.DataFrame([files | {"due_on": date(2026, 9, 22)}], schema=CASE_FILES),
    )
    rows = checklist(night, WORDS, KEY)
    row = dict(zip(numbers(rows), rows.iter_rows(named=True), strict=True))
    assert (row[1]["is_answered"], row[1]["conclusion"], row[1]["seal"][0]) == (True, "已处理", "A")
    assert (row[2]["is_answered"], row[2]["conclusion"], row[2]["opinion"]) == (False, None, "退回")
    assert row[2]["seal"][0] == "O"
    assert (row[1]["case_state"], row[1]["dispatched_on"], row[1]["due_on"]) == (
        "已反馈",
        date(2026, 9, 1),
        date(2026, 9, 22),
    )


def test_a_case_given_to_another_town_stands_in_its_workbook(vault, night_folder):
    files = [{"case_id": "case-H1", "handled_by": SECOND}]
    material = read_material(vault, night_folder, clear_ids=False, files=pl.DataFrame(files, schema=CASE_FILES))
    assert material.towns == [SECOND, "未填镇街"]
    assert set(material.of_town(SECOND).findings["household_id"]) == {"H1", "H2"}


def test_an_older_night_without_memory_can_be_handed_out(vault, night_folder, tmp_path):
    older = shutil.copytree(night_folder, tmp_path / night_folder.name)
    for name in ("memory", "ledger", "ledger_entries"):
        (older / f"{name}.parquet").unlink()
    rows = checklist(read_material(vault, older, clear_ids=False), WORDS, KEY)
    assert rows.height == 5
    assert rows["fingerprint"].null_count() == 5
