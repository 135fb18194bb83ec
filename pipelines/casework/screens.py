"""What `hedui case` shows: a list of cases, and one case with its findings, answers and history. Names and IDs masked.

What belongs here: layout and words. What does not: where cases stand (`standing`), what may be done (`acts`).
"""

from typing import Any, Final

import polars as pl
from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipelines.casework.acts import ACT_LABEL
from pipelines.casework.night import PublishedNight
from pipelines.casework.standing import answers_now
from pipelines.domain.case_events import CaseEvent, EventKind, Folded
from pipelines.night.labels import RISK_LABELS
from pipelines.night.masking import masked_name, masked_texts
from pipelines.night.screen_table import plain_table

SHOWN_OF_ID: Final = 8
EVENT_LABEL: Final = {
    EventKind.DISPATCHED: "下发",
    EventKind.VERDICT: "核查结论",
    EventKind.REVIEWED: "复核",
    **ACT_LABEL,
}
DECISION_LABEL: Final = {"approved": "同意", "returned": "退回"}


def masked_person(name: str | None) -> str:
    """A name with its first character alone: 张*, 张*明 (policy.md section 7)."""
    if not name:
        return ""
    shown = name[0] + "*" * (len(name) - 1)
    return shown if len(name) < len("三个字") else f"{name[0]}*{name[-1]}"


def case_rows(
    night: PublishedNight, states: pl.DataFrame, *, town: str | None, state: str | None, only_overdue: bool
) -> pl.DataFrame:
    """The cases asked for: the most overdue first, then by deadline."""
    heads = night.table("cases").select("case_id", "head_name", "risk")
    rows = states.join(heads, on="case_id", how="left")
    wanted = [pl.col("handled_by") == town] if town else []
    wanted += [pl.col("state") == state] if state else []
    wanted += [pl.col("overdue_days") > 0] if only_overdue else []
    return rows.filter(pl.all_horizontal(pl.lit(value=True), *wanted)).sort(
        "overdue_days", "due_on", "town", "case_id", descending=[True, False, False, False], nulls_last=True
    )


def list_screen(rows: pl.DataFrame, limit: int) -> Group:
    """A table of cases, and how many there are."""
    table = plain_table()
    for title in ("案件", "镇街", "户主", "风险", "状态", "已反馈", "时限", "超期"):
        table.add_column(title, no_wrap=True)
    shown = rows.head(limit)
    # Whom a case was given to is what somebody typed.
    for row in shown.with_columns(masked_texts(shown.get_column("handled_by"))).iter_rows(named=True):
        late = f"{row['overdue_days']} 个工作日" if row["overdue_days"] else ""
        table.add_row(
            row["case_id"][:SHOWN_OF_ID],
            row["handled_by"] or "",
            masked_person(row["head_name"]),
            RISK_LABELS.get(row["risk"] or "", ""),
            row["state"],
            f"{row['answered']}/{row['raised']}",
            _day(row["due_on"], is_estimated=row["is_estimated"]),
            Text(late, style="red"),
        )
    more = f"，只列前 {limit} 件" if rows.height > limit else ""
    return Group(table, Text(f"共 {rows.height} 件{more}"))


def unreviewed_screen(rows: pl.DataFrame, limit: int) -> Group:
    """Cases with answers that wait for a second person, closed ones included."""
    table = plain_table()
    for title in ("案件", "镇街", "待复核结论", "其中核清", "录入于"):
        table.add_column(title, no_wrap=True)
    for row in rows.head(limit).iter_rows(named=True):
        counts = (str(row["verdicts"]), str(row["clearing"]))
        table.add_row(row["case_id"][:SHOWN_OF_ID], row["town"] or "", *counts, str(row["since"]))
    more = f"，只列前 {limit} 件" if rows.height > limit else ""
    return Group(table, Text(f"待复核 {rows.height} 件{more}"))


def case_screen(night: PublishedNight, row: dict[str, Any], folded: Folded, events: list[CaseEvent]) -> Group:
    """One case: state and deadlines, what is asked, what was answered, what happened."""
    findings = answers_now(night, folded).filter(pl.col("household_id") == row["household_id"]).sort("rule_id")
    table = plain_table()
    for title in ("规则", "疑点", "结论", "复核"):
        table.add_column(title)
    for one in findings.iter_rows(named=True):
        review = "同意" if one["is_approved"] else ("退回" if one["was_returned"] and not one["conclusion"] else "")
        table.add_row(one["rule_id"], masked_name(one["statement"]), one["conclusion"] or "未反馈", review)
    aside = f"（原状态：{row['state_before']}）" if row["state_before"] != row["state"] else ""
    deadlines = [
        f"{label} {_day(row[name])}"
        for name, label in (("answer_due_on", "反馈"), ("death_due_on", "死亡核查"), ("grace_due_on", "渐退期满前核查"))
        if row[name]
    ]
    late = f"，已超期 {row['overdue_days']} 个工作日" if row["overdue_days"] else ""
    lines = [
        f"案件 {row['case_id']}  {masked_name(row['handled_by'] or '')}  立案 {row['opened_on']}",
        f"状态 {row['state']}{aside}，自 {row['since']}；已反馈 {row['answered']}/{row['raised']}，属实 {row['confirmed']}",
        f"时限 {'；'.join(deadlines) or '无'}{late}",
    ]
    return Group(*map(Text, lines), table, _history(events))


def _history(events: list[CaseEvent]) -> Table:
    table = plain_table()
    for title in ("日期", "办理", "内容", "说明"):
        table.add_column(title)
    for event in events:
        said = event.payload
        verdict = said.get("verdict") or {}
        what = verdict.get("conclusion") or DECISION_LABEL.get(str(said.get("decision")), "") or said.get("to") or ""
        note = masked_name(str(verdict.get("note") or said.get("note") or ""))
        label = EVENT_LABEL.get(EventKind(event.kind), event.kind) if event.kind in tuple(EventKind) else event.kind
        table.add_row(f"{event.known_after}", f"{label}（{event.by}）", masked_name(str(what)), note)
    return table


def _day(day: object, *, is_estimated: bool = False) -> str:
    return "" if day is None else f"{day}{'（估）' if is_estimated else ''}"
