"""Deliveries in mode `delta` and `response`: what is in force on a date, and who was never asked (feeds.md section 1)."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.night.metrics import Scope, matched_metrics
from tests.nights.district import (
    DAYS,
    DOUBTFUL,
    DRIVER,
    FARMER,
    FARMHOUSE,
    PEOPLE,
    QUIET,
    RULES,
    TRADER,
    WIFE,
    WORKER,
    Person,
    deliver,
    deliver_all,
    dwelling,
    literal_rows,
    roster_rows,
    vehicle,
)
from tests.nights.driver import District, Done
from warehouse.publication import read_manifest

LATER = date(2026, 10, 8)  # 36 days after the first answer
NOT_ASKED = (WORKER, DOUBTFUL)
SHOP = {"不动产单元号": "599917901788GB07433F00030003", "规划用途": "商铺"}


def answer(inbox: Path, day: date, rows: list[dict[str, str]], asked: list[Person]) -> None:
    folder = deliver(inbox, "property", rows, day=day, manifest={"mode": "response", "requested": "asked.txt"})
    (folder / "asked.txt").write_text("\n".join(["身份证号", *(one.id_number for one in asked)]), encoding="utf-8")


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Done, Done]:
    """Vehicles by deltas, property by answers; then a night on which the wife is not asked about any more."""
    root = tmp_path_factory.mktemp("modes")
    inbox = deliver_all(root / "inbox", property=[])
    rows = literal_rows()["vehicle"]
    deliver(inbox, "vehicle", rows, day=date(2026, 9, 10))
    bought = [vehicle(QUIET, 号牌号码="渝X4CC44"), vehicle(TRADER, 号牌号码="渝X6DD66")]
    first = [rows[0] | {"机动车状态": "E", "注销日期": "2026-09-14"}, *bought]
    deliver(inbox, "vehicle", first, day=date(2026, 9, 15), manifest={"mode": "delta"})
    sold = [bought[0] | {"机动车状态": "E", "注销日期": "2020-01-01"}]
    deliver(inbox, "vehicle", sold, day=DAYS["vehicle"], manifest={"mode": "delta"})
    asked = [one for one in PEOPLE if one not in NOT_ASKED]
    flats = [dwelling(FARMER, 不动产单元号=FARMHOUSE), dwelling(WIFE), dwelling(TRADER, **SHOP)]
    answer(inbox, DAYS["property"], flats, asked)
    district = District(inbox, root / "warehouse", repository)
    before = district.run()
    deliver(inbox, "roster", roster_rows(), day=LATER)
    answer(inbox, date(2026, 10, 7), flats[:1], [FARMER, TRADER])
    return before, district.run(LATER)


def test_later_deltas_change_rows_by_their_key_and_leave_the_others(nights: tuple[Done, Done]) -> None:
    done, _ = nights
    assert {one.snapshot_date.day for one in done.states["vehicle"].used} == {10, 15, 21}
    assert {one for one in done.outcomes() if one[1].startswith("CL")} == {
        (DRIVER.household, "CL-03", "flagged"),  # changed by the first delta
        (TRADER.household, "CL-01", "flagged"),  # added by the first delta
        (DOUBTFUL.household, "CL-01", "undetermined"),  # in the full snapshot alone
        # The car of the quiet one was added by the first delta and had gone long ago by the second.
    }


def test_who_was_not_asked_is_not_assessed_and_who_was_is_clear(nights: tuple[Done, Done]) -> None:
    done, _ = nights
    assert {one for one in done.outcomes() if one[1].startswith("FC")} == {
        (FARMER.household, "FC-02", "flagged"),
        (TRADER.household, "FC-03", "flagged"),
    }
    counts = {row["rule_id"]: row for row in done.table("rule_counts").iter_rows(named=True)}
    for rule, row in counts.items():
        skipped = len(NOT_ASKED) if rule in RULES["property"] else 0
        assert (row["households_not_assessed"], row["households_assessed"]) == (skipped, 6 - skipped)
    asked = done.night.tables.read("not_queried_property").get_column("id_number")
    assert set(asked) == {one.id_number for one in NOT_ASKED}


def test_a_household_of_which_somebody_was_not_asked_is_not_resolved(nights: tuple[Done, Done]) -> None:
    """Two homes are counted over all members: with one of them not asked about, nobody has looked."""
    _, done = nights
    outcomes = {one for one in done.outcomes() if one[1].startswith("FC")}
    assert outcomes == {(FARMER.household, "FC-02", "not_assessed")}
    gone = done.table("resolved_findings").select("household_id", "rule_id", "resolved_reason").iter_rows()
    assert set(gone) == {(TRADER.household, "FC-03", "no_longer_found")}


def test_the_metrics_tell_the_rows_in_use_and_not_those_of_the_last_file(nights: tuple[Done, Done]) -> None:
    done, later = nights
    metrics = read_manifest(done.publication.folder)["metrics"]
    vehicle = metrics["feeds"]["vehicle"]
    assert vehicle["rows"] == 5  # three in the full file, two cars added by the first delta, none by the second
    assert (vehicle["snapshot_date"], vehicle["matched_persons"], vehicle["persons"]) == ("2026-09-21", 4, 8)
    assert vehicle["match_rate"] == 0.5
    assert metrics["roster_rows"] == metrics["feeds"]["roster"]["rows"] == 9
    assert metrics["feeds"]["roster"]["match_rate"] is None
    assert metrics["flagged"]["CL-03"] == {"甲镇": 1}
    assert metrics["flagged"]["CL-02"] == {}
    after = read_manifest(later.publication.folder)["metrics"]
    assert [one["feeds"]["property"]["rows"] for one in (metrics, after)] == [3, 1], "the first answer is stale by then"


def test_a_person_with_two_rows_in_a_feed_is_matched_once(nights: tuple[Done, Done]) -> None:
    _, done = nights
    tables, real = done.night.tables, done.night.without_canaries()
    told, rows = matched_metrics(real, "vehicle", Scope(real)), tables.read("matched_vehicle")
    try:
        tables.write("matched_vehicle", pl.concat([rows, rows]))
        assert matched_metrics(real, "vehicle", Scope(real)) == told
    finally:
        tables.write("matched_vehicle", rows)
