"""Reviews by a second person, and what may be done with a case in which state."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from pipelines.casework.acts import Act, Office, dispatch
from pipelines.casework.night import PublishedNight
from pipelines.casework.refusal import CaseworkError, Rejection
from pipelines.casework.reviewing import ReviewDraft, record_reviews
from pipelines.casework.standing import answers_now, folded_now, states_now, unreviewed
from pipelines.domain.case_events import EventKind
from pipelines.domain.case_state import MAY, CaseState
from tests.pipelines.casework.conftest import OpenNight
from tests.pipelines.casework.verdicts import TODAY, complete, say
from warehouse.events.event import Draft
from warehouse.events.store import EventStore


@pytest.fixture
def office(empty_store: Path, store: EventStore, night: PublishedNight) -> Office:
    copytree(empty_store, night.vault.root / empty_store.name)
    return Office(store, night, "test", TODAY)


def state(office: Office, case_id: str = "c1") -> str:
    return str(office.case(case_id, folded_now(office.store))["state"])


def answered(office: Office) -> None:
    dispatch(office.store, office.night, ["c1"], by="区县", origin="test")
    say(office.store, office.night, complete("f1"), complete("f2"))


def test_a_case_goes_its_way(office: Office) -> None:
    assert state(office) == "待下发"
    assert dispatch(office.store, office.night, ["c1", "c2", "another"], by="区县", origin="test") == 2
    assert dispatch(office.store, office.night, ["c1"], by="区县", origin="test") == 0
    assert state(office) == "待核查"
    say(office.store, office.night, complete("f1"))
    assert state(office) == "待核查"
    say(office.store, office.night, complete("f2"))
    assert state(office) == "已反馈"
    assert office.review("c1", "approved", by="复核员") == 2
    assert state(office) == "已复核"
    assert office.act("c1", Act(EventKind.HANDLED, "区县")) == CaseState.REVIEWED
    assert state(office) == "已处理"
    office.act("c1", Act(EventKind.ARCHIVED, "区县"))
    assert state(office) == "归档"
    assert state(office, "c2") == "待核查"


def test_what_is_returned_is_owed_again(office: Office) -> None:
    answered(office)
    assert office.review("c1", "returned", by="复核员", note="材料不足") == 2
    assert state(office) == "退回"
    say(office.store, office.night, complete("f1", note="补充"), complete("f2", note="补充"))
    assert state(office) == "已反馈"


def test_a_correction_has_to_be_reviewed_and_handled_again(office: Office) -> None:
    answered(office)
    office.review("c1", "approved", by="复核员")
    office.act("c1", Act(EventKind.HANDLED, "区县"))
    say(office.store, office.night, complete("f1", conclusion="数据有误"))
    assert state(office) == "已反馈"
    office.review("c1", "approved", by="复核员")
    assert state(office) == "已复核"


def test_what_was_approved_is_not_returned_along_with_a_later_answer(office: Office) -> None:
    say(office.store, office.night, complete("f1", "无法核实"))
    assert office.review("c1", "approved", by="复核员") == 1
    say(office.store, office.night, complete("f2", "无法核实"))
    assert office.review("c1", "returned", by="复核员", note="材料不足") == 1
    decisions = {one: told[-1].decision for one, told in folded_now(office.store).verdicts.items()}
    assert decisions == {"f1": "approved", "f2": "returned"}
    assert office.review("c1", "returned", by="复核员", note="重新核实") == 1
    with pytest.raises(CaseworkError, match="没有待复核"):
        office.review("c1", "returned", by="复核员", note="重新核实")


@pytest.mark.parametrize("by", ["录入员甲", " 录入员 甲 ", "录入员　甲"])
def test_nobody_reviews_what_he_entered(office: Office, by: str) -> None:
    answered(office)
    with pytest.raises(CaseworkError, match="另一人复核"):
        office.review("c1", "approved", by=by)
    (told,) = record_reviews(office.store, office.night, [ReviewDraft("f1", "approved", by)], origin="test")
    assert told.rejection == Rejection.OWN_VERDICT


def test_reviews_of_single_findings(office: Office) -> None:
    answered(office)

    def review(*drafts: ReviewDraft) -> list[object]:
        told = record_reviews(office.store, office.night, drafts, origin="test")
        return [one.rejection or one.status for one in told]

    assert review(ReviewDraft("f3", "approved", "复核员")) == [Rejection.NOT_ANSWERED]
    assert review(ReviewDraft("f1", "returned", "复核员", " ")) == [Rejection.NO_REASON]
    assert review(ReviewDraft("f1", "approved", "复核员", conclusion="数据有误")) == [Rejection.OTHER_ANSWER]
    assert review(ReviewDraft("f1", "approved", "复核员"), ReviewDraft("f1", "returned", "复核员", "错")) == [
        "accepted",
        Rejection.TWICE,
    ]
    assert review(ReviewDraft("f1", "approved", "复核员")) == ["unchanged"]
    assert review(ReviewDraft("f1", "returned", "复核员", "发现新情况")) == ["accepted"]
    assert review(ReviewDraft("f1", "returned", "复核员", "发现新情况")) == ["unchanged"]
    assert review(ReviewDraft("f1", "approved", "复核员")) == [Rejection.NOT_ANSWERED]
    head = office.store.head().seq
    assert record_reviews(
        office.store, office.night, [ReviewDraft("f2", "approved", "复核员")], origin="test", dry_run=True
    )
    assert office.store.head().seq == head


def test_other_facts_put_the_case_back(office: Office, publish_night: OpenNight) -> None:
    answered(office)
    later = publish_night(date(2026, 9, 23), fingerprint="b")
    told = states_now(later, folded_now(office.store), TODAY).row(0, named=True)
    assert (told["state"], told["raised"], told["answered"]) == ("待核查", 2, 0)


def test_suspended_given_on_and_under_appeal(office: Office) -> None:
    answered(office)
    office.act("c1", Act(EventKind.SUSPENDED, "区县", "等待判决", until=date(2026, 12, 31)))
    assert state(office) == "挂起"
    office.act("c1", Act(EventKind.RESUMED, "区县"))
    assert state(office) == "已反馈"
    office.act("c1", Act(EventKind.REASSIGNED, "区县", "户籍已迁", to="丙镇"))
    row = office.case("c1", folded_now(office.store))
    assert (row["state"], row["state_before"], row["handled_by"], row["town"]) == ("转办", "已反馈", "丙镇", "甲镇")
    say(office.store, office.night, complete("f1", note="丙镇已核"))
    assert state(office) == "已反馈"
    office.act("c1", Act(EventKind.APPEAL_OPENED, "区县", "家庭有异议"))
    assert state(office) == "申诉中"
    office.act("c1", Act(EventKind.APPEAL_CLOSED, "区县", "维持"))
    assert state(office) == "已反馈"


def test_a_suspension_ends_by_itself(store: EventStore, night: PublishedNight) -> None:
    office = Office(store, night, "test", TODAY)
    office.act("c1", Act(EventKind.SUSPENDED, "区县", "等待", until=date(2026, 9, 30)))
    folded = folded_now(store)
    found = [
        states_now(night, folded, day).row(0, named=True)["state"] for day in (date(2026, 9, 30), date(2026, 10, 1))
    ]
    assert found == ["挂起", "待下发"]


def to_be_in(office: Office) -> dict[CaseState, Callable[[], None]]:
    """How a case comes to a state."""

    def after(*steps: Callable[[], object]) -> Callable[[], None]:
        return lambda: [step() for step in steps] and None

    def sent() -> object:
        return dispatch(office.store, office.night, ["c1"], by="区县", origin="test")

    def approved() -> object:
        return office.review("c1", "approved", by="复核员")

    def act(kind: EventKind) -> Callable[[], object]:
        return lambda: office.act("c1", Act(kind, "区县", "理由", to="丙镇"))

    all_answered = lambda: answered(office)  # noqa: E731
    return {
        CaseState.UNSENT: after(),
        CaseState.OPEN: after(sent),
        CaseState.ANSWERED: after(all_answered),
        CaseState.RETURNED: after(all_answered, lambda: office.review("c1", "returned", by="复核员", note="不足")),
        CaseState.REVIEWED: after(all_answered, approved),
        CaseState.HANDLED: after(all_answered, approved, act(EventKind.HANDLED)),
        CaseState.ARCHIVED: after(all_answered, approved, act(EventKind.HANDLED), act(EventKind.ARCHIVED)),
        CaseState.SUSPENDED: after(act(EventKind.SUSPENDED)),
        CaseState.REASSIGNED: after(act(EventKind.REASSIGNED)),
        CaseState.APPEALED: after(all_answered, act(EventKind.APPEAL_OPENED)),
    }


@pytest.mark.parametrize("at", list(CaseState))
def test_only_what_fits_the_state_is_recorded(office: Office, at: CaseState) -> None:
    to_be_in(office)[at]()
    assert state(office) == at
    for kind, states in MAY.items():
        if at in states:
            continue
        head = office.store.head().seq
        with pytest.raises(CaseworkError, match=f"案件现为“{at}”"):
            office.act("c1", Act(kind, "区县", "理由", to="丙镇"))
        assert office.store.head().seq == head


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (Act(EventKind.SUSPENDED, "区县"), "须写明理由"),
        (Act(EventKind.REASSIGNED, "区县", "理由"), "须写明转给谁"),
        (Act(EventKind.SUSPENDED, "区县", "理由", until=date(2026, 9, 22)), "不能早于今天"),
        (Act(EventKind.SUSPENDED, " ", "理由"), "give --by NAME"),
        (Act(EventKind.VERDICT, "区县"), "another kind"),
    ],
)
def test_an_act_that_lacks_something(office: Office, act: Act, told: str) -> None:
    with pytest.raises(CaseworkError, match=told):
        office.act("c1", act)


@pytest.mark.parametrize("wanted", ["", "c", "nobody"])
def test_a_case_is_named_by_an_id_that_is_one(office: Office, wanted: str) -> None:
    with pytest.raises(CaseworkError, match="expected the id of one case"):
        office.act(wanted, Act(EventKind.SUSPENDED, "区县", "理由"))


def test_what_stands_now_is_told_per_finding(office: Office) -> None:
    say(office.store, office.night, complete("f1"))
    told = {
        row["finding_id"]: row["conclusion"] for row in answers_now(office.night, folded_now(office.store)).to_dicts()
    }
    assert told == {"f1": "属实-可豁免", "f2": None, "f3": None}


def test_a_death_is_due_within_its_own_time(office: Office) -> None:
    dispatch(office.store, office.night, ["c2"], by="区县", origin="test")
    row = office.case("c2", folded_now(office.store))
    assert (row["answer_due_on"], row["death_due_on"]) == (date(2026, 10, 20), date(2026, 11, 30))
    assert (row["due_on"], row["overdue_days"], row["is_estimated"]) == (date(2026, 10, 20), 0, False)


def test_what_nobody_reviewed_is_listed_and_reviewed_after_its_case_was_closed(
    office: Office, publish_night: OpenNight
) -> None:
    answered(office)
    say(office.store, office.night, complete("f3", conclusion="无法核实"), by="录入员乙")
    waiting = unreviewed(folded_now(office.store)).select("case_id", "verdicts", "clearing").rows()
    assert sorted(waiting) == [("c1", 2, 2), ("c2", 1, 0)]
    later = Office(office.store, publish_night(date(2026, 9, 23), "a"), "test", TODAY)
    # Not among the cases of the newest night any more:
    closed = with_other_cases(later)
    assert closed.review("c1", "approved", by="复核员") == 2
    assert unreviewed(folded_now(office.store))["case_id"].to_list() == ["c2"]


def with_other_cases(office: Office) -> Office:
    """The same office on a night that has other cases."""
    cases = office.night.table("cases").with_columns(case_id=pl.lit("d") + pl.col("case_id"))
    findings = office.night.table("findings").clear()

    class Elsewhere(PublishedNight):
        def table(self, name: str) -> pl.DataFrame:
            return {"cases": cases, "findings": findings}.get(name, super().table(name))

    night = office.night
    return Office(office.store, Elsewhere(night.vault, night.folder, night.manifest), "test", office.today)


def test_a_suppressed_finding_that_is_judged_again_stays_with_its_case(office: Office) -> None:
    earlier = {"verdict": {"fingerprint": "a"}}
    office.store.append([Draft("verdict", "c9", "f4", date(2026, 9, 21), "录入员甲", "test", earlier)])
    say(office.store, office.night, complete("f4"))
    assert [event.case_id for event in office.store.read()] == ["c9", "c9"]
