"""States of a case (案件状态): 待下发 → 待核查 → 已反馈 → 已复核 | 退回 → 已处理 → 归档; aside 挂起, 转办, 申诉中.

What belongs here: where each case of a night stands, from tonight's findings, the standing verdicts and what people did
(casework.md section 3), and which act may be recorded in which state. What does not: the fold of the events itself
(`case_events`), recording (`pipelines.casework`).

The main state is worked out anew each time, so that a finding that is new or changed puts its case back to 待核查 by
itself; an aside state lies over it and gives it back when it ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from pipelines.domain.asking import ASKED_AGAIN, asked_again, with_asked_on
from pipelines.domain.case_answers import Desk, answered_findings
from pipelines.domain.case_events import EventKind
from pipelines.domain.deadlines import Calendar, Terms, due_dates
from pipelines.domain.suppression import is_confirming


class CaseState(StrEnum):
    """Where a case stands."""

    UNSENT = "待下发"
    OPEN = "待核查"
    ANSWERED = "已反馈"
    REVIEWED = "已复核"
    RETURNED = "退回"
    HANDLED = "已处理"
    ARCHIVED = "归档"
    SUSPENDED = "挂起"
    REASSIGNED = "转办"
    APPEALED = "申诉中"


AWAITING: Final = (CaseState.OPEN, CaseState.RETURNED)
"""States in which people owe an answer, so that time runs."""

MAY: Final[Mapping[EventKind, frozenset[CaseState]]] = {
    EventKind.HANDLED: frozenset({CaseState.REVIEWED}),
    EventKind.ARCHIVED: frozenset({CaseState.HANDLED}),
    EventKind.SUSPENDED: frozenset(
        {CaseState.UNSENT, CaseState.OPEN, CaseState.ANSWERED, CaseState.RETURNED, CaseState.REVIEWED}
    ),
    EventKind.RESUMED: frozenset({CaseState.SUSPENDED, CaseState.REASSIGNED}),
    EventKind.REASSIGNED: frozenset({CaseState.UNSENT, CaseState.OPEN, CaseState.RETURNED, CaseState.ANSWERED}),
    EventKind.APPEAL_OPENED: frozenset({CaseState.ANSWERED, CaseState.REVIEWED, CaseState.HANDLED, CaseState.ARCHIVED}),
    EventKind.APPEAL_CLOSED: frozenset({CaseState.APPEALED}),
}
"""In which states an act may be recorded. Dispatch, verdicts and reviews have rules of their own."""

_COLUMNS: Final[Mapping[str, pl.DataType | DataTypeClass]] = {
    "as_of": pl.Date,
    "case_id": pl.String,
    "household_id": pl.String,
    "town": pl.String,
    "handled_by": pl.String,
    "state": pl.String,
    "state_before": pl.String,
    "since": pl.Date,
    "opened_on": pl.Date,
    "dispatched_on": pl.Date,
    "answer_due_on": pl.Date,
    "death_due_on": pl.Date,
    "grace_due_on": pl.Date,
    "grace_ends_on": pl.Date,
    "due_on": pl.Date,
    "is_estimated": pl.Boolean,
    "overdue_days": pl.Int32,
    "raised": pl.Int32,
    "answered": pl.Int32,
    "confirmed": pl.Int32,
    "reviewed": pl.Int32,
    "suspended_until": pl.Date,
    "closed_reason": pl.String,
    "asked_again": ASKED_AGAIN,
}

CASE_STATES: Final = pl.Schema(_COLUMNS)
"""Grain: one row per case of tonight, and per case that left tonight or whose appeal is open though it left.
`handled_by`: the town, another one after 转办. `state_before`: the main state that an aside state lies over. `since`: the
first night of the state. `grace_ends_on`: last day of the grace period that the household is in, or that a verdict gives
it. `due_on`: the earliest deadline. `is_estimated`: that day lies beyond the known holidays.
`overdue_days`: working days past it while an answer is owed, else 0. `raised`: findings that ask for an answer;
`answered`, `confirmed`, `reviewed`: those with a standing verdict at their fingerprint, with a confirming one, with one
that a second person approved. `closed_reason`: why it left, null while it is open. `asked_again`: findings that ask for
another answer than the first, and since which night (`asking`)."""

DEATH_RULES: Final = "SW-"
"""Rules of section SW of the catalogue (死亡): a death is answered within its own time."""


@dataclass(frozen=True, slots=True)
class TonightsCases:
    """What a night knows of its cases.

    Attributes:
        cases: one row per case (`cases.CASES`).
        findings: findings with their memory and fingerprint.
        resolved: findings that are gone tonight, with `resolved_reason`.
        households: one row per household in scope, with `latest_grace_to`.
        last_states: case_states of the night before; empty where it had none.
        recorded_since: the night's date, where it is looked at after later verdicts; None for the night itself.
        last_event: `seq` of the last event that the night took into account; None where that is not known.
    """

    cases: pl.DataFrame
    findings: pl.DataFrame
    resolved: pl.DataFrame
    households: pl.DataFrame
    last_states: pl.DataFrame
    recorded_since: date | None = None
    last_event: int | None = None


def case_states(tonight: TonightsCases, desk: Desk, terms: Terms, calendar: Calendar, as_of: date) -> pl.DataFrame:
    """Where every case stands.

    Args:
        tonight: cases and findings of the night.
        desk: what people did.
        terms: how long they have.
        calendar: Chinese working days.
        as_of: the comparison date.

    Returns:
        Columns of `CASE_STATES`, ordered by household and case.
    """
    findings = answered_findings(tonight.findings, desk, tonight.recorded_since, tonight.last_event)
    begins = as_of if tonight.recorded_since is None else None
    counted = _counted(with_asked_on(findings, tonight.last_states, desk.verdicts, begins))
    grace = tonight.households.select(
        "household_id", household_grace=pl.when(pl.col("latest_grace_to") >= as_of).then("latest_grace_to")
    )
    before = tonight.last_states.select("case_id", last_state="state", last_since="since")
    open_cases = (
        tonight.cases.select("case_id", "household_id", "town", "opened_on")
        .join(counted, on="household_id", how="left")
        .join(desk.files, on="case_id", how="left")
        .join(grace, on="household_id", how="left")
        .with_columns(grace_ends_on=pl.coalesce("grace_ends_on", "household_grace"))
        .with_columns(*_filled(), asked_on=_asked_on())
        .with_columns(due_dates(terms, calendar))
        .with_columns(state_before=_main_state())
        .with_columns(state=_over(as_of), closed_reason=pl.lit(None, dtype=pl.String))
    )
    left = _left(tonight, desk, open_cases)
    return (
        pl.concat([open_cases, left], how="diagonal_relaxed")
        .join(before, on="case_id", how="left")
        .with_columns(
            as_of=pl.lit(as_of),
            handled_by=pl.coalesce("reassigned_to", "town"),
            since=pl.when(pl.col("state") == pl.col("last_state")).then("last_since").otherwise(pl.lit(as_of)),
            due_on=pl.min_horizontal("answer_due_on", "death_due_on", "grace_due_on"),
        )
        .with_columns(is_estimated=calendar.is_estimated(pl.col("due_on")), overdue_days=_overdue(calendar, as_of))
        .select(CASE_STATES.names())
        .cast(CASE_STATES)
        .sort("household_id", "case_id")
    )


def _asked_on() -> pl.Expr:
    """From when the time to answer runs: dispatch, or the night since which the eldest open finding asks in a case sent out.

    A case in its grace period is open for months: what is found in it later, or asks anew, is not late from its first day.
    """
    sent = pl.col("dispatched_on")
    return pl.when(sent.is_not_null()).then(pl.max_horizontal(sent, "open_since"))


def _counted(findings: pl.DataFrame) -> pl.DataFrame:
    """One row per household with a finding that asks for an answer."""
    has_verdict = pl.col("conclusion").is_not_null()
    died = pl.col("rule_id").str.starts_with(DEATH_RULES)
    counted = findings.group_by("household_id").agg(
        raised=pl.len(),
        answered=has_verdict.sum(),
        confirmed=(has_verdict & is_confirming()).sum(),
        reviewed=pl.col("is_approved").fill_null(value=False).sum(),
        is_returned=(pl.col("was_returned") & ~has_verdict).any(),
        last_word=pl.max_horizontal("verdict_seq", "reviewed_at").max(),
        died_on=pl.col("fact_date").filter(died).min(),
        open_since=pl.col("asked_on").filter(~has_verdict).min(),
        grace_ends_on=pl.col("grace_ends_on").max(),
    )
    # Few ask again: gathered of them alone, not within every group.
    return counted.join(asked_again(findings), on="household_id", how="left").with_columns(
        pl.col("asked_again").cast(ASKED_AGAIN).fill_null(pl.lit([], dtype=ASKED_AGAIN))
    )


def _filled() -> list[pl.Expr]:
    """What a case without findings or without a file says."""
    flags = ("is_returned", "is_reassigned", "is_suspended", "is_appealed")
    numbers = ("raised", "answered", "confirmed", "reviewed", "last_word", "handled_at", "archived_at")
    return [pl.col(flags).fill_null(value=False), pl.col(numbers).fill_null(0)]


def _main_state() -> pl.Expr:
    """The state without what lies over it."""
    is_answered = (pl.col("answered") == pl.col("raised")) & (pl.col("raised") > 0)
    is_reviewed = is_answered & (pl.col("reviewed") == pl.col("raised"))
    is_handled = is_reviewed & (pl.col("handled_at") > pl.col("last_word"))
    return (
        pl.when(is_handled & (pl.col("archived_at") > pl.col("handled_at")))
        .then(pl.lit(CaseState.ARCHIVED.value))
        .when(is_handled)
        .then(pl.lit(CaseState.HANDLED.value))
        .when(is_reviewed)
        .then(pl.lit(CaseState.REVIEWED.value))
        .when(is_answered)
        .then(pl.lit(CaseState.ANSWERED.value))
        .when(pl.col("is_returned"))
        .then(pl.lit(CaseState.RETURNED.value))
        .when(pl.col("dispatched_on").is_not_null() | (pl.col("answered") > 0))
        .then(pl.lit(CaseState.OPEN.value))
        .otherwise(pl.lit(CaseState.UNSENT.value))
    )


def _over(as_of: date) -> pl.Expr:
    """What lies over the main state: an appeal before a suspension before a reassignment."""
    is_suspended = pl.col("is_suspended") & (pl.col("suspended_until") >= as_of).fill_null(value=True)
    return (
        pl.when(pl.col("is_appealed"))
        .then(pl.lit(CaseState.APPEALED.value))
        .when(is_suspended)
        .then(pl.lit(CaseState.SUSPENDED.value))
        .when(pl.col("is_reassigned"))
        .then(pl.lit(CaseState.REASSIGNED.value))
        .otherwise(pl.col("state_before"))
    )


def _left(tonight: TonightsCases, desk: Desk, open_cases: pl.DataFrame) -> pl.DataFrame:
    """Cases of the night before that are no case tonight: archived, or under appeal still."""
    why = (
        tonight.resolved.sort("household_id", "rule_id", "finding_id")
        .group_by("household_id", maintain_order=True)
        .agg(closed_reason=pl.col("resolved_reason").unique().sort().str.join("、"))
    )
    is_appealed = pl.col("is_appealed").fill_null(value=False)
    archived = pl.lit(CaseState.ARCHIVED.value)
    return (
        tonight.last_states.select(
            "case_id", "household_id", "town", "opened_on", "state", "dispatched_on", "closed_reason"
        )
        .join(open_cases, on="case_id", how="anti")
        .join(desk.files.drop("dispatched_on"), on="case_id", how="left")
        .filter(pl.col("closed_reason").is_null() | is_appealed | (pl.col("state") == CaseState.APPEALED.value))
        .join(why.rename({"closed_reason": "why"}), on="household_id", how="left")
        .with_columns(
            state=pl.when(is_appealed).then(pl.lit(CaseState.APPEALED.value)).otherwise(archived),
            state_before=archived,
            closed_reason=pl.coalesce("closed_reason", "why", pl.lit("no_finding")),
            **{name: pl.lit(0) for name in ("raised", "answered", "confirmed", "reviewed")},
            **{name: pl.lit(None, dtype=pl.Date) for name in _DUE},
        )
        .drop("why")
    )


_DUE: Final = ("answer_due_on", "death_due_on", "grace_due_on", "grace_ends_on")


def _overdue(calendar: Calendar, as_of: date) -> pl.Expr:
    """Working days past the deadline while an answer is owed; weekends and holidays make nobody late."""
    days = calendar.between(pl.col("due_on"), pl.lit(as_of)).clip(lower_bound=0).fill_null(0)
    owed = pl.col("state").is_in([str(one) for one in (*AWAITING, CaseState.REASSIGNED)])
    return pl.when(owed).then(days).otherwise(0)
