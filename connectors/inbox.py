"""The inbox: which deliveries of a feed are there, and which are ready (feeds.md section 1).

What belongs here: folders, file names and readiness. What is in the files stands in the readers.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from connectors.archives import READABLE, is_hidden
from connectors.file_scan import FileScan, scan_file
from connectors.manifest import MANIFEST, Mode, read_manifest
from connectors.parts import Opener, UnusableFileError

UNFINISHED = (".part", ".tmp", ".uploading")
DELIVERED = (*READABLE, ".zip")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Delivery:
    """One snapshot folder of a feed. `files` are the data files, `others` files that are not read, all by name."""

    feed: str
    snapshot_date: date
    folder: Path
    files: tuple[Path, ...]
    others: tuple[str, ...] = ()
    scans: dict[str, FileScan] = field(default_factory=dict, compare=False, repr=False)

    def scan(self, name: str) -> FileScan:
        """Checksum and encoding of a file of the folder, worked out once.

        Raises:
            UnusableFileError: the file is not there or cannot be opened.
        """
        if name not in self.scans:
            with file_opener(self.folder / name)() as stream:
                self.scans[name] = scan_file(stream, is_text=name.lower().endswith(".csv"))
        return self.scans[name]

    @cached_property
    def has_manifest(self) -> bool:
        """Whether the department said what it delivers."""
        return (self.folder / MANIFEST).is_file()

    @cached_property
    def mode(self) -> Mode:
        """`full`, `delta` or `response`; `full` where no manifest says it, or an unreadable one tries to."""
        try:
            return read_manifest(self.folder / MANIFEST).mode if self.has_manifest else "full"
        except UnusableFileError:
            return "full"


@dataclass(frozen=True)
class Unready:
    """A folder that is not used tonight, and why."""

    feed: str
    folder: str
    reason: str
    is_later: bool = False


def find_deliveries(inbox: Path, feed: str, as_of: date) -> list[Delivery]:
    """The ready deliveries of a feed dated on or before `as_of`, newest first."""
    ready = [
        delivery
        for folder, day in _dated_folders(inbox, feed)
        if day is not None and day <= as_of and not _unfinished(folder)
        for delivery in [_delivery(folder, feed, day)]
    ]
    return sorted(ready, key=lambda delivery: delivery.snapshot_date, reverse=True)


def find_unready(inbox: Path, feed: str, as_of: date) -> list[Unready]:
    """The folders of a feed that are not used: still being uploaded, dated after `as_of`, or without a date."""
    found: list[Unready] = []
    for folder, day in _dated_folders(inbox, feed):
        unfinished = _unfinished(folder)
        if day is None:
            found.append(Unready(feed, folder.name, "expected a folder named YYYY-MM-DD; rename it"))
        elif day > as_of:
            found.append(Unready(feed, folder.name, f"dated after {as_of.isoformat()}", is_later=True))
        elif unfinished:
            found.append(Unready(feed, folder.name, f"not complete: {', '.join(unfinished)}"))
    return found


def file_opener(path: Path) -> Opener:
    """How a plain file of a delivery is opened."""

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        try:
            with path.open("rb") as stream:
                yield stream
        except (FileNotFoundError, PermissionError) as error:
            raise UnusableFileError(f"{path.name}: cannot be opened ({type(error).__name__})") from None

    return opened


def _dated_folders(inbox: Path, feed: str) -> list[tuple[Path, date | None]]:
    """The folders of a feed with their dates, in the order of their names; hidden ones are not looked at."""
    root = inbox / feed
    if not root.is_dir():
        return []
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not is_hidden(path.name))
    return [(folder, _day(folder.name)) for folder in folders]


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name) if _DAY.fullmatch(name) else None
    except ValueError:
        return None


def _unfinished(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name.lower().endswith(UNFINISHED))


def _delivery(folder: Path, feed: str, day: date) -> Delivery:
    names = sorted(path for path in folder.iterdir() if not is_hidden(path.name) and path.name != MANIFEST)
    files = tuple(path for path in names if path.is_file() and path.name.lower().endswith(DELIVERED))
    others = tuple(path.name for path in names if path not in files)
    return Delivery(feed, day, folder, files, others)
