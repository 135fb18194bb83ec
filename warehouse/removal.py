"""Taking rows about persons out of the warehouse; their accounts (counts, checksums, pages) stay where they are.

What belongs here: how each thing goes so that a kill at any moment leaves it whole, or recognisably gone. What does
not: what may go, and why (`pipelines.domain.retention`).
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from warehouse.files import PART, write_file, written_aside
from warehouse.publication import REMOVED
from warehouse.published_files import DATABASE

REPORT: Final = ".json"
_TABLES: Final = (".parquet", ".duckdb", ".arrow")


def snapshot_files(report: Path) -> list[Path]:
    """What holds the rows of a snapshot, by the place of its load report: exports first, the snapshot itself last.

    In this order they are removed: as long as the snapshot stands, what else there is of it is found.
    """
    there = (path for path in report.parent.glob(f"{report.stem}.*") if not PART.search(path.name))
    return sorted((path for path in there if path.suffix != REPORT), key=lambda path: (path.suffix == ".duckdb", path))


def remove_snapshot_rows(report: Path) -> None:
    """Remove the rows of a snapshot; its load report stays. The delivery is landed again if it is delivered again."""
    for path in snapshot_files(report):
        _remove(path)


def tables_of(folder: Path) -> list[Path]:
    """The files of a night's folder that hold rows."""
    return [path for path in sorted(folder.iterdir()) if path.suffix in _TABLES and not PART.search(path.name)]


def remove_tables(folder: Path, told: Mapping[str, Any] | None = None) -> None:
    """Remove the tables of a night's folder; accounts and pages stay.

    Args:
        folder: of a published, held or working night.
        told: what is written to `removed.json` first, so that nobody takes the night for damaged; None: nothing.
    """
    if told is not None:
        write_file(folder / REMOVED, json.dumps(told, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    # The database goes last: until then the folder still says that there is something to remove.
    for path in sorted(tables_of(folder), key=lambda path: path.name == DATABASE):
        _remove(path)


def remove_folder(folder: Path) -> None:
    """Remove a folder whole: it leaves its place by one rename."""
    _remove(folder)


def files_below(path: Path) -> Iterator[Path]:
    """A file itself, or every file below a folder."""
    if not path.is_dir():
        yield path
        return
    yield from (one for one in sorted(path.rglob("*")) if one.is_file() and not one.is_symlink())


def _remove(path: Path) -> None:
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    with written_aside(path) as aside:  # what is left there by a kill is swept by the next night
        path.rename(aside)
        shutil.rmtree(aside)  # a file that stays is an error: what is told to be gone has gone
