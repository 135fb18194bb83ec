"""Reading events within one transaction.

Belongs here: selecting rows and opening them. Does not belong here: opening the store, writing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from warehouse.errors import EventStoreError
from warehouse.events import schema
from warehouse.events.chain import StoredEvent, digest_of
from warehouse.events.content import Seal
from warehouse.events.event import Event, Head

ROWS_AT_ONCE = 5_000
VALUES_AT_ONCE = 500
Value = TypeVar("Value")


class Reader:
    """The events as they stand inside one transaction; without a connection, those of a store not made yet: none."""

    def __init__(self, connection: sa.Connection | None, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def read(
        self,
        *,
        known_before: date | None = None,
        kinds: Iterable[str] | None = None,
        case_id: str | None = None,
        finding_id: str | None = None,
        findings: Iterable[str] | None = None,
    ) -> list[Event]:
        """Give events in the order in which they were recorded.

        Args:
            known_before: Only those with known_after < this date: what a night of that as_of takes into account.
            kinds: Only these kinds; None: all.
            case_id: Only those about this case.
            finding_id: Only those about this finding.
            findings: Only those about one of these findings, or about none: who answers some findings need not open
                what was said of all others.

        Raises:
            EventStoreError: an event was changed after it was stored.
        """
        wanted = _wanted(known_before, kinds, case_id, finding_id)
        if findings is None:
            return self._opened(*wanted)
        column = schema.events.c.finding_id
        events = self._opened(*wanted, column.is_(None))
        for some in _some_at_a_time(sorted(set(findings))):
            events += self._opened(*wanted, column.in_(some))
        return sorted(events, key=lambda event: event.seq)

    def head(self, known_before: date | None = None) -> Head:
        """Give the last event's place and digest, of all or of those with known_after < `known_before`."""
        if self._connection is None:
            return Head()
        columns = sa.select(schema.events.c.seq, schema.events.c.digest).where(*_wanted(known_before, None, None, None))
        row = self._connection.execute(columns.order_by(schema.events.c.seq.desc()).limit(1)).first()
        return Head() if row is None else Head(*row)

    def digests(self, places: Iterable[int]) -> dict[int, str]:
        """Give the digests of the events at these places; one that is not there is left out."""
        if self._connection is None:
            return {}
        columns = sa.select(schema.events.c.seq, schema.events.c.digest)
        found: dict[int, str] = {}
        for some in _some_at_a_time(sorted(set(places))):
            found |= {
                row.seq: row.digest for row in self._connection.execute(columns.where(schema.events.c.seq.in_(some)))
            }
        return found

    def marked(self, marks: Iterable[str]) -> dict[str, Event]:
        """Give the events that carry these dedupe marks, by mark."""
        some_at_a_time = _some_at_a_time(sorted(set(marks)))
        found = [event for some in some_at_a_time for event in self._opened(schema.events.c.dedupe.in_(some))]
        return {event.dedupe: event for event in found if event.dedupe is not None}

    @contextmanager
    def rows(self, *wanted: sa.ColumnElement[bool]) -> Iterator[Iterator[StoredEvent]]:
        """Give rows as they are stored, in their order, a few thousand in memory at a time."""
        if self._connection is None:
            yield iter(())
            return
        ordered = sa.select(schema.events).where(*wanted).order_by(schema.events.c.seq)
        with self._connection.execute(ordered, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
            yield map(StoredEvent._make, cast("Any", result))

    def _opened(self, *wanted: sa.ColumnElement[bool]) -> list[Event]:
        with self.rows(*wanted) as rows:
            return [opened(whole(row), self._seal) for row in rows]


def whole(row: StoredEvent) -> StoredEvent:
    """Give a row back if it is as it was stored: nobody is judged by an event that somebody has changed since.

    Raises:
        EventStoreError: it is not.
    """
    if row.digest != digest_of(row):
        raise EventStoreError(f"event {row.seq} was changed after it was stored: run hedui audit verify")
    return row


def opened(row: StoredEvent, seal: Seal) -> Event:
    """Make an event of a stored row.

    Raises:
        EventStoreError: it was changed after it was stored.
    """
    said = seal.read(row)
    return Event(
        row.kind,
        row.case_id,
        row.finding_id,
        date.fromisoformat(row.known_after),
        said["by"],
        said["origin"],
        said["payload"],
        row.dedupe,
        seq=row.seq,
        event_id=row.event_id,
        at=datetime.fromisoformat(row.at),
        previous=row.previous,
        digest=row.digest,
    )


def _wanted(
    known_before: date | None, kinds: Iterable[str] | None, case_id: str | None, finding_id: str | None
) -> list[sa.ColumnElement[bool]]:
    column = schema.events.c
    wanted = []
    if known_before is not None:
        wanted.append(column.known_after < known_before.isoformat())
    if kinds is not None:
        wanted.append(column.kind.in_(sorted(set(kinds))))
    if case_id is not None:
        wanted.append(column.case_id == case_id)
    if finding_id is not None:
        wanted.append(column.finding_id == finding_id)
    return wanted


def _some_at_a_time(values: list[Value]) -> Iterator[list[Value]]:
    """A database takes a limited number of values in one statement."""
    for start in range(0, len(values), VALUES_AT_ONCE):
        yield values[start : start + VALUES_AT_ONCE]
