"""Landing a large delivery by what changed since an older one that still lies in the inbox.

What belongs here: whether a delivery can be landed so, and the order in which it is done. Most rows of what a department
delivers whole were in its last delivery, byte for byte: they are taken over from that snapshot, and only the other lines are
read. The snapshot is the same as if all had been read (docs/adr/0012-changed-lines.md). Where anything speaks against it,
the delivery is read whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.changed_delivery import Before, ChangedReader, Excerpt
from connectors.changed_lines import ChangedLines, changed_lines
from connectors.contract import Contract, schema
from connectors.csv_text import Encoding, probe
from connectors.delivery import SLICE_BYTES, Batch
from connectors.inbox import Delivery, file_opener
from connectors.lines import NotByLineError, lines_of
from connectors.parts import Source, UnusableFileError
from connectors.refusal import Refusal
from connectors.seen_files import Seen, looked_at
from pipelines.night.night import Night, Progress
from pipelines.night.seen_deliveries import is_as_read, known_checksum
from warehouse.errors import WarehouseError
from warehouse.natural_keys import Keys
from warehouse.snapshot_writer import SnapshotWriter
from warehouse.snapshots import Snapshot

FEWEST_BYTES = SLICE_BYTES // 2
"""A smaller delivery is read whole in less time than it takes to find out what changed."""

MOST_DAYS = 31
"""So long after a delivery that was read whole the next one is: DuckDB keeps deleted rows in a file until then."""

MOST_CHANGED = 0.1
"""With a greater share of lines to read, reading the whole is about as fast."""


@dataclass(frozen=True)
class Older:
    """A delivery that was landed before and lies in the inbox as it was: its snapshot, checksum, and how its files look."""

    delivery: Delivery
    snapshot: Snapshot
    mark: str
    looks: Mapping[str, Seen | None]


@dataclass(frozen=True)
class Revision:
    """What changed of a delivery since an older one, ready to be stored."""

    night: Night
    contract: Contract
    older: Older
    changed: ChangedLines
    reader: ChangedReader

    def batches(self) -> Iterator[Batch]:
        """The rows that came.

        Raises:
            NotByLineError: the older delivery was written over while it was held against this one, or this one has to be
                refused: why, a whole reading tells, by places in the whole file and by nothing that stood in another.
        """
        try:
            yield from self.reader.batches()
        except Refusal:
            raise NotByLineError("it, or the older delivery, cannot be used as it is") from None
        if not is_as_read(self.older.delivery, self.older.looks, self.contract, self.older.mark):
            raise NotByLineError("the older delivery was written over meanwhile")

    @contextmanager
    def writer(self, snapshot_date: date, mark: str, keys: Keys) -> Iterator[SnapshotWriter]:
        """A writer that holds the rows that stayed.

        Args:
            snapshot_date: The date of the newer delivery.
            mark: Its checksum.
            keys: The feed's natural key.
        """
        snapshots, changed = self.night.snapshots, self.changed
        with snapshots.reviser(self.older.snapshot, snapshot_date, mark, schema(self.contract), keys) as writer:
            # Lines count from 0, rows of a sheet from 1.
            writer.keep(changed.kept, changed.gone + 1, changed.come + 1)
            writer.move(changed.moved + 1, changed.moved_to + 1)
            yield writer


def revision_of(
    night: Night,
    contract: Contract,
    delivery: Delivery,
    older: Sequence[Delivery],
    progress: Progress,
) -> Revision | None:
    """Find out what changed of a delivery since an older one; None where it has to be read whole.

    Args:
        night: The night.
        contract: Of the feed.
        delivery: The delivery.
        older: Deliveries of the feed, newest first; those that are older count.
        progress: Told how far it is.
    """
    what = f"{contract.feed} {delivery.snapshot_date}"
    try:
        before = _older(night, contract, delivery, older) if _is_one_text(delivery, FEWEST_BYTES) else None
        if before is None:
            return None
        progress(f"{what}: held against {before.delivery.snapshot_date}, line by line")
        revision = _revision(night, contract, delivery, before)
    except OSError as error:  # a bad disk under the older delivery is no reason to do without this one
        progress(f"{what}: read whole ({type(error).__name__} while it was held against an older delivery)")
        return None
    except (NotByLineError, UnusableFileError) as reason:
        progress(f"{what}: read whole ({reason})")
        return None
    progress(f"{what}: {len(revision.changed.come):,} lines are read, {revision.changed.kept:,} are as they were")
    return revision


def _is_one_text(delivery: Delivery, fewest_bytes: int) -> bool:
    """Whether a delivery is full, and one text file of some size."""
    if delivery.mode != "full" or len(delivery.files) != 1:
        return False
    [path] = delivery.files
    return path.name.lower().endswith(".csv") and delivery.scan(path.name).size >= fewest_bytes


def _older(night: Night, contract: Contract, delivery: Delivery, older: Sequence[Delivery]) -> Older | None:
    """The newest older delivery that was landed and lies in the inbox as it was, if this one can be held against it."""
    landed = {(one.snapshot_date, one.checksum): one for one in night.snapshots.list(contract.feed)}
    dates = {day for day, _ in landed if day < delivery.snapshot_date}
    for one in older:
        if one.snapshot_date not in dates or one.mode != "full":
            continue
        looks = looked_at(one)
        try:
            mark = known_checksum(night.vault.root, one, contract)
        except Refusal:
            continue
        snapshot = landed.get((one.snapshot_date, mark))
        if snapshot is not None:
            is_recent = (delivery.snapshot_date - snapshot.read_whole_on).days <= MOST_DAYS
            is_usable = is_recent and _is_one_text(one, 0) and _is_one_sheet(snapshot)
            return Older(one, snapshot, mark, looks) if is_usable else None
    return None


def _is_one_sheet(snapshot: Snapshot) -> bool:
    """Whether a snapshot lies on disk, of one text file, no row of which would be read otherwise on a later date."""
    parts = snapshot.report.parts
    return snapshot.path.exists() and len(parts) == 1 and _is_lasting(parts[0])


def _is_lasting(part: Mapping[str, Any]) -> bool:
    """Whether a sheet is one of text that is read alike on every date; reports of long ago do not tell."""
    return bool(part["encoding"]) and not part.get("is_dated", True)


def _revision(night: Night, contract: Contract, delivery: Delivery, older: Older) -> Revision:
    """Hold a delivery against an older one.

    Raises:
        NotByLineError: it cannot be told by lines, or most of it changed.
        UnusableFileError: a file cannot be read.
    """
    told = older.snapshot.report.parts[0]
    header_row, rows = int(told["header_row"]), int(told["rows_read"]) + 1
    encoding = _encoding(delivery)
    if told["encoding"] != ("utf-8" if encoding == "utf-8-sig" else encoding):
        raise NotByLineError("it is in another encoding than the one before")
    try:
        may_be_kept = night.snapshots.source_rows(older.snapshot, rows)
    except WarehouseError:
        raise NotByLineError("the older snapshot cannot be read") from None
    sources = [_source(one) for one in (older.delivery, delivery)]
    with ThreadPoolExecutor(1 if night.vault.threads == 1 else 2) as pool:
        old, new = pool.map(lambda one: lines_of(one.opened, encoding, str(told["delimiter"])), sources)
    if len(old) != rows:
        raise NotByLineError("a record spans several lines")
    changed = changed_lines(old, new, may_be_kept, header_row)
    if len(changed.come) > MOST_CHANGED * len(new) or len(changed.gone) > MOST_CHANGED * len(old):
        raise NotByLineError("much of it changed")
    # On its own date: a number of somebody born since the last whole reading was read by then, and only by then.
    before = Before(told, older.snapshot.report.fields, older.snapshot.snapshot_date)
    gone = Excerpt(sources[0], encoding, old, header_row, changed.gone)
    come = Excerpt(sources[1], encoding, new, header_row, changed.come)
    return Revision(night, contract, older, changed, ChangedReader(delivery, contract, before, gone, come))


def _source(delivery: Delivery) -> Source:
    """The one file of a delivery."""
    [path] = delivery.files
    return Source(path.name, delivery.scan(path.name).sha256, file_opener(path))


def _encoding(delivery: Delivery) -> Encoding:
    """The encoding of the one file of a delivery."""
    [path] = delivery.files
    found = delivery.scan(path.name).probe
    if found is not None:
        return found.encoding(path.name)
    with file_opener(path)() as stream:
        return probe(stream, path.name)
