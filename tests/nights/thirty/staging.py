"""Nights of the hidden city, run as every night is, with tables and snapshots in memory and publications on disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from connectors.contract import Contract, load_contracts
from pipelines.canaries.declaring import declared_canaries
from pipelines.canaries.telling import tell_canaries
from pipelines.domain.policy import Policy
from pipelines.domain.rulebook import rulebook
from pipelines.night.canaries import Canaries
from pipelines.night.night import Night
from pipelines.night.policy_files import load_policy
from pipelines.night.publishing import gates, publish_night, published_tables
from pipelines.night.stages import compute, land_all
from tests.nights.thirty.city import MAX_AGE
from warehouse.in_memory import MemorySnapshots, MemoryTables, MemoryVault
from warehouse.keys import identity_key
from warehouse.load_report import LoadReport
from warehouse.publication import Publication, read_published
from warehouse.session import Vault

PROFILE = "caojie-people"


@dataclass(frozen=True)
class HalfVault(MemoryVault):
    """A warehouse of which only what is published lies on disk."""

    def open(self) -> None:
        """Make the folder and its marker."""
        Vault.open(self)

    def attach(
        self, con: duckdb.DuckDBPyConnection, path: Path, alias: str, read_only: bool, storage: str | None = None
    ) -> None:
        """Attach a file of a publication, or a snapshot in memory."""
        place = Vault if path.is_absolute() else MemoryVault
        place.attach(self, con, path, alias, read_only, storage)


class KeptSnapshots(MemorySnapshots):
    """Snapshots in memory that are landed once, however many nights ask for them."""

    def __init__(self, vault: MemoryVault) -> None:
        super().__init__(vault)
        self._refused: dict[tuple[str, date, str], LoadReport] = {}

    def find(self, feed: str, snapshot_date: date, checksum: str) -> LoadReport | None:
        """Give the report of what was landed or refused before."""
        landed = (
            one.report for one in self.list(feed) if (one.snapshot_date, one.checksum) == (snapshot_date, checksum)
        )
        return next(landed, self._refused.get((feed, snapshot_date, checksum)))

    def refuse(self, feed: str, snapshot_date: date, checksum: str, *told: object, **more: object) -> LoadReport:
        """Remember a refusal."""
        report = super().refuse(feed, snapshot_date, checksum, *told, **more)
        self._refused[feed, snapshot_date, checksum] = report
        return report

    def dates(self, feed: str) -> tuple[date, ...]:
        """Give the dates of what has landed."""
        return tuple(sorted({one.snapshot_date for one in self.list(feed)}))


@cache
def contracts_of(repository: Path) -> dict[str, Contract]:
    """Three contracts as they ship, but for how old a delivery may be: thirty nights have to see them grow old."""
    shipped = load_contracts(repository / "data" / "feeds")
    return {feed: shipped[feed].model_copy(update={"max_age_days": days}) for feed, days in MAX_AGE.items()}


@cache
def policy_of(repository: Path) -> Policy:
    """The policy as it ships."""
    return load_policy((repository / "data" / "policy",), PROFILE)


@dataclass
class Stage:
    """Where the nights are run."""

    root: Path
    repository: Path
    vault: HalfVault
    snapshots: KeptSnapshots
    has_canaries: bool = False
    nights: int = 0
    needs: dict[str, object] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        """The inbox."""
        return self.root / "inbox"

    def night(self, as_of: date) -> Night:
        """A night, opened."""
        contracts = contracts_of(self.repository)
        night = Night(
            as_of=as_of,
            profile=PROFILE,
            inbox=self.inbox,
            vault=self.vault,
            contracts=contracts,
            policy=policy_of(self.repository).in_force(as_of),
            tables=MemoryTables(self.vault, as_of, PROFILE),
            snapshots=self.snapshots,
            secret=identity_key(self.vault.root, self.vault.key),
            canaries=canaries_of(self.repository, as_of) if self.has_canaries else None,
        )
        if not self.needs:
            self.needs = dict(night.needs)
        night.__dict__["needs"] = self.needs
        return night

    def run(self, as_of: date) -> "Told":
        """One night from the inbox to its publication."""
        night = self.night(as_of)
        land_all(night)
        books = compute(night)
        self.nights += 1
        tables = published_tables(night)
        checked = gates(night, tables)
        assert [one for one in books if not one.holds] == []
        assert [(one.name, one.detail) for one in checked if not one.passed] == []
        return Told(self.vault, publish_night(night, f"{self.nights:08d}", tables, checked))


@dataclass(frozen=True)
class Told:
    """A night that was published."""

    vault: Vault
    publication: Publication

    def table(self, name: str) -> pl.DataFrame:
        """A published table."""
        return read_published(self.vault, self.publication.folder, name)

    def bytes(self) -> dict[str, bytes]:
        """All its tables as they lie on disk."""
        return {path.name: path.read_bytes() for path in sorted(self.publication.folder.glob("*.parquet"))}


def canaries_of(repository: Path, as_of: date) -> Canaries:
    """The canaries as they ship."""
    declared = declared_canaries([repository / "data" / "canaries"])
    return tell_canaries(declared, contracts_of(repository), rulebook(), as_of)


@contextmanager
def staged(root: Path, repository: Path, *, has_canaries: bool) -> Iterator[Stage]:
    """A place to run nights in while this lasts."""
    con = duckdb.connect(":memory:", config={"threads": 1, "python_enable_replacements": False})
    try:
        vault = HalfVault(root / "warehouse", session=con)
        vault.open()
        yield Stage(root, repository, vault, KeptSnapshots(vault), has_canaries)
    finally:
        con.close()
