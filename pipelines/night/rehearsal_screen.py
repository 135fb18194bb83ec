"""What a rehearsal says on the screen: counts, names of rules, and where the report is. No household, no person."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.domain.rehearsal_groups import Moves
from pipelines.night.rehearsal_page import warnings
from pipelines.night.rehearsal_tables import figures, rules_table, visits
from pipelines.night.rehearsal_workbook import verdict_line, visit_lines
from pipelines.night.rehearsed import Rehearsal

CHANGES_SHOWN = 20


def rehearsal_screen(rehearsal: Rehearsal, written: Sequence[Path]) -> RenderableType:
    """Heading, what the policy says otherwise, the lists in counts, rules that move, visits, where the report is."""
    newest = rehearsal.newest
    heading = Text(f"彩排 {newest.as_of}", style="bold").append(
        f"\n现行 {newest.before.profile} {newest.before.version}  →  拟改 {newest.after.profile} {newest.after.version}"
        f"  ·  {len(rehearsal.nights)} 夜",
        style="not bold dim",
    )
    return Group(
        heading,
        Text(""),
        *_changes(rehearsal),
        Text(""),
        _figures(rehearsal),
        Text(""),
        _rules(rehearsal),
        Text(""),
        *(Text(f"{label}：{told}") for label, told in visit_lines(visits(rehearsal)).items()),
        Text(verdict_line(rehearsal)),
        *(Text(f"! {told}", style="yellow") for told in warnings(rehearsal)),
        Text(""),
        *(Text(str(path)) for path in written),
    )


def _changes(rehearsal: Rehearsal) -> list[Text]:
    changes = rehearsal.newest.changes
    lines = [Text(one.sentence()) for one in changes[:CHANGES_SHOWN]]
    if len(changes) > CHANGES_SHOWN:
        lines.append(Text(f"另有 {len(changes) - CHANGES_SHOWN} 处，见报告", style="dim"))
    return lines or [Text("两套口径在该比对日没有差别。", style="yellow")]


def _figures(rehearsal: Rehearsal) -> Table:
    table = _table("", "现行", "拟改", "进入", "退出")
    for night in reversed(rehearsal.nights):
        told = figures(night)
        for label, count in (("命中家庭", told.households), ("命中人员", told.persons), ("命中疑点", told.findings)):
            table.add_row(f"{night.as_of} {label}", *_numbers(count))
    return table


def _rules(rehearsal: Rehearsal) -> Table:
    """Rules of the newest night that move."""
    table = _table("规则", "现行", "拟改", "进入", "退出")
    for row in rules_table(rehearsal.newest).iter_rows(named=True):
        if row["entering"] or row["leaving"]:
            count = Moves(row["before"], row["after"], row["entering"], row["leaving"])
            table.add_row(f"{row['rule_id']} {row['title']}", *_numbers(count))
    return table


def _numbers(count: Moves) -> list[str]:
    return [f"{value:,}" for value in (count.before, count.after, count.entering, count.leaving)]


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table
