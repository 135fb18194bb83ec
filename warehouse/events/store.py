"""The event store: append, read, verify.

Belongs here: the one way in for everyone who records or reads case events. Nothing is made before the first event is
recorded: a command that only reads leaves no file, and a store that is not there yet has no events. Does not belong
here: what events mean (`pipelines.domain`), who may record what (`pipelines.casework`).
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from warehouse.errors import EventStoreError
from warehouse.events import schema
from warehouse.events.address import EventAddress
from warehouse.events.chain import StoredEvent, digest_of
from warehouse.events.connection import engine_of, reading, told_plainly, writing
from warehouse.events.content import Seal
from warehouse.events.event import BrokenLink, Draft, Event, Head, checked
from warehouse.events.migrating import bring_up_to_date, make_sqlite_store, revision_of
from warehouse.events.reading import Reader, opened
from warehouse.events.verifying import first_break
from warehouse.keys import Key

__all__ = ["EventStore", "Extent", "Reader", "open_events"]

Build = Callable[[Reader], Sequence[Draft]]
Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Give the moment now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a store holds.

    Attributes:
        events: How many events.
        since: When the first was recorded; None before it.
        head: The last one.
    """

    events: int
    since: datetime | None
    head: Head


def open_events(address: str | EventAddress, key: Key | None) -> "EventStore":
    """Open a store; bring its schema up to date where there is one.

    Args:
        address: `sqlite:////folder/events.db`, `postgresql://…`, or an address read already.
        key: The warehouse's key, or None. Whether it is the store's is asked when events are read or recorded.

    Raises:
        EventAddressError: the address cannot be used.
        EventStoreError: the database cannot be reached, or was written by a newer program.
    """
    store = EventStore(EventAddress.read(address) if isinstance(address, str) else address, key)
    store.prepare()
    return store


class EventStore:
    """An append-only store of case events; several processes may use it at once.

    It holds no connection between two calls.
    """

    def __init__(self, address: EventAddress, key: Key | None, clock: Clock = wall_clock) -> None:
        self._address = address
        self._seal = Seal(key)
        self._clock = clock
        self._engine = engine_of(address)
        self._is_ready = False  # whether the schema has been seen to be the one this program works with

    def __repr__(self) -> str:
        """Say which store it is, without user or password."""
        return f"EventStore({self._address})"

    def __str__(self) -> str:
        """Say where it is, without user or password."""
        return str(self._address)

    def prepare(self) -> None:
        """Bring the schema up to date where there is a store; make none.

        Raises:
            EventStoreError: the database cannot be reached, or was written by a newer program.
        """
        with self._told("opening"):
            if self._revision() is not None and not self._is_ready:
                with writing(self._engine) as connection:
                    bring_up_to_date(connection, self._seal)

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Record events: all of them, or none.

        Args:
            drafts: What to record. One whose `dedupe` stands already (in the store, or earlier in the list) is not
                written again.

        Returns:
            For each draft its event, the standing one where it stood already.

        Raises:
            WarehouseKeyError: the key is not the store's.
            EventStoreError: a draft cannot be stored, or the database refuses.
        """
        return self.transact(lambda _: drafts)

    def transact(self, build: Build) -> list[Event]:
        """Record what `build` makes of the events that stand: nobody else records anything in between.

        Args:
            build: Gives drafts, knowing the standing events. It may be called twice, so it must have no effect of its
                own; what it raises is passed on, and nothing is recorded.

        Returns and errors are those of `append`.
        """
        with self._told("recording events"):
            if self._revision() is None:
                if not build(Reader(None, self._seal)):
                    return []
                self._make()
            with writing(self._engine) as connection:
                if not self._is_ready:
                    bring_up_to_date(connection, self._seal)
                reader = self._reader(connection)
                return self._record(connection, reader, build(reader))

    def read(
        self,
        *,
        known_before: date | None = None,
        kinds: Iterable[str] | None = None,
        case_id: str | None = None,
        finding_id: str | None = None,
        findings: Iterable[str] | None = None,
    ) -> list[Event]:
        """Give events in the order in which they were recorded; see `Reader.read`.

        Raises:
            WarehouseKeyError: the key is not the store's.
            EventStoreError: an event was changed after it was stored, or the database refuses.
        """
        with self._reading("reading events") as connection:
            reader = self._reader(connection)
            return reader.read(
                known_before=known_before, kinds=kinds, case_id=case_id, finding_id=finding_id, findings=findings
            )

    def head(self, known_before: date | None = None) -> Head:
        """Give the last event's place and digest, of all or of those with known_after < `known_before`. No key needed."""
        with self._reading("reading events") as connection:
            return Reader(connection, self._seal).head(known_before)

    def extent(self) -> Extent:
        """Tell how much the store holds. No key needed."""
        with self._reading("reading events") as connection:
            head = Reader(connection, self._seal).head()
            if connection is None or head.seq == 0:
                return Extent(0, None, head)
            count, first = connection.execute(sa.select(sa.func.count(), sa.func.min(schema.events.c.at))).one()
            return Extent(count, datetime.fromisoformat(first), head)

    def missing(self, heads: Iterable[Head]) -> Head | None:
        """Give the first head to which the chain leads no more, or None: what a night took into account is lost.

        A look-up, not a walk: for the beginning of every night. No key needed.
        """
        expected = sorted({(head.seq, head.digest) for head in heads if head.seq > 0})
        if not expected:
            return None
        with self._reading("reading events") as connection:
            standing = Reader(connection, self._seal).digests(seq for seq, _ in expected)
        return next((Head(seq, digest) for seq, digest in expected if standing.get(seq) != digest), None)

    def verify(self, heads: Iterable[Head] = ()) -> BrokenLink | None:
        """Walk the whole chain; give the first place at which it does not hold, or None. No key needed.

        Args:
            heads: Where the chain led when nights looked at it (`warehouse.events.heads`).
        """
        with self._reading("verifying events") as connection, Reader(connection, self._seal).rows() as rows:
            return first_break(rows, heads, self._carries)

    def _carries(self, digest: str) -> bool:
        with reading(self._engine) as connection:
            found = connection.execute(sa.select(schema.events.c.seq).where(schema.events.c.digest == digest)).first()
            return found is not None

    def _record(self, connection: sa.Connection, reader: Reader, drafts: Sequence[Draft]) -> list[Event]:
        """Chain drafts to the last event and write them."""
        standing = reader.marked(draft.dedupe for draft in drafts if draft.dedupe is not None)
        last = reader.head()
        written: list[StoredEvent] = []
        events = []
        for draft in map(checked, drafts):
            event = standing.get(draft.dedupe) if draft.dedupe is not None else None
            if event is None:
                row = self._row(draft, last)
                event, last = opened(row, self._seal), Head(row.seq, row.digest)
                written.append(row)
                if draft.dedupe is not None:
                    standing[draft.dedupe] = event
            events.append(event)
        if written:
            connection.execute(schema.events.insert(), [row._asdict() for row in written])
        return events

    def _row(self, draft: Draft, last: Head) -> StoredEvent:
        """Make the row of a draft, sealed and chained."""
        bare = StoredEvent(
            seq=last.seq + 1,
            event_id=uuid.uuid4().hex,
            at=self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            kind=draft.kind,
            case_id=draft.case_id,
            finding_id=draft.finding_id,
            known_after=draft.known_after.isoformat(),
            dedupe=draft.dedupe,
            form=self._seal.form,
            content=b"",
            previous=last.digest,
            digest="",
        )
        said = {"by": draft.by, "origin": draft.origin, "payload": dict(draft.payload)}
        sealed = bare._replace(content=self._seal.write(bare, said))
        return sealed._replace(digest=digest_of(sealed))

    def _reader(self, connection: sa.Connection | None) -> Reader:
        """Give a reader whose key has been checked."""
        if connection is not None:
            found = connection.execute(sa.select(schema.key.c.form, schema.key.c.mark)).all()
            if len(found) != 1:
                raise EventStoreError(f"the event store {self._address} does not say how it is written: restore it")
            self._seal.check(*found[0])
        return Reader(connection, self._seal)

    def _make(self) -> None:
        """Make the store, where the database cannot do it inside the transaction that needs it."""
        if self._address.path is not None:
            make_sqlite_store(self._address.path, self._seal)

    def _revision(self) -> str | None:
        """Give the revision of the schema, or None where there is no store yet."""
        if self._is_ready:
            return schema.REVISIONS[-1]
        path = self._address.path
        if path is not None and not path.exists():
            return None
        with reading(self._engine) as connection:
            revision = revision_of(connection)
        if path is not None and revision is None:  # it was made whole, so somebody has taken something away since
            raise EventStoreError(f"{path.name} is no event store, or has lost its tables: restore it from the back-up")
        self._is_ready = revision == schema.REVISIONS[-1]
        return revision

    @contextmanager
    def _reading(self, doing: str) -> Iterator[sa.Connection | None]:
        """Open a reading transaction, or give None where there is no store yet."""
        with self._told(doing):
            if self._revision() is None:
                yield None
                return
            with reading(self._engine) as connection:
                yield connection

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        with told_plainly(self._address, doing):
            yield
