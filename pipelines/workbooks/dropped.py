"""Importing what lies in the drop folder: each content once, a receipt beside each file, rejects beside it.

What belongs here: which files are to be imported, and what is left beside them. What does not: Dagster, which says when.
A file that cannot be used is told once; it is read again when its receipt is deleted.
"""

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from pipelines.workbooks.drop_folder import put_beside, receipt_beside
from pipelines.workbooks.finishing import finish
from pipelines.workbooks.handled import handled_as, mark_handled
from pipelines.workbooks.importing import ImportDesk, import_workbooks
from pipelines.workbooks.outcome import FileOutcome, Status, receipt

_REMEMBERED: Final = 10_000
_POSTPONED: Final = "暂时没能导入，是系统方面的原因，文件没有问题，请不要改动或移走。系统会自动再试；明天仍是这张回执的，请联系系统管理员。"
_AGAIN: Final = "处理后请删除本回执，系统会再读一次原文件。"


@dataclass(frozen=True)
class Dropped:
    """A file that lies in the drop folder, and the checksum of what is in it."""

    path: Path
    sha256: str


def waiting(root: Path, paths: Sequence[Path]) -> list[Dropped]:
    """Of some files those that were not imported yet.

    Args:
        root: the warehouse.
        paths: finished files.
    """
    found = []
    for path in paths:
        with suppress(OSError):  # gone since, or not to be read yet: the next look tells
            state = path.stat()
            checksum = _checksum(path, state.st_size, state.st_mtime_ns)
            if not _is_done(root, path, checksum):
                found.append(Dropped(path, checksum))
    return found


@lru_cache(maxsize=_REMEMBERED)
def _checksum(path: Path, _size: int, _changed: int) -> str:
    """The checksum of a file, read once as long as size and time stay: the folder is looked at again and again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_done(root: Path, path: Path, checksum: str) -> bool:
    status = handled_as(root, checksum)
    return status is not None and (status != Status.UNUSABLE or receipt_beside(path).exists())


def import_dropped(files: Sequence[Path], wanted: Collection[str], desk: ImportDesk) -> list[FileOutcome]:
    """Import files of the drop folder together; every one gets its receipt.

    Args:
        files: finished files.
        wanted: checksums of those to import; empty: all that were not imported yet.
        desk: where; nobody is there, so `by` is left out.

    Returns:
        What became of each that was imported.
    """
    dropped = [one for one in waiting(desk.vault.root, files) if not wanted or one.sha256 in wanted]
    outcomes = []
    for file, one in zip(dropped, import_workbooks([one.path for one in dropped], desk), strict=True):
        outcome = finish(one, desk)
        if outcome.status == Status.UNUSABLE:
            # An empty or too large one was not read, and has no checksum but the one by which it was found.
            mark_handled(desk.vault.root, outcome.sha256 or file.sha256, outcome.counts(), desk.when)
        outcomes.append(_with_receipt(file.path, outcome, desk))
    return outcomes


def tell_postponed(files: Sequence[Path], when: datetime) -> None:
    """Leave a receipt beside files that could not be imported for a reason that is not theirs.

    Args:
        files: finished files that wait.
        when: the moment, with its time zone.
    """
    for path in files:
        with suppress(OSError):
            put_beside(
                path,
                receipt_beside(path),
                f"核查工作簿导入回执\r\n时间：{when:%Y-%m-%d %H:%M}\r\n\r\n{_POSTPONED}\r\n".encode("utf-8-sig"),
            )


def _with_receipt(path: Path, outcome: FileOutcome, desk: ImportDesk) -> FileOutcome:
    text = receipt(outcome, desk.when) + (f"{_AGAIN}\r\n" if outcome.status == Status.UNUSABLE else "")
    try:
        # With a mark at its head: Windows' editor takes the text for UTF-8.
        put_beside(path, receipt_beside(path), text.encode("utf-8-sig"))
    except OSError as error:
        return replace(outcome, warning=outcome.warning or f"回执没能写到文件旁边（{error.strerror}）")
    return outcome
