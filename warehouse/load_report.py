"""The load report: what became of one delivery, in counts.

Belongs here: the report's shape and its file. It lies beside the snapshot as JSON and is readable without a key,
so it holds counts, names of fields and files, and sentences for people, never a value of a person.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.errors import WarehouseError
from warehouse.files import write_file

Mode = Literal["full", "delta", "response"]


class Books(BaseModel):
    """Where every row read has gone (feeds.md section 2: read = kept + duplicate + superseded + …)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    read: int = 0
    kept: int = 0
    duplicate: int = 0
    superseded: int = 0
    quarantined: int = 0
    skipped: int = 0

    def balance(self) -> bool:
        """Tell whether no row was lost and none was invented."""
        return self.read == self.kept + self.duplicate + self.superseded + self.quarantined + self.skipped


class LoadReport(BaseModel):
    """What became of one delivery of one feed.

    Attributes:
        status: landed, or refused whole.
        feed: The feed's name.
        snapshot_date: The date that the data describes (数据时点).
        mode: full, delta or response.
        checksum: What was delivered, under which contract (hex).
        has_manifest: Whether the department sent one.
        same_as: The older date under which the very same delivery was read; None where it was read itself.
        whole_on: The older date whose delivery was the last one read whole, where only lines that changed since the delivery
            before were read; None where this one was read whole.
        message: For a refusal, what was expected, what was found and what to do.
        ignored_files: Files in the folder that are no data.
        parts: One entry per sheet of a file, with its counts.
        fields: One entry per contract field: the reader's counts, and rows, filled, unknown over the rows kept.
        books: Where the rows went; all zero for a refusal.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Literal["landed", "refused"]
    feed: str
    snapshot_date: date
    mode: Mode
    checksum: str
    has_manifest: bool = False
    same_as: date | None = None
    whole_on: date | None = None
    message: str = ""
    ignored_files: list[str] = []
    parts: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    books: Books = Books()


def write_report(path: Path, report: LoadReport) -> None:
    """Write a load report, atomically."""
    content = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1)
    write_file(path, content.encode() + b"\n")


def read_report(path: Path) -> LoadReport:
    """Read a load report.

    Raises:
        WarehouseError: the file is not a load report.
    """
    try:
        return LoadReport.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise WarehouseError(
            f"the load report {path.parent.name}/{path.name} cannot be read: restore it, or remove it "
            "and its snapshot so that the next night lands the delivery again",
        ) from None
