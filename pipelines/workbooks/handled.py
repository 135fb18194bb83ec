"""Which files were imported already, by their content.

What belongs here: one small record per content, under `<warehouse>/returned/`, written when everything else is done.
What does not: the verdicts. A record that is lost costs a second reading and changes nothing, because the same verdict
entered twice is one event.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from warehouse.files import write_file

FOLDER: Final = "returned"
OURS: Final = "ours"
"""Status of a workbook of rejects as it was written: it waits for people."""


def is_handled(root: Path, sha256: str) -> bool:
    """Whether a content was imported, or written by ourselves.

    Args:
        root: the warehouse.
        sha256: of the file's bytes.
    """
    return _record(root, sha256).exists()


def handled_as(root: Path, sha256: str) -> str | None:
    """The status with which a content was handled; None where it was not.

    Args:
        root: the warehouse.
        sha256: of the file's bytes.
    """
    try:
        return str(json.loads(_record(root, sha256).read_bytes())["status"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def mark_handled(root: Path, sha256: str, counts: Mapping[str, Any], when: datetime) -> None:
    """Write down that a content was imported.

    Args:
        root: the warehouse.
        sha256: of the file's bytes.
        counts: `FileOutcome.counts`.
        when: the moment, with its time zone.
    """
    told = {"at": when.isoformat(timespec="seconds"), **counts}
    write_file(_record(root, sha256), json.dumps(told, ensure_ascii=False).encode() + b"\n")


def mark_ours(root: Path, sha256: str, when: datetime) -> None:
    """Write down that a file was written by ourselves: nothing is in it yet."""
    mark_handled(root, sha256, {"status": OURS}, when)


def _record(root: Path, sha256: str) -> Path:
    return root / FOLDER / f"{sha256}.json"
