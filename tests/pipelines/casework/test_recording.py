"""What may be recorded as a verdict, and that each one is decided by itself (casework.md section 3)."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.casework.night import PublishedNight
from pipelines.casework.recording import Recorded
from pipelines.casework.refusal import CaseworkError, Rejection
from pipelines.casework.reviewing import ReviewDraft, record_reviews
from pipelines.casework.standing import answers_now, folded_now
from pipelines.workbooks.answered import answers
from tests.pipelines.casework.conftest import AS_OF, OpenNight
from tests.pipelines.casework.verdicts import TODAY, complete, say
from warehouse.events.store import EventStore

LATER = date(2026, 9, 24)


def why(results: list[Recorded]) -> list[Rejection | None]:
    return [one.rejection for one in results]


def test_a_complete_verdict_is_an_event_with_what_it_judged(store: EventStore, night: PublishedNight) -> None:
    (told,) = say(store, night, complete())
    assert (told.status, told.rejection) == ("accepted", None)
    (event,) = store.read()
    assert (event.event_id, event.kind, event.case_id, event.finding_id) == (told.event_id, "verdict", "c1", "f1")
    assert (event.known_after, event.by) == (AS_OF, "录入员甲")
    assert event.payload["judged"] == {
        "household_id": "H1",
        "town": "甲镇",
        "rule_id": "CL-01",
        "feed": "vehicle",
        "snapshot_date": "2026-09-10",  # the newest snapshot in use, not the row's own date
        "material": "CL-01\x1fstatus_letters=A",
        "first_seen": "2026-09-22",
    }


def test_the_same_again_changes_nothing(store: EventStore, night: PublishedNight) -> None:
    say(store, night, complete())
    (again,) = say(store, night, complete())
    assert again.status == "unchanged"
    (by_another,) = say(store, night, complete(), by="录入员乙")
    assert by_another.status == "unchanged"
    assert store.head().seq == 1


def test_the_same_again_after_the_finding_is_gone_changes_nothing(
    store: EventStore, night: PublishedNight, publish_night: OpenNight
) -> None:
    (first,) = say(store, night, complete())
    later = publish_night(LATER, "a", gone="f1")
    (again,) = say(store, later, complete())
    assert (again.status, again.event_id) == ("unchanged", first.event_id)
    assert why(say(store, later, complete(note="另一种说法"))) == [Rejection.RESOLVED]
    assert store.head().seq == 1


def test_one_rejected_rejects_nothing_else(store: EventStore, night: PublishedNight) -> None:
    results = say(
        store,
        night,
        complete("f1", fingerprint="older"),
        complete("f2"),
        complete("gone"),
        complete("nobody"),
        complete("f3", conclusion=None),
        complete("f4"),
    )
    assert why(results) == [
        Rejection.OLDER_FINGERPRINT,
        None,
        Rejection.RESOLVED,
        Rejection.UNKNOWN_FINDING,
        Rejection.INCOMPLETE,
        None,
    ]
    assert all(one.told for one in results if one.status == "rejected")
    assert [event.finding_id for event in store.read()] == ["f2", "f4"]
    assert store.read()[1].case_id is None  # a suppressed finding of a household without a case


def test_a_dry_run_decides_the_same_and_leaves_no_store(store: EventStore, night: PublishedNight) -> None:
    results = say(store, night, complete(), complete("nobody"), dry_run=True)
    assert [one.status for one in results] == ["accepted", "rejected"]
    assert store.read() == []
    assert not (night.vault.root / "events" / "events.db").exists()


def test_another_person_does_not_overwrite_what_was_said_meanwhile(store: EventStore, night: PublishedNight) -> None:
    say(store, night, complete())
    other = complete(conclusion="数据有误")
    assert why(say(store, night, other, by="录入员乙", of_night=AS_OF)) == [Rejection.ANSWERED_BY_OTHER]
    assert why(say(store, night, other, by="录入员乙")) == [Rejection.ANSWERED_BY_OTHER]
    # Of a later night's list the earlier verdict was seen.
    assert why(say(store, night, other, by="录入员乙", of_night=LATER)) == [None]


def test_the_same_person_may_correct_but_not_go_back_unknowingly(store: EventStore, night: PublishedNight) -> None:
    first, second = complete(), complete(conclusion="数据有误", note="身份串号")
    assert say(store, night, first)[0].status == "accepted"
    assert say(store, night, second, by=" 录入员 甲")[0].status == "accepted"
    assert why(say(store, night, first)) == [Rejection.SAID_BEFORE]
    assert say(store, night, complete(note="复查后恢复原结论"))[0].status == "accepted"


def test_what_was_returned_has_to_be_said_otherwise(store: EventStore, night: PublishedNight) -> None:
    say(store, night, complete())
    record_reviews(store, night, [ReviewDraft("f1", "returned", "复核员", "材料不足")], origin="test")
    assert why(say(store, night, complete())) == [Rejection.SAID_BEFORE]
    assert say(store, night, complete(note="补充了材料"), by="录入员乙")[0].status == "accepted"


def test_one_finding_twice_in_one_call(store: EventStore, night: PublishedNight) -> None:
    same = say(store, night, complete(), complete())
    assert [one.status for one in same] == ["accepted", "unchanged"]
    other = say(store, night, complete("f2"), complete("f2", note="另一种说法"))
    assert why(other) == [None, Rejection.TWICE]


def test_phasing_out_takes_the_dates_of_the_case(store: EventStore, night: PublishedNight) -> None:
    phased = complete(conclusion="属实-渐退", effective_month=date(2026, 10, 1))
    say(store, night, phased)
    said = store.read()[0].payload["verdict"]
    assert (said["grace_from"], said["grace_to"]) == ("2026-10-01", "2027-03-31")
    assert say(store, night, phased)[0].status == "unchanged"
    own = complete("f2", conclusion="属实-渐退", effective_month=date(2026, 10, 1), grace_to=date(2026, 12, 31))
    say(store, night, own)
    assert store.read()[1].payload["verdict"]["grace_from"] is None


@pytest.mark.parametrize("by", ["", "  ", "　"])
def test_nobody_enters_nothing(store: EventStore, night: PublishedNight, by: str) -> None:
    with pytest.raises(CaseworkError, match="give --by NAME"):
        say(store, night, complete(), by=by)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"conclusion": None}, "conclusion"),
        ({"conclusion": "不存在的结论"}, "conclusion"),
        ({"method": None}, "method"),
        ({"method": "微信"}, "method"),
        ({"investigated_on": None}, "investigated_on"),
        ({"investigated_on": date(2026, 9, 24)}, "investigated_on"),
        ({"investigated_on": date(2025, 9, 21)}, "investigated_on"),
        ({"investigators": ()}, "investigators"),
        ({"investigators": ("王一",)}, "investigators"),
        ({"investigators": ("王一", " 王 一")}, "investigators"),
        ({"investigators": ("王一", "")}, "investigators"),
        ({"note": None}, "note"),
        ({"note": "  "}, "note"),
        ({"note": None, "reason_code": "其他"}, "note"),
        ({"reason_code": "收入超标"}, "reason_code"),
        ({"conclusion": "属实-不符合条件"}, "effective_month"),
        ({"conclusion": "属实-渐退"}, "effective_month"),
        ({"measures": ("批评教育",)}, "measures"),
        ({"recovered_amount": -1}, "recovered_amount"),
        ({"grace_from": date(2026, 10, 2), "grace_to": date(2026, 10, 1)}, "grace_to"),
        ({"valid_until": date(2026, 9, 22)}, "valid_until"),
    ],
)
def test_what_is_missing_is_told_by_its_field(
    store: EventStore, night: PublishedNight, change: dict[str, Any], field: str
) -> None:
    (told,) = say(store, night, complete(**change))
    assert told.rejection == Rejection.INCOMPLETE
    assert [one.field for one in told.lacks] == [field]
    assert store.read() == []


@pytest.mark.parametrize(
    "change",
    [
        {"investigated_on": TODAY},
        {"investigated_on": date(2025, 9, 22)},
        {"note": None, "reason_code": "符合豁免情形"},
        {"reason_code": "其他"},
        {"recovered_amount": 0},
        {"valid_until": TODAY},
        {"conclusion": "属实-不符合条件", "effective_month": date(2026, 10, 1), "measures": ("停发", "追缴")},
        {"conclusion": "无法核实"},
    ],
)
def test_what_is_complete_is_taken(store: EventStore, night: PublishedNight, change: dict[str, Any]) -> None:
    assert say(store, night, complete(**change))[0].status == "accepted"


def test_what_was_said_while_the_night_ran_is_an_answer_that_nobody_else_writes_over(
    store: EventStore, night: PublishedNight
) -> None:
    say(store, night, complete("f1", "已处理"))
    # A night that had read the events before that, and was published after it.
    running = replace(night, manifest={**night.manifest, "as_of": f"{LATER}", "events": {"seq": 0, "digest": ""}})
    assert (running.as_of, running.last_event) == (LATER, 0)
    other = complete("f1", "数据有误")
    assert why(say(store, running, other, by="录入员乙", of_night=LATER)) == [Rejection.ANSWERED_BY_OTHER]
    told = answers_now(running, folded_now(store)).filter(pl.col("finding_id") == "f1")
    assert told["conclusion"].to_list() == ["已处理"]
    memory = running.table("memory").select("finding_id", "fingerprint")
    shown = answers(folded_now(store), memory, running.as_of, running.last_event)
    assert shown.select("finding_id", "is_answered").rows() == [("f1", True)]

    # One that knew it and raises the finding all the same: the verdict holds no longer.
    knew = replace(running, manifest={**running.manifest, "events": {"seq": store.head().seq, "digest": ""}})
    told = answers_now(knew, folded_now(store)).filter(pl.col("finding_id") == "f1")
    assert told["conclusion"].to_list() == [None]
    assert answers(folded_now(store), memory, knew.as_of, knew.last_event).is_empty()
    assert why(say(store, knew, other, by="录入员乙", of_night=LATER)) == [None]
