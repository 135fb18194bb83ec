"""The tables of a night: one Arrow file each, replaced whole.

Belongs here: frames that assets hand to each other (`findings`, `cases`, `matched_<feed>` …) and their counts. One
writer per file by construction, so assets never wait for each other's lock. Does not belong here: what is published.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.errors import WarehouseError
from warehouse.files import is_safe_name, move_into_place, write_file, written_aside
from warehouse.recent_frames import RecentFrames
from warehouse.session import Vault, untyped_columns
from warehouse.table_files import read_table, write_table

ENDING = "arrow"


@dataclass(frozen=True)
class NightTables:
    """Tables and facts of one night: of one comparison date and one policy profile.

    Attributes:
        vault: The warehouse.
        as_of: The comparison date.
        profile: The policy profile's name.
        recent: What this process has just written or read of them.
    """

    vault: Vault
    as_of: date
    profile: str
    recent: RecentFrames = field(default_factory=RecentFrames, compare=False, repr=False, kw_only=True)

    @property
    def folder(self) -> Path:
        """Where the night's tables lie."""
        if not is_safe_name(self.profile):
            raise WarehouseError("a profile's name must be letters, digits, . - and _")
        return self.vault.root / "nights" / self.as_of.isoformat() / self.profile

    def write(self, table: str, rows: pl.DataFrame, *, is_read_soon: bool = True) -> None:
        """Store a table, in the frame's order; a table of that name is replaced at once and whole.

        Args:
            table: its name.
            rows: any frame whose columns all have a type.
            is_read_soon: whether to keep the frame for the steps that follow; not one of which they look at little.

        Raises:
            WarehouseError: a column has no type, or the disk refuses.
        """
        if untyped := untyped_columns(rows):
            raise WarehouseError(f"columns without a type: {', '.join(untyped)}; cast them before they are stored")
        target = self._path(table, ENDING)
        self.vault.open()
        with written_aside(target) as aside:
            write_table(aside, rows, self.vault.key)
            move_into_place(aside, target)
        # An older version of the programme kept tables in DuckDB files: what is written again must not lie there twice.
        target.with_suffix(".duckdb").unlink(missing_ok=True)
        if is_read_soon:
            self.recent.keep(target, rows)

    def read(self, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read a table back, in the order and with the types in which it was written.

        Args:
            table: its name.
            columns: those to read, in this order; by default all. A step over a large table names what it looks at.

        Raises:
            WarehouseError: the night has no such table.
        """
        path = self._there(table)
        kept = self.recent.get(path)
        if kept is not None:
            return kept if columns is None else kept.select(columns)
        self.vault.open()
        rows = read_table(path, self.vault.key, columns)
        if columns is None:
            self.recent.keep(path, rows)
        return rows

    def scan(self, table: str) -> pl.LazyFrame:
        """A table that is read where it is looked at, those columns alone; a sealed one is read here, whole.

        Raises:
            WarehouseError: the night has no such table.
        """
        path = self._there(table)
        kept = self.recent.get(path)
        if kept is None and self.vault.key is None:
            return pl.scan_ipc(path)
        return (self.read(table) if kept is None else kept).lazy()

    def has(self, table: str) -> bool:
        """Tell whether the night has the table."""
        return self._path(table, ENDING).exists()

    def write_facts(self, facts: str, content: Mapping[str, Any]) -> None:
        """Store a small account of a step as JSON. It is not encrypted: counts and sentences only, no person."""
        self.vault.open()
        told = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=plain)
        write_file(self._path(facts, "json"), told.encode() + b"\n")

    def read_facts(self, facts: str) -> dict[str, Any]:
        """Read an account back (dates come back as text).

        Raises:
            WarehouseError: the night has none of that name.
        """
        try:
            content = json.loads(self._path(facts, "json").read_bytes())
        except (OSError, ValueError):
            raise WarehouseError(
                f"the night {self.as_of} has no facts {facts}: run the step that writes them"
            ) from None
        if not isinstance(content, dict):
            raise WarehouseError(f"the facts {facts} of the night {self.as_of} are damaged: run their step again")
        return content

    def has_facts(self, facts: str) -> bool:
        """Tell whether the night has the account."""
        return self._path(facts, "json").exists()

    def _there(self, table: str) -> Path:
        path = self._path(table, ENDING)
        if not path.exists():
            raise WarehouseError(f"the night {self.as_of} has no table {table}: run the step that writes it first")
        return path

    def _path(self, table: str, ending: str) -> Path:
        if not is_safe_name(table):
            raise WarehouseError("a table's name must be letters, digits, - and _")
        return self.folder / f"{table}.{ending}"


def plain(value: object) -> str:
    """A date of an account as text.

    Raises:
        WarehouseError: anything else that JSON does not know.
    """
    if isinstance(value, date):
        return value.isoformat()
    raise WarehouseError(f"facts hold numbers, texts and dates, found {type(value).__name__}")
