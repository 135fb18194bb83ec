"""The warehouse's records of what was done to it or taken out of it: one JSON object a line, appended, never edited.

What belongs here: appending a line so that it is there whole or not at all. What does not: what is recorded; counts,
names of feeds and nights, who and when, never a person.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from warehouse.files import PRIVATE_FILE, private_folder


def append_record(path: Path, told: Mapping[str, object]) -> None:
    """Append one record and flush it to the disk.

    Args:
        path: the file; made where it is missing.
        told: the record.

    Raises:
        OSError: the disk refuses; then the file is as it was.
    """
    private_folder(path.parent)
    line = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)  # two records made at the same time never mix; it goes with the handle
        end = os.fstat(handle).st_size
        try:
            _write(handle, line)
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, end)
            raise
    finally:
        os.close(handle)


def _write(handle: int, line: bytes) -> None:
    """Write all of it: a disk that is filling up takes a part without a word, and says so only of the rest."""
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(handle, rest) :]
