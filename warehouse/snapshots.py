"""Snapshots: one DuckDB file per delivery of a feed, written once.

Belongs here: landing a delivery batch by batch, its load report, and the list of what has landed; the folder
`<warehouse>/snapshots/<feed>/` is the catalogue. Does not belong here: reading files of departments, or which
snapshots count on a date (`warehouse.content`).
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.errors import WarehouseError
from warehouse.files import is_safe_name, move_into_place, share, written_aside
from warehouse.load_report import LoadReport, Mode, read_report, write_report
from warehouse.natural_keys import Keys
from warehouse.session import Vault, frame
from warehouse.snapshot_reviser import SnapshotReviser
from warehouse.snapshot_writer import ALIAS, SnapshotWriter
from warehouse.sql import name


@dataclass(frozen=True)
class Snapshot:
    """A landed delivery.

    Attributes:
        path: Its DuckDB file, never opened for writing again.
        report: Its load report.
        landed_at: Order of landing among deliveries of one date (nanoseconds, compared only).
    """

    path: Path
    report: LoadReport
    landed_at: int = 0

    @property
    def feed(self) -> str:
        """The feed."""
        return self.report.feed

    @property
    def snapshot_date(self) -> date:
        """The date that the data describes."""
        return self.report.snapshot_date

    @property
    def mode(self) -> Mode:
        """Full, delta or response."""
        return self.report.mode

    @property
    def checksum(self) -> str:
        """What was delivered."""
        return self.report.checksum

    @property
    def read_whole_on(self) -> date:
        """The date of the delivery that was the last one read whole: this one, or the first of those it revises."""
        return self.report.whole_on or self.report.same_as or self.snapshot_date

    @property
    def alias(self) -> str:
        """Name under which a session attaches it."""
        return f"{self.feed}_{self.path.stem}"


class SnapshotStore:
    """The snapshots of one warehouse."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(self, feed: str, snapshot_date: date, checksum: str) -> LoadReport | None:
        """Give the load report of a delivery that was landed or refused before, or None."""
        path = self._path(feed, snapshot_date, checksum)
        if not path.with_suffix(".json").exists():
            return None
        report = read_report(path.with_suffix(".json"))
        is_there = report.status == "refused" or path.exists()
        return report if is_there and report.checksum == checksum else None

    def find_earlier(self, feed: str, snapshot_date: date, checksum: str) -> Snapshot | None:
        """Give the newest landed snapshot of an older date into which the very same delivery was read, or None."""
        dates = [day for day in self._dates_of(feed, checksum) if day < snapshot_date]
        known = [self.find(feed, day, checksum) for day in sorted(dates, reverse=True)]
        same = next((one for one in known if one is not None and one.status == "landed"), None)
        return None if same is None else Snapshot(self._path(feed, same.snapshot_date, checksum), same)

    def land_again(self, earlier: Snapshot, snapshot_date: date) -> LoadReport:
        """Land a delivery that an older snapshot holds already: the same file under a second name, and a report.

        Either of the two may be removed (retention); the rows are gone when both are.

        Raises:
            WarehouseError: the disk refuses.
        """
        target = self._path(earlier.feed, snapshot_date, earlier.checksum)
        read_on = earlier.report.same_as or earlier.snapshot_date
        report = earlier.report.model_copy(update={"snapshot_date": snapshot_date, "same_as": read_on})
        self._vault.open()
        with written_aside(target) as aside:
            share(earlier.path, aside)
            move_into_place(aside, target)
        write_report(target.with_suffix(".json"), report)
        return report

    @contextmanager
    def writer(
        self,
        feed: str,
        snapshot_date: date,
        checksum: str,
        schema: Mapping[str, pl.DataType],
        keys: Keys,
        mode: Mode = "full",
    ) -> Iterator[SnapshotWriter]:
        """Land a delivery; it appears when the block ends after `finish`, and not at all otherwise.

        Args:
            feed: The feed's name.
            snapshot_date: The date that the data describes.
            checksum: What is delivered (hex).
            schema: The contract's fields and their types.
            keys: The feed's natural key.
            mode: full, delta or response.

        Yields:
            The writer that takes the batches.
        """
        target = self._path(feed, snapshot_date, checksum)
        report = LoadReport(status="landed", feed=feed, snapshot_date=snapshot_date, mode=mode, checksum=checksum)
        self._vault.open()
        with written_aside(target) as aside, self._vault.connect() as con:
            self._vault.attach(con, aside, ALIAS, read_only=False)
            writer = SnapshotWriter(con, report, schema, keys)
            yield writer
            _put_in_place(con, writer, aside, target)

    @contextmanager
    def reviser(
        self,
        before: Snapshot,
        snapshot_date: date,
        checksum: str,
        schema: Mapping[str, pl.DataType],
        keys: Keys,
    ) -> Iterator[SnapshotReviser]:
        """Land a full delivery as a revision of an older one; otherwise as `writer`.

        Args:
            before: The older snapshot, full; it stays as it is.
            snapshot_date: The date that the data describes.
            checksum: What is delivered (hex).
            schema: The contract's fields and their types.
            keys: The feed's natural key.

        Yields:
            The writer that is told what to keep and takes the batches.
        """
        target = self._path(before.feed, snapshot_date, checksum)
        report = LoadReport(
            status="landed",
            feed=before.feed,
            snapshot_date=snapshot_date,
            mode="full",
            checksum=checksum,
            whole_on=before.read_whole_on,
        )
        self._vault.open()
        with written_aside(target) as aside, self._vault.connect() as con:
            shutil.copyfile(before.path, aside)
            self._vault.attach(con, aside, ALIAS, read_only=False)
            writer = SnapshotReviser(con, report, schema, keys, before.report)
            yield writer
            _put_in_place(con, writer, aside, target)

    def source_rows(self, snapshot: Snapshot, part_rows: int) -> NDArray[np.bool_]:
        """Of the rows of a delivery's one sheet, those of which exactly one row was kept and none was quarantined.

        Args:
            snapshot: It.
            part_rows: How many rows the sheet has, its header among them.

        Returns:
            For each row of the sheet, counted from 0.
        """
        with self._vault.connect(will_write=False) as con:
            self._vault.attach(con, snapshot.path, ALIAS, read_only=True)
            found = [
                frame(con, f"SELECT source_row FROM {name(ALIAS, table)}")["source_row"].to_numpy() - 1  # noqa: S608  quoted
                for table in ("rows", "quarantine")
            ]
            self._vault.detach(con, ALIAS)
        kept, quarantined = (np.bincount(one, minlength=part_rows)[:part_rows] for one in found)
        return np.asarray((kept == 1) & (quarantined == 0))

    def refuse(
        self,
        feed: str,
        snapshot_date: date,
        checksum: str,
        mode: Mode,
        message: str,
        extra: Mapping[str, Any] | None = None,
    ) -> LoadReport:
        """Record that a delivery was refused whole, with the reason as staff read it."""
        told = {"status": "refused", "feed": feed, "snapshot_date": snapshot_date, "checksum": checksum, "mode": mode}
        report = LoadReport.model_validate({**told, **(extra or {}), "message": message})
        self._vault.open()
        write_report(self._path(feed, snapshot_date, checksum).with_suffix(".json"), report)
        return report

    def reports(self, feed: str) -> list[LoadReport]:
        """Give all load reports of a feed, landed and refused, oldest date first."""
        files = sorted(self._folder(feed).glob("*.json"))
        return sorted((read_report(path) for path in files), key=lambda report: report.snapshot_date)

    def list(self, feed: str) -> "list[Snapshot]":
        """Give the landed snapshots of a feed, oldest date first, then by landing."""
        found = []
        for path in sorted(self._folder(feed).glob("*.json")):
            report, data = read_report(path), path.with_suffix(".duckdb")
            if report.status == "landed" and data.exists():
                found.append(Snapshot(data, report, path.stat().st_mtime_ns))
        return sorted(found, key=lambda snapshot: (snapshot.snapshot_date, snapshot.landed_at, snapshot.checksum))

    def dates(self, feed: str) -> tuple[date, ...]:
        """Give the dates of the landed snapshots of a feed, also of those whose rows have gone, each once, oldest first."""
        return tuple(sorted({one.snapshot_date for one in self.reports(feed) if one.status == "landed"}))

    def _dates_of(self, feed: str, checksum: str) -> tuple[date, ...]:
        """The dates under which a delivery of this checksum has a report."""
        if not is_safe_name(checksum):
            raise WarehouseError(f"{feed}: expected a checksum in hex")
        found = self._folder(feed).glob(f"*-{checksum[:12]}.json")
        return tuple(date.fromisoformat(path.name[:10]) for path in found)

    def _folder(self, feed: str) -> Path:
        if not is_safe_name(feed):
            raise WarehouseError("a feed's name must be letters, digits, - and _")
        return self._vault.root / "snapshots" / feed

    def _path(self, feed: str, snapshot_date: date, checksum: str) -> Path:
        if not is_safe_name(checksum):
            raise WarehouseError(f"{feed} {snapshot_date}: expected a checksum in hex")
        return self._folder(feed) / f"{snapshot_date}-{checksum[:12]}.duckdb"


def _put_in_place(con: duckdb.DuckDBPyConnection, writer: SnapshotWriter, aside: Path, target: Path) -> None:
    """Give a finished snapshot its name and its report; nothing stands of one that is not finished."""
    if writer.finished is None:
        return
    con.execute(f"CHECKPOINT {name(ALIAS)}")
    con.execute(f"DETACH {name(ALIAS)}")
    move_into_place(aside, target)
    # The report comes last: without it the snapshot does not exist, so a kill in between lands it again.
    write_report(target.with_suffix(".json"), writer.finished)
