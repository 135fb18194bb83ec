"""Copies of snapshots as Parquet on storage that several machines share, for engines that work on many machines.

Belongs here: writing a snapshot's rows once, in files of a size that one worker takes at a time, and removing copies of
snapshots that are gone. A copy is encrypted as the warehouse is. Does not belong here: who reads them
(`warehouse.narrowed`).
"""
# ruff: noqa: S608  the SQL is put together from constants and names quoted by `warehouse.sql`

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.files import move_into_place, private_folder, sweep_folder, written_aside
from warehouse.session import Vault
from warehouse.snapshots import Snapshot
from warehouse.sql import name, text

PLACE = "stored_place"
"""The column that says where a row stood in its snapshot. The order of delivery is that of `part_no` and `source_row` before it."""
PROVENANCE = ("source_file", "source_sha256")
"""Columns of a copy that the snapshot keeps in `parts`: with them a copy is understood by itself."""

FILES = "files.json"
"""In a copy's folder: its files and their sizes. It tells a copy that is whole from what is left of one."""
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
        WarehouseError: the shared storage cannot be written, or its files go while they are looked at.
    """
    target = folder / snapshot.feed / snapshot.path.stem
    try:
        files = _whole(target)
        if files is None:
            _discard(target)
            _copy(vault, snapshot, target)
            files = _whole(target)
    except OSError as error:
        raise WarehouseError(
            f"the shared folder cannot be used ({type(error).__name__}): expected a folder that this user may write "
            "and every worker may read under the same path; check HEDUI_SHARED_FOLDER and its space"
        ) from None
    if files is None:
        raise WarehouseError(
            f"the copy of {snapshot.feed} {snapshot.snapshot_date} in the shared folder is not as it was written: expected "
            "nobody else to remove files there; run the night again"
        )
    return files


def remove_copies_of_the_gone(vault: Vault, folder: Path) -> int:
    """Remove the copies of snapshots that the warehouse no longer holds, and what was left half written; how many went."""
    if not folder.is_dir():
        return 0
    removed = sweep_folder(folder)
    for copy in folder.glob("*/*"):
        if not (vault.root / "snapshots" / copy.parent.name / f"{copy.name}.duckdb").exists():
            with suppress(OSError):  # somebody else's file: the night can do without the room
                _discard(copy)
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


def _whole(target: Path) -> tuple[Path, ...] | None:
    """The files of a copy, all of them and as long as they were written; None where that is not so.

    The folder alone says nothing: whoever clears the shared folder may have taken some of the files, and people whose rows
    stood in them would be taken for people without a row.
    """
    try:
        told: dict[str, int] = json.loads((target / FILES).read_bytes())
        found = {one.name: one.stat().st_size for one in target.glob("*.parquet")}
    except (OSError, ValueError):
        return None
    return tuple(target / name for name in sorted(told)) if found == told else None


def _discard(target: Path) -> None:
    """Take a copy away: it leaves its place by one rename."""
    if target.is_dir():
        with written_aside(target) as aside:
            target.rename(aside)


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
        told = {one.name: one.stat().st_size for one in aside.glob("*.parquet")}
        (aside / FILES).write_text(json.dumps(told), encoding="utf-8")
        if not target.is_dir():
            move_into_place(aside, target)
