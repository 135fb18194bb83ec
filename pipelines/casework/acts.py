"""Acts on whole cases: dispatch, review, suspension, reassignment, appeal, handling, archiving.

What belongs here: whether an act may be recorded in the state in which the case stands now, decided inside the
transaction that records it. What an act means later stands in `pipelines.domain.case_state`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from pipelines.casework.night import PublishedNight
from pipelines.casework.refusal import TOLD, CaseworkError, Rejection
from pipelines.casework.reviewing import mark
from pipelines.casework.standing import answers_now, case_of, folded_now, states_now, unreviewed
from pipelines.domain.case_events import APPROVED, RETURNED, EventKind, Folded, Told
from pipelines.domain.case_state import MAY, CaseState
from pipelines.domain.verdict import folded_name
from warehouse.events.event import Draft
from warehouse.events.store import EventStore, Reader

ACT_LABEL: Final = {
    EventKind.HANDLED: "处理",
    EventKind.ARCHIVED: "归档",
    EventKind.SUSPENDED: "挂起",
    EventKind.RESUMED: "恢复办理",
    EventKind.REASSIGNED: "转办",
    EventKind.APPEAL_OPENED: "登记申诉",
    EventKind.APPEAL_CLOSED: "办结申诉",
}
NEEDS_NOTE: Final = (EventKind.SUSPENDED, EventKind.REASSIGNED, EventKind.APPEAL_OPENED, EventKind.APPEAL_CLOSED)


@dataclass(frozen=True)
class Act:
    """What somebody does with a case.

    Attributes:
        kind: one of `case_state.MAY`.
        by: who.
        note: why; needed to suspend, reassign, open or close an appeal.
        until: last day of a suspension; None without a limit.
        to: to whom a case is given.
    """

    kind: EventKind
    by: str
    note: str = ""
    until: date | None = None
    to: str | None = None


@dataclass(frozen=True)
class Office:
    """Where cases are worked on.

    Attributes:
        store: the event store.
        night: the newest published night.
        origin: where acts come from: `cli`, `desk`.
        today: the day in China.
    """

    store: EventStore
    night: PublishedNight
    origin: str
    today: date

    def act(self, case_id: str, act: Act) -> CaseState:
        """Record an act.

        Args:
            case_id: the case, or the beginning of its id.
            act: what is done.

        Returns:
            The state in which the case was.

        Raises:
            CaseworkError: there is no such case, the act does not fit its state, or something is missing.
        """
        _check(act, self.today)
        was: list[CaseState] = []

        def build(reader: Reader) -> list[Draft]:
            row = self.case(case_id, folded_now(reader))
            state = CaseState(row["state"])
            if state not in MAY[act.kind]:
                may = "、".join(one for one in CaseState if one in MAY[act.kind])
                raise CaseworkError(f"案件现为“{state}”，不能{ACT_LABEL[act.kind]}：须为{may}")
            was[:] = [state]
            payload = {"note": act.note, "until": act.until and act.until.isoformat(), "to": act.to}
            said = {name: value for name, value in payload.items() if value}
            return [self._draft(act.kind, row, act.by, said)]

        self.store.transact(build)
        return was[0]

    def review(self, case_id: str, decision: str, *, by: str, note: str = "") -> int:
        """Approve or return every standing verdict of a case that nobody has reviewed, together.

        Where all of them were approved, to return takes the approval back.

        Returns:
            How many verdicts were reviewed.

        Raises:
            CaseworkError: no such case, nothing to review, no reason to return, or the reviewer entered one of them.
        """
        if decision not in (APPROVED, RETURNED):
            raise CaseworkError(f"expected a decision {APPROVED} or {RETURNED}, found another")
        if not folded_name(by):
            raise CaseworkError("expected the name of the reviewer, found none: give --by NAME")
        if decision == RETURNED and not note.strip():
            raise CaseworkError(TOLD[Rejection.NO_REASON])
        count: list[int] = []

        def build(reader: Reader) -> list[Draft]:
            folded = folded_now(reader)
            row = self._case_to_review(case_id, folded)
            every = self.verdicts_of(row, folded)
            # What somebody approved is withdrawn where nothing else waits: not along with what was answered since.
            told = [one for one in every if one.decision is None] or [one for one in every if one.decision != decision]
            if not told:
                raise CaseworkError("该案件没有待复核的核查结论")
            if any(folded_name(one.event.by) == folded_name(by) for one in told):
                raise CaseworkError(TOLD[Rejection.OWN_VERDICT])
            count[:] = [len(told)]
            ids = [one.event.event_id for one in told]
            said = {"decision": decision, "verdicts": ids, "note": note}
            content = [sorted(ids), decision, folded_name(by), note]
            return [self._draft(EventKind.REVIEWED, row, by, said, mark(self.night, "review", content))]

        self.store.transact(build)
        return count[0]

    def case(self, wanted: str, folded: Folded) -> dict[str, Any]:
        """The row of a case by its id or the beginning of it.

        Raises:
            CaseworkError: there is none, or several begin so.
        """
        states = states_now(self.night, folded, self.today)
        case_id = case_of(states, wanted)
        if case_id is None:
            raise CaseworkError(
                "expected the id of one case of the newest published night, or its first characters, "
                "found none or several: hedui case list shows them"
            )
        return states.filter(pl.col("case_id") == case_id).row(0, named=True)

    def _case_to_review(self, wanted: str, folded: Folded) -> dict[str, Any]:
        """A case with verdicts to review; one that was closed long ago because they cleared it is among them."""
        waiting = unreviewed(folded)
        case_id = case_of(waiting, wanted)
        if case_id is None:
            return self.case(wanted, folded)
        return waiting.filter(pl.col("case_id") == case_id).row(0, named=True)

    def verdicts_of(self, row: dict[str, Any], folded: Folded) -> list[Told]:
        """The standing verdicts of a case: of its findings at tonight's facts, and those that were entered for it."""
        answered = answers_now(self.night, folded).filter(
            pl.col("household_id") == row["household_id"], pl.col("conclusion").is_not_null()
        )
        ids = set(answered.get_column("finding_id"))
        found = [folded.standing(finding_id) for finding_id in sorted(folded.verdicts)]
        return [
            one
            for one in found
            if one is not None and (one.event.finding_id in ids or one.event.case_id == row["case_id"])
        ]

    def _draft(
        self, kind: EventKind, row: dict[str, Any], by: str, said: dict[str, Any], dedupe: str | None = None
    ) -> Draft:
        about = {"household_id": row["household_id"], "town": row["town"]}
        return Draft(kind.value, row["case_id"], None, self.night.as_of, by, self.origin, {**said, **about}, dedupe)


def _check(act: Act, today: date) -> None:
    """What an act needs whatever the case.

    Raises:
        CaseworkError: something is missing.
    """
    if act.kind not in MAY:
        raise CaseworkError("expected an act on a case, found another kind of event; correct the caller")
    if not folded_name(act.by):
        raise CaseworkError("expected the name of who does it, found none: give --by NAME")
    if act.kind in NEEDS_NOTE and not act.note.strip():
        raise CaseworkError(f"{ACT_LABEL[act.kind]}须写明理由")
    if act.kind == EventKind.REASSIGNED and not (act.to or "").strip():
        raise CaseworkError("转办须写明转给谁")
    if act.until is not None and act.until < today:
        raise CaseworkError("挂起截止日期不能早于今天")


def dispatch(store: EventStore, night: PublishedNight, case_ids: Iterable[str], *, by: str, origin: str) -> int:
    """Record that cases were handed out, once per case: the time to answer runs from the night's date.

    Args:
        store: the event store.
        night: the night whose cases they are.
        case_ids: cases that are sent out; others than the night's are passed over.
        by: who hands them out.
        origin: `export`, `workbooks`.

    Returns:
        How many of them had not been handed out before.
    """
    wanted = pl.Series("case_id", sorted(set(case_ids)), dtype=pl.String)
    cases = night.table("cases").filter(pl.col("case_id").is_in(wanted.implode()))
    drafts = [
        Draft(
            kind=EventKind.DISPATCHED.value,
            case_id=case_id,
            finding_id=None,
            known_after=night.as_of,
            by=by,
            origin=origin,
            payload={"dispatched_on": night.as_of.isoformat(), "town": town, "household_id": household_id},
            dedupe=f"dispatched:{case_id}",
        )
        for case_id, household_id, town in cases.select("case_id", "household_id", "town").iter_rows()
    ]
    if not drafts:
        return 0
    before: list[int] = []

    def build(reader: Reader) -> list[Draft]:
        before[:] = [reader.head().seq]
        return drafts

    return sum(event.seq > before[0] for event in store.transact(build))
