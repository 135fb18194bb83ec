"""Dagster's event log for the command line: the same files, with one connection a file instead of three an event.

What belongs here: how the process that runs a night writes its events. What stands in them, and how the web interface
reads them, is Dagster's. Its own storage opens a database engine for every event it writes, which took a quarter of a
night; this one keeps the connections of a run until the process lets go of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg
import sqlalchemy
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection, Engine

from pipelines.instance_storage import told_plainly

SECONDS_TO_WAIT = 30
"""For another process that writes to the same file."""


class KeptEventLog(SqliteEventLogStorage):
    """Event log that keeps its connections; one thread writes at a time, as in the storage that it stands for."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:  # noqa: ANN401
        """Make it of its configuration."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on one file."""
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = self._new_engine(shard)
            engine = self._engines[shard]
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked once for each that it has, for none is ever taken away."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close the connections."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()

    def _new_engine(self, shard: str) -> Engine:
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            pool_size=1,  # making the tables takes a second one, which is let go again
            connect_args={"timeout": SECONDS_TO_WAIT, "check_same_thread": False},
        )
        sqlalchemy.event.listen(engine, "connect", _flush_less_often)
        return engine


def _flush_less_often(raw: sqlite3.Connection, _record: object) -> None:
    """Leave it to SQLite when events reach the disk, instead of after each of a night's thousand.

    The file stays whole whatever happens (it has a write-ahead log); a power cut may take the last events of a run that
    it ends anyway. What people decided is elsewhere, and is flushed (`warehouse.events`).
    """
    raw.execute("PRAGMA synchronous = NORMAL")


def open_instance(home: Path) -> dg.DagsterInstance:
    """The Dagster instance of a folder, for the process that runs a night.

    What dagster.yaml says of storage goes before: a site that keeps its events elsewhere keeps them there.

    Raises:
        SettingsError: it cannot be opened as dagster.yaml says.
    """
    with told_plainly(home):
        plain = InstanceRef.from_dir(str(home))
        if plain.storage_data != InstanceRef.config_defaults(str(home))["storage"]:
            return dg.DagsterInstance.from_ref(plain)
        kept = {
            "module": __name__,
            "class": KeptEventLog.__name__,
            "config": {"base_dir": str(home / "history" / "runs")},
        }
        return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides={"event_log_storage": kept}))
