"""Copies of snapshots as Parquet on storage that several machines share, for engines that work on many machines.

Belongs here: writing a snapshot's rows once, in files of a size that one worker takes at a time, and removing copies of
snapshots that are gone. A copy is encrypted as the warehouse is. Does not belong here: who reads them
(`warehouse.narrowed`).
"""
# ruff: noqa: S608  the SQL is put together from constants and names quoted by `warehouse.sql`

import hashlib
import shutil
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.files import move_into_place, private_folder, sweep_folder, written_aside
from warehouse.session import Vault
from warehouse.snapshots import Snapshot
from warehouse.sql import name, text

PLACE = "stored_place"
"""The column that says where a row stood in its snapshot; their order is the order of delivery within it."""
PROVENANCE = ("source_file", "source_sha256")
"""Columns of a copy that the snapshot keeps in `parts`: with them a copy is understood by itself."""

KEY_NAME = "hedui"
GROUP_ROWS, FILE_GROUPS = 122_880, 8
"""A file has at most 983,040 rows: 30 to 100 MB, a second of work."""
_ALIAS = "copied"


def copies_folder(shared: Path, secret: bytes) -> Path:
    """The folder of one warehouse's copies on shared storage: warehouses never meet there.

    Args:
        shared: the folder that all machines see under this path.
        secret: the secret behind the warehouse's finding ids; its digest names the folder and tells nothing of it.
    """
    return shared / hashlib.sha256(b"hedui copies" + secret).hexdigest()[:16]


def copied(vault: Vault, snapshot: Snapshot, folder: Path) -> tuple[Path, ...]:
    """Give the Parquet files of a snapshot, written now if they are not there yet; whole or not at all.

    Args:
        vault: the warehouse.
        snapshot: a landed delivery.
        folder: the warehouse's folder on shared storage (`copies_folder`).

    Raises:
        WarehouseError: the shared storage cannot be written.
    """
    target = folder / snapshot.feed / snapshot.path.stem
    try:
        if not target.is_dir():
            _copy(vault, snapshot, target)
        return tuple(sorted(target.glob("*.parquet")))
    except OSError as error:
        raise WarehouseError(
            f"the shared folder cannot be used ({type(error).__name__}): expected a folder that this user may write "
            "and every worker may read under the same path; check HEDUI_SHARED_FOLDER and its space"
        ) from None


def remove_copies_of_the_gone(vault: Vault, folder: Path) -> int:
    """Remove the copies of snapshots that the warehouse no longer holds, and what was left half written; how many went."""
    if not folder.is_dir():
        return 0
    removed = sweep_folder(folder)
    for copy in folder.glob("*/*"):
        if not (vault.root / "snapshots" / copy.parent.name / f"{copy.name}.duckdb").exists():
            shutil.rmtree(copy, ignore_errors=True)
            removed += 1
    return removed


def encryption(parquet_key: str | None) -> str:
    """SQL that makes the key of the Parquet files known to a session; nothing without one."""
    return "" if parquet_key is None else f"PRAGMA add_parquet_key({text(KEY_NAME)}, {text(parquet_key)})"


def parquet_source(path: str, parquet_key: str | None) -> str:
    """SQL for the rows of a copy's file."""
    config = "" if parquet_key is None else f", encryption_config = {{footer_key: {text(KEY_NAME)}}}"
    return f"read_parquet({text(path)}{config})"


def key_of(vault: Vault) -> str | None:
    """The key of the warehouse's Parquet files; None where it is not encrypted."""
    return None if vault.key is None else vault.parquet_key()


def _copy(vault: Vault, snapshot: Snapshot, target: Path) -> None:
    """Write the files aside and give their folder its name; another process may have been faster."""
    key = key_of(vault)
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS}, ROW_GROUPS_PER_FILE {FILE_GROUPS}"
    if key is not None:
        options += f", ENCRYPTION_CONFIG {{footer_key: {text(KEY_NAME)}}}"
    with written_aside(target) as aside, vault.connect() as con:
        private_folder(aside)
        if key is not None:
            con.execute(encryption(key))
        vault.attach(con, snapshot.path, _ALIAS, read_only=True)
        rows, parts = name(_ALIAS, "rows"), name(_ALIAS, "parts")
        con.execute(
            f"""COPY (
                SELECT r.*, r.rowid AS {PLACE}, p.source_file, p.sha256 AS source_sha256
                FROM {rows} r LEFT JOIN {parts} p ON p.part_no = r.part_no
            ) TO {text(str(aside))} ({options})"""
        )
        vault.detach(con, _ALIAS)
        if not target.is_dir():
            move_into_place(aside, target)
