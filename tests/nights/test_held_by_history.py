"""Nights of a district large enough for the gates that look back: held, redelivered, and judged by their own past."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.cli import main
from pipelines.instance import dagster_home
from pipelines.jobs import run_night
from tests.nights.district import AS_OF, NEXT, THIRD, Person, Row, deliver, id_number, roster_rows, vehicle
from tests.nights.driver import District, Done
from tests.nights.test_dagster import settings_of

CROWD = [Person(f"QY{place:06d}", id_number("19600101", place), "獬豸龘") for place in range(120)]


def crowd(persons: Sequence[Person], **more: str) -> list[Row]:
    """Roster rows of as many households, of one town."""
    pattern = roster_rows()[0] | more
    return [pattern | {"家庭编号": one.household, "身份证号": one.id_number, "姓名": one.name} for one in persons]


def cars(persons: Sequence[Person]) -> list[Row]:
    return [vehicle(one, 号牌号码=f"渝Z{place:05d}", 车辆识别代号="") for place, one in enumerate(persons)]


def manifest(done: Done) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((done.publication.folder / "manifest.json").read_text(encoding="utf-8"))
    return told


def why(done: Done) -> dict[str, str]:
    """What is said to explain them."""
    return {gate["name"]: gate["attribution"] for gate in manifest(done)["gates"] if not gate["passed"]}


def failed(done: Done) -> dict[str, str]:
    """The gates that held a night."""
    return {gate["name"]: gate["detail"] for gate in manifest(done)["gates"] if not gate["passed"]}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> District:
    """After its first night: 120 households, thirty of them with a car."""
    root = tmp_path_factory.mktemp("crowd")
    deliver(root / "inbox", "roster", crowd(CROWD))
    deliver(root / "inbox", "vehicle", cars(CROWD[:30]), day=AS_OF)
    district = District(root / "inbox", root / "warehouse", repository)
    done = district.run()
    assert not done.publication.is_held
    statuses = {gate["name"]: gate["status"] for gate in manifest(done)["gates"]}
    assert statuses["roster_rows"] == statuses["vehicle_rows"] == statuses["CL-01_breaker"] == "no_history"
    return district


@pytest.fixture
def district(first: District, tmp_path: Path) -> District:
    return first.copied_to(tmp_path)


def test_a_roster_with_a_quarter_gone_is_held_until_it_is_delivered_again(district: District) -> None:
    deliver(district.inbox, "roster", crowd(CROWD[:90]), day=NEXT)
    held = district.run(NEXT)
    assert held.publication.is_held
    assert failed(held)["roster_rows"] == "90 行，此前 1 次中位数 120，变动 -25.0%，允许 ±20%"
    assert why(held)["roster_rows"] == "文件 roster.csv 本期 90 行，上期 120 行（占差额 100%）"
    assert (district.warehouse / "published" / "current").resolve().name.startswith(str(AS_OF))
    deliver(district.inbox, "roster", crowd(CROWD[:110]), day=NEXT)
    again = district.run(NEXT)
    assert not again.publication.is_held
    assert again.publication.is_current
    # What was held is no history: the night after is compared with 120 and 110, whose middle is 115.
    deliver(district.inbox, "roster", crowd(CROWD[:100]), day=THIRD)
    rows = next(one for one in manifest(district.run(THIRD))["gates"] if one["name"] == "roster_rows")
    assert rows["numbers"] == {"observed": 100, "median": 115, "limit": 0.2, "nights": 2}


def test_a_rule_that_flags_a_whole_town_is_held(district: District) -> None:
    deliver(district.inbox, "roster", crowd(CROWD), day=NEXT)
    deliver(district.inbox, "vehicle", cars(CROWD[:91]), day=NEXT)
    done = district.run(NEXT)
    told = failed(done)
    assert set(told) == {"CL-01_breaker", "vehicle_rows", "vehicle_match_rate"}
    assert told["CL-01_breaker"] == (
        "甲镇疑点 91 条（各镇街共 91 条），此前 1 次中位数 30 条，超过中位数 3 倍且多出 50 条以上即熔断"
    )
    told = why(done)
    assert told["vehicle_rows"] == "文件 vehicle.csv 本期 91 行，上期 30 行（占差额 100%）"
    assert told["CL-01_breaker"] == "新增疑点 61 条中 61 条来自文件 vehicle.csv"
    # Somebody answers for it: the night moves as it is, and the night after goes on from there.
    run = done.publication.folder.name.removeprefix(f"{NEXT}-")
    words = ["publish", "--run", run, "--reason", "车管所确认补录", "--by", "李四"]
    assert main([*words, "--warehouse", str(district.warehouse)]) == 0
    assert main([*words, "--warehouse", str(district.warehouse)]) == 2
    current = (district.warehouse / "published" / "current").resolve()
    assert current.name == done.publication.folder.name
    assert json.loads((current / "release.json").read_bytes())["reason"] == "车管所确认补录"
    deliver(district.inbox, "roster", crowd(CROWD), day=THIRD)
    after = district.run(THIRD)
    assert not after.publication.is_held, "the same deliveries again: they were answered for"
    changes = set(after.table("findings").get_column("change"))
    assert changes == {"persisting"}, "the night after remembers what was released"


def test_a_column_that_came_empty_or_otherwise_is_named_with_its_file(district: District) -> None:
    deliver(district.inbox, "roster", crowd(CROWD[:60]), day=NEXT, name="一.csv")
    deliver(district.inbox, "roster", crowd(CROWD[60:], 镇街="") + crowd([]), day=NEXT, name="二.csv")
    scrapped = [row | {"机动车状态": "不明龘"} for row in cars(CROWD[:30])]
    deliver(district.inbox, "vehicle", scrapped + cars(CROWD)[30:60], day=NEXT)
    done = district.run(NEXT)
    told = why(done)
    assert (
        told["roster_fill"] == "列 town（镇街）：60 个空值中 60 个在文件 二.csv；列 town（镇街）：填报率 50%，上期 100%"
    )
    assert told["vehicle_match_rate"] == (
        "文件 vehicle.csv 本期 60 行，上期 30 行（占差额 100%）；列 status（机动车状态）：未识别代码 50%，上期 0%；"
        "机动车（vehicle）比中行列 status（机动车状态）：unknown 占 50%，上次 0%"
    )
    page = (done.publication.folder / "manifest.json").read_text(encoding="utf-8")
    assert "龘" not in page, "no value of a department stands in an explanation"


def test_a_held_night_of_the_job_ends_with_three_and_says_the_ways_on(district: District) -> None:
    deliver(district.inbox, "roster", crowd(CROWD[:90]), day=NEXT)
    outcome = run_night(settings_of(district), NEXT, lambda *_: None)
    assert outcome.exit_code == 3
    [told] = outcome.messages
    assert f"the night of {NEXT} is held, the previous publication stays (run {outcome.run_id[:8]})" in told
    assert (
        "- roster_rows 名册行数: 90 行，此前 1 次中位数 120，变动 -25.0%，允许 ±20%；主要来源：文件 roster.csv 本期 90 行"
        in told
    )
    assert f"-> deliver what is wrong again and run the night of {NEXT} again" in told
    assert f'hedui publish --run {outcome.run_id[:8]} --reason "…"' in told
    [account] = (district.warehouse / "accounts").iterdir()
    assert told in account.read_text(encoding="utf-8")
    with dg.DagsterInstance.from_config(str(dagster_home(district.warehouse))) as instance:
        records = instance.all_logs(outcome.run_id)
    events = [entry.dagster_event for entry in records if entry.dagster_event is not None]
    judged = [one.asset_check_evaluation_data for one in events if one.event_type_value == "ASSET_CHECK_EVALUATION"]
    checks = [one for one in judged if one.asset_key == dg.AssetKey("published_night")]
    assert len(checks) <= 20
    assert [one.check_name for one in checks if not one.passed] == ["roster_rows"]


def test_a_past_night_is_judged_by_its_own_predecessors(district: District) -> None:
    deliver(district.inbox, "roster", crowd(CROWD[:100]), day=NEXT)
    deliver(district.inbox, "roster", crowd(CROWD[:90]), day=THIRD)
    assert not district.run(NEXT).publication.is_held
    assert not district.run(THIRD).publication.is_held  # 90 of 110
    again = district.run(NEXT)
    rows = next(one for one in manifest(again)["gates"] if one["name"] == "roster_rows")
    assert rows["numbers"]["nights"] == 1
    assert rows["numbers"]["median"] == 120
