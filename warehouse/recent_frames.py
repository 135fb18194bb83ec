"""Tables that this process has just written or read, so that a step need not read back what the one before it wrote.

What belongs here: telling whether a file is still the one that a frame came from, and letting go of frames before they
take too much memory. Frames never change, so handing one on is as good as reading the file again.
"""

import threading
from collections import OrderedDict
from pathlib import Path

import polars as pl

MOST_BYTES = 512 * 1024 * 1024
"""All frames kept together; one that is greater by itself is never kept."""

Mark = tuple[int, int, int]


class RecentFrames:
    """The frames of one night, by file, the longest unused let go first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Path, tuple[Mark, pl.DataFrame, int]] = OrderedDict()
        self._guard = threading.Lock()  # a step may store several tables side by side

    def get(self, path: Path) -> pl.DataFrame | None:
        """The frame of a file, None where it is not kept or the file is another one by now."""
        with self._guard:
            kept = self._kept.get(path)
            if kept is None:
                return None
            if kept[0] != _mark(path):
                del self._kept[path]
                return None
            self._kept.move_to_end(path)
            return kept[1]

    def keep(self, path: Path, rows: pl.DataFrame) -> None:
        """Keep a frame that was read from a file, or written to it: either way a reader gets the same back."""
        size = int(rows.estimated_size())
        with self._guard:
            self._kept.pop(path, None)
            if size > self._most:
                return
            self._kept[path] = (_mark(path), rows, size)
            while sum(kept[2] for kept in self._kept.values()) > self._most:
                self._kept.popitem(last=False)


def _mark(path: Path) -> Mark:
    """What tells one file from another under the same name."""
    told = path.stat()
    return told.st_ino, told.st_mtime_ns, told.st_size
