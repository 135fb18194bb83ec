"""Settings: where a night reads and writes, for which date and by which profile.

Here belongs every setting a person or a server may give, each described, and the one order in which they count:
option > environment (``HEDUI_*``) > ``hedui.toml`` > default. What is dated and belongs to a district (thresholds,
clauses, switches) is policy, in ``data/policy``, not here. Nothing is read at import.

``hedui.toml`` in the working directory holds the same names, one a line::

    inbox = "/srv/hedui/inbox"          # paths count from the folder the file is in
    warehouse = "/srv/hedui/warehouse"
    profile = "caojie-2024"
    key_file = "/etc/hedui/hedui.key"
    memory_limit = "8GB"
"""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from pipelines.night.cluster_place import SPARK, ClusterPlace, EngineName

if TYPE_CHECKING:
    from warehouse.events.address import EventAddress

PREFIX = "HEDUI_"
FILE_NAME = "hedui.toml"
DATA = Path(__file__).resolve().parent.parent / "data"

_LISTS = frozenset({"feeds_dirs", "policy_dirs", "canaries_dirs", "feeds", "policy", "rules", "canaries"})
_PATHS = frozenset(
    {
        *("inbox", "warehouse", "key_file", "event_store_password_file", "workbook_password_file", "drop_folder"),
        *("spark_secret_file", "shared_folder"),
    }
)
_SIZE = r"^[1-9][0-9]*(\.[0-9]+)?(MB|GB|TB|MiB|GiB|TiB)$"
_SECRETS = frozenset({"event_store"})
# Near misses of a setting's name are refused: HEDUI_KEYFILE for HEDUI_KEY_FILE would leave persons unencrypted.
_ALIKE = 0.85


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


def find_settings_file(folder: Path) -> Path | None:
    """Give the ``hedui.toml`` of a folder (the working directory), or none."""
    path = folder / FILE_NAME
    return path if path.is_file() else None


def load_settings(options: Mapping[str, object], environ: Mapping[str, str], file: Path | None) -> Settings:
    """Put the settings together: option > environment > file > default.

    Args:
        options: from the command line, by setting name; None stands for not given.
        environ: environment variables; those that begin with ``HEDUI_`` count, an empty one is not given.
        file: a ``hedui.toml``, or none.

    Raises:
        SettingsError: an unknown name, or a value that cannot be used, with where it was given.
    """
    given: dict[str, tuple[object, str]] = {}
    if file is not None:
        given |= {name: (value, str(file)) for name, value in _from_file(file).items()}
    given |= {name: (value, PREFIX + name.upper()) for name, value in _from_environment(environ).items()}
    for name, value in options.items():
        if value is not None:
            _check_name(name, "the options")
            given[name] = (value, "--" + name.replace("_", "-"))
    try:
        return Settings.model_validate({name: value for name, (value, _) in given.items()})
    except ValidationError as error:
        lines = [_explained(one["loc"], one["msg"], one["type"], given) for one in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """Take the ``HEDUI_*`` variables that are settings; one that nearly is one is an error, others are not ours."""
    found: dict[str, object] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in Settings.model_fields:
            if value.strip():
                found[name] = value.strip()
        elif _alike(name):
            raise SettingsError(f"{variable} is no setting: did you mean {PREFIX}{_alike(name).upper()}?")
    return found


def _from_file(path: Path) -> dict[str, object]:
    """Read a ``hedui.toml``; its relative paths count from its own folder."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}") from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{path}: expected a readable UTF-8 file") from None
    found: dict[str, object] = {}
    for name, value in content.items():
        _check_name(name, str(path))
        found[name] = _from_folder(path.parent, name, value)
    return found


def _from_folder(folder: Path, name: str, value: object) -> object:
    if name in _PATHS and isinstance(value, str):
        return folder / value
    if name in _LISTS:
        parts: Iterable[object] = value.split(os.pathsep) if isinstance(value, str) else _as_list(value)
        return tuple(folder / str(part) for part in parts)
    return value


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _check_name(name: str, where: str) -> None:
    if name not in Settings.model_fields:
        advice = f"did you mean {_alike(name)}?" if _alike(name) else f"known: {', '.join(Settings.model_fields)}"
        raise SettingsError(f"{where}: {name} is no setting; {advice}")


def _alike(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, Settings.model_fields, n=1, cutoff=_ALIKE)), "")


def _explained(
    location: tuple[int | str, ...], message: str, kind: str, given: Mapping[str, tuple[object, str]]
) -> str:
    """Say where a bad value was given, what was expected and what was found."""
    name = str(location[0])
    value, where = given.get(name, (None, name))
    found = "what is not shown, for it may hold a password" if name in _SECRETS else repr(str(value))
    if name == "as_of":
        return f"{where}: expected a date YYYY-MM-DD that exists, such as 2026-09-22, found {found}"
    if kind == "string_pattern_mismatch":
        return f"{where}: expected a size such as 4GB or 512MB, found {found}"
    return f"{where}: {message[0].lower() + message[1:]}, found {found} ({Settings.model_fields[name].description})"
