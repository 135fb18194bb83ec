"""Nights that take up what people said: suppressed, counted, brought back; the same from events as from memory."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.casework.night import PublishedNight, published_night
from pipelines.casework.recording import Recorded, VerdictDraft, record_verdicts
from pipelines.casework.reviewing import ReviewDraft, record_reviews
from pipelines.domain.verdict import Verdict
from pipelines.night.verdicts import take_verdicts
from tests.nights.district import AS_OF, DRIVER, NEXT, SPOUSE, THIRD, WORKER, deliver, insurance
from tests.nights.driver import PROFILE, District, Done
from tests.nights.test_memory_of_nights import parquet_bytes
from warehouse.errors import EventStoreError
from warehouse.publication import read_manifest

FOURTH = THIRD + timedelta(days=1)


def people_say(district: District, household: str, rule: str, conclusion: str, **more: Any) -> Recorded:
    """Answer a finding as it stands in the newest published night."""
    night = opened(district)
    mine = (pl.col("household_id") == household) & (pl.col("rule_id") == rule)
    row = night.answerable.filter(mine).row(0, named=True)
    by = more.pop("by", "录入员甲")
    verdict = Verdict(
        finding_id=row["finding_id"],
        fingerprint=more.pop("fingerprint", row["fingerprint"]),
        conclusion=conclusion,
        method="入户",
        investigated_on=AS_OF,
        investigators=("王一", "李二"),
        note="已入户核实",
        **more,
    )
    (told,) = record_verdicts(
        district.open().events, night, [VerdictDraft(verdict)], by=by, origin="test", entered_on=night.as_of
    )
    return told


def opened(district: District) -> PublishedNight:
    return published_night(district.open().vault, PROFILE)


def of(done: Done, table: str, household: str) -> pl.DataFrame:
    return done.table(table).filter(pl.col("household_id") == household)


@dataclass(frozen=True)
class Said:
    """Three nights with verdicts between them."""

    district: District
    first: Done
    second: Done
    third: Done


@pytest.fixture(scope="module")
def said(first_night: tuple[District, Done], tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The driver's car is exempt; the worker's wage is somebody else's, then the worker earns more."""
    before, first = first_night
    district = before.copied_to(tmp_path_factory.mktemp("said"))
    assert people_say(district, DRIVER.household, "CL-01", "属实-可豁免").status == "accepted"
    assert people_say(district, WORKER.household, "SB-01", "数据有误").status == "accepted"
    second = district.run(NEXT, "second00")
    deliver(district.inbox, "social_insurance", [insurance(SPOUSE), insurance(WORKER, 缴费基数="9000")], day=THIRD)
    return Said(district, first, second, district.run(THIRD, "third000"))


def test_what_is_cleared_is_suppressed_and_not_in_a_case(said: Said) -> None:
    second = said.second
    assert not second.publication.problems
    for person, rule in ((DRIVER, "CL-01"), (WORKER, "SB-01")):
        assert of(second, "findings", person.household).filter(pl.col("rule_id") == rule).is_empty()
        (held,) = of(second, "suppressed_findings", person.household).to_dicts()
        assert (held["rule_id"], held["nights_seen"], held["decided_on"]) == (rule, 2, AS_OF)
        (gone,) = of(second, "resolved_findings", person.household).to_dicts()
        assert gone["resolved_reason"] == "cleared"
    # The worker had nothing else; the driver's spouse has a finding of her own.
    assert of(second, "cases", WORKER.household).is_empty()
    (closed,) = of(second, "case_states", WORKER.household).to_dicts()
    assert (closed["state"], closed["closed_reason"]) == ("归档", "cleared")
    (still,) = of(second, "case_states", DRIVER.household).to_dicts()
    assert (still["state"], still["raised"], still["answered"]) == ("待下发", 1, 0)
    counts = {row["rule_id"]: row["suppressed"] for row in second.table("rule_counts").iter_rows(named=True)}
    assert (counts["CL-01"], counts["SB-01"]) == (1, 1)


def test_money_that_is_not_theirs_counts_no_more(said: Said) -> None:
    def wage(done: Done) -> list[Decimal | None]:
        return of(done, "ledger", WORKER.household)["wage"].drop_nulls().to_list()

    assert wage(said.first)
    assert not wage(said.second)
    assert wage(said.third)  # other facts: they have to be looked at again


def test_incomes_are_published_of_households_alone_that_the_night_speaks_of(said: Said) -> None:
    done = said.second
    named = ("findings", "suppressed_findings", "cases", "case_states")
    spoken_of = pl.concat(done.table(name).select("household_id") for name in named)["household_id"].unique().to_list()
    assert WORKER.household in spoken_of  # suppressed, and no case any more
    real = done.night.without_canaries().tables
    for table in ("ledger", "ledger_entries"):
        whole = real.read(table)
        assert not whole["household_id"].is_in(spoken_of).all()
        assert_frame_equal(done.table(table), whole.filter(pl.col("household_id").is_in(spoken_of)))


def test_other_facts_bring_it_back_with_what_changed(said: Said) -> None:
    (again,) = of(said.third, "findings", WORKER.household).to_dicts()
    assert (again["change"], again["first_seen"], again["nights_seen"]) == ("reopened", AS_OF, 3)
    changes = said.third.table("finding_changes").filter(pl.col("finding_id") == again["finding_id"])
    told = {(row["since"], row["field"]): (row["before"], row["after"]) for row in changes.iter_rows(named=True)}
    assert told.keys() == {("last_night", "wage_band"), ("verdict", "wage_band")}
    assert changes["label"].unique().to_list() == ["工资或缴费基数（档）"]
    (asks,) = of(said.third, "case_states", WORKER.household)["asked_again"].to_list()
    assert asks == [{"finding_id": again["finding_id"], "asked_on": THIRD}]
    assert of(said.third, "suppressed_findings", DRIVER.household)["nights_seen"].to_list() == [3]


def test_the_manifest_says_up_to_which_event_the_night_knows(said: Said) -> None:
    heads = [read_manifest(done.publication.folder)["events"] for done in (said.first, said.second, said.third)]
    assert [head["seq"] for head in heads] == [0, 2, 2]
    assert heads[1]["digest"] == heads[2]["digest"] == said.district.open().events.head().digest


def test_a_night_takes_up_only_what_was_known_before_it(said: Said) -> None:
    """A past night that is run again is the same to the byte, whatever was said since."""
    again = said.district.run(AS_OF, "again000")
    assert parquet_bytes(again) == parquet_bytes(said.first)
    again = said.district.run(NEXT, "again001")
    assert parquet_bytes(again) == parquet_bytes(said.second)


def test_a_night_without_the_events_of_earlier_nights_is_refused(said: Said, tmp_path: Any) -> None:
    copied = said.district.copied_to(tmp_path)
    shutil.rmtree(copied.warehouse / "events")
    with pytest.raises(EventStoreError, match="verdicts would be forgotten"):
        take_verdicts(copied.open(FOURTH))


def test_a_warehouse_rebuilt_from_snapshots_and_events_comes_to_the_same(said: Said, tmp_path: Any) -> None:
    district = said.district.copied_to(tmp_path)
    for lost in ("nights", "published"):
        shutil.rmtree(district.warehouse / lost)
    for day, done in ((AS_OF, said.first), (NEXT, said.second), (THIRD, said.third)):
        assert parquet_bytes(district.run(day)) == parquet_bytes(done)


def test_nights_skipped_and_caught_up_out_of_order_and_a_verdict_returned(district: District) -> None:
    """Each night is held against its own predecessor; what a reviewer returned comes back and says why."""

    def worker(done: Done) -> tuple[list[str], list[int]]:
        found = of(done, "findings", WORKER.household).filter(pl.col("rule_id") == "SB-01")
        held = of(done, "suppressed_findings", WORKER.household)
        return found["change"].to_list(), held["nights_seen"].to_list()

    people_say(district, WORKER.household, "SB-01", "属实-可豁免")
    third = district.run(THIRD)
    assert worker(third) == ([], [2])  # the second night was skipped
    finding_id = of(third, "suppressed_findings", WORKER.household)["finding_id"].item()
    returned = [ReviewDraft(finding_id, "returned", "复核员", "材料不足")]
    assert record_reviews(district.open().events, opened(district), returned, origin="test")[0].status == "accepted"
    caught_up = district.run(NEXT)  # run late, for a date before the review: it knows the verdict alone
    assert worker(caught_up) == ([], [2])
    assert not caught_up.publication.is_current
    fourth = district.run(FOURTH)
    assert worker(fourth) == (["reopened"], [])
    assert of(fourth, "findings", WORKER.household)["nights_seen"].to_list() == [3]
    (why,) = fourth.table("finding_changes").to_dicts()
    assert (why["since"], why["field"]) == ("verdict", "valid_until")
    assert why["after"].startswith("已失效")
    assert of(fourth, "case_states", WORKER.household)["state"].to_list() == ["退回"]
