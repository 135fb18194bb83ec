"""Publication: write aside, read back, audit, then one rename.

Belongs here: the folder of a published night (contract.md, "Where results are"), the link `current`, nights that a
gate held, and finding the night before. A published folder never changes; a kill at any moment leaves the link where
it was. Does not belong here: what the gates are, or what stands in the tables.
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.errors import WarehouseError
from warehouse.files import is_safe_name, move_into_place, private_folder, sweep_folder, written_aside
from warehouse.published_files import read_parquet, write_files
from warehouse.published_index import PublishedIndex
from warehouse.session import Vault

MANIFEST = "manifest.json"
REMOVED = "removed.json"
"""Beside the account of a night whose tables retention removed: when and why. Written before the first of them goes."""
Audit = Callable[[Path], list[str]]
FurtherFiles = Callable[[], Mapping[str, bytes]]
"""Gives what else lies in a night's folder, name → content; asked for while the tables are written."""


@dataclass(frozen=True)
class Publication:
    """What became of a night's tables.

    Attributes:
        folder: Where they are now; the folder never changes again.
        problems: What the audit found; a night with problems is held.
        is_current: Whether `current` points at it (a past night that is run again never moves it back).
    """

    folder: Path
    problems: tuple[str, ...] = ()
    is_current: bool = False

    @property
    def is_held(self) -> bool:
        """Whether the night lies under `held/` and waits for a person."""
        return self.folder.parent.name == "held"


def publish(
    vault: Vault,
    as_of: date,
    run_id: str,
    tables: Mapping[str, pl.DataFrame],
    manifest: Mapping[str, Any],
    audit: Audit | None = None,
    files: FurtherFiles | None = None,
) -> Publication:
    """Publish a night: all of it at once, or nothing.

    Args:
        vault: The warehouse.
        as_of: The comparison date.
        run_id: The run that made the tables; its first 8 characters name the folder.
        tables: The tables by name, each in its final order.
        manifest: The night's account, without values of persons; must name its `profile`.
        audit: Looks at the folder before it appears and returns what is wrong with it; a problem holds the night.
        files: Gives further files, such as a page: not encrypted, so without a person; of a held night too.

    Returns:
        Where the night is, and whether it is current or held.

    Raises:
        WarehouseError: a table does not read back as it was written, or a name cannot name a file.
    """
    vault.open()
    area = vault.root / "published"
    with written_aside(area / f".aside-{_run8(run_id)}") as aside, ThreadPoolExecutor(1, "further files") as beside:
        further = beside.submit(files) if files else None
        _write(vault, aside, as_of, run_id, tables, manifest)
        _add_files(aside, further.result() if further else {})
        problems = tuple(audit(aside)) if audit else ()
        if problems:
            return Publication(_settle(aside, vault.root / "held", as_of, run_id), problems)
        folder = _settle(aside, area, as_of, run_id)
    return Publication(folder, (), make_current(vault, folder, as_of))


def held(
    vault: Vault,
    as_of: date,
    run_id: str,
    tables: Mapping[str, pl.DataFrame],
    manifest: Mapping[str, Any],
) -> Publication:
    """Keep a night that a gate stopped: the same folder under `held/`; `current` stays where it is.

    Args and errors are those of `publish`.
    """
    vault.open()
    area = vault.root / "held"
    with written_aside(area / f".aside-{_run8(run_id)}") as aside:
        _write(vault, aside, as_of, run_id, tables, manifest)
        return Publication(_settle(aside, area, as_of, run_id))


def current(vault: Vault) -> Path | None:
    """Give the folder that `current` points at, or None before the first publication."""
    link = vault.root / "published" / "current"
    return link.resolve() if link.is_symlink() and link.exists() else None


def night_before(vault: Vault, as_of: date, profile: str) -> Path | None:
    """Give the newest published night before a date, of one policy profile; of several of one date the latest."""
    nights = [
        (one.as_of, one.publication_no, one.folder)
        for one in _index(vault).nights()
        if one.as_of < as_of.isoformat() and one.profile == profile
    ]
    return vault.root / "published" / max(nights)[2] if nights else None


def next_number(vault: Vault) -> int:
    """Give the number of the next publication: they count on, whatever their dates."""
    return max((one.publication_no for one in _index(vault).nights(keep=True)), default=0) + 1


def _index(vault: Vault) -> PublishedIndex:
    return PublishedIndex(vault.root / "published", MANIFEST)


def published_nights(vault: Vault) -> list[tuple[Path, dict[str, Any]]]:
    """Give every published night with its manifest; a damaged old one must not stop the nights to come."""
    found = []
    for path in (vault.root / "published").glob(f"[0-9]*/{MANIFEST}"):
        with suppress(WarehouseError):
            found.append((path.parent, read_manifest(path.parent)))
    return [(folder, told) for folder, told in found if {"as_of", "publication_no"} <= told.keys()]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a night's manifest.

    Raises:
        WarehouseError: it is missing or damaged.
    """
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise WarehouseError(f"the night {folder.name} has no readable {MANIFEST}: restore the folder") from None
    if not isinstance(told, dict):
        raise WarehouseError(f"the {MANIFEST} of the night {folder.name} is damaged: restore the folder")
    return told


def read_published(vault: Vault, folder: Path, table: str) -> pl.DataFrame:
    """Read a table of a published or held night, in its order.

    Raises:
        WarehouseKeyError: the key does not fit the warehouse.
        WarehouseError: the night has no such table, or its file is damaged.
    """
    path = folder / f"{table}.parquet"
    with vault.connect(will_write=False) as con:
        if path.exists():
            return read_parquet(vault, con, path)
    if (folder / REMOVED).exists():
        raise WarehouseError(
            f"the tables of the night {folder.name} were removed by retention: what needs them, such as a night "
            "compared with it, can be done again only after they are restored from the back-up"
        )
    raise WarehouseError(f"the night {folder.name} has no table {table}")


def sweep(vault: Vault) -> int:
    """Remove what killed processes left half written; return how many things went. For the start of a night."""
    return sweep_folder(vault.root, leave=("dagster",))


def _write(
    vault: Vault,
    aside: Path,
    as_of: date,
    run_id: str,
    tables: Mapping[str, pl.DataFrame],
    manifest: Mapping[str, Any],
) -> None:
    """Write all files of a night and read them back."""
    if not all(map(is_safe_name, tables)):
        raise WarehouseError("a table's name must be letters, digits, - and _")
    private_folder(aside)
    write_files(vault, aside, tables)
    told = {**manifest, "as_of": as_of.isoformat(), "run_id": run_id, "publication_no": next_number(vault)}
    content = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    (aside / MANIFEST).write_text(content + "\n", encoding="utf-8")


def _add_files(aside: Path, files: Mapping[str, bytes]) -> None:
    """Write further files beside the tables; none may take the place of another."""
    for file, content in files.items():
        if not is_safe_name(file) or (aside / file).exists():
            raise WarehouseError("the name of a further file must be letters, digits, . - and _, and not be taken")
        (aside / file).write_bytes(content)


def _settle(aside: Path, area: Path, as_of: date, run_id: str) -> Path:
    """Rename the finished folder to its name. A second publication by one run gets a folder of its own."""
    private_folder(area)
    plain = area / f"{as_of}-{_run8(run_id)}"
    folder, again = plain, 1
    while folder.exists():
        again += 1
        folder = plain.with_name(f"{plain.name}-{again}")
    move_into_place(aside, folder)
    return folder


def make_current(vault: Vault, folder: Path, as_of: date) -> bool:
    """Let `current` point at a published night unless it points at a later one; tell whether it does now."""
    before = current(vault)
    if before is not None and before.name[: len("2026-01-01")] > as_of.isoformat():
        return False
    link = vault.root / "published" / "current"
    with written_aside(link) as aside:
        aside.symlink_to(folder.name, target_is_directory=True)
        aside.replace(link)
    return True


def _run8(run_id: str) -> str:
    short = run_id[:8]
    if not is_safe_name(short):
        raise WarehouseError("a run id must be letters, digits, - and _")
    return short
