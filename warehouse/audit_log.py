"""The warehouse's records of what was done to it or taken out of it: one JSON object a line, appended, never edited.

What belongs here: appending a line so that it is there whole or not at all. What does not: what is recorded; counts,
names of feeds and nights, who and when, never a person.
"""

import json
import os
from collections.abc import Mapping
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
    # O_APPEND: one write of one line, so that two records made at the same time never mix.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    try:
        written = os.write(handle, line)
        if written < len(line):  # a disk that is full takes a part of it without a word
            os.ftruncate(handle, os.fstat(handle).st_size - written)
            written = os.write(handle, line)  # says why
        os.fsync(handle)
    finally:
        os.close(handle)
