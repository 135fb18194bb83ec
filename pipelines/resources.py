"""The one resource of the assets: how a night is opened, configurable field by field in the UI's launchpad."""

import os
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.abandoned_runs import process_tags
from pipelines.canaries.telling import read_canaries
from pipelines.night.cluster_place import ClusterPlace
from pipelines.night.night import Night, open_night, open_vault
from pipelines.settings import Settings, SettingsError
from pipelines.settings_reading import find_settings_file, load_settings
from warehouse.occupancy import Occupant, occupied
from warehouse.publication import sweep

if TYPE_CHECKING:
    from warehouse.events.address import EventAddress


class NightResource(dg.ConfigurableResource[Night]):
    """Where a night reads from and writes to. Defaults come from options, `HEDUI_*` and hedui.toml."""

    inbox: str = Field(description="folder with one folder a feed (feeds.md section 1)")
    warehouse: str = Field(description="folder of snapshots, nights and publications; readable by its owner alone")
    profile: str = Field(description="policy profile: which layers apply and which rules are on")
    feeds_dirs: list[str] = Field(description="folders with feed contracts, later ones add to earlier ones")
    policy_dirs: list[str] = Field(description="folders with policy layers, later ones add to earlier ones")
    rules_dirs: list[str] = Field(
        default=[], description="folders with rules of a region's own, Python modules, added to the shipped ones"
    )
    canaries_dirs: list[str] = Field(
        default=[], description="folders with canaries, fictional households that go along with every night"
    )
    key_file: str = Field(
        default="", description="file (0600) with the key for encryption at rest; empty: not encrypted"
    )
    threads: int = Field(description="processor threads for DuckDB")
    memory_limit: str = Field(description="most memory DuckDB takes before it spills to disk, as 2GB")

    spark_master: str = Field(
        default="", description="master of the distributed engine (docs/scale.md); empty: compared on this machine"
    )
    shared_folder: str = Field(default="", description="folder that the workers of the distributed engine see too")
    spark_secret_file: str = Field(default="", description="file (0600) with the secret of a standalone cluster")
    spark_python: str = Field(default="", description="path of the workers' Python")
    spark_memory: str = Field(default="1GB", description="DuckDB's memory for one part on a worker")
    shards: int = Field(default=0, description="into how many parts a feed is cut, at least; 0: the cluster's cores")

    # Contracts and policy are read once a run, so that every step of it judges by the same.
    _opened: dict[date, Night] = PrivateAttr(default_factory=dict)
    _run: dg.InitResourceContext | None = PrivateAttr(default=None)
    _stay: ExitStack = PrivateAttr(default_factory=ExitStack)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Remember the run that the resource is for, and let the run tell its process."""
        self._run = context
        if context.run is not None and context.instance is not None:
            context.instance.add_run_tags(context.run.run_id, process_tags(context.run.run_id))

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  Dagster's signature
        """Let the warehouse go."""
        self._stay.close()

    def open(self, as_of: date) -> Night:
        """The night of one comparison date. In a run, the warehouse is the run's alone from then until its end."""
        if as_of not in self._opened:
            night = self._open(as_of)
            if self._run is not None:
                self._occupy(night, self._run)
            self._opened[as_of] = night
        return self._opened[as_of]

    def _occupy(self, night: Night, run: dg.InitResourceContext) -> None:
        """Hold the warehouse; a night of the queue waits for whoever is at work, so that it is not lost."""

        def told(message: str) -> None:
            if run.log is not None:
                run.log.warning(message)

        by = Occupant(f"the night of {night.as_of}", run.run.run_id if run.run else "")
        self._stay.enter_context(occupied(night.vault.root, by, told))
        # The command line has asked before; a run of the queue begins here. It also removes a cluster's copies of rows that
        # retention removed, and what a killed night left half written.
        night.engine.check(night.vault, night.secret)
        sweep(night.vault)

    def _open(self, as_of: date) -> Night:
        if not self.inbox:
            raise SettingsError("no inbox: expected its folder in HEDUI_INBOX, hedui.toml or the launchpad, found none")
        key_file = Path(self.key_file) if self.key_file else None
        feeds, rules = tuple(map(Path, self.feeds_dirs)), tuple(map(Path, self.rules_dirs))
        return open_night(
            as_of=as_of,
            profile=self.profile,
            inbox=Path(self.inbox),
            vault=open_vault(Path(self.warehouse), key_file, threads=self.threads, memory_limit=self.memory_limit),
            feeds_dirs=feeds,
            policy_dirs=tuple(map(Path, self.policy_dirs)),
            rules_dirs=rules,
            canaries=read_canaries(tuple(map(Path, self.canaries_dirs)), feeds, rules, as_of),
            event_address=self.event_address(),
            cluster=self.cluster_place(),
        )

    def cluster_place(self) -> ClusterPlace | None:
        """The place of the distributed engine; None for the embedded one."""
        if not self.spark_master:
            return None
        return ClusterPlace(
            master=self.spark_master,
            shared=Path(self.shared_folder),
            secret_file=Path(self.spark_secret_file) if self.spark_secret_file else None,
            python=self.spark_python,
            shards=self.shards,
            memory=self.spark_memory,
        )

    def event_address(self) -> "EventAddress":
        """Where case events are kept.

        The address may hold a password, and Dagster keeps what a resource is configured with in every run's record: it
        comes from the environment and hedui.toml alone.
        """
        settings = load_settings({}, os.environ, find_settings_file(Path.cwd()))
        return settings.event_address(Path(self.warehouse))


def night_resource(settings: Settings) -> NightResource:
    """The resource with the values that the settings give."""
    return NightResource(
        inbox=str(settings.inbox or ""),
        warehouse=str(settings.warehouse),
        profile=settings.profile,
        feeds_dirs=[str(one) for one in settings.feeds_folders],
        policy_dirs=[str(one) for one in settings.policy_folders],
        rules_dirs=[str(one) for one in settings.rules],
        canaries_dirs=[str(one) for one in settings.canaries_folders],
        key_file=str(settings.key_file or ""),
        threads=settings.threads,
        memory_limit=settings.memory_limit,
        **_cluster(settings),
    )


def _cluster(settings: Settings) -> dict[str, Any]:
    """The place of the distributed engine as the resource takes it; nothing for the embedded one."""
    place = settings.cluster()
    if place is None:
        return {}
    return {
        "spark_master": place.master,
        "shared_folder": str(place.shared),
        "spark_secret_file": str(place.secret_file or ""),
        "spark_python": place.python,
        "spark_memory": place.memory,
        "shards": place.shards,
    }
