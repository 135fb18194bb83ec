"""The drop folder: which files lie there finished, and what is put beside them.

What belongs here: names and the look of a folder at two moments. What does not: reading workbooks, Dagster. Whatever
writes into the folder (a share, a browser, a mail program) may be at it at any moment: a file counts as finished when
its size and time are those of the look before, nobody has it open, and its name is not one of a file on its way.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipelines.workbooks.opening import SUFFIXES
from warehouse.files import written_aside

REJECTS: Final = "-退回修改"
RECEIPT: Final = "-回执.txt"
_OPEN_MARK: Final = "~$"
_OPEN_MARK_LIBRE: Final = (".~lock.", "#")

Look = Mapping[str, tuple[int, int]]
"""File name → size in bytes and time of change in nanoseconds."""


def look(folder: Path) -> dict[str, tuple[int, int]]:
    """The workbooks in the folder itself, with what tells whether they are still being written.

    Names of files on their way (`.part`, `.tmp`, `.uploading`), hidden ones and the marks of open documents are left
    out. A folder that is not there is empty.
    """
    found = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        if not is_workbook(path.name):
            continue
        try:
            state = path.stat()
        except OSError:  # gone since the folder was listed
            continue
        if path.is_file():
            found[path.name] = (state.st_size, state.st_mtime_ns)
    return dict(sorted(found.items()))


def is_workbook(name: str) -> bool:
    """Whether a name is that of a finished workbook that somebody put here."""
    return name.lower().endswith(SUFFIXES) and not name.startswith((".", _OPEN_MARK))


def finished(folder: Path, before: Look, now: Look) -> list[Path]:
    """The workbooks that have not changed since the look before, and that nobody has open.

    Args:
        folder: the drop folder.
        before: the look before.
        now: the look now.
    """
    return [folder / name for name, state in now.items() if before.get(name) == state and not _is_open(folder, name)]


def _is_open(folder: Path, name: str) -> bool:
    """Whether an office program has the file open: it leaves a mark beside it, with the first letters cut off or not."""
    libre = f"{_OPEN_MARK_LIBRE[0]}{name}{_OPEN_MARK_LIBRE[1]}"
    return any((folder / mark).exists() for mark in (f"{_OPEN_MARK}{name}", f"{_OPEN_MARK}{name[2:]}", libre))


def rejects_beside(path: Path) -> Path:
    """A name for the workbook of rejects beside a file: `<name>-退回修改.xlsx`, numbered where one is there already.

    One that is there is never written over: somebody may be correcting it.
    """
    stem = path.stem.split(REJECTS)[0]
    target, number = path.with_name(f"{stem}{REJECTS}.xlsx"), 1
    while target.exists():
        number += 1
        target = path.with_name(f"{stem}{REJECTS}{number}.xlsx")
    return target


def receipt_beside(path: Path) -> Path:
    """The name of the receipt beside a file."""
    return path.with_name(f"{path.stem}{RECEIPT}")


def put_beside(path: Path, target: Path, content: bytes) -> None:
    """Write a file beside another one, whole or not at all, to be read by whoever may read the other one.

    Args:
        path: the file that somebody put there.
        target: the file to write, in the same folder.
        content: its bytes.

    Raises:
        OSError: the folder cannot be written to.
    """
    with written_aside(target) as aside:
        aside.write_bytes(content)
        shutil.copymode(path, aside)
        aside.replace(target)
