"""What became of returned workbooks, and how it is told: on the screen, and in the receipt beside a dropped file.

What belongs here: counts and reasons as text for staff. What does not: how rows were judged. Reasons name row, column
letter and header and hold no cell, so that a screen or a receipt shows no person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pipelines.workbooks.held import Held
from pipelines.workbooks.layout import BY_KEY

SHOWN: Final = 20
"""Reasons told on a screen or in a receipt; all of them stand in the workbook of rejects."""


class Status(StrEnum):
    """Whether a file could be used."""

    READ = "read"
    UNUSABLE = "unusable"
    SAME = "same"


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file. Counts are rows of 核查清单.

    Attributes:
        name: the file's name, without its folder.
        sha256: of its bytes; empty where it could not be read.
        status: whether it could be used.
        told: why not, for staff.
        town: whose workbook it is; None: the district's, or not known.
        accepted: verdicts recorded.
        reviewed: reviews recorded.
        unchanged: nothing filled in, or the same stands already.
        missing: rows that the workbook had when it was handed out and has no more.
        sheet: the name of the sheet.
        letters: key of column → letter.
        held: why rows were held.
        rejects: name of the workbook of rejects, where one was written.
        warning: what went wrong after the rows were recorded, for staff.
        was_imported: whether the very same file was imported before.
    """

    name: str
    sha256: str = ""
    status: Status = Status.READ
    told: str = ""
    town: str | None = None
    accepted: int = 0
    reviewed: int = 0
    unchanged: int = 0
    missing: int = 0
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    held: Sequence[Held] = ()
    rejects: str | None = None
    warning: str = ""
    was_imported: bool = False

    @property
    def held_rows(self) -> int:
        """Rows that were held."""
        return len({one.row for one in self.held})

    def counts(self) -> dict[str, Any]:
        """What a machine keeps of it: no name of a file, of a person or of a place."""
        return {
            "status": self.status.value,
            "accepted": self.accepted,
            "reviewed": self.reviewed,
            "unchanged": self.unchanged,
            "held": self.held_rows,
            "missing": self.missing,
            "causes": {cause: len(rows) for cause, rows in sorted(_rows_by_cause(self.held).items())},
        }


def _rows_by_cause(held: Iterable[Held]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for one in held:
        found.setdefault(str(one.cause), set()).add(one.row)
    return found


def told(outcome: FileOutcome, *, is_rehearsal: bool = False) -> list[str]:
    """A file's outcome in lines for staff.

    Args:
        outcome: of the file.
        is_rehearsal: nothing was recorded; says what would be.
    """
    if outcome.status == Status.UNUSABLE:
        return [f"{outcome.name}：不能导入。{outcome.told}"]
    if outcome.status == Status.SAME:
        return [f"{outcome.name}：{outcome.told}"]
    verb = "将" if is_rehearsal else "已"
    lines = [
        f"{outcome.name}（{outcome.town or '全区'}）：{verb}接受 {outcome.accepted} 行，复核 {outcome.reviewed} 行，"
        f"未变 {outcome.unchanged} 行，退回 {outcome.held_rows} 行"
    ]
    if outcome.was_imported:
        lines.append("  这份文件以前导入过，内容完全相同")
    if outcome.missing:
        lines.append(f"  提醒：比下发时少了 {outcome.missing} 行，未在表中的疑点仍待核查")
    lines += [f"  {_reason(outcome, one)}" for one in outcome.held[:SHOWN]]
    if len(outcome.held) > SHOWN:
        lines.append(f"  …还有 {len(outcome.held) - SHOWN} 条原因")
    if outcome.rejects:
        lines.append(f"  退回的行在“{outcome.rejects}”，改好后可直接导入")
    if outcome.warning:
        lines.append(f"  注意：{outcome.warning}")
    return lines


def _reason(outcome: FileOutcome, one: Held) -> str:
    """Where and why, as in: 核查清单 第3行 AE列 核查日期：…."""
    place = f"{outcome.sheet} 第{one.row}行"
    if one.key is not None:
        letter = outcome.letters.get(one.key, "")
        place += f"{f' {letter}列' if letter else ''} {BY_KEY[one.key].header}"
    return f"{place}：{one.told}"


def receipt(outcome: FileOutcome, when: datetime) -> str:
    """The text of the receipt beside a file.

    Args:
        outcome: of the file.
        when: the moment, with its time zone.
    """
    head = [
        "核查工作簿导入回执",
        f"时间：{when:%Y-%m-%d %H:%M}",
        f"文件校验码：{outcome.sha256[:12] or '（未读取）'}",
        "",
    ]
    return "\r\n".join([*head, *told(outcome)]) + "\r\n"
