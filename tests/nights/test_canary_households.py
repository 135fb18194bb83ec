"""Nights with canaries: nothing real is touched, every kind of breakage is noticed, none is ever published."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.cli import main
from pipelines.domain.canary import is_canary
from pipelines.night import matching
from pipelines.night.canary_answers import ask_canaries
from pipelines.night.night import Night
from pipelines.night.publishing import gates, publish_night, published_tables
from pipelines.night.stages import compute, land_all
from tests.nights.district import AS_OF, NEXT, deliver, literal_rows, roster_rows
from tests.nights.driver import PROFILE, District, Done, run_plainly
from warehouse.publication import current, read_manifest

NOT_THE_SAME = {"canaries", "gates"}


def bytes_of(done: Done) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(done.publication.folder.glob("*.parquet"))}


def account(done: Done) -> dict[str, object]:
    return read_manifest(done.publication.folder)


def held_by(night: Night) -> str:
    """What the gate says of a night that must be held."""
    done = run_plainly(night, "broken00")
    assert done.publication.is_held
    [gate] = [one for one in account(done)["gates"] if one["name"] == "canaries"]
    assert not gate["passed"]
    return gate["detail"]


@pytest.fixture(scope="module")
def nights(first_night: tuple[District, Done], tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Done]:
    """The same night on copies of one warehouse: with canaries, and without."""
    district, other = (first_night[0].copied_to(tmp_path_factory.mktemp(name)) for name in ("with", "without"))
    return district.with_canaries().run(NEXT, "nextday0"), other.run(NEXT, "nextday0")


def test_what_is_published_is_the_same_to_the_byte(nights: tuple[Done, Done]) -> None:
    with_canaries, without = nights
    assert with_canaries.publication.is_current
    assert bytes_of(with_canaries) == bytes_of(without)
    told, plain = account(with_canaries), account(without)
    assert {name: value for name, value in told.items() if name not in NOT_THE_SAME} == {
        name: value for name, value in plain.items() if name not in NOT_THE_SAME
    }


def test_the_night_says_how_many_canaries_it_could_ask(nights: tuple[Done, Done]) -> None:
    told = account(nights[0])["canaries"]
    assert (told["wrong"], told["households"]) == ([], 18)
    assert 10 <= told["asked"] < 18
    assert account(nights[1])["canaries"] == {"households": 0, "asked": 0, "answers": 0, "wrong": []}
    found = nights[0].night.tables.read("findings").filter(is_canary())
    assert {"CL-01", "FC-01", "GS-01", "SB-01"} <= set(found.get_column("rule_id"))
    assert set(found.get_column("change")) == {"new"}


def test_a_night_that_can_ask_nothing_says_so(new_district: Callable[..., District]) -> None:
    district = new_district(social_insurance=[], vehicle=[], property=[], business=[])
    for feed in ("social_insurance", "vehicle", "property", "business"):
        for file in (district.inbox / feed).rglob("*.csv"):
            file.unlink()
    told = account(district.with_canaries().run())
    assert told["canaries"] == {"households": 18, "asked": 0, "answers": 0, "wrong": []}
    [gate] = [one for one in told["gates"] if one["name"] == "canaries"]
    assert (gate["passed"], gate["can_be_released"], gate["detail"]) == (True, False, "0 of 18 households asked")


def test_a_roster_without_incomes_asks_nothing_that_rests_on_them(new_district: Callable[..., District]) -> None:
    rows = [{name: cell for name, cell in row.items() if name != "月收入"} for row in roster_rows()]
    district = new_district()
    headers = list(rows[0])
    text = "\n".join([",".join(headers), *(",".join(row[name] for name in headers) for row in rows), ""])
    deliver(district.inbox, "roster", text.encode())
    told = account(district.with_canaries().run())["canaries"]
    assert told["wrong"] == []


def test_answers_of_departments_speak_of_canaries_too(new_district: Callable[..., District]) -> None:
    district = new_district()
    car = literal_rows()["vehicle"][0]
    folder = deliver(district.inbox, "vehicle", [car], manifest={"mode": "response", "requested": "名单.txt"})
    (folder / "名单.txt").write_text(f"身份证号\n{car['证件号码']}\n", encoding="utf-8")
    done = district.with_canaries().run()
    told = account(done)["canaries"]
    assert told["wrong"] == []
    assert "CL-01" in set(done.night.tables.read("findings").filter(is_canary()).get_column("rule_id"))
    [counts] = done.table("rule_counts").filter(pl.col("rule_id") == "CL-01").to_dicts()
    # Seven households, one has left; of the six only the one of two members was asked about, and of it only the driver.
    assert (counts["households_in_scope"], counts["households_not_assessed"]) == (6, 6)


def test_a_broken_rule_holds_the_night(district: District) -> None:
    night = district.with_canaries().open(NEXT)
    book = dict(night.rulebook)
    cars = book["CL-01"]
    never = replace(cars, judge=lambda context: replace(cars.judge(context), fires=pl.lit(value=False)))
    broken = replace(night, rulebook=type(night.rulebook)({**book, "CL-01": never}))
    said = held_by(broken)
    assert "名下有汽车" in said
    assert "CL-01: expected 命中" in said
    assert "found 无" in said
    assert "HEDUI_CANARIES" in said
    before = current(night.vault)
    assert before is not None
    assert before.name.startswith(AS_OF.isoformat())


def test_a_matching_that_loses_or_mixes_up_people_holds_the_night(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = matching.matched_rows
    monkeypatch.setattr(matching, "matched_rows", lambda *told: real(*told).with_columns(grade=pl.lit("A")))
    assert "同号不同名的汽车" in held_by(district.with_canaries().open(NEXT))
    monkeypatch.setattr(matching, "matched_rows", lambda *told: real(*told).head(1))
    assert "expected 命中 等级A, found 无" in held_by(district.with_canaries().open(NEXT))


def test_a_roster_that_loses_people_holds_the_night(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    real = matching.members_of
    monkeypatch.setattr(matching, "members_of", lambda rows: real(rows).filter(pl.col("relation") == "02"))
    said = held_by(district.with_canaries().open(NEXT))
    assert "清白之家 (data/canaries/households.yml:" in said
    assert "名册: expected 3人, found 1人" in said


def test_a_canary_that_is_left_in_a_table_holds_the_night(district: District) -> None:
    night = district.with_canaries().open(NEXT)
    land_all(night)
    compute(night)
    leaking = night.tables.read("findings").filter(is_canary()).select("finding_id").head(1)
    tables = {**published_tables(night), "finding_changes": leaking}
    checked = gates(night, tables)
    assert publish_night(night, "leaking0", tables, checked).is_held
    assert [one.detail for one in checked if not one.passed] == [
        "rows of canaries are left in finding_changes; this is an error of ours, report it"
    ]


def test_asking_twice_changes_nothing(nights: tuple[Done, Done]) -> None:
    night = nights[0].night
    facts = night.tables.read_facts("canaries")
    assert ask_canaries(night) == []
    assert night.tables.read_facts("canaries") == facts


def test_a_real_row_under_a_reserved_number_is_quarantined(new_district: Callable[..., District]) -> None:
    first_17 = "00094719700101123"
    digit = "10X98765432"[sum(int(one) * (2 ** (17 - place) % 11) for place, one in enumerate(first_17)) % 11]
    rows = literal_rows()["vehicle"]
    district = new_district(vehicle=[*rows, rows[0] | {"证件号码": first_17 + digit}])
    done = district.with_canaries().run()
    assert account(done)["feeds"]["vehicle"]["quarantined"] == 1
    assert account(done)["canaries"]["wrong"] == []


def test_the_last_night_of_a_february_moves_the_facts_along(new_district: Callable[..., District]) -> None:
    district = new_district()
    for feed, rows in literal_rows().items():
        deliver(district.inbox, feed, rows, day=date(2028, 2, 29))
    assert account(district.with_canaries().run(date(2028, 2, 29)))["canaries"]["wrong"] == []


def test_canaries_are_in_no_file_that_a_night_leaves_but_its_own_tables(nights: tuple[Done, Done]) -> None:
    folder: Path = nights[0].publication.folder
    for path in folder.iterdir():
        if path.suffix != ".json":
            assert "ＪＳＱ".encode() not in path.read_bytes(), path.name


REGIONAL = """名册共有: {救助类别: 城市低保}
金丝雀:
  名下有汽车:
    家庭: {成员: {金轿: {关系: 户主, 出生: 比对日-45年, 月收入: 300}}}
    部门数据:
      机动车: [{人: 金轿, 号牌号码: 渝A0J0S1, 车辆类型: 小型轿车, 状态: 正常, 初次登记日期: 比对日-12年}]
    应有疑点: {规则: CL-01, 结果: 豁免}
"""


def test_a_region_replaces_a_canary_and_a_wrong_one_is_told_and_never_released(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "ours.yml").write_text(REGIONAL, encoding="utf-8")
    monkeypatch.setenv("HEDUI_CANARIES", str(tmp_path / "ours"))
    monkeypatch.chdir(tmp_path)
    places = ["--warehouse", str(district.warehouse), "--profile", PROFILE]
    told = ["nightly", "--inbox", str(district.inbox), "--as-of", NEXT.isoformat(), *places]
    assert main(told) == 3
    complaints = "".join(capfd.readouterr())
    assert "名下有汽车" in complaints
    assert "CL-01: expected 豁免, found 命中" in complaints
    [folder] = (district.warehouse / "held").glob("2*")
    run = read_manifest(folder)["run_id"]
    assert main(["publish", "--run", run, "--reason", "有用", "--warehouse", str(district.warehouse)]) == 2
    assert folder.is_dir()
