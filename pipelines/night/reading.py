"""One delivery into a snapshot: read ahead of storing, or only what changed of it.

What belongs here: bringing reader and writer together, and closing the books. Which deliveries are read, and what happens to
one that is refused, stands in `pipelines.night.landing`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from functools import partial

from connectors.contract import Contract, schema
from connectors.delivery import SLICE_BYTES, Batch, DeliveryReader
from connectors.inbox import Delivery
from connectors.lines import NotByLineError
from connectors.refusal import Refusal
from connectors.seen_files import Seen
from pipelines.night.changed_deliveries import revision_of
from pipelines.night.night import Night, Progress
from pipelines.night.read_ahead import read_ahead
from pipelines.night.seen_deliveries import is_as_read
from warehouse.errors import DiskFullError, WarehouseError
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.snapshot_writer import SnapshotWriter

ROWS_BETWEEN_REPORTS = 1_000_000
CHANGED = (
    "the files were written over while they were read; nothing of them was kept, the next night reads them again; "
    "upload under a name that ends in .part and rename at the end"
)
LARGE_BYTES = 2 * SLICE_BYTES
"""A delivery of fewer bytes is read and stored in turn: there would be next to nothing to do ahead."""


def read_into_snapshot(
    night: Night,
    contract: Contract,
    delivery: Delivery,
    mark: str,
    looks: Mapping[str, Seen | None],
    progress: Progress,
    others: Sequence[Delivery] = (),
) -> LoadReport:
    """Stream one delivery through the reader into a new snapshot; nothing stands if it is refused on the way.

    Args:
        night: the night.
        contract: of the feed.
        delivery: the delivery.
        mark: its checksum.
        looks: what its files looked like before that was worked out.
        progress: told how far it is.
        others: deliveries of the feed, newest first: what stood in an older one is taken over where that can be.

    Raises:
        Refusal: it cannot be used, or is not what the checksum says any more.
    """
    keys = Keys(contract.keys, contract.keyless)
    is_still = partial(is_as_read, delivery, looks, contract, mark)
    revision = revision_of(night, contract, delivery, others, progress)
    if revision is not None:
        try:
            with revision.writer(delivery.snapshot_date, mark, keys) as writer:
                return _stored(delivery, revision.reader, revision.batches(), writer, is_still, progress)
        except DiskFullError:
            raise
        except (
            NotByLineError,
            WarehouseError,
        ) as reason:  # a damaged older snapshot is no reason to do without this one
            progress(f"{contract.feed} {delivery.snapshot_date}: read whole ({reason})")
    reader = DeliveryReader(delivery, contract)
    with (
        night.snapshots.writer(
            contract.feed, delivery.snapshot_date, mark, schema(contract), keys, delivery.mode
        ) as writer,
        batches_of(reader, delivery, night.vault.threads) as batches,
    ):
        return _stored(delivery, reader, batches, writer, is_still, progress)


def _stored(
    delivery: Delivery,
    reader: DeliveryReader,
    batches: Iterable[Batch],
    writer: SnapshotWriter,
    is_still: Callable[[], bool],
    progress: Progress,
) -> LoadReport:
    """Store the batches of a delivery and close its books.

    Args:
        delivery: the delivery.
        reader: reads it; its report is whole when the batches are exhausted.
        batches: what it gives.
        writer: takes them.
        is_still: whether the files are those whose checksum was worked out.
        progress: told how far it is.

    Raises:
        Refusal: it cannot be used, or is not what the checksum says any more.
    """
    told = rows = 0
    for batch in batches:
        writer.append(batch.clean, batch.quarantine)
        rows += batch.clean.height + batch.quarantine.height
        if rows - told >= ROWS_BETWEEN_REPORTS:
            told = rows
            progress(f"{delivery.feed} {delivery.snapshot_date}: {rows:,} rows read")
    if not is_still():
        raise Refusal(delivery.feed, delivery.snapshot_date, CHANGED)
    report = reader.report()
    requested = reader.requested()
    if requested is not None:
        writer.requested(requested)
    landed = writer.finish(
        [asdict(part) for part in report.parts],
        [asdict(field) for field in report.fields],
        {"has_manifest": report.has_manifest, "ignored_files": list(report.ignored_files)},
    )
    progress(f"{delivery.feed} {delivery.snapshot_date}: {landed.books.kept:,} rows kept of {landed.books.read:,}")
    return landed


def batches_of(
    reader: DeliveryReader, delivery: Delivery, threads: int | None
) -> AbstractContextManager[Iterator[Batch]]:
    """The batches of a delivery; of a large one the next is read while the one before it is stored.

    Args:
        reader: Reads the delivery.
        delivery: Its files.
        threads: How many the night may use; with one nothing is read ahead.
    """
    if threads == 1 or sum(scan.size for scan in delivery.scans.values()) < LARGE_BYTES:
        return nullcontext(reader.batches())
    return read_ahead(reader.batches)
