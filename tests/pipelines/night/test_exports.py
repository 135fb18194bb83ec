"""Exports: the right rows in the right order, and no clear number unless it was asked for."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.night.exports import (
    ExportError,
    FeedWords,
    exported,
    masked,
    night_to_export,
    of_town,
    quarantined,
    queue,
)
from pipelines.night.household_mask import household_key
from tests.pipelines.literal_publication import FINDINGS, finding
from warehouse.keys import identity_key
from warehouse.session import Vault

HEAD, SPOUSE, OTHER = "512390198607250559", "51239020011231001X", "500190193405064311"
WORDS = FeedWords({"vehicle": ["身份证号"]}, {"wrong_check_digit": "校验位错误"})
KEY = household_key(b"k" * 32)
Publish = Callable[..., Path]


def raw(id_cell: str) -> str:
    return json.dumps({"身份证号": id_cell, "姓名": "张某"}, ensure_ascii=False)


def everything(rows: pl.DataFrame) -> str:
    return json.dumps(rows.to_dicts(), ensure_ascii=False, default=str)


def test_the_queue_is_ordered_by_risk_then_amount_and_leaves_grey_out(
    night_vault: Vault, published_night: Publish
) -> None:
    rows = exported(night_vault, published_night(), "queue", town=None, clear_ids=False, words=WORDS)
    assert rows["household_id"].to_list() == ["H4", "H2", "H6", "H5", "H1"]
    assert "grey" not in rows["risk"].to_list()


def test_an_empty_night_gives_an_empty_queue() -> None:
    empty = pl.DataFrame(
        schema={"household_id": pl.String, "risk": pl.String, "amount_at_risk": pl.Decimal(12, 2)},
    )
    assert queue(empty).is_empty()


@pytest.mark.parametrize("what", ["findings", "cases", "queue"])
def test_no_number_of_a_person_is_readable_in_a_masked_export(
    night_vault: Vault, published_night: Publish, what: str
) -> None:
    text = everything(exported(night_vault, published_night(), what, town=None, clear_ids=False, words=WORDS))
    assert "512390********0559" in text
    for number in (HEAD, SPOUSE, OTHER):
        assert number not in text
        assert number[6:14] not in text


def test_masking_keeps_what_is_no_person(night_vault: Vault, published_night: Publish) -> None:
    rows = exported(night_vault, published_night(), "findings", town=None, clear_ids=False, words=WORDS)
    assert rows["record_key"].to_list() == [
        "02/渝AA8944",
        "915001037474123456/operator",
        "employee/512390********001X的店",
        rows["household_id"][3],
    ]
    assert rows["household_id"].to_list()[:3] == ["H2", "H2", "H4"]
    assert rows["finding_id"][0] == "123456789012345678901234567890ab"


def test_households_that_are_called_after_their_heads_are_hidden_and_stay_apart() -> None:
    first, second = "500103198007150012", "500103199008150012"
    others = f"{second},H9"
    told = {"field": "other_households", "value": others, "op": "=", "threshold": ""}
    double = finding(first, first, "ZF-01", feed="roster", record_key=others, evidence=[told], village=f"村{first}")
    double |= {"statement": f"同时登记为其他在保家庭（{others}）的成员", "clears_with": [f"在其他户（{others}）停保"]}
    rows = [double, finding(first, first, "FC-02", feed="property", record_key=first, name=f"张某{first}")]
    clear = pl.DataFrame([*rows, finding(second, second, "CL-01")], schema=FINDINGS)
    hidden = masked(clear, KEY)
    shown = hidden["household_id"].to_list()
    assert [one[:18] for one in shown] == ["500103********0012"] * 3
    assert shown[0] == shown[1] != shown[2]
    # What a row says of another household is what that household is called elsewhere.
    assert hidden["record_key"].to_list()[:2] == [f"{shown[2]},H9", shown[0]]
    assert hidden["evidence"][0][0]["value"] == f"{shown[2]},H9"
    assert hidden["statement"][0] == f"同时登记为其他在保家庭（{shown[2]},H9）的成员"
    assert hidden["clears_with"][0].to_list() == [f"在其他户（{shown[2]},H9）停保"]
    assert (hidden["village"][0], hidden["name"][1]) == ("村500103********0012", "张某500103********0012")
    assert not [number for number in (first, second) if number[6:14] in everything(hidden)]
    assert hidden.schema == clear.schema


def test_the_schema_is_the_contracts_whether_masked_or_not(night_vault: Vault, published_night: Publish) -> None:
    folder = published_night()
    clear = exported(night_vault, folder, "findings", town=None, clear_ids=True, words=WORDS)
    hidden = exported(night_vault, folder, "findings", town=None, clear_ids=False, words=WORDS)
    assert clear.schema == hidden.schema
    assert clear["id_number"].to_list() == [HEAD, SPOUSE, OTHER, OTHER]
    assert masked(clear, household_key(identity_key(night_vault.root, night_vault.key))).equals(hidden)


def test_a_town_is_filtered_and_an_unknown_one_is_answered_with_the_towns(
    night_vault: Vault, published_night: Publish
) -> None:
    folder = published_night()
    rows = exported(night_vault, folder, "cases", town="南纪门街道", clear_ids=False, words=WORDS)
    assert rows["household_id"].to_list() == ["H1", "H4"]
    with pytest.raises(ExportError, match="towns of this night: 南纪门街道、解放碑街道"):
        exported(night_vault, folder, "queue", town="朝天门街道", clear_ids=False, words=WORDS)


def test_a_town_of_which_only_grey_cases_are_there_has_an_empty_queue(
    night_vault: Vault, published_night: Publish
) -> None:
    cases = exported(night_vault, published_night(), "cases", town=None, clear_ids=False, words=WORDS)
    grey = cases.with_columns(town=pl.when(pl.col("risk") == "grey").then(pl.lit("大溪沟街道")).otherwise("town"))
    assert queue(of_town(grey, "大溪沟街道")).is_empty()


def test_quarantined_rows_come_from_the_snapshots_that_the_night_used(
    night_vault: Vault, published_night: Publish, landed: Callable[..., None], night_manifest: dict[str, Any]
) -> None:
    landed("roster", date(2026, 9, 22), "00aa", [])
    landed("vehicle", date(2026, 9, 21), "abcdef0123456789", [raw(HEAD), raw("5123 9019 8607 2505 5")])
    landed("vehicle", date(2026, 8, 21), "ffff", [raw(OTHER)])
    folder = published_night()
    hidden = exported(night_vault, folder, "quarantine", town=None, clear_ids=False, words=WORDS)
    assert hidden.select("feed", "source_file", "source_row", "reason_label").rows() == [
        ("vehicle", "vehicle.csv", 3, "校验位错误"),
        ("vehicle", "vehicle.csv", 4, "校验位错误"),
    ]
    assert hidden["raw"][0] == raw("512390********0559")
    assert hidden["sheet"][0] == "表512390********0559"
    assert "198607" not in everything(hidden)
    clear = quarantined(night_vault, night_manifest, WORDS, clear_ids=True)
    assert clear["raw"][0] == raw(HEAD)


def test_a_full_snapshot_and_its_deltas_are_told_apart_by_their_dates(
    night_vault: Vault, landed: Callable[..., None]
) -> None:
    days = [date(2026, 9, 1), date(2026, 9, 8)]
    for day in days:
        landed("vehicle", day, "abcd", [raw("1")])
    used = [{"snapshot_date": str(day), "checksum": "abcd"} for day in days]
    manifest = {"feeds": {"vehicle": {"status": "fresh", "snapshots": used}}}
    rows = quarantined(night_vault, manifest, FeedWords(), clear_ids=False)
    assert rows["snapshot_date"].to_list() == days
    assert rows["reason_label"].to_list() == [None, None]


def test_a_snapshot_that_is_gone_is_said(night_vault: Vault, published_night: Publish) -> None:
    with pytest.raises(ExportError, match="roster: expected 1 snapshots that the night used, 1 are no longer"):
        exported(night_vault, published_night(), "quarantine", town=None, clear_ids=False, words=WORDS)


def test_quarantine_knows_no_town(night_vault: Vault, published_night: Publish) -> None:
    with pytest.raises(ExportError, match="leave out --town"):
        exported(night_vault, published_night(), "quarantine", town="解放碑街道", clear_ids=False, words=WORDS)


def test_the_night_is_the_current_one_or_the_latest_of_a_date(night_vault: Vault, published_night: Publish) -> None:
    with pytest.raises(ExportError, match="nothing is published"):
        night_to_export(night_vault)
    first = published_night(run_id="aaaaaaaa")
    again = published_night(run_id="11111111", profile="caojie-core")
    later = published_night(as_of=date(2026, 9, 23))
    assert night_to_export(night_vault) == later
    assert night_to_export(night_vault, date(2026, 9, 22)) == again
    assert night_to_export(night_vault, date(2026, 9, 22), "caojie-2024") == first
    assert night_to_export(night_vault, None, "caojie-core") == again
    with pytest.raises(
        ExportError, match="no night of 2026-09-21 is published; published: 2026-09-22 caojie-2024, 2026"
    ):
        night_to_export(night_vault, date(2026, 9, 21))
