"""The record of exports with clear identity numbers: who, when, what, how many rows; no person.

One JSON object a line in ``<warehouse>/audit/exports.jsonl``, appended, never edited. It is written before the file
appears, so that no clear export exists without its record.
"""

import os
import pwd
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pipelines.night.masking import masked_name
from warehouse.audit_log import append_record

AUDIT_FILE = Path("audit") / "exports.jsonl"


def record_clear_export(root: Path, entry: Mapping[str, object], file_name: str, when: datetime) -> None:
    """Append one record and flush it to the disk.

    Args:
        root: the warehouse.
        entry: what was exported: the table, filters, night, rows, SHA-256 of the file.
        file_name: name of the file without its folder; long numbers in it are masked.
        when: the moment, with its time zone.
    """
    told = {"at": when.isoformat(timespec="seconds"), "by": operating_user(), "file": masked_name(file_name), **entry}
    append_record(root / AUDIT_FILE, told)


def operating_user() -> str:
    """Give the user of the operating system: by its number where it has no name, never from the environment."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
