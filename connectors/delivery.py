"""A delivery from its files to clean batches, or its refusal.

What belongs here: the order in which the files of one delivery are read, what the manifest promised held against what
was found, and when a delivery is refused as a whole.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import polars as pl

from connectors.archives import members
from connectors.contract import Contract, contract_hash
from connectors.csv_files import read_csv
from connectors.excel_files import read_excel
from connectors.inbox import Delivery, file_opener
from connectors.load_counts import DeliveryReport, FieldReport, PartReport
from connectors.manifest import MANIFEST, Manifest, files_mistake, read_manifest, rows_mistake
from connectors.parquet_files import read_parquet
from connectors.part_reader import Batch, PartReader
from connectors.parts import Opened, Source, UnusableFileError
from connectors.refusal import Refusal
from connectors.request_lists import read_requested

READER_VERSION = 2
"""Raised when the same files would be read differently: what was landed before is then read again."""

SLICE_BYTES = 32 << 20
FEWEST_BAD_ROWS = 20


def checksum(delivery: Delivery, contract: Contract) -> str:
    """SHA-256 (hex) of all that a snapshot depends on: the contract, the files with their names, the manifest.

    Raises:
        Refusal: a file cannot be opened.
    """
    digest = hashlib.sha256(f"{READER_VERSION}\n{contract_hash(contract)}\n".encode())
    try:
        for name in (*(path.name for path in delivery.files), *_lists(delivery)):
            digest.update(f"{name}\n{delivery.scan(name).sha256}\n".encode())
        if delivery.has_manifest:
            digest.update(delivery.scan(MANIFEST).sha256.encode())
    except UnusableFileError as error:
        raise Refusal(delivery.feed, delivery.snapshot_date, str(error)) from None
    return digest.hexdigest()


def _lists(delivery: Delivery) -> tuple[str, ...]:
    """Files that are no data but may be named in the manifest, such as a request list in a text file."""
    return tuple(name for name in delivery.others if (delivery.folder / name).is_file())


class DeliveryReader:
    """Reads one delivery in bounded memory; `report` and `requested` answer when `batches` is exhausted."""

    def __init__(self, delivery: Delivery, contract: Contract, slice_bytes: int = SLICE_BYTES) -> None:
        self._delivery, self._contract, self._slice_bytes = delivery, contract, slice_bytes
        self._manifest = Manifest()
        self._parts: list[PartReader] = []
        self._ignored: list[str] = list(delivery.others)
        self._requested: tuple[pl.Series, int] | None = None
        self._report: DeliveryReport | None = None

    def batches(self) -> Iterator[Batch]:
        """Clean and quarantined rows in the order of delivery.

        Raises:
            Refusal: the delivery cannot be used, also after batches were given: nothing of it may stand then.
        """
        delivery = self._delivery
        try:
            yield from self._read()
        except UnusableFileError as error:
            raise Refusal(delivery.feed, delivery.snapshot_date, str(error)) from None
        except pl.exceptions.PolarsError as error:  # its message may quote cells
            kind = type(error).__name__
            message = f"the reader failed ({kind}); keep the files and report it"
            raise Refusal(delivery.feed, delivery.snapshot_date, message) from None

    def report(self) -> DeliveryReport:
        """What was counted."""
        if self._report is None:
            raise RuntimeError("the report of a delivery is known when its batches are exhausted")
        return self._report

    def requested(self) -> pl.Series | None:
        """The identity numbers that a response answers for; None of any other delivery."""
        return None if self._requested is None else self._requested[0]

    def _read(self) -> Iterator[Batch]:
        delivery = self._delivery
        if delivery.has_manifest:
            self._manifest = read_manifest(delivery.folder / MANIFEST)
        self._check_files()
        asked = self._manifest.requested
        if asked is not None:
            source = Source(asked, delivery.scan(asked).sha256, file_opener(delivery.folder / asked))
            self._requested = read_requested(source, self._contract, delivery.snapshot_date)
            self._ignored = [name for name in self._ignored if name != asked]
        for path in delivery.files:
            if path.name == asked:
                continue
            for opened in self._opened(path.name):
                self._ignored += opened.ignored
                for part in opened.parts:
                    reader = PartReader(part, len(self._parts) + 1, self._contract, delivery.snapshot_date)
                    self._parts.append(reader)
                    yield from reader.batches()
        self._finish()

    def _check_files(self) -> None:
        """The files as the manifest promised them, and at least one that can be read."""
        delivery, asked = self._delivery, self._manifest.requested
        data_files = [path.name for path in delivery.files]
        named = {*data_files, *_lists(delivery)}
        mistake = files_mistake(self._manifest, {name: delivery.scan(name).sha256 for name in named})
        if mistake:
            raise UnusableFileError(mistake)
        if not [name for name in data_files if name != asked]:
            others = f"found {', '.join(delivery.others)}" if delivery.others else "found none"
            raise UnusableFileError(f"expected a file in .csv, .xlsx, .xls, .parquet or .zip, {others}; deliver one")

    def _opened(self, name: str) -> Iterator[Opened]:
        """The file, or each member of an archive, opened by the reader of its kind."""
        delivery = self._delivery
        scan = delivery.scan(name)
        if name.lower().endswith(".zip"):
            sources, ignored = members(delivery.folder / name, scan.sha256)
            self._ignored += ignored
            if not sources:
                raise UnusableFileError(f"{name}: expected a .csv, .xlsx, .xls or .parquet in the archive, found none")
            for source in sources:
                yield self._open(source)
            return
        source = Source(name, scan.sha256, file_opener(delivery.folder / name))
        if scan.probe is not None:
            yield read_csv(source, self._contract, self._slice_bytes, scan.probe.encoding(name))
        else:
            yield self._open(source)

    def _open(self, source: Source) -> Opened:
        kind = source.name.lower()
        if kind.endswith(".csv"):
            return read_csv(source, self._contract, self._slice_bytes)
        if kind.endswith(".parquet"):
            return read_parquet(source, self._contract, self._slice_bytes)
        return read_excel(source, self._contract)

    def _finish(self) -> None:
        """Close the counts and refuse what the counts forbid."""
        report = DeliveryReport(
            parts=self._part_reports(),
            fields=tuple(self._fields()),
            has_manifest=self._delivery.has_manifest,
            mode=self._manifest.mode,
            ignored_files=tuple(self._ignored),
            requested_unreadable=0 if self._requested is None else self._requested[1],
        )
        rows: Counter[str] = Counter()
        for part in report.parts:
            rows[part.source_file.split("!")[0]] += part.data_rows
        mistake = rows_mistake(self._manifest, rows) or _share_mistake(report, self._contract)
        if mistake:
            raise UnusableFileError(mistake)
        if report.data_rows == 0 and report.mode == "full" and self._manifest.rows != 0:
            raise UnusableFileError('expected data rows, found none; if there are none, say "rows": 0 in manifest.json')
        self._report = report

    def _part_reports(self) -> tuple[PartReport, ...]:
        """The counts of each sheet."""
        return tuple(part.report() for part in self._parts)

    def _fields(self) -> Iterator[FieldReport]:
        """The counts of each field over all parts."""
        for one in self._contract.fields:
            counts = [part.fields[one.name] for part in self._parts]
            yield FieldReport(
                field=one.name,
                kind=one.kind,
                is_required=one.is_required,
                is_present=any(count.is_present for count in counts),
                rows=sum(count.rows for count in counts),
                filled=sum(count.filled for count in counts),
                unknown=sum(count.unknown for count in counts),
                unparsed=sum(count.unparsed for count in counts),
                bad_check=sum(count.bad_check for count in counts),
            )


def _share_mistake(report: DeliveryReport, contract: Contract) -> str | None:
    """Why too many rows are quarantined for the rest to be trusted; None when they are few."""
    bad, rows = report.quarantined, report.data_rows
    if bad < FEWEST_BAD_ROWS or bad <= Fraction(str(contract.max_bad_share)) * rows:
        return None
    reasons: Counter[str] = Counter()
    for part in report.parts:
        reasons.update(part.quarantined)
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    share = f"{contract.max_bad_share:.2%}"
    return (
        f"expected at most {share} of the rows quarantined, found {bad} of {rows} ({told}); correct and deliver again"
    )


__all__ = ["Batch", "DeliveryReader", "Refusal", "checksum"]
