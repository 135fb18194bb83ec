"""DuckDB sessions over one warehouse: settings, encryption, and the way of frames in and out.

Belongs here: how a connection is opened, a file attached, a Polars frame stored or read. Everything that DuckDB 2
removed from its Python interface is kept out of here, so that the move is one line. Does not belong here: what the
tables mean.
"""

import base64
import hmac
import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import duckdb
import polars as pl
from polars.datatypes import DataTypeClass

from warehouse.errors import WarehouseError, WarehouseKeyError, disk_full, says_full, values_kept_out
from warehouse.files import create_file, private_folder, written_aside
from warehouse.idle_sessions import Engine, IdleEngines
from warehouse.keys import Key, derive
from warehouse.sql import name, text

__all__ = ["MARKER", "Vault", "append", "frame", "name", "registered", "store"]

MARKER = "warehouse.json"
FORMAT = 1
HOLDS_PERSONS = ("snapshots", "nights", "published", "held")


@dataclass(frozen=True)
class Vault:
    """One warehouse folder and the way into it.

    Attributes:
        root: The warehouse; made at first use, open to its owner alone.
        key: The key, or None for a warehouse that is not encrypted.
        threads: Threads of a session; None leaves the choice to DuckDB.
        memory_limit: Memory of a session in DuckDB's writing ("4GB"); beyond it, work spills to `<warehouse>/tmp`.
    """

    root: Path
    key: Key | None = None
    threads: int | None = None
    memory_limit: str | None = None
    _idle: IdleEngines = field(default_factory=IdleEngines, init=False, compare=False, repr=False)

    def open(self) -> None:
        """Make the warehouse at first use, and check that the key fits it before anything else happens.

        Raises:
            WarehouseKeyError: the key is another one, is missing, or the warehouse is not encrypted.
            WarehouseError: the folder cannot be made or read, or its marker is gone.
        """
        path = self.root / MARKER
        try:
            if not path.exists():
                self._begin(path)
        except OSError as error:
            raise WarehouseError(
                f"the warehouse folder cannot be used ({type(error).__name__}): "
                "it must be a folder that the user of hedui may write, or not be there yet",
            ) from None
        self._fit(path)

    @contextmanager
    def connect(self, will_write: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a session in memory, to which files of the warehouse are attached.

        Args:
            will_write: False for a session that only reads tables as they are: it starts faster when there is a key,
                but may neither write nor spill.

        Yields:
            A connection; nothing is loaded from the network, and what spills to disk is encrypted when there is a key.

        Raises:
            WarehouseKeyError: the key does not fit.
            WarehouseError: in place of any DuckDB error inside, without its text.
        """
        self.open()
        with (
            written_aside(self.root / "tmp" / "spill") as spill,
            values_kept_out("working in the warehouse", self.root),
        ):
            engine = self._engine(spill, will_write=will_write)
            try:
                with closing(engine.root.cursor()) as con:
                    con.execute(f"SET temp_directory = {text(str(spill))}; SET enable_progress_bar = false")
                    yield con
            except BaseException:
                engine.close()  # whatever state it is in, nobody else meets it
                raise
            self._idle.give_back(engine, spill)

    def attach(
        self, con: duckdb.DuckDBPyConnection, path: Path, alias: str, read_only: bool, storage: str | None = None
    ) -> None:
        """Attach a DuckDB file of the warehouse.

        Args:
            con: A session.
            path: The file; where it may be written, it is made if it is not there.
            alias: The name by which SQL knows it.
            read_only: Whether it is only read.
            storage: The oldest version of DuckDB that has to read a new file; encrypted files have one of their own.

        Raises:
            WarehouseKeyError: the file is not encrypted as the warehouse is.
            WarehouseError: the file is missing or damaged.
        """
        options = ["READ_ONLY"] if read_only else []
        parameters: list[str] = []
        if self.key is not None:
            options += ["ENCRYPTION_KEY ?", "ENCRYPTION_CIPHER 'GCM'"]
            parameters.append(self.database_key())
        elif storage is not None:
            options.append(f"STORAGE_VERSION {text(storage)}")
        if read_only and not path.exists():
            raise WarehouseError(f"{path.name} is missing from the warehouse: restore it, or run the night again")
        told = f" ({', '.join(options)})" if options else ""
        try:
            con.execute(f"ATTACH {text(str(path))} AS {name(alias)}{told}", parameters)
        except (duckdb.CatalogException, duckdb.InvalidInputException):
            raise WarehouseKeyError(f"{path.name} does not open with the key of this warehouse") from None
        except duckdb.Error as error:
            if says_full(str(error)):
                raise disk_full(f"opening {path.name}", self.root) from None
            raise WarehouseError(f"{path.name} cannot be opened ({type(error).__name__}): restore it") from None

    def detach(self, con: duckdb.DuckDBPyConnection, alias: str) -> None:
        """Take a file off a session."""
        con.execute(f"DETACH {name(alias)}")

    def database_key(self) -> str:
        """Give the key of the DuckDB files, as text: what a reader outside hedui passes as ENCRYPTION_KEY.

        Raises:
            WarehouseKeyError: the warehouse is not encrypted.
        """
        return self._derived("duckdb files").hex()

    def parquet_key(self) -> str:
        """Give the key of the Parquet files in base64, as DuckDB's `add_parquet_key` takes it."""
        return base64.b64encode(self._derived("parquet files")).decode()

    def _derived(self, purpose: str) -> bytes:
        if self.key is None:
            raise WarehouseKeyError("this warehouse is not encrypted, so it has no keys")
        return derive(self.key, purpose)

    def _engine(self, spill: Path, *, will_write: bool) -> Engine:
        """An engine that was used before, or a new one."""
        engine = self._idle.take() or Engine(duckdb.connect(":memory:", config=self._settings(spill)))
        if self.key is not None and will_write and not engine.has_cipher:
            try:
                _load_cipher(engine.root)
            except BaseException:
                engine.close()
                raise
            engine.has_cipher = True
        return engine

    def _settings(self, spill: Path) -> dict[str, str | bool | int | float | list[str]]:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,  # SQL must never pick up a Python variable by its name
            "temp_directory": str(spill),
            "temp_file_encryption": self.key is not None,
        }
        if self.threads is not None:
            settings["threads"] = self.threads
        if self.memory_limit is not None:
            settings["memory_limit"] = self.memory_limit
        return settings

    def _begin(self, path: Path) -> None:
        """Make the folder, and the marker that says whether it is encrypted and by which key."""
        if any((self.root / folder).exists() for folder in HOLDS_PERSONS):
            raise WarehouseError(f"{MARKER} is missing from the warehouse although it holds data: restore the file")
        private_folder(self.root)
        marker = {"format": FORMAT, "encrypted": self.key is not None, "check": self._check_value()}
        with suppress(FileExistsError):  # another process may be faster; then its marker counts
            create_file(path, json.dumps(marker).encode() + b"\n")

    def _check_value(self) -> str:
        return "" if self.key is None else hmac.digest(derive(self.key, "marker"), b"hedui warehouse", "sha256").hex()

    def _fit(self, path: Path) -> None:
        try:
            marker = json.loads(path.read_bytes())
            encrypted, check, version = bool(marker["encrypted"]), str(marker["check"]), marker["format"]
        except (OSError, ValueError, KeyError, TypeError):
            raise WarehouseError(f"{MARKER} in the warehouse cannot be read: restore the file") from None
        if version != FORMAT:
            raise WarehouseError(f"the warehouse has format {version}, expected {FORMAT}: use the hedui that made it")
        if encrypted and self.key is None:
            raise WarehouseKeyError("the warehouse is encrypted and no key was given: set HEDUI_KEY_FILE")
        if not encrypted and self.key is not None:
            raise WarehouseKeyError(
                "a key was given, but this warehouse is not encrypted: "
                "unset HEDUI_KEY_FILE, or use a new warehouse folder and land the inbox again",
            )
        if not hmac.compare_digest(check, self._check_value()):
            raise WarehouseKeyError("this is not the key of the warehouse: set HEDUI_KEY_FILE to the one it began with")


def frame(
    con: duckdb.DuckDBPyConnection, sql: str, params: Sequence[object] = (), *, is_search: bool = False
) -> pl.DataFrame:
    """Run a query and give its rows, in the query's order, as a Polars frame.

    Args:
        con: A session.
        sql: The query.
        params: What stands for its question marks.
        is_search: Whether it looks through many more rows than it gives. All threads then bring them together, which
            takes more memory; otherwise DuckDB hands its rows out as they come, to one thread.
    """
    found = con.sql(sql, params=list(params)) if is_search else con.execute(sql, list(params))
    rows = pl.from_arrow(found.to_arrow_table())
    if not isinstance(rows, pl.DataFrame):
        raise TypeError("expected a table from DuckDB")
    return rows


def store(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Write a frame as a new table, in the frame's order.

    Args:
        con: A session.
        table: The table's name, quoted as SQL wants it (`name("rows")`, or `name("alias", "rows")`).
        rows: Any frame whose columns all have a type.

    Raises:
        WarehouseError: a column has no type (all null, of Polars type Null), which would come back as a number.
    """
    if untyped := untyped_columns(rows):
        raise WarehouseError(f"columns without a type: {', '.join(untyped)}; cast them before they are stored")
    with registered(con, rows) as view:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {view}")  # noqa: S608  names are quoted by `name`


def append(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Add a frame's rows to a table that has its columns, matched by name."""
    if rows.is_empty():
        return
    with registered(con, rows) as view:
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {view}")  # noqa: S608  names are quoted by `name`


def untyped_columns(rows: pl.DataFrame) -> list[str]:
    """The columns of a frame that have no type: stored, they would come back as numbers."""
    return [column for column, dtype in rows.schema.items() if _is_untyped(dtype)]


def _is_untyped(dtype: pl.DataType | DataTypeClass) -> bool:
    """Tell whether a type is Null, or has Null somewhere inside a list or struct."""
    if isinstance(dtype, pl.List):
        return _is_untyped(dtype.inner)
    if isinstance(dtype, pl.Struct):
        return any(_is_untyped(field.dtype) for field in dtype.fields)
    return dtype == pl.Null


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> Iterator[str]:
    """Let SQL read a frame, by the quoted name given, while this lasts."""
    view = f"frame_{uuid.uuid4().hex}"
    # DuckDB scans through Arrow, which would write to the terminal of every buffer that Polars took from a file as it lay.
    os.environ.setdefault("ACERO_ALIGNMENT_HANDLING", "reallocate")
    # Texts as Polars holds them: the older form would be a copy of every one.
    con.register(view, rows.to_arrow(compat_level=pl.CompatLevel.newest()))
    try:
        yield name(view)
    finally:
        con.unregister(view)


def _load_cipher(con: duckdb.DuckDBPyConnection) -> None:
    """Load OpenSSL's cipher: DuckDB 1.5 refuses to write (or spill) encrypted without the httpfs extension.

    It comes from the wheel `duckdb-extension-httpfs`, signed by DuckDB; nothing is fetched.
    """
    try:
        folder = resources.files("duckdb_extension_httpfs")
    except ModuleNotFoundError:
        raise WarehouseError("encryption needs the package duckdb-extension-httpfs: install it") from None
    extension = folder / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
    if not extension.is_file():
        raise WarehouseError(f"duckdb-extension-httpfs does not fit duckdb {duckdb.__version__}: install its version")
    con.execute(f"LOAD {text(str(extension))}")
