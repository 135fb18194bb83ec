"""What the warehouse takes up on its disk, what is free, and what a night needs: for `hedui status`.

What belongs here: sizes of files and the lines about them; no table is opened. What a night needs is told as if every feed
were delivered anew, as large as its newest snapshot: the inbox is not looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from pipelines.domain.disk_need import Need, night_bytes
from pipelines.night.retention_screen import size
from pipelines.night.room import last_night_bytes
from warehouse.disk import free_bytes, used_bytes
from warehouse.session import Vault

MOST_NAMED = 6
"""Folders that the line names; the others are small, and told together by `--json` alone."""


@dataclass(frozen=True, slots=True)
class DiskStanding:
    """The disk of a warehouse, in bytes.

    Attributes:
        used: by folder of the warehouse.
        free: what may still be written.
        needed: what a night needs in which every feed is new; None before the first night.
    """

    used: Mapping[str, int]
    free: int
    needed: int | None

    @property
    def is_short(self) -> bool:
        """Whether such a night would be refused for want of room."""
        return self.needed is not None and self.needed > self.free


def disk_standing(vault: Vault, profile: str | None) -> DiskStanding:
    """Look at the disk.

    Args:
        vault: the warehouse; no key is needed.
        profile: of the last night; None before the first.
    """
    last = None if profile is None else last_night_bytes(vault, profile)
    needed = None
    if last is not None:
        snapshots = {folder.name: _newest(folder) for folder in (vault.root / "snapshots").glob("*") if folder.is_dir()}
        needed = Need(snapshots, 0, night_bytes(last, 0)).total
    return DiskStanding(used_bytes(vault.root), free_bytes(vault.root), needed)


def disk_line(found: DiskStanding) -> Text:
    """The disk in one line."""
    greatest = sorted(found.used.items(), key=lambda one: -one[1])[:MOST_NAMED]
    told = ", ".join(f"{name} {size(amount)}" for name, amount in greatest if amount)
    line = Text(f"disk 磁盘: {size(sum(found.used.values()))} used ({told}); {size(found.free)} free")
    if found.needed is not None:
        line.append(f"; a night in which every feed is new needs about {size(found.needed)}")
    if found.is_short:
        line.append("; too little: hedui retain --dry-run tells what may go")
    line.stylize("red" if found.is_short else "")
    return line


def disk_facts(found: DiskStanding) -> dict[str, Any]:
    """The same for machines."""
    return {"used": dict(found.used), "free": found.free, "needed": found.needed, "is_short": found.is_short}


def _newest(folder: Path) -> int:
    """Bytes of the snapshot of the newest date."""
    return max(((path.name, path.stat().st_size) for path in folder.glob("*.duckdb")), default=("", 0))[1]
