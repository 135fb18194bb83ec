"""Writing the report of a rehearsal: the page and the workbook, whole or not at all, for their owner alone."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from pipelines.night.export_audit import record_clear_export
from pipelines.night.export_files import FORMULA
from pipelines.night.export_workbook import write_sheets
from pipelines.night.rehearsal_page import page
from pipelines.night.rehearsal_workbook import sheets
from pipelines.night.rehearsed import Rehearsal
from warehouse.files import move_into_place, written_aside

PAGE_FILE: Final = "rehearsal.html"
WORKBOOK_FILE: Final = "rehearsal.xlsx"


def write_report(rehearsal: Rehearsal, out: Path, warehouse: Path, made_at: datetime, *, clear_ids: bool) -> list[Path]:
    """Write page and workbook into a folder; what is there of an earlier rehearsal is replaced.

    Args:
        rehearsal: what was rehearsed.
        out: the folder; made where it is not there, readable by its owner alone.
        warehouse: where the record of clear IDs is kept; written before a file with them appears.
        made_at: the moment, with its time zone.
        clear_ids: leave ID numbers readable.
    """
    notes = report_notes(rehearsal, made_at, clear_ids=clear_ids)

    def finished(aside: Path, target: Path) -> Path:
        if clear_ids:
            entry = _audit_entry(rehearsal) | {"sha256": hashlib.sha256(aside.read_bytes()).hexdigest()}
            record_clear_export(warehouse, entry, target.name, made_at)
        move_into_place(aside, target)
        return target

    def write_page(aside: Path) -> None:
        aside.write_text(page(rehearsal, notes, clear_ids=clear_ids), encoding="utf-8")

    def write_book(aside: Path) -> None:
        write_sheets(sheets(rehearsal, notes, clear_ids=clear_ids), aside, FORMULA)

    writers: dict[str, Callable[[Path], None]] = {PAGE_FILE: write_page, WORKBOOK_FILE: write_book}
    written = []
    for name, write in writers.items():
        with written_aside(out / name) as aside:
            write(aside)
            written.append(finished(aside, out / name))
    return written


def report_notes(rehearsal: Rehearsal, made_at: datetime, *, clear_ids: bool) -> Mapping[str, str]:
    """What the report is about: nights, policies with their versions, and who may see it."""
    newest = rehearsal.newest
    days = [one.as_of.isoformat() for one in rehearsal.nights]
    return {
        "比对日": "、".join(days),
        "现行口径": f"方案 {newest.before.profile}，政策版本 {newest.before.version}",
        "拟改口径": f"方案 {newest.after.profile}，政策版本 {newest.after.version}"
        + ("（所给目录整套替换现行政策文件）" if rehearsal.replaces else ""),
        "生成时间": made_at.isoformat(sep=" ", timespec="minutes"),
        "证件号码": "完整显示，使用已登记" if clear_ids else "名单中已脱敏：显示前6位和后4位",
        "性质": "疑点线索，须经核实，不是处理决定",
    }


def _audit_entry(rehearsal: Rehearsal) -> dict[str, object]:
    """What the record of clear IDs says of the rehearsal: nights, policies, rows."""
    nights = rehearsal.nights
    rows = sum(one.comparison.entering.height + one.comparison.leaving.height for one in nights)
    return {
        "what": "rehearsal",
        "night": nights[-1].stored.folder.name,
        "nights": len(nights),
        "policy_before": rehearsal.newest.before.version,
        "policy_after": rehearsal.newest.after.version,
        "rows": rows,
    }
