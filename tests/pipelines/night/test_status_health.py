"""The later half of status: nights, canaries, cases, what is not raised, events, and where to look."""

import json
from datetime import date
from pathlib import Path

import pytest
from rich.text import Text

from pipelines.domain.health_history import NightAccount
from pipelines.night.status import standing, status_screen
from pipelines.night.status_health import (
    EventsStanding,
    Returned,
    events_line,
    events_standing,
    health_lines,
    nights_line,
    places_lines,
)
from pipelines.night.status_json import status_facts
from tests.pipelines.night.healthy import gate, health, manifest, night
from warehouse.events.address import EventAddress
from warehouse.events.event import Draft
from warehouse.events.store import EventStore, open_events
from warehouse.publication import publish
from warehouse.session import Vault

TODAY = date(2026, 9, 23)


def told(*lines: Text | None) -> str:
    return "\n".join(line.plain for line in lines if line is not None)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "warehouse", None, threads=1, memory_limit="200MB")


def store_of(vault: Vault) -> EventStore:
    return open_events(f"sqlite:///{vault.root / 'events' / 'events.db'}", None)


def draft(n: int) -> Draft:
    return Draft("verdict", f"case-{n}", None, date(2026, 9, 22), "赵", "desk", {"n": n}, None)


def test_the_last_nights_are_told_with_what_failed() -> None:
    held = NightAccount(manifest(20, gates=[gate("a", "breaker", "failed"), gate("b", "breaker", "failed")]), "held")
    released = NightAccount(manifest(21, gates=[gate("a", "roster_rows", "failed")]), "released")
    assert told(nights_line([night(19), held, released])) == (
        "last 3 nights since 2026-09-19: 1 published, 1 released, 1 held; failed gates: breaker 1×, roster_rows 1×"
    )
    assert told(nights_line([night(19)])) == "last 1 nights since 2026-09-19: 1 published"
    assert nights_line([]) is None


def test_a_night_tells_canaries_cases_and_what_is_not_raised() -> None:
    debt = {"findings": 1200, "rules": {}, "months": {}, "soon": 3, "oldest": "2026-01-31"}
    answers = {"rules": {"CL-01": {"verdicts": 60, "confirmed": 9}}, "imprecise": ["CL-01"]}
    cases = {"states": {"已反馈": 2, "待核查": 1300}, "overdue": 17, "towns": {}}
    lines = health_lines(manifest(health=health(suppression=debt, answers=answers, cases=cases)))
    assert told(*lines).splitlines() == [
        "canaries 金丝雀家庭: 10 of 10 asked, all right",
        "cases 案件: 待核查 1,300 · 已反馈 2; overdue 超期 17",
        "not raised 已核清暂不提示: 1,200 findings, 3 come back within 30 days, oldest verdict 2026-01-31",
        "seldom confirmed 属实比例过低: CL-01: 9 of 60 verdicts",
    ]
    assert (
        told(*health_lines(manifest(canaries={"households": 3, "wrong": [{}]})))
        == "canaries 金丝雀家庭: 1 wrong answers"
    )
    assert health_lines({"as_of": "2026-09-22"}) == []


def test_the_store_is_asked_where_the_night_saw_it_end(vault: Vault) -> None:
    store = store_of(vault)
    assert events_line(events_standing(store, None)).plain == "case events 案件事件: 0 in events.db (none yet)"
    assert not (vault.root / "events").exists()  # asking makes no store
    first, second = store.append([draft(1), draft(2)])
    seen = {"events": {"seq": first.seq, "digest": first.digest}}
    assert events_standing(store, seen) == EventsStanding("events.db", 2, is_whole=True)
    lost = {"events": {"seq": 9, "digest": second.digest}}
    assert "hedui audit verify" in events_line(events_standing(store, lost)).plain


def test_a_store_that_cannot_be_read_stops_nothing(vault: Vault) -> None:
    place = vault.root / "events"
    place.mkdir(parents=True)
    (place / "events.db").write_bytes(b"no database at all" * 100)
    found = events_standing(store_of_damaged(vault), None)
    assert found.is_whole is None
    assert found.problem in events_line(found).plain


def store_of_damaged(vault: Vault) -> EventStore:
    return EventStore(EventAddress.of_warehouse(vault.root), None)


def test_places_are_told_where_they_are() -> None:
    assert places_lines(None, None, None) == []
    lines = places_lines(Path("h/health.html"), Path("w"), Returned(Path("d"), 2))
    assert told(*lines).splitlines() == [
        "health page 运行概况: h/health.html",
        "workbooks 工作簿: w",
        "drop folder 回收文件夹: d (2 waiting)",
    ]


def test_status_tells_machines_what_it_tells_people(vault: Vault) -> None:
    night_of = manifest()
    night_of.pop("as_of")
    folder = publish(vault, date(2026, 9, 22), "aaaaaaaa", {}, night_of, files=lambda: {"health.html": b""}).folder
    (vault.root / "workbooks" / folder.name).mkdir(parents=True)
    found = standing(vault, returned=Returned(Path("d")))
    facts = json.loads(json.dumps(status_facts(found, TODAY)))
    assert facts["night"]["as_of"] == "2026-09-22"
    assert facts["health"]["rules"][0]["rule_id"] == "CL-01"
    assert facts["health"]["cases"] == {"states": {}, "overdue": 0}  # not by town: small counts point at families
    assert facts["health_page"] == str(folder / "health.html")
    assert facts["workbooks"] == str(vault.root / "workbooks" / folder.name)
    assert facts["feeds"]["business"] | {"messages": None} == {
        "status": "stale", "snapshot_date": "2026-07-01", "max_age_days": 35, "messages": None, "newest_landed": None,
        "rows": None, "age_days": None, "is_stale": True, "refused": None,
    }  # fmt: skip
    assert facts["nights"] == [{"as_of": "2026-09-22", "fate": "published"}]
    assert facts["drop_folder"] == {"folder": "d", "waiting": 0}
    assert facts["event_store"] is None
    assert status_screen(found, TODAY)


def test_what_a_breaker_that_passed_found_in_one_town_is_not_told(vault: Vault) -> None:
    gates = [
        {"name": "CL-01_breaker", "kind": "breaker", "passed": True, "status": "passed", "detail": "甲镇疑点 1 条"},
        {"name": "SB-01_breaker", "kind": "breaker", "passed": False, "status": "failed", "detail": "甲镇疑点 90 条"},
        {"name": "roster_rows", "kind": "roster_rows", "passed": True, "status": "passed", "detail": "448 行"},
    ]
    night_of = manifest(gates=gates)
    night_of.pop("as_of")
    publish(vault, date(2026, 9, 22), "aaaaaaaa", {}, night_of)
    night = status_facts(standing(vault), TODAY)["night"]
    assert night is not None
    assert [gate["detail"] for gate in night["gates"]] == ["", "甲镇疑点 90 条", "448 行"]


def test_an_empty_warehouse_has_the_same_shape(vault: Vault) -> None:
    facts = status_facts(standing(vault), TODAY)
    assert facts["night"] is None
    assert (facts["feeds"], facts["held"], facts["nights"], facts["health_page"]) == ({}, [], [], None)
