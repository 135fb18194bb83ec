"""A warehouse that is gone when it is closed: the same snapshots and tables, in memory, nothing on disk.

Belongs here: what stands in for files where a night is only thought through, as in the scenarios of policy officers.
Deliveries are landed, deduplicated and read by the very code that serves a real night; only the places differ. Does not
belong here: anything that a real night needs; what is published is published from files.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.errors import WarehouseError, values_kept_out
from warehouse.load_report import LoadReport, Mode
from warehouse.natural_keys import Keys
from warehouse.session import Vault
from warehouse.snapshot_writer import ALIAS, SnapshotWriter
from warehouse.snapshots import Snapshot, SnapshotStore
from warehouse.sql import name
from warehouse.tables import NightTables, plain


@dataclass(frozen=True)
class MemoryVault(Vault):
    """One session for everything: what would be a file is a database attached to it.

    Attributes:
        root: a folder without published nights; nothing is written to it.
        session: the session, made by `memory_vault`.
        turns: held by the thread that works in it: two at once would each meet what the other has registered.
    """

    session: duckdb.DuckDBPyConnection = field(kw_only=True)
    turns: threading.RLock = field(default_factory=threading.RLock, kw_only=True, compare=False, repr=False)

    def open(self) -> None:
        """There is no folder to make and no key to check."""

    @contextmanager
    def connect(self, will_write: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:  # noqa: ARG002
        """Give the one session, whether or not it is to be written to, to one thread at a time."""
        with self.turns, values_kept_out("working in memory"):
            yield self.session

    def attach(
        self,
        con: duckdb.DuckDBPyConnection,
        path: Path,  # noqa: ARG002
        alias: str,
        read_only: bool,
        storage: str | None = None,  # noqa: ARG002
    ) -> None:
        """Add a database to the session, unless it is there: what has landed stays attached."""
        if not read_only:
            con.execute(f"ATTACH ':memory:' AS {name(alias)}")
        elif alias not in self.held:
            raise WarehouseError(f"{alias}: expected a snapshot that has landed, found none")

    def detach(self, con: duckdb.DuckDBPyConnection, alias: str) -> None:
        """Leave the database where it is: taking it off the session would lose it."""

    @property
    def held(self) -> set[str]:
        """The names of the databases that are attached."""
        return {str(row[0]) for row in self.session.execute("SELECT database_name FROM duckdb_databases()").fetchall()}


@contextmanager
def memory_vault(root: Path) -> Iterator[MemoryVault]:
    """A warehouse in memory while this lasts.

    Args:
        root: an empty folder that stands where a warehouse would be.
    """
    con = duckdb.connect(":memory:", config={"threads": 1, "python_enable_replacements": False})
    try:
        yield MemoryVault(root, session=con)
    finally:
        con.close()


class MemorySnapshots(SnapshotStore):
    """The snapshots of a warehouse in memory, in the order in which they landed."""

    def __init__(self, vault: MemoryVault) -> None:
        super().__init__(vault)
        self._memory = vault
        self._landed: list[Snapshot] = []

    def find(self, feed: str, snapshot_date: date, checksum: str) -> LoadReport | None:  # noqa: ARG002
        """Nothing was landed before: a story is told once."""
        return None

    def find_earlier(self, feed: str, snapshot_date: date, checksum: str) -> Snapshot | None:  # noqa: ARG002
        """Nothing was landed before, of an older date neither."""
        return None

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
        """Land a delivery; see `SnapshotStore.writer`."""
        con = self._memory.session
        report = LoadReport(status="landed", feed=feed, snapshot_date=snapshot_date, mode=mode, checksum=checksum)
        with self._memory.turns, values_kept_out("landing in memory"):
            self._memory.attach(con, Path(), ALIAS, read_only=False)
            try:
                writer = SnapshotWriter(con, report, schema, keys)
                yield writer
                if writer.finished is not None:
                    self._keep(Snapshot(Path(f"{snapshot_date}-{checksum[:12]}"), writer.finished, len(self._landed)))
            finally:
                con.execute(f"DETACH {name(ALIAS)}")

    def refuse(
        self,
        feed: str,
        snapshot_date: date,
        checksum: str,
        mode: Mode,
        message: str,
        extra: Mapping[str, Any] | None = None,
    ) -> LoadReport:
        """Give the report of a delivery that was refused whole."""
        told = {"status": "refused", "feed": feed, "snapshot_date": snapshot_date, "checksum": checksum, "mode": mode}
        return LoadReport.model_validate({**told, **(extra or {}), "message": message})

    def list(self, feed: str) -> "list[Snapshot]":
        """Give the landed snapshots of a feed, oldest date first, then by landing."""
        found = [one for one in self._landed if one.feed == feed]
        return sorted(found, key=lambda snapshot: (snapshot.snapshot_date, snapshot.landed_at))

    def dates(self, feed: str) -> tuple[date, ...]:
        """Give the dates of the landed snapshots of a feed, each once, the oldest first: no report lies anywhere."""
        return tuple(sorted({one.snapshot_date for one in self.list(feed)}))

    def _keep(self, snapshot: Snapshot) -> None:
        """Move what was written into a database of the snapshot's own."""
        con = self._memory.session
        con.execute(f"ATTACH ':memory:' AS {name(snapshot.alias)}")
        con.execute(f"COPY FROM DATABASE {name(ALIAS)} TO {name(snapshot.alias)}")
        self._landed.append(snapshot)


@dataclass(frozen=True)
class MemoryTables(NightTables):
    """The tables and facts of a night in memory."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False)
    facts: dict[str, str] = field(default_factory=dict, compare=False)

    def write(self, table: str, rows: pl.DataFrame, *, is_read_soon: bool = True) -> None:  # noqa: ARG002  all are kept
        """Keep a table; one of that name is replaced."""
        self.tables[table] = rows

    def read(self, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Give a table back, or those of its columns.

        Raises:
            WarehouseError: there is none of that name.
        """
        if table not in self.tables:
            raise WarehouseError(f"the night {self.as_of} has no table {table}: run the step that writes it first")
        kept = self.tables[table]
        return kept if columns is None else kept.select(columns)

    def scan(self, table: str) -> pl.LazyFrame:
        """Give a table to be looked at column by column; it is in memory already.

        Raises:
            WarehouseError: there is none of that name.
        """
        return self.read(table).lazy()

    def has(self, table: str) -> bool:
        """Tell whether there is the table."""
        return table in self.tables

    def write_facts(self, facts: str, content: Mapping[str, Any]) -> None:
        """Keep an account of a step, as the text that a real night would write."""
        self.facts[facts] = json.dumps(content, ensure_ascii=False, default=plain)

    def read_facts(self, facts: str) -> dict[str, Any]:
        """Give an account back.

        Raises:
            WarehouseError: there is none of that name.
        """
        if facts not in self.facts:
            raise WarehouseError(f"the night {self.as_of} has no facts {facts}: run the step that writes them")
        return dict(json.loads(self.facts[facts]))

    def has_facts(self, facts: str) -> bool:
        """Tell whether there is the account."""
        return facts in self.facts
