"""Nights in a row: what is new, what stays, what changed, what is gone and what comes back (casework.md section 1)."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.nights.district import (
    AS_OF,
    DOUBTFUL,
    DRIVER,
    EXPECTED,
    FARMER,
    FARMHOUSE,
    NEXT,
    QUIET,
    SPOUSE,
    THIRD,
    TRADER,
    WIFE,
    WORKER,
    deliver,
    dwelling,
    insurance,
    literal_rows,
    roster_rows,
    vehicle,
)
from tests.nights.driver import District, Done
from warehouse.publication import current

QUIETS_CAR = {"号牌号码": "渝X4CC44", "车辆识别代号": ""}


@dataclass(frozen=True)
class Nights:
    """Three nights of one district."""

    district: District
    first: Done
    second: Done
    third: Done


def parquet_bytes(done: Done) -> dict[str, str]:
    """Checksum of every Parquet file of a published night."""
    files = sorted(done.publication.folder.glob("*.parquet"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def deliver_the_second_day(inbox: Path) -> None:
    """One car is off the road, one wage is higher, a flat is sold, a household leaves, somebody buys a car."""
    left = [row | ({"在保状态": "停发"} if row["身份证号"] == TRADER.id_number else {}) for row in roster_rows()]
    deliver(inbox, "roster", left, day=NEXT)
    deliver(
        inbox, "social_insurance", [insurance(SPOUSE, 缴费基数="4100"), insurance(WORKER, 缴费基数="5000")], day=NEXT
    )
    rows = literal_rows()["vehicle"]
    deregistered = rows[0] | {"机动车状态": "E", "注销日期": "2026-09-20"}
    deliver(inbox, "vehicle", [deregistered, rows[1] | {"机动车状态": "A"}, vehicle(QUIET, **QUIETS_CAR)], day=NEXT)
    deliver(inbox, "property", [dwelling(FARMER, 不动产单元号=FARMHOUSE)], day=NEXT)


@pytest.fixture(scope="module")
def nights(first_night: tuple[District, Done], tmp_path_factory: pytest.TempPathFactory) -> Nights:
    before, first = first_night
    district = before.copied_to(tmp_path_factory.mktemp("nights"))
    deliver_the_second_day(district.inbox)
    second = district.run(NEXT, "second00")
    deliver(district.inbox, "property", [dwelling(FARMER, 不动产单元号=FARMHOUSE), dwelling(WIFE)], day=THIRD)
    return Nights(district, first, second, district.run(THIRD, "third000"))


def test_on_the_first_night_everything_is_new(first_night: tuple[District, Done]) -> None:
    done = first_night[1]
    assert not done.publication.problems
    assert done.outcomes() == EXPECTED
    assert set(done.changes().values()) == {"new"}
    assert done.table("resolved_findings").is_empty()


def test_each_finding_is_told_how_it_stands_to_the_night_before(nights: Nights) -> None:
    assert nights.second.changes() == {
        (DRIVER.household, "CL-03"): "new",
        (SPOUSE.household, "SB-01"): "persisting",  # 4,100 is in the band of 4,000
        (WORKER.household, "SB-01"): "changed",
        (DOUBTFUL.household, "CL-01"): "changed",
        (QUIET.household, "CL-01"): "new",
    }


def test_what_is_gone_is_told_with_the_reason(nights: Nights) -> None:
    gone = nights.second.table("resolved_findings").select("household_id", "rule_id", "resolved_reason", "resolved_on")
    assert set(gone.iter_rows()) == {
        (DRIVER.household, "CL-01", "no_longer_found", NEXT),
        (FARMER.household, "FC-02", "no_longer_found", NEXT),
        (TRADER.household, "GS-01", "household_left", NEXT),
    }


def test_what_comes_back_is_reopened_with_its_first_day(nights: Nights) -> None:
    assert nights.third.changes()[FARMER.household, "FC-02"] == "reopened"
    [again] = nights.third.table("findings").filter(pl.col("rule_id") == "FC-02").iter_rows(named=True)
    assert (again["first_seen"], again["nights_seen"]) == (AS_OF, 2)
    others = {change for (_, rule), change in nights.third.changes().items() if rule != "FC-02"}
    assert others == {"persisting"}


def test_a_finding_keeps_its_id_and_its_nights_are_counted(nights: Nights) -> None:
    def of(done: Done) -> pl.DataFrame:
        mine = (pl.col("household_id") == WORKER.household) & (pl.col("rule_id") == "SB-01")
        return done.table("findings").filter(mine).select("finding_id", "first_seen", "nights_seen")

    [(finding, first, _)] = of(nights.first).iter_rows()
    assert of(nights.second).row(0) == (finding, first, 2)
    assert of(nights.third).row(0) == (finding, first, 3)


def test_a_case_keeps_its_id_and_day_until_it_is_closed(nights: Nights) -> None:
    def of(done: Done) -> dict[str, tuple[str, date, str]]:
        rows = done.table("cases").select("household_id", "case_id", "opened_on", "change")
        return {household: (case, opened, change) for household, case, opened, change in rows.iter_rows()}

    first, second, third = of(nights.first), of(nights.second), of(nights.third)
    assert first.keys() == {household for household, _, _ in EXPECTED}
    assert second.keys() == {one.household for one in (DRIVER, WORKER, DOUBTFUL, QUIET)}
    for person in (DRIVER, WORKER, DOUBTFUL):
        assert second[person.household] == (*first[person.household][:2], "changed")
        assert third[person.household] == (*first[person.household][:2], "persisting")
    assert second[QUIET.household][1:] == (NEXT, "new")
    # It was closed on the second night: what opens on the third is another case.
    case, opened, change = third[FARMER.household]
    assert (opened, change) == (THIRD, "reopened")
    assert case != first[FARMER.household][0]


def test_counts_agree_with_findings(nights: Nights) -> None:
    counts = nights.second.table("rule_counts")
    told = {row["rule_id"]: row for row in counts.iter_rows(named=True)}
    assert (told["CL-01"]["new"], told["CL-01"]["changed"], told["CL-01"]["resolved"]) == (1, 1, 1)
    assert (told["SB-01"]["persisting"], told["SB-01"]["changed"], told["SB-01"]["resolved"]) == (1, 1, 0)
    assert set(counts.get_column("households_in_scope")) == {5}
    assert set(counts.get_column("households_not_assessed")) == {0}


def test_a_past_night_run_again_is_the_same_to_the_byte_and_stays_in_the_past(nights: Nights) -> None:
    """It looks at its own predecessor, whatever came later, and `current` does not move; four threads change nothing."""
    again = nights.district.with_threads(4).run(NEXT, "again000")
    assert parquet_bytes(again) == parquet_bytes(nights.second)
    assert not again.publication.is_current
    assert current(again.night.vault) == nights.third.publication.folder
    assert nights.third.publication.folder.is_dir()
