"""Uniqueness of the natural key, counted on the stored rows of a snapshot.

What belongs here: the one check that reads rows, because a load report cannot vouch for it: landing removes what it
superseded, and this looks whether it did. Only a count leaves DuckDB.
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

import json
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from warehouse.files import write_file
from warehouse.natural_keys import KIND, Keys
from warehouse.session import Vault, frame, store
from warehouse.snapshots import Snapshot
from warehouse.sql import name

ALIAS = "audited"
HASHES_A_PASS = 32_000_000
"""About how many hashes are sorted at once, eight bytes each; it bounds memory."""


def counted_once(vault: Vault, snapshot: Snapshot, keys: Keys) -> int:
    """`repeated_keys` of a snapshot, counted on its first night and remembered: a snapshot never changes.

    The count lies in `<warehouse>/checks/keys/`; the snapshot's checksum covers contract and content. It holds for all
    names of a file: a delivery that came before under another date is stored once.
    """
    note = _note(vault, snapshot.feed, snapshot.path)
    count = _remembered(note, snapshot.checksum)
    if count is not None:
        return count
    others = [path for path in snapshot.path.parent.glob("*.duckdb") if path.samefile(snapshot.path)]
    known = (_remembered(_note(vault, snapshot.feed, path), snapshot.checksum) for path in others)
    count = next((one for one in known if one is not None), None)
    if count is None:
        count = repeated_keys(vault, snapshot.path, keys)
    write_file(note, json.dumps({"checksum": snapshot.checksum, "repeated_keys": count}).encode())
    return count


def _note(vault: Vault, feed: str, snapshot: Path) -> Path:
    return vault.root / "checks" / "keys" / f"{feed}-{snapshot.stem}.json"


def _remembered(note: Path, checksum: str) -> int | None:
    """The count that a note tells, None where there is none of this content."""
    if not note.exists():
        return None
    told = json.loads(note.read_text(encoding="utf-8"))
    return int(told["repeated_keys"]) if told["checksum"] == checksum else None


def repeated_keys(vault: Vault, snapshot: Path, keys: Keys, hashes_a_pass: int = HASHES_A_PASS) -> int:
    """Number of natural keys that more than one stored row has; a row without a key counts for nothing.

    A 64-bit hash of the key tells which rows can have a partner: where none is shared, that is proof, and the texts
    themselves are compared only among the few rows that share one.

    Args:
        vault: The warehouse.
        snapshot: The DuckDB file of a landed snapshot.
        keys: The feed's natural key.
        hashes_a_pass: About how many hashes are held at once.

    Raises:
        WarehouseError: The file cannot be read.
    """
    parts = ", ".join(name(column) for column in keys.names)
    with vault.connect() as con:
        vault.attach(con, snapshot, ALIAS, read_only=True)
        keyed = f"(SELECT {keys.columns()} FROM {name(ALIAS, 'rows')})"
        rows = int(frame(con, f"SELECT count(*) AS rows FROM {name(ALIAS, 'rows')}").item())
        passes = max(1, -(-rows // hashes_a_pass))
        hashed = f"SELECT hash({parts}) AS bucket FROM {keyed} WHERE {KIND} > 0"
        found = [_shared(con, f"{hashed} AND hash({parts}) % {passes} = {turn}") for turn in range(passes)]
        shared = pl.concat(found)
        if shared.is_empty():
            return 0
        store(con, "shared", shared)
        candidates = f"SELECT {parts} FROM {keyed} WHERE {KIND} > 0 AND hash({parts}) IN (SELECT bucket FROM shared)"
        repeated = f"SELECT {parts} FROM ({candidates}) GROUP BY ALL HAVING count(*) > 1"
        count = int(frame(con, f"SELECT count(*) AS keys FROM ({repeated})").item())
        con.execute("DROP TABLE shared")
        return count


def _shared(con: duckdb.DuckDBPyConnection, hashed: str) -> pl.DataFrame:
    """The values of the column `bucket` of a query that more than one row has. Sorting costs half of grouping here."""
    hashes = np.sort(frame(con, hashed).get_column("bucket").to_numpy())
    return pl.DataFrame({"bucket": np.unique(hashes[1:][hashes[1:] == hashes[:-1]])}, schema={"bucket": pl.UInt64})
