"""Case events (办理记录) folded: which verdict of a finding stands, and what people did with each case.

What belongs here: the kinds of events and the one fold over them, a pure function of the events in their order. What
does not: keeping them (`warehouse.events`), what a night makes of them (`suppression`, `case_state`).

The fold never fails: an event that fits nothing (of a kind that it does not know, about a verdict that is not there) is
passed over. What may be recorded is decided when it is recorded (`pipelines.casework`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol


class EventKind(StrEnum):
    """What can happen to a case."""

    DISPATCHED = "dispatched"
    VERDICT = "verdict"
    REVIEWED = "reviewed"
    HANDLED = "handled"
    ARCHIVED = "archived"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REASSIGNED = "reassigned"
    APPEAL_OPENED = "appeal_opened"
    APPEAL_CLOSED = "appeal_closed"


APPROVED: Final = "approved"
RETURNED: Final = "returned"


class CaseEvent(Protocol):
    """What the fold reads of an event; `warehouse.events` gives such."""

    @property
    def seq(self) -> int:
        """Its place in the store."""
        ...

    @property
    def event_id(self) -> str:
        """Its own id."""
        ...

    @property
    def kind(self) -> str:
        """One of `EventKind`; others are passed over."""
        ...

    @property
    def case_id(self) -> str | None:
        """The case, where it is about one."""
        ...

    @property
    def finding_id(self) -> str | None:
        """The finding, where it is about one."""
        ...

    @property
    def known_after(self) -> date:
        """Nights after this date take it into account."""
        ...

    @property
    def at(self) -> datetime:
        """When it was recorded, by the wall clock; nothing that a night reckons depends on it."""
        ...

    @property
    def by(self) -> str:
        """Who entered it."""
        ...

    @property
    def dedupe(self) -> str | None:
        """Mark of its content, by which the same thing entered twice is one event."""
        ...

    @property
    def payload(self) -> Mapping[str, Any]:
        """What it says."""
        ...


@dataclass(frozen=True)
class Told:
    """One verdict and what reviewers said of it.

    Attributes:
        event: the event that entered it.
        decision: the latest review: approved, returned, or None.
        decided_at: seq of that review, 0 without one.
        reviewed_by: who reviewed it.
    """

    event: CaseEvent
    decision: str | None = None
    decided_at: int = 0
    reviewed_by: str | None = None

    @property
    def verdict(self) -> Mapping[str, Any]:
        """What was entered, the fields of `verdict.Verdict` as JSON values."""
        return _mapping(self.event.payload.get("verdict"))

    @property
    def judged(self) -> Mapping[str, Any]:
        """The finding as it was judged: rule, feed, snapshot date, material values."""
        return _mapping(self.event.payload.get("judged"))

    @property
    def fingerprint(self) -> str:
        """The fingerprint that it judged."""
        return str(self.verdict.get("fingerprint") or "")


@dataclass(frozen=True)
class CaseFile:
    """What people did with one case, verdicts apart.

    Attributes:
        dispatched_on: when it was last sent out.
        handled_by: the town (or other body) that it was last given to; None where it stayed.
        is_reassigned: given to another one who has not taken it up yet.
        is_suspended: put aside.
        suspended_until: last day of that; None without a limit.
        is_appealed: an objection is open.
        handled_at: seq of the latest `handled`, 0 without one.
        archived_at: seq of the latest `archived`, 0 without one.
    """

    dispatched_on: date | None = None
    handled_by: str | None = None
    is_reassigned: bool = False
    is_suspended: bool = False
    suspended_until: date | None = None
    is_appealed: bool = False
    handled_at: int = 0
    archived_at: int = 0


@dataclass
class Folded:
    """The fold of all events up to a night.

    Attributes:
        verdicts: finding → its verdicts in the order in which they were entered.
        cases: case → what people did with it.
    """

    verdicts: dict[str, list[Told]] = field(default_factory=dict)
    cases: dict[str, CaseFile] = field(default_factory=dict)

    def standing(self, finding_id: str) -> Told | None:
        """The verdict of a finding that stands: the latest one, unless a reviewer returned it.

        What it replaced does not stand again: whoever entered it took it back.
        """
        told = self.verdicts.get(finding_id)
        return told[-1] if told and told[-1].decision != RETURNED else None

    def returned(self) -> list[tuple[str, str]]:
        """Findings, and the fingerprints, of verdicts that a reviewer returned."""
        return sorted(
            {
                (finding, one.fingerprint)
                for finding, told in self.verdicts.items()
                for one in told
                if one.decision == RETURNED
            }
        )


def fold(events: Iterable[CaseEvent]) -> Folded:
    """Fold events in the order of their `seq`, whatever order they come in."""
    folded = Folded()
    places: dict[str, tuple[str, int]] = {}
    for event in sorted(events, key=lambda one: one.seq):
        if event.kind == EventKind.VERDICT:
            _take_verdict(folded, places, event)
        elif event.kind == EventKind.REVIEWED:
            _take_review(folded, places, event)
        elif event.case_id and event.kind in _ACTS:
            before = folded.cases.get(event.case_id, CaseFile())
            folded.cases[event.case_id] = _ACTS[event.kind](before, event)
    return folded


def _take_verdict(folded: Folded, places: dict[str, tuple[str, int]], event: CaseEvent) -> None:
    if not event.finding_id:
        return
    told = folded.verdicts.setdefault(event.finding_id, [])
    places[event.event_id] = (event.finding_id, len(told))
    told.append(Told(event))
    # Whoever answers has taken the case up.
    if event.case_id and (file := folded.cases.get(event.case_id)) is not None and file.is_reassigned:
        folded.cases[event.case_id] = replace(file, is_reassigned=False)


def _take_review(folded: Folded, places: dict[str, tuple[str, int]], event: CaseEvent) -> None:
    decision = event.payload.get("decision")
    if decision not in (APPROVED, RETURNED):
        return
    named = event.payload.get("verdicts")
    for event_id in named if isinstance(named, (list, tuple)) else ():
        finding_id, place = places.get(str(event_id), ("", 0))
        if finding_id:
            told = folded.verdicts[finding_id]
            told[place] = Told(told[place].event, str(decision), event.seq, event.by)


def day_of(value: object) -> date | None:
    """A date of a payload; None where it is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


_ACTS: Final[Mapping[str, Callable[[CaseFile, CaseEvent], CaseFile]]] = {
    EventKind.DISPATCHED: lambda file, event: replace(
        file, dispatched_on=day_of(event.payload.get("dispatched_on")) or event.known_after
    ),
    EventKind.HANDLED: lambda file, event: replace(file, handled_at=event.seq),
    EventKind.ARCHIVED: lambda file, event: replace(file, archived_at=event.seq),
    EventKind.SUSPENDED: lambda file, event: replace(
        file, is_suspended=True, suspended_until=day_of(event.payload.get("until"))
    ),
    EventKind.RESUMED: lambda file, _event: replace(
        file, is_suspended=False, suspended_until=None, is_reassigned=False
    ),
    EventKind.REASSIGNED: lambda file, event: replace(
        file, handled_by=_text(event.payload.get("to")) or file.handled_by, is_reassigned=True
    ),
    EventKind.APPEAL_OPENED: lambda file, _event: replace(file, is_appealed=True),
    EventKind.APPEAL_CLOSED: lambda file, _event: replace(file, is_appealed=False),
}
