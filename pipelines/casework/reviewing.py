"""Reviews (复核): a second person approves verdicts or returns them.

What belongs here: whether a review may be recorded, for single findings (the district's workbook) and whole cases (the
command line, the desk). A verdict that is returned stands no longer from the next night on.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from pipelines.casework.night import PublishedNight
from pipelines.casework.recording import VERDICT_KINDS, Status
from pipelines.casework.refusal import TOLD, CaseworkError, Rejection
from pipelines.domain.case_events import APPROVED, RETURNED, EventKind, Folded, Told, fold
from pipelines.domain.verdict import folded_name
from warehouse.events.event import Draft
from warehouse.events.store import EventStore, Reader

Decision = Literal["approved", "returned"]
_KNOWN: Final = (APPROVED, RETURNED)


@dataclass(frozen=True)
class ReviewDraft:
    """A review that somebody wants to record.

    Attributes:
        finding_id: the finding whose standing verdict is reviewed.
        decision: approved or returned.
        by: who reviews; another person than the one who entered the verdict.
        note: why; needed to return.
        conclusion: the conclusion that the reviewer saw; None: whatever stands.
        seen_at: when what the reviewer saw was written; a verdict recorded later is another one, whatever it concludes.
    """

    finding_id: str
    decision: Decision
    by: str
    note: str | None = None
    conclusion: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Reviewed:
    """What became of one review; as `recording.Recorded`."""

    finding_id: str
    status: Status
    rejection: Rejection | None = None
    told: str = ""
    event_id: str | None = None


def record_reviews(
    store: EventStore, night: PublishedNight, drafts: Sequence[ReviewDraft], *, origin: str, dry_run: bool = False
) -> list[Reviewed]:
    """Record reviews of single findings, each accepted, unchanged or rejected by itself.

    Args:
        store: the event store.
        night: the newest published night.
        drafts: what reviewers decided.
        origin: where it came from: `workbook:<name> <checksum>`, `cli`, `desk`.
        dry_run: decide and write nothing.

    Returns:
        One result per draft, in their order.

    Raises:
        CaseworkError: a decision that is none.
        EventStoreError: the store cannot be read or written.
    """
    if any(one.decision not in _KNOWN for one in drafts):
        raise CaseworkError(f"expected a decision {APPROVED} or {RETURNED}, found another; correct the caller")
    decided: list[Reviewed] = []
    wanted = {one.finding_id for one in drafts}

    def build(reader: Reader | EventStore) -> list[Draft]:
        decided[:], events = _decide(drafts, fold(reader.read(kinds=VERDICT_KINDS, findings=wanted)), night, origin)
        return events

    if dry_run:
        build(store)
        return decided
    written = {event.dedupe: event.event_id for event in store.transact(build)}
    return [
        replace(one, event_id=written.get(one.event_id, one.event_id)) if one.status == "accepted" else one
        for one in decided
    ]


def _decide(
    drafts: Sequence[ReviewDraft], folded: Folded, night: PublishedNight, origin: str
) -> tuple[list[Reviewed], list[Draft]]:
    decided: list[Reviewed] = []
    events: dict[str, Draft] = {}
    for draft in drafts:
        latest = folded.verdicts.get(draft.finding_id, ())
        told = folded.standing(draft.finding_id) or (latest[-1] if latest else None)
        one = _decide_one(draft, told)
        if one.status == "accepted" and told is not None:
            event = _event(draft, told, night, origin)
            if draft.finding_id in events:
                one = replace(one, status="rejected", rejection=Rejection.TWICE, told=TOLD[Rejection.TWICE])
            else:
                events[draft.finding_id] = event
                one = replace(one, event_id=event.dedupe)
        decided.append(one)
    return decided, list(events.values())


def _decide_one(draft: ReviewDraft, told: Told | None) -> Reviewed:
    if told is None:
        return _rejected(draft, Rejection.NOT_ANSWERED)
    if told.decision == draft.decision:
        return Reviewed(draft.finding_id, "unchanged")
    why = _why_not(draft, told)
    return Reviewed(draft.finding_id, "accepted") if why is None else _rejected(draft, why)


def _why_not(draft: ReviewDraft, told: Told) -> Rejection | None:
    """Why a verdict may not be reviewed so; None where it may."""
    is_same_person = not folded_name(draft.by) or folded_name(draft.by) == folded_name(told.event.by)
    found = {
        # What was returned has to be answered anew: nobody makes it stand again behind the town's back.
        Rejection.NOT_ANSWERED: told.decision == RETURNED,
        Rejection.OTHER_ANSWER: draft.conclusion not in (None, told.verdict.get("conclusion"))
        or (draft.seen_at is not None and told.event.at > draft.seen_at),
        Rejection.NO_REASON: draft.decision == RETURNED and not (draft.note or "").strip(),
        Rejection.OWN_VERDICT: is_same_person,
    }
    return next((why for why, holds in found.items() if holds), None)


def _event(draft: ReviewDraft, told: Told, night: PublishedNight, origin: str) -> Draft:
    content = [told.event.event_id, draft.decision, folded_name(draft.by), draft.note]
    return Draft(
        kind=EventKind.REVIEWED.value,
        case_id=told.event.case_id,
        finding_id=draft.finding_id,
        known_after=night.as_of,
        by=draft.by,
        origin=origin,
        payload={"decision": draft.decision, "verdicts": [told.event.event_id], "note": draft.note},
        dedupe=mark(night, "review", content),
    )


def mark(night: PublishedNight, kind: str, content: object) -> str:
    """A keyed digest by which the same thing entered twice is one event."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return f"{kind}:{hmac.new(night.secret, text.encode(), hashlib.sha256).hexdigest()}"


def _rejected(draft: ReviewDraft, why: Rejection) -> Reviewed:
    return Reviewed(draft.finding_id, "rejected", why, TOLD[why])


def counted(results: Sequence[Reviewed]) -> Mapping[str, int]:
    """How many were accepted, unchanged, rejected."""
    return {status: sum(one.status == status for one in results) for status in ("accepted", "unchanged", "rejected")}
