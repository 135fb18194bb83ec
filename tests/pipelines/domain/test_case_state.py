"""Where a case stands: whatever people recorded in whatever order, the fold gives a state and never fails."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.case_answers import Desk, files_table
from pipelines.domain.case_events import CaseFile, EventKind, fold
from pipelines.domain.case_state import CASE_STATES, CaseState, TonightsCases, case_states
from pipelines.domain.deadlines import Terms
from pipelines.domain.suppression import returned_verdicts, standing_verdicts
from pipelines.night.working_days import working_days
from tests.pipelines.domain.case_event import OneEvent, review, verdict

TONIGHT = date(2026, 9, 22)
TOMORROW = date(2026, 9, 23)
CALENDAR = working_days(2026)
_CASES = {"case_id": pl.String, "household_id": pl.String, "town": pl.String, "opened_on": pl.Date}
_FINDINGS = {
    "finding_id": pl.String,
    "household_id": pl.String,
    "rule_id": pl.String,
    "fingerprint": pl.String,
    "outcome": pl.String,
    "assessed_outcome": pl.String,
    "fact_date": pl.Date,
    "first_seen": pl.Date,
    "change": pl.String,
}
_RESOLVED = {"finding_id": pl.String, "household_id": pl.String, "rule_id": pl.String, "resolved_reason": pl.String}


def found(
    finding_id: str,
    fingerprint: str = "a",
    outcome: str = "flagged",
    rule: str = "CL-01",
    first_seen: date = date(2026, 9, 1),
    change: str = "persisting",
) -> tuple[object, ...]:
    assessed = outcome.replace("not_assessed", "flagged")
    return (finding_id, "H1", rule, fingerprint, outcome, assessed, date(2026, 8, 31), first_seen, change)


def night_of(
    *findings: tuple[object, ...],
    last: pl.DataFrame | None = None,
    resolved: tuple[str, ...] = (),
    grace_to: date | None = None,
) -> TonightsCases:
    cases = [("c", "H1", "甲镇", date(2026, 9, 1))] if findings else []
    return TonightsCases(
        cases=pl.DataFrame(cases, schema=_CASES, orient="row"),
        findings=pl.DataFrame(findings, schema=_FINDINGS, orient="row"),
        resolved=pl.DataFrame([("f", "H1", "CL-01", one) for one in resolved], schema=_RESOLVED, orient="row"),
        households=pl.DataFrame({"household_id": ["H1"], "latest_grace_to": [grace_to]}).cast(
            {"latest_grace_to": pl.Date}
        ),
        last_states=pl.DataFrame(schema=CASE_STATES) if last is None else last,
    )


def states(tonight: TonightsCases, *events: OneEvent, as_of: date = TONIGHT) -> pl.DataFrame:
    folded = fold(events)
    desk = Desk(standing_verdicts(folded), returned_verdicts(folded), files_table(folded.cases))
    told = case_states(tonight, desk, Terms(15, 3, 1), CALENDAR, as_of)
    assert told.schema == CASE_STATES
    return told


def only(tonight: TonightsCases, *events: OneEvent, as_of: date = TONIGHT) -> dict[str, Any]:
    (row,) = states(tonight, *events, as_of=as_of).to_dicts()
    return row


def act(seq: int, kind: str, **payload: object) -> OneEvent:
    return OneEvent(kind, seq, case_id="c", payload=payload)


SENT = act(1, "dispatched", dispatched_on="2026-09-21")
CONFIRMED = verdict(2, "f", "属实-不符合条件", case_id="c")
APPROVED = review(3, "approved", 2)
HANDLED = act(4, "handled")


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), "待下发"),
        ((SENT,), "待核查"),
        ((SENT, CONFIRMED), "已反馈"),
        ((CONFIRMED,), "已反馈"),
        ((SENT, CONFIRMED, APPROVED), "已复核"),
        ((SENT, CONFIRMED, review(3, "returned", 2)), "退回"),
        ((SENT, CONFIRMED, APPROVED, HANDLED), "已处理"),
        ((SENT, CONFIRMED, APPROVED, HANDLED, act(5, "archived")), "归档"),
        ((SENT, CONFIRMED, APPROVED, HANDLED, review(5, "returned", 2)), "退回"),
        ((SENT, CONFIRMED, APPROVED, HANDLED, verdict(5, "f", "属实-渐退", case_id="c")), "已反馈"),
        ((SENT, verdict(2, "f", "属实-可豁免", "older")), "待核查"),
        ((SENT, verdict(2, "f", "无法核实")), "已反馈"),
    ],
)
def test_the_main_states(events: tuple[OneEvent, ...], state: str) -> None:
    row = only(night_of(found("f")), *events)
    assert (row["state"], row["state_before"], row["raised"]) == (state, state, 1)


def test_a_new_finding_puts_the_case_back() -> None:
    events = (SENT, CONFIRMED, APPROVED, HANDLED)
    row = only(night_of(found("f"), found("g")), *events)
    assert (row["state"], row["raised"], row["answered"], row["confirmed"], row["reviewed"]) == ("待核查", 2, 1, 1, 1)


def test_an_exemption_asks_for_no_answer_and_what_is_carried_over_does() -> None:
    row = only(night_of(found("f", outcome="not_assessed"), found("g", outcome="exempt")), SENT)
    assert (row["raised"], row["state"]) == (1, "待核查")


@pytest.mark.parametrize(
    ("events", "state", "before"),
    [
        ((act(3, "suspended", note="等"),), "挂起", "已反馈"),
        ((act(3, "suspended", until="2026-09-22"),), "挂起", "已反馈"),
        ((act(3, "suspended", until="2026-09-21"),), "已反馈", "已反馈"),
        ((act(3, "suspended"), act(4, "resumed")), "已反馈", "已反馈"),
        ((act(3, "reassigned", to="乙镇"),), "转办", "已反馈"),
        ((act(3, "reassigned", to="乙镇"), verdict(4, "f", "无法核实", case_id="c")), "已反馈", "已反馈"),
        ((act(3, "suspended"), act(4, "appeal_opened")), "申诉中", "已反馈"),
        ((act(3, "suspended"), act(4, "appeal_opened"), act(5, "appeal_closed")), "挂起", "已反馈"),
    ],
)
def test_what_lies_over_the_main_state(events: tuple[OneEvent, ...], state: str, before: str) -> None:
    row = only(night_of(found("f")), SENT, CONFIRMED, *events)
    assert (row["state"], row["state_before"]) == (state, before)


def test_a_case_that_left_is_archived_once_with_the_reason() -> None:
    first = states(night_of(found("f")), SENT)
    closed = states(night_of(last=first, resolved=("cleared",)), SENT, as_of=TOMORROW)
    (row,) = closed.to_dicts()
    assert (row["state"], row["closed_reason"], row["since"], row["raised"]) == ("归档", "cleared", TOMORROW, 0)
    assert states(night_of(last=closed), SENT, as_of=date(2026, 9, 24)).is_empty()


def test_a_case_under_appeal_stays_to_be_seen_after_it_left() -> None:
    appeal = act(2, "appeal_opened")
    first = states(night_of(found("f")), SENT)
    second = states(night_of(last=first, resolved=("household_left",)), SENT, appeal, as_of=TOMORROW)
    assert second["state"].to_list() == ["申诉中"]
    third = states(night_of(last=second), SENT, appeal, as_of=date(2026, 9, 24))
    assert (third["state"].item(), third["closed_reason"].item(), third["since"].item()) == (
        "申诉中",
        "household_left",
        TOMORROW,
    )
    decided = states(night_of(last=third), SENT, appeal, act(3, "appeal_closed"), as_of=date(2026, 9, 25))
    assert decided["state"].to_list() == ["归档"]


def test_a_state_keeps_its_first_night() -> None:
    first = states(night_of(found("f")), SENT)
    assert only(night_of(found("f"), last=first), SENT, as_of=TOMORROW)["since"] == TONIGHT
    assert only(night_of(found("f"), last=first), SENT, CONFIRMED, as_of=TOMORROW)["since"] == TOMORROW


@pytest.mark.parametrize(
    ("as_of", "late"),
    [(date(2026, 10, 19), 0), (date(2026, 10, 20), 1), (date(2026, 10, 25), 4)],
)
def test_overdue_counts_working_days_after_the_deadline(as_of: date, late: int) -> None:
    row = only(night_of(found("f")), SENT, as_of=as_of)
    assert (row["answer_due_on"], row["overdue_days"]) == (date(2026, 10, 19), late)
    assert only(night_of(found("f")), SENT, CONFIRMED, as_of=as_of)["overdue_days"] == 0
    assert only(night_of(found("f")), SENT, act(2, "suspended"), as_of=as_of)["overdue_days"] == 0


@pytest.mark.parametrize(
    ("answered", "first_seen", "due"),
    [
        (True, date(2026, 9, 21), date(2026, 10, 19)),
        (True, date(2026, 9, 22), date(2026, 10, 20)),
        (True, date(2026, 12, 1), date(2026, 12, 22)),
        (False, date(2026, 12, 1), date(2026, 10, 19)),  # the elder one is owed still
    ],
)
def test_what_is_found_in_a_case_sent_out_long_ago_has_its_own_time(
    answered: bool, first_seen: date, due: date
) -> None:
    tonight = night_of(found("f"), found("later", first_seen=first_seen))
    row = only(tonight, SENT, *([CONFIRMED] if answered else []), as_of=date(2026, 12, 2))
    assert (row["state"], row["answer_due_on"]) == ("待核查", due)
    assert (row["overdue_days"] > 0) == (due < date(2026, 12, 2))


LATER = date(2026, 12, 2)
FIRST_DUE, LATER_DUE = date(2026, 10, 19), date(2026, 12, 23)
"""15 working days from dispatch, and from `LATER`."""


@pytest.mark.parametrize(
    ("events", "change", "due"),
    [
        ((SENT, CONFIRMED), "changed", LATER_DUE),
        ((SENT, CONFIRMED, APPROVED, HANDLED), "changed", LATER_DUE),
        ((SENT,), "changed", FIRST_DUE),  # nobody answered it before it changed: it is owed since it was sent out
        ((SENT, CONFIRMED, review(3, "returned", 2)), "changed", FIRST_DUE),
        ((SENT,), "reopened", LATER_DUE),
        ((SENT, verdict(2, "f", "属实-可豁免")), "reopened", LATER_DUE),
        ((SENT, CONFIRMED), "persisting", None),
    ],
)
def test_what_was_answered_and_is_asked_anew_has_its_own_time(
    events: tuple[OneEvent, ...], change: str, due: date | None
) -> None:
    fingerprint = "b" if change == "changed" else "a"
    first = states(night_of(found("f", fingerprint, change=change)), *events, as_of=LATER)
    (row,) = first.to_dicts()
    if due is None:
        assert (row["state"], row["overdue_days"]) == ("已反馈", 0)
        return
    assert (row["answer_due_on"], row["overdue_days"] > 0) == (due, due < LATER)
    # The nights after it remember, and between two nights nothing begins anew.
    tonight = night_of(found("f", fingerprint), last=first)
    assert only(tonight, *events, as_of=date(2026, 12, 24))["answer_due_on"] == due
    between = replace(night_of(found("f", fingerprint, change=change), last=first), recorded_since=LATER)
    assert only(between, *events, as_of=date(2026, 12, 24))["answer_due_on"] == due


def test_what_is_asked_anew_and_changes_again_has_the_time_it_had_until_it_is_answered() -> None:
    first = states(night_of(found("f", "b", change="changed")), SENT, CONFIRMED, as_of=LATER)
    again = night_of(found("f", "c", change="changed"), last=first)
    third = date(2026, 12, 10)
    assert only(again, SENT, CONFIRMED, as_of=third)["answer_due_on"] == LATER_DUE
    second = verdict(3, "f", "属实-不符合条件", "b", case_id="c", known_after=LATER)
    assert only(again, SENT, CONFIRMED, second, as_of=third)["answer_due_on"] == date(2026, 12, 31)


def test_an_elder_finding_that_is_owed_keeps_its_day_beside_one_that_is_asked_anew() -> None:
    tonight = night_of(found("f", "b", change="changed"), found("elder"))
    row = only(tonight, SENT, CONFIRMED, as_of=LATER)
    assert row["answer_due_on"] == FIRST_DUE
    assert row["asked_again"] == [{"finding_id": "f", "asked_on": LATER}]
    # Once the elder one is answered, the other's own day counts.
    answered = verdict(5, "elder", "无法核实", case_id="c", known_after=LATER)
    last = states(tonight, SENT, CONFIRMED, as_of=LATER)
    later = night_of(found("f", "b"), found("elder"), last=last)
    assert only(later, SENT, CONFIRMED, answered, as_of=date(2026, 12, 3))["answer_due_on"] == LATER_DUE


def test_states_of_an_older_version_remember_nothing_that_was_asked_anew() -> None:
    last = states(night_of(found("f")), SENT).drop("asked_again")
    assert only(night_of(found("f"), last=last), SENT, as_of=TOMORROW)["answer_due_on"] == FIRST_DUE


def test_the_earliest_deadline_counts() -> None:
    row = only(night_of(found("f", rule="SW-01"), grace_to=date(2026, 10, 10)), SENT)
    assert (row["death_due_on"], row["grace_due_on"]) == (date(2026, 11, 30), date(2026, 9, 10))
    assert row["due_on"] == date(2026, 9, 10)
    # A grace period that is over sets no deadline; one that a verdict gives does.
    assert only(night_of(found("f"), grace_to=date(2026, 9, 21)), SENT)["grace_due_on"] is None
    phased = verdict(2, "f", "属实-渐退", grace_to="2027-03-31")
    assert only(night_of(found("f")), SENT, phased)["grace_due_on"] == date(2027, 2, 28)


any_event = st.builds(
    OneEvent,
    kind=st.sampled_from([*EventKind, "released", ""]),
    seq=st.integers(1, 60),
    case_id=st.sampled_from(["c", "other", None]),
    finding_id=st.sampled_from(["f", "g", None]),
    payload=st.one_of(
        st.fixed_dictionaries(
            {
                "verdict": st.fixed_dictionaries(
                    {
                        "conclusion": st.sampled_from(["属实-可豁免", "属实-不符合条件", "", 5, None]),
                        "fingerprint": st.sampled_from(["a", "b", None]),
                        "investigated_on": st.sampled_from(["2026-09-01", "yesterday", None]),
                    }
                )
            }
        ),
        st.fixed_dictionaries(
            {
                "decision": st.sampled_from(["approved", "returned", "perhaps", None]),
                "verdicts": st.one_of(st.lists(st.integers(1, 60).map("e{}".format)), st.just("e1"), st.none()),
            }
        ),
        st.dictionaries(
            st.sampled_from(["to", "until", "dispatched_on", "verdict"]), st.sampled_from(["乙镇", "2026-10-01", 7])
        ),
    ),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(any_event, max_size=12, unique_by=lambda one: one.seq), st.randoms())
def test_the_fold_never_fails_and_does_not_depend_on_the_order_of_reading(events: list[OneEvent], random: Any) -> None:
    row = only(night_of(found("f"), found("g", "b")), *events)
    assert row["state"] in tuple(CaseState)
    assert 0 <= row["reviewed"] <= row["answered"] <= row["raised"] == 2
    assert (row["state_before"] in ("已反馈", "已复核", "已处理", "归档")) == (row["answered"] == 2)
    shuffled = list(events)
    random.shuffle(shuffled)
    assert only(night_of(found("f"), found("g", "b")), *shuffled) == row


def test_a_file_without_anything_is_the_default() -> None:
    assert files_table({"c": CaseFile()}).row(0, named=True)["is_suspended"] is False
