"""A night for tests: composed of the plain functions of `pipelines.night`, without Dagster, to be quick."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copytree

import polars as pl

from connectors.contract import Contract, load_contracts
from pipelines.canaries.declaring import declared_canaries
from pipelines.canaries.telling import tell_canaries
from pipelines.domain.policy import Policy
from pipelines.domain.rulebook import rulebook
from pipelines.night.canaries import Canaries
from pipelines.night.night import Night, open_vault
from pipelines.night.policy_files import load_policy
from pipelines.night.stages import compute, land_all, publish
from pipelines.night.state import FeedState
from tests.nights.district import AS_OF, DAYS
from warehouse.keys import identity_key
from warehouse.publication import Publication, read_published
from warehouse.snapshots import SnapshotStore
from warehouse.tables import NightTables

PROFILE = "caojie-core"


@cache
def contracts_of(repository: Path) -> dict[str, Contract]:
    """Five of the contracts as they ship, read once for all tests: reading them takes longer than landing a feed."""
    shipped = load_contracts(repository / "data" / "feeds")
    return {feed: shipped[feed] for feed in DAYS}


@cache
def policy_of(repository: Path) -> Policy:
    """The policy as it ships, read once for all tests."""
    return load_policy((repository / "data" / "policy",), PROFILE)


@cache
def canaries_of(repository: Path, as_of: date) -> Canaries:
    """The canaries as they ship, told once a date."""
    return tell_canaries(
        declared_canaries([repository / "data" / "canaries"]), contracts_of(repository), rulebook(), as_of
    )


@dataclass(frozen=True)
class Done:
    """A night that was run: its folder, and what was found for each feed."""

    night: Night
    publication: Publication
    states: dict[str, FeedState]

    def table(self, name: str) -> pl.DataFrame:
        """A published table."""
        return read_published(self.night.vault, self.publication.folder, name)

    def outcomes(self) -> set[tuple[str, str, str]]:
        """Household, rule and outcome of every finding."""
        return set(self.table("findings").select("household_id", "rule_id", "outcome").iter_rows())

    def changes(self) -> dict[tuple[str, str], str]:
        """(household, rule) → how the finding stands to the night before."""
        found = self.table("findings").select("household_id", "rule_id", "change")
        return {(household, rule): change for household, rule, change in found.iter_rows()}


@dataclass(frozen=True)
class District:
    """An inbox and a warehouse on which nights are run."""

    inbox: Path
    warehouse: Path
    repository: Path
    key_file: Path | None = None
    threads: int = 1
    has_canaries: bool = False
    _runs: list[date] = field(default_factory=list)

    def open(self, as_of: date = AS_OF) -> Night:
        """A night, opened."""
        vault = open_vault(self.warehouse, self.key_file, threads=self.threads, memory_limit="500MB")
        return Night(
            as_of=as_of,
            profile=PROFILE,
            inbox=self.inbox,
            vault=vault,
            contracts=contracts_of(self.repository),
            policy=policy_of(self.repository).in_force(as_of),
            tables=NightTables(vault, as_of, PROFILE),
            snapshots=SnapshotStore(vault),
            secret=identity_key(vault.root, vault.key),
            canaries=canaries_of(self.repository, as_of) if self.has_canaries else None,
        )

    def run(self, as_of: date = AS_OF, run_id: str | None = None) -> Done:
        """One night from the inbox to its publication."""
        self._runs.append(as_of)
        return run_plainly(self.open(as_of), run_id or f"{len(self._runs):08d}")

    def copied_to(self, root: Path) -> "District":
        """A copy of inbox and warehouse, to go on with."""
        copytree(self.inbox, root / "inbox")
        copytree(self.warehouse, root / "warehouse", symlinks=True)
        return replace(self, inbox=root / "inbox", warehouse=root / "warehouse", _runs=list(self._runs))

    def with_canaries(self) -> "District":
        """The same places, with the fictional households that go along with every real night."""
        return replace(self, has_canaries=True)

    def with_threads(self, threads: int) -> "District":
        """The same places, worked on with more or fewer threads."""
        return replace(self, threads=threads)


def run_plainly(night: Night, run_id: str) -> Done:
    """What the nightly job does, in its order, without its checks."""
    states = land_all(night)
    compute(night)
    return Done(night, publish(night, run_id), states)
