"""Files that were read to their end before: their checksums need not be worked out again night after night.

What belongs here: telling that a file is still the one whose checksum is known. Size, time of change and inode are
asked, and the time at which the file system last changed anything of it (ctime), which no program can set back: a file
that was written over with its old time put back is read again. A file so young that it could change without its times
changing is not remembered. Does not belong here: where it is remembered.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from connectors.file_scan import FileScan
from connectors.inbox import Delivery
from connectors.manifest import MANIFEST

FEWEST_BYTES = 16 << 20
"""Smaller files are read again in less time than it takes to remember them."""

SETTLED_NS = 10_000_000_000
"""A file that changed less than ten seconds before it was looked at may change again within the same tick."""


class Seen(BaseModel):
    """What a file looked like when its checksum was worked out. No value of a person is in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int
    changed: int
    touched: int
    inode: int
    sha256: str


def recall(delivery: Delivery, known: Mapping[str, Seen]) -> None:
    """Give a delivery the checksums of those of its files that are as they were; the others are read when asked for.

    Args:
        delivery: Its `scans` are filled in.
        known: By `place`, what was remembered.
    """
    for path in delivery.files:
        seen = known.get(place(delivery, path.name))
        if seen is not None and seen == _looked_at(path, seen.sha256):
            # Without the probe: should the file be read after all, its encoding is found then.
            delivery.scans.setdefault(path.name, FileScan(seen.sha256, seen.size, None))


def looks(delivery: Delivery, now_ns: int) -> dict[str, Seen]:
    """What the large files look like before they are read, by name; those that are settled."""
    found: dict[str, Seen] = {}
    for path in delivery.files:
        seen = _looked_at(path, "")
        if seen is not None and seen.size >= FEWEST_BYTES and max(seen.changed, seen.touched) < now_ns - SETTLED_NS:
            found[path.name] = seen
    return found


def remembered(delivery: Delivery, before: Mapping[str, Seen]) -> dict[str, Seen]:
    """What to remember of a delivery whose files have been read, by `place`: those that did not change meanwhile.

    Args:
        delivery: Its `scans` hold the checksums.
        before: What its files looked like before they were read.
    """
    after = {path.name: _looked_at(path, "") for path in delivery.files}
    return {
        place(delivery, name): seen.model_copy(update={"sha256": delivery.scans[name].sha256})
        for name, seen in before.items()
        if name in delivery.scans and seen == after.get(name)
    }


def looked_at(delivery: Delivery) -> dict[str, Seen | None]:
    """What every file that a snapshot depends on looks like now, by name; None for one that is not there."""
    names = (*(path.name for path in delivery.files), *delivery.others, MANIFEST)
    return {name: _looked_at(delivery.folder / name, "") for name in names}


def place(delivery: Delivery, name: str) -> str:
    """Where a file lies in the feed's part of the inbox."""
    return f"{delivery.folder.name}/{name}"


def _looked_at(path: Path, sha256: str) -> Seen | None:
    try:
        found: os.stat_result = path.stat()
    except OSError:
        return None
    return Seen(
        size=found.st_size, changed=found.st_mtime_ns, touched=found.st_ctime_ns, inode=found.st_ino, sha256=sha256
    )
