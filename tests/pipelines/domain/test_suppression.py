"""Which verdict stands, how long a clearing one holds, and whose money counts (casework.md section 3)."""

from datetime import date

import polars as pl
import pytest

from pipelines.domain.case_events import fold
from pipelines.domain.suppression import (
    CLEARANCES,
    SNAPSHOTS_LANDED,
    STANDING,
    NoValidityError,
    clearances,
    counting,
    returned_verdicts,
    standing_verdicts,
)
from tests.pipelines.domain.case_event import OneEvent, review, verdict

JUDGED = date(2026, 9, 1)


def landed(*days: date, feed: str = "vehicle") -> pl.DataFrame:
    return pl.DataFrame([(feed, day) for day in days], schema=SNAPSHOTS_LANDED, orient="row")


def holds(*events: OneEvent, as_of: date, months: int | None = 12, snapshots: tuple[date, ...] = ()) -> list[str]:
    found = clearances(standing_verdicts(fold(events)), landed(*snapshots), as_of, months)
    assert found.schema == CLEARANCES
    return found["finding_id"].to_list()


def test_the_latest_verdict_stands_unless_it_was_returned() -> None:
    events = [verdict(1, "f", "属实-可豁免"), verdict(2, "f", "属实-不符合条件"), review(3, "returned", 2)]
    (row,) = standing_verdicts(fold(events[:2])).to_dicts()
    assert (row["event_id"], row["is_approved"]) == ("e2", False)
    # The first was replaced by whoever entered it: returning the second does not bring it back.
    assert standing_verdicts(fold(events)).is_empty()
    (row,) = standing_verdicts(fold([*events, review(4, "approved", 2)])).to_dicts()
    assert (row["event_id"], row["is_approved"], row["reviewed_at"]) == ("e2", True, 4)
    assert returned_verdicts(fold(events)).rows() == [("f", "a")]


def test_without_events_nothing_stands() -> None:
    assert standing_verdicts(fold([])).schema == STANDING
    assert returned_verdicts(fold([])).is_empty()
    assert holds(as_of=JUDGED) == []


@pytest.mark.parametrize("conclusion", ["属实-可豁免", "属实-收入未超标", "数据有误", "已处理"])
def test_a_clearing_verdict_holds_for_its_months_and_not_a_day_longer(conclusion: str) -> None:
    one = verdict(1, "f", conclusion, investigated_on="2026-02-28")
    assert holds(one, as_of=date(2027, 2, 28)) == ["f"]
    assert holds(one, as_of=date(2027, 3, 1)) == []


@pytest.mark.parametrize(
    "conclusion", ["属实-不符合条件", "属实-渐退", "无法核实", "重复疑点", "非本辖区", "其他", None]
)
def test_no_other_verdict_clears(conclusion: str) -> None:
    assert holds(verdict(1, "f", conclusion), as_of=date(2026, 9, 22)) == []


def test_the_months_count_from_the_night_where_no_day_of_the_investigation_is_told() -> None:
    one = verdict(1, "f", "已处理", known_after=date(2026, 9, 21))
    assert holds(one, as_of=date(2027, 9, 21)) == ["f"]
    assert holds(one, as_of=date(2027, 9, 22)) == []


def test_an_end_of_its_own_wins() -> None:
    one = verdict(1, "f", "属实-可豁免", valid_until="2026-09-30", investigated_on="2026-09-01")
    assert holds(one, as_of=date(2026, 9, 30), months=None) == ["f"]
    assert holds(one, as_of=date(2026, 10, 1)) == []


def test_without_a_length_in_the_policy_a_verdict_needs_its_own_end() -> None:
    with pytest.raises(NoValidityError, match="found none for 1"):
        holds(verdict(1, "f", "属实-可豁免"), as_of=date(2026, 9, 30), months=None)


def test_wrong_data_holds_until_the_next_snapshot_but_one() -> None:
    one = verdict(1, "f", "数据有误", feed="vehicle", snapshot_date=JUDGED.isoformat())
    first, second = date(2026, 10, 1), date(2026, 11, 1)
    as_of = date(2026, 11, 2)
    assert holds(one, as_of=as_of, snapshots=(JUDGED,)) == ["f"]
    assert holds(one, as_of=as_of, snapshots=(JUDGED, first, first)) == ["f"]
    assert holds(one, as_of=as_of, snapshots=(JUDGED, first, second)) == []
    # An end that somebody gave stands instead.
    own = verdict(1, "f", "数据有误", feed="vehicle", snapshot_date=JUDGED.isoformat(), valid_until="2026-12-31")
    assert holds(own, as_of=as_of, snapshots=(JUDGED, first, second)) == ["f"]
    # Of another feed, or where nobody knows which snapshot was judged, nothing is counted.
    other = verdict(1, "f", "数据有误", feed="property", snapshot_date=JUDGED.isoformat())
    assert holds(other, as_of=as_of, snapshots=(JUDGED, first, second)) == ["f"]
    assert holds(verdict(1, "f", "数据有误", feed="vehicle"), as_of=as_of, snapshots=(first, second)) == ["f"]
    # Other clearing conclusions look at no snapshot.
    exempt = verdict(1, "f", "属实-可豁免", feed="vehicle", snapshot_date=JUDGED.isoformat())
    assert holds(exempt, as_of=as_of, snapshots=(JUDGED, first, second)) == ["f"]


def test_only_wrong_data_at_this_fingerprint_counts_no_more() -> None:
    findings = pl.DataFrame({"finding_id": ["f", "g", "h", "i"], "fingerprint": ["a", "a", "b", "a"]})
    events = [verdict(1, "f", "数据有误"), verdict(2, "g", "属实-收入未超标"), verdict(3, "h", "数据有误")]
    cleared = clearances(standing_verdicts(fold(events)), landed(), date(2026, 9, 22), 12)
    assert counting(findings, cleared)["finding_id"].to_list() == ["g", "h", "i"]
