"""Landing a delivery as a revision of an older snapshot: a copy of it, without the rows that are gone, with those that came.

Belongs here: what the copy keeps, where its rows stand in the newer delivery, and which rows can stand twice at all. Does not
belong here: which lines of a delivery changed (`connectors.changed_lines`).
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Mapping

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.duplicates import Removed, remove_repeated_by
from warehouse.errors import WarehouseError
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.session import registered, store
from warehouse.snapshot_writer import ALIAS, SnapshotWriter
from warehouse.sql import name

ROWS_A_PASS = 2_000_000
COME = "come"


class SnapshotReviser(SnapshotWriter):
    """Takes what changed of one delivery. Made by `SnapshotStore.reviser`; `keep` comes first, then batches."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        report: LoadReport,
        schema: Mapping[str, pl.DataType],
        keys: Keys,
        before: LoadReport,
    ) -> None:
        for table in ("quarantine", "requested", "profile", "parts"):
            con.execute(f"DROP TABLE {name(ALIAS, table)}")
        super().__init__(con, report, schema, keys)
        self._is_begun = True
        self._tally.begin_with(before.fields)

    def keep(self, kept: int, gone: NDArray[np.int64], come: NDArray[np.int64]) -> None:
        """Keep the rows of the older delivery but for some.

        Args:
            kept: How many are kept.
            gone: The `source_row` of all others.
            come: The `source_row`, in the newer delivery, of the rows that will be appended.

        Raises:
            WarehouseError: the older snapshot does not hold one row for each that is kept.
        """
        rows = name(ALIAS, "rows")
        store(self._con, COME, pl.DataFrame({"source_row": come}))
        with registered(self._con, pl.DataFrame({"source_row": gone})) as view:
            # The condition keeps every row: with it DuckDB unpacks no other column of rows that stay (one_snapshot.about).
            where = f"source_row IN (SELECT source_row FROM {view} WHERE source_row IS NOT NULL)"
            [found] = self._con.execute(f"SELECT {', '.join(self._counts)} FROM {rows} WHERE {where}").fetchall()
            self._tally.less(found)
            self._con.execute(f"DELETE FROM {rows} WHERE {where}")
        if self._count("rows") != kept:
            raise WarehouseError("the older snapshot does not hold one row for each line; this is an error of ours")

    def move(self, moved: NDArray[np.int64], to: NDArray[np.int64]) -> None:
        """Tell rows that stand elsewhere now; each is told once, for a pass takes some by where they are stored.

        Args:
            moved: Their `source_row` in the older delivery, rising.
            to: The `source_row` at which each stands in the newer one.

        Raises:
            WarehouseError: not each of them was told once.
        """
        if not len(moved):
            return
        rows = name(ALIAS, "rows")
        told = done = 0
        # Not counted on from the pass before: where the file's log is written into it between two of them, DuckDB drops blocks
        # of deleted rows alone and numbers the rows behind them anew. Their order stays.
        while found := self._con.execute(f"SELECT rowid FROM {rows} LIMIT 1 OFFSET {told}").fetchall():
            first = int(found[0][0])
            here = f"rowid >= {first} AND rowid < {first + ROWS_A_PASS}"
            sql = f"SELECT count(*), min(source_row), max(source_row) FROM {rows} WHERE {here}"
            [(count, least, most)] = self._con.execute(sql).fetchall()
            told += int(count)
            some = slice(*np.searchsorted(moved, [least, most + 1]))
            with registered(self._con, pl.DataFrame({"source_row": moved[some], "place": to[some]})) as view:
                [(updated,)] = self._con.execute(
                    f"UPDATE {rows} AS r SET source_row = m.place FROM {view} m "
                    f"WHERE r.source_row = m.source_row AND r.rowid >= {first} AND r.rowid < {first + ROWS_A_PASS}"
                ).fetchall()
            done += int(updated)
        if done != len(moved):
            raise WarehouseError(f"expected {len(moved)} rows to move, found {done}; this is an error of ours")

    def _without_repeated(self) -> Removed:
        """Take out what the rows that came repeat or supersede; those that were kept were held against each other before."""
        new = f"source_row IN (SELECT source_row FROM {COME})"
        removed = remove_repeated_by(
            self._con, name(ALIAS, "rows"), self._fields, self._keys, new, counted=self._counts
        )
        self._tally.less(removed.counts)
        self._con.execute(f"DROP TABLE {COME}")
        return removed
