"""The disk of a warehouse: how much is free, what takes up how much, and errors that mean it is full.

What belongs here: measuring, and telling such errors from others whatever library raised them. What does not: how much a
night needs (`pipelines.domain.disk_need`).
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from warehouse.errors import DiskFullError, says_full
from warehouse.files import FULL

BLOCK = 512
"""Bytes of a block as `stat` counts them."""


def free_bytes(root: Path) -> int:
    """How much a user may still write on the disk of a warehouse, which need not be there yet."""
    there = next(one for one in (root.absolute(), *root.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def used_bytes(root: Path) -> Mapping[str, int]:
    """What each folder of a warehouse takes up on the disk, by name; a file with several names counts once."""
    seen: set[tuple[int, int]] = set()
    used: dict[str, int] = {}
    for name in sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else ():
        used[name] = 0
        for told in _files(root / name):
            if (told.st_dev, told.st_ino) not in seen:
                seen.add((told.st_dev, told.st_ino))
                used[name] += told.st_blocks * BLOCK
    return used


def is_full(error: BaseException) -> bool:
    """Whether an error, or one that it came from, says that a disk is full. Its text is not to be shown."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, DiskFullError) or _says_full(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and (error.errno in FULL or says_full(str(error))):
        return True  # Polars raises one without a number
    causes = [one for one in (*error.args, getattr(error, "orig", None)) if isinstance(one, BaseException)]
    if any(_says_full(one) for one in causes if one is not error):
        return True  # XlsxWriter and SQLAlchemy keep the error that they met inside their own
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "") == "SQLITE_FULL" or says_full(str(error))
    is_library = type(error).__module__.partition(".")[0].strip("_") in {"polars", "duckdb", "pyarrow"}
    return is_library and says_full(str(error))


def _files(folder: Path) -> Iterator[os.stat_result]:
    """Every file below a folder; one that goes while we look is not there any more."""
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                yield Path(here, name).lstat()
            except OSError:
                continue
