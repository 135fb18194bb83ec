"""Recording verdicts: every check between what somebody entered and an event, in one place.

What belongs here: whether a verdict may be recorded. The workbooks, the command line and the desk call
`record_verdicts` and check nothing of this again. What does not: reading cells, what follows from a verdict.

All drafts of one call are decided and written inside one transaction of the event store: either all that are accepted
stand or none, and two people who answer one finding at the same moment cannot both be accepted.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

import polars as pl

from pipelines.casework.night import PublishedNight
from pipelines.casework.refusal import TOLD, CaseworkError, Rejection
from pipelines.domain.case_events import EventKind, Folded, Told, fold
from pipelines.domain.verdict import Conclusion, Lack, Verdict, folded_name, lacks
from warehouse.events.event import Draft
from warehouse.events.store import EventStore, Reader

VERDICT_KINDS: Final = (EventKind.VERDICT, EventKind.REVIEWED)
Status = Literal["accepted", "unchanged", "rejected"]


@dataclass(frozen=True)
class VerdictDraft:
    """A verdict that somebody wants to record.

    Attributes:
        verdict: what was entered; may be incomplete.
        of_night: comparison date of the night that it was entered from (the workbook's); None: the newest. What another
            person recorded since then is in conflict with it.
    """

    verdict: Verdict
    of_night: date | None = None


@dataclass(frozen=True)
class Recorded:
    """What became of one draft.

    Attributes:
        finding_id: the finding.
        status: accepted (a new event), unchanged (the same verdict stands), rejected.
        rejection: why it was rejected.
        told: the same for staff, in Chinese; no name in it.
        lacks: the fields that keep it from counting, where it is incomplete.
        event_id: the event that stands for it; None where rejected, and in a dry run where accepted.
    """

    finding_id: str
    status: Status
    rejection: Rejection | None = None
    told: str = ""
    lacks: tuple[Lack, ...] = field(default=())
    event_id: str | None = None


def record_verdicts(
    store: EventStore,
    night: PublishedNight,
    drafts: Sequence[VerdictDraft],
    *,
    by: str,
    origin: str,
    entered_on: date,
    dry_run: bool = False,
) -> list[Recorded]:
    """Record verdicts, each accepted, unchanged or rejected by itself; a rejected one rejects nothing else.

    Recording the same content twice changes nothing. The person who entered a verdict may correct it by another one.

    Args:
        store: the event store.
        night: the newest published night (`night.published_night`).
        drafts: what was entered.
        by: who enters it; a second person reviews it.
        origin: where it came from: `workbook:<name> <checksum>`, `cli`, `desk`.
        entered_on: the day of entry in China.
        dry_run: decide and write nothing.

    Returns:
        One result per draft, in their order.

    Raises:
        CaseworkError: nobody is named.
        EventStoreError: the store cannot be read or written.
    """
    if not folded_name(by):
        raise CaseworkError("expected the name of who enters the verdicts, found none: give --by NAME")
    desk = _Desk(night, by, origin, max(entered_on, night.as_of))
    decided: list[Recorded] = []
    wanted = {one.verdict.finding_id for one in drafts}

    def build(reader: Reader | EventStore) -> list[Draft]:
        # A store may call again where a transaction had to be repeated: the last decision counts.
        decided[:], events = desk.decide(drafts, fold(reader.read(kinds=VERDICT_KINDS, findings=wanted)))
        return events

    if dry_run:
        build(store)
        return decided
    written = {event.dedupe: event.event_id for event in store.transact(build)}
    return [_with_event(one, written) for one in decided]


def _with_event(one: Recorded, written: Mapping[str | None, str]) -> Recorded:
    """The id of the event in place of the mark by which the store knows its content."""
    return replace(one, event_id=written.get(one.event_id, one.event_id)) if one.status == "accepted" else one


@dataclass(frozen=True)
class _Desk:
    """Who enters, on which night, on which day."""

    night: PublishedNight
    by: str
    origin: str
    entered_on: date

    def decide(self, drafts: Sequence[VerdictDraft], folded: Folded) -> tuple[list[Recorded], list[Draft]]:
        """Decide about every draft; the events of those accepted."""
        wanted = pl.Series("finding_id", [one.verdict.finding_id for one in drafts], dtype=pl.String).unique()
        rows = self.night.answerable.filter(pl.col("finding_id").is_in(wanted.implode()))
        found = {row["finding_id"]: row for row in rows.iter_rows(named=True)}
        decided: list[Recorded] = []
        events: dict[str, Draft] = {}
        for draft in drafts:
            finding_id = draft.verdict.finding_id
            row = found.get(finding_id)
            # The mark is over what was entered: the dates that the case suggests move with the month.
            mark = self._mark(draft.verdict)
            if row is None:
                decided.append(self._without_finding(draft.verdict, folded, mark))
                continue
            verdict = _with_grace(draft.verdict, row)
            one = self._decide_one(replace(draft, verdict=verdict), row, folded, mark)
            if one.status == "accepted":
                earlier = events.get(finding_id)
                if earlier is not None:
                    same = earlier.dedupe == mark
                    decided.append(
                        Recorded(finding_id, "unchanged") if same else _rejected(finding_id, Rejection.TWICE)
                    )
                    continue
                events[finding_id] = self._event(verdict, row, mark, folded.standing(finding_id))
            decided.append(one)
        return decided, list(events.values())

    def _decide_one(self, draft: VerdictDraft, row: Mapping[str, Any], folded: Folded, mark: str) -> Recorded:
        verdict = draft.verdict
        finding_id = verdict.finding_id
        standing = folded.standing(finding_id)
        if standing is not None and _says_the_same(standing, verdict, mark):
            return Recorded(finding_id, "unchanged", event_id=standing.event.event_id)
        if verdict.fingerprint != row["fingerprint"]:
            return _rejected(finding_id, Rejection.OLDER_FINGERPRINT)
        if missing := lacks(verdict, self.entered_on, row["first_seen"]):
            told = "；".join(one.told for one in missing)
            return Recorded(finding_id, "rejected", Rejection.INCOMPLETE, told, tuple(missing))
        if standing is not None and self._is_others(standing, draft):
            return _rejected(finding_id, Rejection.ANSWERED_BY_OTHER)
        if any(one.event.dedupe == mark for one in folded.verdicts.get(finding_id, ())):
            return _rejected(finding_id, Rejection.SAID_BEFORE)
        # The id of the event is known once it is written; until then the mark stands for it.
        return Recorded(finding_id, "accepted", event_id=mark)

    def _without_finding(self, verdict: Verdict, folded: Folded, mark: str) -> Recorded:
        """About a finding that is not there tonight; what was recorded while it was there stands, and stays unchanged."""
        finding_id = verdict.finding_id
        standing = folded.standing(finding_id)
        if standing is not None and _says_the_same(standing, verdict, mark):
            return Recorded(finding_id, "unchanged", event_id=standing.event.event_id)
        gone = finding_id in self.night.resolved
        return _rejected(finding_id, Rejection.RESOLVED if gone else Rejection.UNKNOWN_FINDING)

    def _is_others(self, standing: Told, draft: VerdictDraft) -> bool:
        """Whether another person's verdict at this fingerprint stands since the night that this one was entered from.

        Also one that was recorded while the newest night ran: that night shows its finding as not answered.
        """
        since, last = draft.of_night or date.min, self.night.last_event
        is_later = standing.event.known_after >= since or (last is not None and standing.event.seq > last)
        return (
            standing.fingerprint == draft.verdict.fingerprint
            and is_later
            and folded_name(standing.event.by) != folded_name(self.by)
        )

    def _mark(self, verdict: Verdict) -> str:
        """A keyed digest of content and person: what was entered twice is one event. It says nothing without the key."""
        text = json.dumps([verdict.content(), folded_name(self.by)], ensure_ascii=False, sort_keys=True)
        return "verdict:" + hmac.new(self.night.secret, text.encode(), hashlib.sha256).hexdigest()

    def _event(self, verdict: Verdict, row: Mapping[str, Any], mark: str, standing: Told | None) -> Draft:
        judged = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
            if name in ("household_id", "town", "rule_id", "feed", "snapshot_date", "material", "first_seen")
        }
        return Draft(
            kind=EventKind.VERDICT.value,
            # A finding that is suppressed has no case tonight: it belongs to the one in which it was cleared.
            case_id=row["case_id"] or (standing.event.case_id if standing else None),
            finding_id=verdict.finding_id,
            known_after=self.night.as_of,
            by=self.by,
            origin=self.origin,
            payload={"verdict": verdict.content(), "judged": judged},
            dedupe=mark,
        )


def _with_grace(verdict: Verdict, row: Mapping[str, Any]) -> Verdict:
    """渐退 takes the dates that the case suggests where none were entered."""
    if verdict.conclusion != Conclusion.PHASED_OUT or verdict.grace_from or verdict.grace_to:
        return verdict
    return verdict.model_copy(update={"grace_from": row["grace_from"], "grace_to": row["grace_to"]})


def _says_the_same(standing: Told, verdict: Verdict, mark: str) -> bool:
    """Whether the standing verdict is this one, whoever entered it."""
    return standing.event.dedupe == mark or dict(standing.verdict) == verdict.content()


def _rejected(finding_id: str, why: Rejection) -> Recorded:
    return Recorded(finding_id, "rejected", why, TOLD[why])
