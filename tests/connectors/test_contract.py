"""Contracts: those that ship are those of feeds.md; a bad one is refused with file and line."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import contract_hash, load_contracts, read_contract, schema
from connectors.strict_yaml import DeclarationError

SMALL = """feed: proxies
title: 备案
department: 民政部门
grain: 每户每名代管人一行
description: 备案
keys:
  - [household_id, holder_name]
subjects: []
fields:
  - name: household_id
    kind: text
    is_required: true
    is_demanded: true
    label_zh: 家庭编号
    headers: [家庭编号]
  - name: holder_name
    kind: name
    label_zh: 代管人姓名
    headers: [代管人姓名]
  - name: state
    kind: code
    label_zh: 状态
    headers: [状态]
    codes:
      open: [在办]
      shut: ["1–3", 办结]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "proxies.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_contracts_that_ship(feeds_dir):
    contracts = load_contracts(feeds_dir)
    assert {"business", "property", "roster", "social_insurance", "vehicle"} <= set(contracts)
    assert list(contracts) == sorted(contracts)
    assert {feed for feed, one in contracts.items() if one.is_required} == {"roster"}
    assert contracts["roster"].max_age_days == 5
    assert {contracts[feed].max_age_days for feed in ("business", "property", "social_insurance", "vehicle")} == {35}
    assert {one.max_bad_share for one in contracts.values()} == {0.02}
    assert contracts["vehicle"].keys == (("plate_no", "plate_type", "id_number"), ("vin", "id_number"))
    assert contracts["vehicle"].keyless == "keep"


@pytest.mark.parametrize(
    ("feed", "required"),
    [
        ("roster", "household_id id_number name relation benefit covered town"),
        ("social_insurance", "id_number insurance_type enrol_status"),
        ("vehicle", "id_number plate_no status"),
        ("property", "id_number registered_on"),
        ("business", "id_number entity_name role status"),
    ],
)
def test_required_columns_are_the_bold_ones(feeds_dir, feed, required):
    contract = load_contracts(feeds_dir)[feed]
    assert [one.name for one in contract.fields if one.is_required] == required.split()
    assert [one.name for one in contract.fields if one.is_demanded] == (["household_id"] if feed == "roster" else [])


def test_a_schema_has_the_types_of_the_architecture(feeds_dir):
    types = schema(load_contracts(feeds_dir)["roster"])
    assert types["id_number"] == types["relation"] == types["name"] == types["town"] == pl.String
    assert types["approved_month"] == types["grace_to"] == pl.Date
    assert types["monthly_income"] == pl.Decimal(18, 4)


def test_a_small_contract_without_an_id(tmp_path):
    contract = read_contract(written(tmp_path, SMALL))
    assert contract.subjects == ()
    assert contract.by_name["state"].lookup == {
        "open": "open", "在办": "open", "shut": "shut", "1": "shut", "2": "shut", "3": "shut", "办结": "shut",
    }  # fmt: skip


def test_the_hash_follows_what_is_read_and_nothing_else(tmp_path):
    first = contract_hash(read_contract(written(tmp_path, SMALL)))
    assert len(first) == len(hashlib.sha256().hexdigest())
    assert contract_hash(read_contract(written(tmp_path, SMALL.replace("title: 备案", "title: 代管备案")))) == first
    assert contract_hash(read_contract(written(tmp_path, SMALL.replace("[在办]", "[在办, 未结]")))) != first
    assert contract_hash(read_contract(written(tmp_path, SMALL.replace("[代管人姓名]", "[姓名]")))) != first


@pytest.mark.parametrize(
    ("change", "line", "found"),
    [
        (("title: 备案", "title: 备案\nheaders: []"), 3, "headers: unknown key"),
        (("feed: proxies", "feed: other"), 1, "expected feed: proxies"),
        (("[household_id, holder_name]", "[household_id, holder]"), 7, "holder is no field"),
        (("subjects: []", "subjects: [holder_name]"), 8, "holder_name is a name, a subject is an id"),
        (("headers: [代管人姓名]", "headers: [代管人姓名, 家庭编号]"), 19, "belongs to household_id and holder_name"),
        (("headers: [代管人姓名]", "headers: [HOUSEHOLD_ID]"), 19, "belongs to household_id and holder_name"),
        (('shut: ["1–3", 办结]', "shut: [在办]"), 26, "在办 stands for open and shut"),
        (('shut: ["1–3", 办结]', "shut: [open]"), 26, "open stands for open and shut"),
        (("kind: code", "kind: text"), 24, "codes belong to fields of kind code"),
        (("kind: name", "kind: names"), 17, "fields.1.kind"),
        (("name: holder_name", "name: household_id"), 16, "household_id stands twice"),
        (("  - [household_id, holder_name]", "  - []"), 6, "at least one natural key"),
        (("    label_zh: 状态\n", ""), 20, "fields.2.label_zh: expected a value, found none"),
        (("max", "max"), 0, ""),
    ],
)
def test_bad_contracts_are_refused_with_their_line(tmp_path, change, line, found):
    text = SMALL.replace(*change)
    path = written(tmp_path, text)
    if not line:
        assert read_contract(path).feed == "proxies"
        return
    with pytest.raises(DeclarationError) as refused:
        read_contract(path)
    assert any(one.split(":")[1] == str(line) and found in one for one in str(refused.value).splitlines()), (
        refused.value
    )


def test_a_folder_without_contracts_is_refused(tmp_path):
    with pytest.raises(DeclarationError, match="found none"):
        load_contracts(tmp_path)


def test_a_feed_that_two_folders_declare_is_a_mistake(feeds_dir, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "vehicle.yml").write_text((feeds_dir / "vehicle.yml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(
        DeclarationError, match=r"own/vehicle.yml:1: .* second contract of vehicle, the first is data/feeds"
    ):
        load_contracts(feeds_dir, own)


def test_folders_add_up(feeds_dir, tmp_path):
    text = (feeds_dir / "death.yml").read_text(encoding="utf-8").replace("feed: death", "feed: deaths_elsewhere")
    (tmp_path / "deaths_elsewhere.yml").write_text(text, encoding="utf-8")
    assert set(load_contracts(feeds_dir, tmp_path)) - set(load_contracts(feeds_dir)) == {"deaths_elsewhere"}
