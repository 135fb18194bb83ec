"""How much room a night needs on the disk of its warehouse, from the sizes of what is delivered.

What belongs here: the arithmetic and the shares that were measured (docs/operations.md, *The disk*). What does not:
looking at files and disks (`pipelines.night.room`). Bytes everywhere. A share is a property of file formats and of the
program, not of a district, so it is no policy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

MB: Final = 1_000_000

SHARES: Final[Mapping[str, float]] = {".csv": 0.6, ".xlsx": 2.0, ".xls": 0.8, ".parquet": 2.5}
"""Snapshot ÷ file, by kind of file, with half as much again as was measured on the four great feeds (CSV in GB18030:
0.27 to 0.44). Parquet and xlsx are compressed, so their rows take up more in a snapshot than in the file."""
LEAST: Final = 12 * MB
"""What a snapshot being written takes up however few rows it has (measured: 9 MB for 5 MB of CSV)."""
TEXT: Final[Mapping[str, float]] = {".csv": 1.0, ".xlsx": 4.0, ".xls": 1.0, ".parquet": 5.0}
"""Rows as they are sorted and compared while a feed is cleared of duplicates ÷ file; beyond the memory they spill."""
SPILLS_BEYOND: Final = 0.5
"""The part of the memory limit from which on DuckDB may begin to spill."""
OF_ROSTER: Final = 16.0
"""Tables, publication written aside, workbooks and logs of a night ÷ bytes of the roster, where no night tells
(measured: 85 MB for 5.4 MB)."""
LEAST_NIGHT: Final = 40 * MB
MARGIN: Final = 1.1
"""What is asked for beyond what is predicted: a night more than last night's, other programs on the disk."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file as it will be read: inside an archive, its unpacked member."""

    suffix: str
    size: int


@dataclass(frozen=True, slots=True)
class Need:
    """What a night needs.

    Attributes:
        snapshots: feed → bytes of the snapshots that will be landed and stay.
        spill: bytes beyond that while the greatest of them is landed.
        night: bytes of everything after landing.
    """

    snapshots: Mapping[str, int]
    spill: int
    night: int

    @property
    def total(self) -> int:
        """Bytes that must be free when the night begins."""
        return int((sum(self.snapshots.values()) + max(self.spill, self.night)) * MARGIN)


def snapshot_bytes(files: Iterable[Delivered]) -> int:
    """What a delivery will take up as a snapshot, being written."""
    return LEAST + int(sum(SHARES.get(one.suffix, 1.0) * one.size for one in files))


def spill_bytes(files: Iterable[Delivered], memory: int | None) -> int:
    """What may spill to the disk while a delivery is landed.

    Args:
        files: the delivery.
        memory: DuckDB's memory limit; None: not known, then nothing is added.
    """
    if memory is None:
        return 0
    rows = sum(TEXT.get(one.suffix, 1.0) * one.size for one in files)
    return max(0, int(rows - memory * SPILLS_BEYOND))


def night_bytes(last_night: int | None, roster: int) -> int:
    """What everything after landing will take up.

    Args:
        last_night: what the last night took up, its publication twice (it is written aside, and read back); None
            before the first one.
        roster: bytes of the roster as it is delivered.
    """
    return max(LEAST_NIGHT, int(OF_ROSTER * roster) if last_night is None else last_night)


def memory_bytes(limit: str | None) -> int | None:
    """A memory limit in DuckDB's writing (`4GB`) in bytes."""
    units = {
        "KiB": 2**10,
        "MiB": 2**20,
        "GiB": 2**30,
        "TiB": 2**40,
        "KB": 10**3,
        "MB": 10**6,
        "GB": 10**9,
        "TB": 10**12,
    }
    for unit, worth in units.items():
        if limit is not None and limit.endswith(unit):
            return int(float(limit.removesuffix(unit)) * worth)
    return None
