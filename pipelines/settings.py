"""Settings: where a night reads and writes, for which date and by which profile.

Here belongs every setting a person or a server may give, each described; where they are given and in which order they
count: ``pipelines.settings_reading``. What is dated and belongs to a district (thresholds, clauses, switches) is
policy, in ``data/policy``, not here. Nothing is read at import.
"""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from pipelines.night.cluster_place import SPARK, ClusterPlace, EngineName

if TYPE_CHECKING:
    from warehouse.events.address import EventAddress

PREFIX = "HEDUI_"
FILE_NAME = "hedui.toml"
DATA = Path(__file__).resolve().parent.parent / "data"

_SIZE = r"^[1-9][0-9]*(\.[0-9]+)?(MB|GB|TB|MiB|GiB|TiB)$"


class SettingsError(ValueError):
    """A setting that cannot be used: says where it was given, what was expected and what was found."""


def _split(value: object) -> object:
    """Let an environment variable or option name several folders, separated as in ``PATH``."""
    return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value


def _iso_date(value: object) -> object:
    """Take dates written YYYY-MM-DD alone: 20260922 would otherwise be read as seconds since 1970."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if len(text) != len("YYYY-MM-DD"):
        raise ValueError("expected YYYY-MM-DD")
    return date.fromisoformat(text)


Folders = Annotated[tuple[Path, ...], BeforeValidator(_split)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class Settings(BaseModel):
    """All settings of one call of ``hedui`` or of one Dagster code location."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inbox: Path | None = Field(None, description="folder of deliveries: <inbox>/<feed>/<YYYY-MM-DD>/files")
    warehouse: Path = Field(Path("var/warehouse"), description="folder of snapshots, nights and publications")
    as_of: IsoDate | None = Field(None, description="comparison date (比对日), YYYY-MM-DD; none: today in China")
    profile: str = Field(
        "caojie-2024", min_length=1, description="policy profile: which rules and thresholds are in force"
    )
    feeds_dirs: Folders = Field((DATA / "feeds",), min_length=1, description="folders of feed contracts")
    policy_dirs: Folders = Field((DATA / "policy",), min_length=1, description="folders of policy layers")
    canaries_dirs: Folders = Field(
        (DATA / "canaries",), min_length=1, description="folders of canaries: fictional households with known answers"
    )
    feeds: Folders = Field((), description="folders of a region's own feed contracts, added to the shipped ones")
    policy: Folders = Field((), description="folders of a region's own policy, added to the shipped layers")
    rules: Folders = Field((), description="folders of a region's own rules: Python modules, which are executed")
    canaries: Folders = Field(
        (), description="folders of a region's own canaries; one of the name of a shipped one stands in its place"
    )
    key_file: Path | None = Field(
        None, description="file with the key; everything that holds persons is then encrypted"
    )
    event_store: SecretStr | None = Field(
        None, description="address of the case events: sqlite:////…/events.db or postgresql://…; none: in the warehouse"
    )
    event_store_password_file: Path | None = Field(
        None, description="file (0600) with PostgreSQL's password alone, where the address has none"
    )
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="threads of the engines")
    memory_limit: str = Field("4GB", pattern=_SIZE, description="DuckDB's memory, e.g. 4GB")
    schedule_enabled: bool = Field(False, description="start the night by itself at 02:00 while `hedui ui` runs")
    workbook_password_file: Path | None = Field(
        None, description="file (0600) with the password that opens the workbooks alone"
    )
    workbooks: bool = Field(True, description="write the towns' workbooks after each night, which hands its cases out")
    drop_folder: Path | None = Field(
        None, description="folder for filled workbooks: imported by themselves while `hedui ui` runs"
    )
    runs_kept_days: int = Field(
        400, ge=30, description="days that Dagster keeps a run and its events; nights themselves are not touched"
    )
    engine: EngineName = Field("duckdb", description="what compares: duckdb on this machine, or spark on a cluster")
    spark_master: str = Field("", description="address of Spark's master: spark://host:7077, yarn, local[2]")
    spark_secret_file: Path | None = Field(
        None, description="file (0600) with the secret that the processes of a standalone cluster share"
    )
    spark_python: str = Field("", description="path of the workers' Python; none: the path of this one")
    shared_folder: Path | None = Field(
        None, description="folder that this machine and every worker see under one path: snapshots as Parquet"
    )
    shards: int = Field(
        0, ge=0, le=100_000, description="into how many parts a cluster cuts a feed to judge it, at least; 0: its cores"
    )
    spark_memory: str = Field("1GB", pattern=_SIZE, description="DuckDB's memory for one part on a worker, e.g. 1GB")
    port: int = Field(3000, ge=1, le=65535, description="loopback port of `hedui ui`")

    @property
    def feeds_folders(self) -> tuple[Path, ...]:
        """The shipped feed contracts, then what a region adds to them."""
        return (*self.feeds_dirs, *self.feeds)

    @property
    def policy_folders(self) -> tuple[Path, ...]:
        """The shipped policy, then what a region adds to it."""
        return (*self.policy_dirs, *self.policy)

    @property
    def canaries_folders(self) -> tuple[Path, ...]:
        """The shipped canaries, then what a region adds to them or puts in their place."""
        return (*self.canaries_dirs, *self.canaries)

    def required_inbox(self) -> Path:
        """Give the inbox of a command that cannot do without.

        Raises:
            SettingsError: none was given, or it is not a folder.
        """
        if self.inbox is None:
            raise SettingsError(
                f"no inbox given: give --inbox DIR, {PREFIX}INBOX, or a line `inbox = …` in {FILE_NAME}"
            )
        if not self.inbox.is_dir():
            raise SettingsError(f"inbox: expected a folder with one sub-folder per feed, found no folder {self.inbox}")
        return self.inbox

    def required_warehouse(self) -> Path:
        """Give the warehouse of a command that only reads: it must be there.

        Raises:
            SettingsError: there is no such folder.
        """
        if not self.warehouse.is_dir():
            raise SettingsError(
                f"warehouse: expected the folder of an earlier hedui nightly, found no folder {self.warehouse}: "
                f"check --warehouse, {PREFIX}WAREHOUSE or {FILE_NAME}"
            )
        return self.warehouse

    def event_address(self, root: Path | None = None) -> "EventAddress":
        """Give the place of the case events.

        Args:
            root: The warehouse in whose folder they are unless an address is set; None: that of these settings.

        Raises:
            EventAddressError: the address or its password file cannot be used; neither is quoted.
        """
        from warehouse.events.address import EventAddress  # noqa: PLC0415  SQLAlchemy takes a moment to import

        if self.event_store is None:
            return EventAddress.of_warehouse(root or self.warehouse)
        return EventAddress.read(self.event_store.get_secret_value(), self.event_store_password_file)

    def cluster(self) -> ClusterPlace | None:
        """Give the place of the distributed engine; none where the embedded one is set.

        Raises:
            SettingsError: the engine is spark and its master or the shared folder is not given.
        """
        if self.engine != SPARK:
            return None
        if not self.spark_master or self.shared_folder is None:
            missing = "spark_master" if not self.spark_master else "shared_folder"
            raise SettingsError(
                f"engine = spark: expected {missing}, found none; give {PREFIX}{missing.upper()}, or a line "
                f"`{missing} = …` in {FILE_NAME} (docs/scale.md)"
            )
        return ClusterPlace(
            master=self.spark_master,
            shared=self.shared_folder.absolute(),
            secret_file=self.spark_secret_file,
            python=self.spark_python,
            shards=self.shards,
            memory=self.spark_memory,
        )

    def environment(self) -> dict[str, str]:
        """Give the environment variables that hand these settings on to a child process, paths made absolute."""
        given: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, tuple):
                text = os.pathsep.join(str(folder.absolute()) for folder in value)
            elif isinstance(value, SecretStr):
                text = value.get_secret_value()
            else:
                text = str(value.absolute() if isinstance(value, Path) else value)
            given[PREFIX + name.upper()] = text
        return given
