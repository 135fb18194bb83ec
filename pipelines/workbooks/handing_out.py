"""Handing out: the workbooks of a night, one per town and one for the district, all of them or none.

What belongs here: which workbooks are made, what stands in which, where they go. Written aside, told to whoever keeps
the record, then renamed: one that cannot be written leaves no half file. What was there before is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.workbooks.book import BookContent
from pipelines.workbooks.bookbinding import Bindery, Job
from pipelines.workbooks.file_names import DISTRICT, SUFFIX, file_names
from pipelines.workbooks.material import Material
from pipelines.workbooks.rows import checklist
from pipelines.workbooks.seal import Meta, seal_key
from pipelines.workbooks.sheet_tables import SheetTable, evidence_tables, members_table
from pipelines.workbooks.words import Words
from warehouse.files import move_into_place, private_folder, written_aside

ASIDE: Final = "workbooks"
EARLIER: Final = "以前的工作簿"
"""Folder beside the workbooks, for those of the same name that were there before."""


@dataclass(frozen=True)
class Destination:
    """Where workbooks go.

    Attributes:
        folder: in which they appear.
        stem: what their names begin with, and the district's whole name; empty: towns' names alone.
        town: this town's workbook alone; None: all of them.
    """

    folder: Path
    stem: str = ""
    town: str | None = None

    @staticmethod
    def of(out: Path, town: str | None) -> "Destination":
        """What a person asked for: a folder, or the name of a file."""
        if out.suffix.casefold() != SUFFIX:
            return Destination(out, "", town)
        return Destination(out.parent, out.stem, town)

    def path(self, town: str | None, names: dict[str, str]) -> Path:
        """The file of a town, or of the district."""
        if town is None:
            return self.folder / f"{self.stem or DISTRICT}{SUFFIX}"
        if not self.stem:
            return self.folder / f"{names[town]}{SUFFIX}"
        name = self.stem if self.town is not None else f"{self.stem}-{names[town]}"
        return self.folder / f"{name}{SUFFIX}"


@dataclass(frozen=True)
class HandedOut:
    """A workbook that was written.

    Attributes:
        path: the file.
        town: whose it is; None: the district's.
        rows: findings in it.
        case_ids: cases in it.
        sha256: of the file.
    """

    path: Path
    town: str | None
    rows: int
    case_ids: tuple[str, ...] = field(repr=False)
    sha256: str

    @property
    def cases(self) -> int:
        """How many households it holds."""
        return len(self.case_ids)


Before = Callable[[HandedOut], None]


def hand_out(
    material: Callable[[], tuple[Material, Words]],
    secret: bytes,
    destination: Destination,
    made_at: datetime,
    *,
    password: str | None = None,
    before: Before = lambda _book: None,
    processes: int | None = None,
) -> list[HandedOut]:
    """Write the workbooks of a night.

    Args:
        material: reads the night and its words; called once the writing processes have been started.
        secret: the warehouse's, for the seals.
        destination: where they go.
        made_at: when; stands in each of them.
        password: what opens them; None: everybody.
        before: called with each before it appears; where it fails, none appears.
        processes: that write beside this one; None: as the machine has processors.

    Returns:
        The workbooks, the district's first.

    Raises:
        TooManyFindingsError: a sheet cannot hold the findings of one.
        BookbindingError: one could not be written.
    """
    private_folder(destination.folder) if not destination.folder.exists() else None
    with Bindery(processes) as bindery, written_aside(destination.folder / ASIDE) as aside:
        aside.mkdir(mode=0o700)
        night, words = material()
        key = seal_key(secret)
        rows = checklist(night, words, key)
        common = _Common(night, words, rows, members_table(night, words), _evidence(night, rows, words), key, made_at)
        shares = [_Share(common, town) for town in _wanted(night, destination)]
        # A town may be asked for that has nothing to do: its workbook says so.
        names = file_names(dict.fromkeys([*night.towns, *([destination.town] if destination.town else [])]))
        jobs = [Job(share.content, aside / f"{place}{SUFFIX}", password) for place, share in enumerate(shares)]
        checksums = bindery.bind(jobs)
        books = [
            HandedOut(destination.path(share.town, names), share.town, *share.counts(), checksum)
            for share, checksum in zip(shares, checksums, strict=True)
        ]
        for book in books:
            before(book)
        for job, book in zip(jobs, books, strict=True):
            _keep_what_is_there(book.path, made_at)
            move_into_place(job.path, book.path)
    return books


def _keep_what_is_there(path: Path, made_at: datetime) -> None:
    """Move a workbook of that name aside, called after when it was saved: a town may be filling it in right there."""
    if path.exists():
        earlier = path.parent / EARLIER
        private_folder(earlier)
        saved_at = datetime.fromtimestamp(path.stat().st_mtime, made_at.tzinfo)
        path.replace(earlier / f"{path.stem}-{saved_at:%Y%m%d-%H%M%S-%f}{path.suffix}")


def _wanted(night: Material, destination: Destination) -> Sequence[str | None]:
    """The district's workbook first: it is the longest to write."""
    return [None, *night.towns] if destination.town is None else [destination.town]


def _evidence(night: Material, rows: pl.DataFrame, words: Words) -> list[SheetTable]:
    heads = rows.select("finding_id", "head_name", "book_town")
    return evidence_tables(night.findings.join(heads, on="finding_id", how="inner"), words)


@dataclass(frozen=True)
class _Common:
    """What all workbooks of a night take their share of."""

    night: Material
    words: Words
    rows: pl.DataFrame
    members: SheetTable
    evidence: list[SheetTable]
    key: bytes
    made_at: datetime


@dataclass(frozen=True)
class _Share:
    """One workbook's share of a night: a town's, or all of it for the district."""

    common: _Common
    town: str | None

    def content(self) -> BookContent:
        """What the workbook holds."""
        common, rows = self.common, self._rows()
        households = rows.select("household_id").unique()
        members = common.members.rows.join(households, on="household_id", how="semi", maintain_order="left")
        findings = rows.select("finding_id")
        evidence = [
            replace(table, rows=table.rows.join(findings, on="finding_id", how="semi")) for table in common.evidence
        ]
        return BookContent(
            town=self.town,
            rows=rows,
            members=replace(common.members, rows=members),
            evidence=evidence,
            night=common.night.night,
            manifest=common.night.manifest,
            is_clear=common.night.is_clear,
            words=common.words,
            meta=self._meta(rows.height),
            made_at=common.made_at,
        )

    def counts(self) -> tuple[int, tuple[str, ...]]:
        """How many findings it holds, and the cases."""
        rows = self._rows()
        return rows.height, tuple(rows["case_id"].unique(maintain_order=True))

    def _rows(self) -> pl.DataFrame:
        """The district has all findings; a town those of its own that await an answer."""
        if self.town is None:
            return self.common.rows
        return self.common.rows.filter(pl.col("book_town") == self.town, ~pl.col("is_answered"))

    def _meta(self, rows: int) -> str:
        night = self.common.night
        told = Meta(
            night=night.night,
            as_of=night.manifest["as_of"],
            profile=str(night.manifest["profile"]),
            town=self.town,
            rows=rows,
            made_at=self.common.made_at,
        )
        return told.signed(self.common.key).text()
