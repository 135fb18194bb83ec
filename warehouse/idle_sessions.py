"""DuckDB engines that wait for their next use: starting one costs thirty times what a session on it does.

Belongs here: keeping an engine between two sessions of a process, and knowing when it may not be kept. One session at a
time works on an engine, so sessions stay as apart as if each had started its own. Does not belong here: what a
session is set to, which `warehouse.session` knows.
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.sql import name

MOST_KEPT = 4
"""More than a night has open at once."""


@dataclass
class Engine:
    """An engine in memory.

    Attributes:
        root: The connection that keeps it alive; sessions work on cursors of it.
        has_cipher: Whether it can write encrypted.
    """

    root: duckdb.DuckDBPyConnection
    has_cipher: bool = False

    def close(self) -> None:
        """Let go of the engine and of every file that is still attached."""
        self.root.close()

    def clear(self) -> bool:
        """Take off what a session has left attached; tell whether the engine is as new."""
        for (left,) in self.root.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall():
            if left != "memory":
                self.root.execute(f"DETACH {name(left)}")
        [(tables,)] = self.root.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
        return not tables


class IdleEngines:
    """The engines of one warehouse that no session works on. They end with it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._idle: list[Engine] = []

    def __reduce__(self) -> tuple[type["IdleEngines"], tuple[()]]:
        """In another process there are none yet."""
        return IdleEngines, ()

    def take(self) -> Engine | None:
        """Give an engine, if one waits. After a fork there is none: its threads stayed with the parent."""
        with self._lock:
            return self._idle.pop() if self._idle and self._owner == os.getpid() else None

    def give_back(self, engine: Engine, spill: Path) -> None:
        """Keep an engine whose session ended well; one that is not as new, or has spilled, is closed.

        Args:
            engine: The engine; its session is closed.
            spill: Where the session would have spilled; an engine that did keeps to that folder.
        """
        try:
            is_as_new = not spill.exists() and engine.clear()
        except duckdb.Error:
            is_as_new = False
        with self._lock:
            if is_as_new and len(self._idle) < MOST_KEPT and self._owner == os.getpid():
                self._idle.append(engine)
                return
        engine.close()
