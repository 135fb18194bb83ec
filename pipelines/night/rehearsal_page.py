"""The page of a rehearsal: one HTML file in Chinese that can be attached to an approval.

What belongs here: filling the template. Without clear IDs the page names no person, and hides groups so small that a count
would point at a family; the workbook has the exact counts.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import polars as pl
from jinja2 import Environment, Template

from pipelines.domain.rehearsal_groups import hide_small
from pipelines.night.labels import FEED_STATUS_LABELS
from pipelines.night.night import ROSTER
from pipelines.night.rehearsal_bars import bars
from pipelines.night.rehearsal_page_template import PAGE, STYLE
from pipelines.night.rehearsal_tables import (
    blind_rules,
    change_counts,
    difference_table,
    figures,
    group_tables,
    lists,
    rules_table,
    visits,
)
from pipelines.night.rehearsal_workbook import verdict_line, visit_lines
from pipelines.night.rehearsed import Rehearsal
from pipelines.night.state import FeedState

NAMED_ROWS: Final = 500
"""Most rows of a list by name on the page; the workbook has all of them."""
NAMED_COLUMNS: Final = (
    *("比对日", "家庭编号", "公民身份号码", "姓名", "镇街", "救助类别", "规则编号", "现行口径结果", "拟改口径结果"),
    "说明",
)


def page(rehearsal: Rehearsal, notes: Mapping[str, str], *, clear_ids: bool) -> str:
    """The page, complete in itself.

    Args:
        rehearsal: what was rehearsed.
        notes: what the report is about, label and text.
        clear_ids: add the lists by name with readable ID numbers; the caller writes the record of it.
    """
    newest = rehearsal.newest
    told = figures(newest)
    exact = group_tables(newest)
    groups = exact if clear_ids else {name: hide_small(table) for name, table in exact.items()}
    rules = rules_table(newest).to_dicts()
    return _template().render(
        style=STYLE,
        as_of=newest.as_of.isoformat(),
        notes=notes,
        headline=[
            ("命中家庭（户）", told.households),
            ("命中人员（人）", told.persons),
            ("命中疑点（条）", told.findings),
        ],
        workload=visit_lines(visits(rehearsal)),
        verdicts=verdict_line(rehearsal),
        warnings=warnings(rehearsal),
        sentences=_sentences(rehearsal),
        feeds=[_feed(one) for one in _roster_first(newest.states) if one.status != "absent"],
        nights=[(one.as_of.isoformat(), figures(one).households) for one in rehearsal.nights],
        rules=rules,
        rule_bars=bars(
            [(f"{one['rule_id']} {one['title']}", one["leaving"], one["entering"]) for one in rules], "按规则"
        ),
        town_bars=bars([(str(row[0]), row[2], row[1]) for row in _drawn(groups["镇街"])], "按镇街"),
        groups={name: table.to_dicts() for name, table in groups.items()},
        status_zh=FEED_STATUS_LABELS,
        changes=change_counts(newest).rows(),
        named=_named(rehearsal) if clear_ids else [],
        is_clear=clear_ids,
    )


def warnings(rehearsal: Rehearsal) -> list[str]:
    """What whoever reads the figures has to know about them."""
    told = []
    if len(rehearsal.nights) < rehearsal.asked:
        told.append(f"要求彩排 {rehearsal.asked} 夜，仓库中只有 {len(rehearsal.nights)} 夜。")
    for night in rehearsal.nights:
        day, stored = night.as_of, night.stored
        if not night.is_policy_of_night:
            told.append(
                f"{day}：该夜发布时的政策版本为 {stored.policy_version}，现有政策文件给出 {night.before.version}；"
                "现行口径一侧按现有政策文件重新计算，两侧均不取自已发布结果。"
            )
        if night.recomputed_otherwise:
            told.append(
                f"{day}：按现行口径重新计算的结果与已发布结果有 {night.recomputed_otherwise:,} 条疑点不同"
                f"（发布时程序版本 {stored.code_version}）；比较只在重新计算的两侧之间进行。"
            )
        if blind := blind_rules(night):
            told.append(f"{day}：以下规则当夜未能评估，其影响未知，不等于没有影响：{'；'.join(blind)}。")
        if night.gates_after:
            told.append(f"{day}：按拟改口径，该夜账目不平，正式运行会被扣住：{'；'.join(night.gates_after)}。")
    return told


def _sentences(rehearsal: Rehearsal) -> list[str]:
    """The policy difference in words; with the nights where it is not the same on all of them."""
    several = len(rehearsal.nights) > 1
    return [
        f"{kind} {name}{f'（{title}）' if title else ''}：{aspect}由“{before}”改为“{after}”{f'（{days}）' if several else ''}"
        for kind, name, title, aspect, before, after, days in difference_table(rehearsal).iter_rows()
    ]


def _roster_first(states: Iterable[FeedState]) -> list[FeedState]:
    return sorted(states, key=lambda one: (one.feed != ROSTER, one.feed))


def _feed(state: FeedState) -> tuple[str, str, str, str]:
    age = "" if state.age_days is None else str(state.age_days)
    return state.title, FEED_STATUS_LABELS.get(state.status, state.status), str(state.snapshot_date or ""), age


def _drawn(towns: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Town, entering, leaving: numbers as numbers, what is hidden as text."""
    shown = towns.select("key", "entering", "leaving").rows()
    return [(key, *(int(count) if str(count).isdigit() else str(count) for count in counts)) for key, *counts in shown]


def _named(rehearsal: Rehearsal) -> list[tuple[str, list[tuple[Any, ...]], tuple[str, ...], int]]:
    """The lists by name, cut where a page would grow too long."""
    made: list[tuple[str, list[tuple[Any, ...]], tuple[str, ...], int]] = []
    for which, title in (("entering", "进入名单"), ("leaving", "退出名单")):
        rows = lists(rehearsal, which, clear_ids=True).select(NAMED_COLUMNS)
        made.append((title, rows.head(NAMED_ROWS).rows(), NAMED_COLUMNS, max(0, rows.height - NAMED_ROWS)))
    return made


@cache
def _template() -> Template:
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(PAGE)
