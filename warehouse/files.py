"""Files and folders of the warehouse: private, written aside, then renamed.

Belongs here: everything that makes a file appear whole or not at all, readable by its owner alone. A thing being
written is named `<target>.part-<pid>-<n>`; what a killed process left behind is therefore recognisable and swept.
Does not belong here: what the files contain.
"""

import errno
import itertools
import os
import re
import shutil
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import disk_full

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
PART = re.compile(r"\.part-(?P<pid>\d+)-\d+")
BESIDE = ("", ".wal", "-wal", "-shm", "-journal")
"""What a thing being written may consist of: itself, and what DuckDB and SQLite keep beside their files."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

_numbers = itertools.count(1)
_guard = threading.Lock()
_being_written: set[Path] = set()
_umask: dict[str, int] = {"holders": 0, "before": 0}


@contextmanager
def private_files() -> Iterator[None]:
    """Create files readable by their owner alone while this lasts (also those that DuckDB creates).

    The umask belongs to the whole process, so holders are counted: the last one out restores it.
    """
    with _guard:
        if _umask["holders"] == 0:
            _umask["before"] = os.umask(0o077)
        _umask["holders"] += 1
    try:
        yield
    finally:
        with _guard:
            _umask["holders"] -= 1
            if _umask["holders"] == 0:
                os.umask(_umask["before"])


def private_folder(folder: Path) -> Path:
    """Make a folder (and its parents) that only the owner may enter; return it."""
    with private_files():
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to; it is removed afterwards unless it was renamed away.

    Yields:
        A path that does not exist yet, in the folder of `target`, named so that `sweep` knows whose it is.

    Raises:
        DiskFullError: in place of any error of the operating system that says so.
    """
    private_folder(target.parent)
    aside = target.with_name(f"{target.name}.part-{os.getpid()}-{next(_numbers)}")
    with _guard:
        _being_written.add(aside)
    try:
        with private_files():
            yield aside
    except OSError as error:
        if error.errno in FULL:
            raise disk_full("writing to the warehouse", target.parent) from None
        raise
    finally:
        for beside in BESIDE:
            _remove(aside.with_name(f"{aside.name}{beside}"))
        with _guard:
            _being_written.discard(aside)


def move_into_place(aside: Path, target: Path) -> None:
    """Rename a finished file or folder over its target so that a power cut leaves the old or the new, never half."""
    for path in [*aside.rglob("*"), aside] if aside.is_dir() else [aside]:
        _flush(path)
    aside.replace(target)
    _flush(target.parent)


def write_file(target: Path, content: bytes) -> None:
    """Write a small file atomically, readable by its owner alone."""
    with written_aside(target) as aside:
        aside.write_bytes(content)
        move_into_place(aside, target)


def create_file(target: Path, content: bytes) -> None:
    """Create a small file that must not exist yet, atomically.

    Raises:
        FileExistsError: it is there already (perhaps since a moment ago, by another process).
    """
    with written_aside(target) as aside:
        aside.write_bytes(content)
        link_into_place(aside, target)


def link_into_place(aside: Path, target: Path) -> None:
    """Give a finished file its name, which must not be taken yet.

    Raises:
        FileExistsError: it is there already (perhaps since a moment ago, by another process).
    """
    _flush(aside)
    os.link(aside, target)
    _flush(target.parent)


def share(source: Path, target: Path) -> None:
    """Give a finished file a second name; a copy where the file system knows no such thing."""
    try:
        os.link(source, target)
    except OSError:
        with private_files():
            shutil.copyfile(source, target)


def is_safe_name(name: str) -> bool:
    """Tell whether a name can stand as a file or folder name (no separator, no leading dot)."""
    return SAFE_NAME.fullmatch(name) is not None


def sweep_folder(folder: Path, leave: Collection[str] = ()) -> int:
    """Remove what processes that are gone left half written below a folder; return how many things went.

    Args:
        folder: Where to look.
        leave: Names of folders in it that are not ours to look into.
    """
    removed = 0
    for here, folders, files in os.walk(folder, topdown=True):
        if Path(here) == folder:
            folders[:] = [name for name in folders if name not in leave]
        for name in [*folders, *files]:
            part = PART.search(name)
            path = Path(here, name)
            if part is None or _is_in_use(path, int(part["pid"])):
                continue
            _remove(path)
            removed += 1
        folders[:] = [name for name in folders if PART.search(name) is None]
    return removed


def _is_in_use(path: Path, pid: int) -> bool:
    """A part of this process counts as in use while it is being written, of another one while that one lives."""
    if pid == os.getpid():
        with _guard:
            return any(path.name.startswith(busy.name) for busy in _being_written)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Hand a file's or folder's content to the disk (a rename orders names, not contents)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
