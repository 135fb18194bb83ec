"""What one case event is, before and after it is stored.

Belongs here: the shape of a draft, of an event, of the chain's head, and what a draft must hold to be taken. Does not
belong here: what kinds of events there are and what they mean (`pipelines.domain`), or how they are stored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from warehouse.errors import EventStoreError

GENESIS = "0" * 64
"""What the first event names as its predecessor's digest."""
KIND = re.compile(r"[a-z][a-z_]{0,39}")
IDENTIFIER = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be recorded.

    Attributes:
        kind: What happened, in lower case and underscores; the store knows no list of kinds.
        case_id: The case, a keyed digest; None where the event is about none.
        finding_id: The finding, a keyed digest; None where the event is about none.
        known_after: The as_of of the newest published night when it was recorded. A night with as_of D takes into
            account the events with known_after < D, whatever the wall clock says.
        by: Who entered it. Kept with the payload, encrypted where that is.
        origin: Where it came from (a workbook and its checksum, the desk, the command line). Kept with the payload.
        payload: What was said, as JSON takes it: texts, whole numbers, true and false, lists, objects; dates and money
            as text. Household ids, names and notes stand here and nowhere else.
        dedupe: A digest of the content by which the same thing is recognised when it comes again; None: never the
            same. Readable without the key, so it must say nothing about a person.
    """

    kind: str
    case_id: str | None
    finding_id: str | None
    known_after: date
    by: str = field(repr=False)
    origin: str = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    dedupe: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Draft):
    """A recorded event.

    Attributes:
        seq: Its place, counted from 1 without a gap.
        event_id: Its name for ever.
        at: When it was recorded, UTC, by the wall clock.
        previous: Digest of the event before it.
        digest: SHA-256 over everything stored of it, `previous` included.
    """

    seq: int
    event_id: str
    at: datetime
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at some moment: the last event's place and digest; 0 and zeros before the first."""

    seq: int = 0
    digest: str = GENESIS


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place at which the chain does not hold.

    Attributes:
        seq: The event (its place) at which it breaks.
        what: `edited`, `missing`, `reordered` (seen in the chain itself), `truncated` or `rewritten` (seen by the head
            that a night kept).
        detail: One sentence, without any content of the event.
    """

    seq: int
    what: str
    detail: str


def checked(draft: Draft) -> Draft:
    """Give the draft back if it may be stored.

    Raises:
        EventStoreError: a kind, id or dedupe mark that is none; the message does not quote it.
    """
    if KIND.fullmatch(draft.kind) is None:
        raise EventStoreError("an event's kind must be lower-case letters and underscores, at most 40; found another")
    for name in ("case_id", "finding_id", "dedupe"):
        value = getattr(draft, name)
        if value is not None and IDENTIFIER.fullmatch(value) is None:
            raise EventStoreError(f"an event's {name} must be 1 to 200 ASCII characters without blanks; found another")
    if isinstance(draft.known_after, datetime) or not isinstance(draft.known_after, date):
        raise EventStoreError("an event's known_after must be the date of a published night; found something else")
    return draft
