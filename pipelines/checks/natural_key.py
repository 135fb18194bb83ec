"""Uniqueness of the natural key, counted on the stored rows of a snapshot.

What belongs here: the one check that reads rows, because a load report cannot vouch for it: landing removes what it
superseded, and this looks whether it did. Only a count leaves DuckDB.
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

import json
from pathlib import Path

from warehouse.files import write_file
from warehouse.natural_keys import KIND, Keys
from warehouse.session import Vault, frame
from warehouse.snapshots import Snapshot
from warehouse.sql import name

ALIAS = "audited"


def counted_once(vault: Vault, snapshot: Snapshot, keys: Keys) -> int:
    """`repeated_keys` of a snapshot, counted on its first night and remembered: a snapshot never changes.

    The count lies in `<warehouse>/checks/keys/`; the snapshot's checksum covers contract and content.
    """
    note = vault.root / "checks" / "keys" / f"{snapshot.feed}-{snapshot.path.stem}.json"
    if note.exists():
        told = json.loads(note.read_text(encoding="utf-8"))
        if told["checksum"] == snapshot.checksum:
            return int(told["repeated_keys"])
    count = repeated_keys(vault, snapshot.path, keys)
    write_file(note, json.dumps({"checksum": snapshot.checksum, "repeated_keys": count}).encode())
    return count


def repeated_keys(vault: Vault, snapshot: Path, keys: Keys) -> int:
    """Number of natural keys that more than one stored row has; a row without a key counts for nothing.

    A 64-bit hash of the key tells which rows can have a partner: where none is shared, that is proof, and the texts
    themselves are compared only among the few rows that share one.

    Args:
        vault: The warehouse.
        snapshot: The DuckDB file of a landed snapshot.
        keys: The feed's natural key.

    Raises:
        WarehouseError: The file cannot be read.
    """
    parts = ", ".join(name(column) for column in keys.names)
    with vault.connect() as con:
        vault.attach(con, snapshot, ALIAS, read_only=True)
        keyed = f"(SELECT {keys.columns()} FROM {name(ALIAS, 'rows')})"
        hashed = f"(SELECT hash({parts}) AS bucket FROM {keyed} WHERE {KIND} > 0)"
        con.execute(f"CREATE TEMP TABLE shared AS SELECT bucket FROM {hashed} GROUP BY bucket HAVING count(*) > 1")
        candidates = f"SELECT {parts} FROM {keyed} WHERE {KIND} > 0 AND hash({parts}) IN (SELECT bucket FROM shared)"
        repeated = f"SELECT {parts} FROM ({candidates}) GROUP BY ALL HAVING count(*) > 1"
        return int(frame(con, f"SELECT count(*) AS keys FROM ({repeated})").item())
