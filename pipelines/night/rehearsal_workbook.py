"""The workbook of a rehearsal: figures, counts by rule, town and group, lists by name, and both policies side by side.

What belongs here: which sheets there are and what stands in them. Its lists name families (ID numbers masked unless clear
ones were asked for), so the whole workbook is for authorised eyes, and its counts are exact.
"""

from collections.abc import Mapping

import polars as pl

from pipelines.night.labels import FEED_STATUS_LABELS
from pipelines.night.rehearsal_tables import (
    Visits,
    blind_rules,
    difference_table,
    figures,
    group_tables,
    lists,
    rules_table,
    visits,
)
from pipelines.night.rehearsed import Rehearsal

_COUNTS: Mapping[str, str] = {
    "in_scope": "在册",
    "before": "现行口径在名单",
    "after": "拟改口径在名单",
    "entering": "进入",
    "leaving": "退出",
}


def sheets(rehearsal: Rehearsal, notes: Mapping[str, str], *, clear_ids: bool) -> dict[str, pl.DataFrame]:
    """The sheets by name, in order.

    Args:
        rehearsal: what was rehearsed.
        notes: what the report is about, label and text; the first lines of 汇总.
        clear_ids: leave ID numbers readable; the caller writes the record of it.
    """
    groups = group_tables(rehearsal.newest)
    persons = [groups[name].insert_column(0, pl.lit(name).alias("分组")) for name in ("救助类别", "年龄", "性别")]
    return {
        "汇总": _summary(rehearsal, notes),
        "按规则": _rules(rehearsal),
        "按镇街": _groups(
            pl.concat(groups[name].insert_column(0, pl.lit(name).alias("分组")) for name in ("镇街", "镇街·救助类别"))
        ),
        "人群": _groups(pl.concat(persons)),
        "进入名单": lists(rehearsal, "entering", clear_ids=clear_ids),
        "退出名单": lists(rehearsal, "leaving", clear_ids=clear_ids),
        "变化": lists(rehearsal, "changes", clear_ids=clear_ids),
        "口径对照": _policies(rehearsal),
    }


def visit_lines(told: Visits) -> dict[str, str]:
    """Visits and hours in words."""
    hours = "未设置每户入户分钟数" if told.extra_hours is None else f"{told.extra_hours:+,}"
    return {
        "需入户核查（户）": f"{told.moves.before:,} → {told.moves.after:,}（{told.moves.net:+,}）",
        "新增入户（户）": f"{told.moves.entering:,}",
        "减少入户（户）": f"{told.moves.leaving:,}",
        "每户入户分钟数": f"{_plain(told.minutes_before)} → {_plain(told.minutes_after)}（占位值，请按实际调整）",
        "增加核查工时（小时）": hours,
    }


def verdict_line(rehearsal: Rehearsal) -> str:
    """What the replay of conclusions says."""
    if not rehearsal.verdicts:
        return "暂无核查结论可供回放"
    return f"共回放 {rehearsal.verdicts:,} 条核查结论，与拟改口径相矛盾 {rehearsal.contradicted:,} 条"


def _summary(rehearsal: Rehearsal, notes: Mapping[str, str]) -> pl.DataFrame:
    lines = [*notes.items(), *visit_lines(visits(rehearsal)).items(), ("核查结论回放", verdict_line(rehearsal))]
    for night in reversed(rehearsal.nights):
        told = figures(night)
        for label, count in (
            ("命中家庭（户）", told.households),
            ("命中人员（人）", told.persons),
            ("命中疑点（条）", told.findings),
            ("待定疑点（条）", told.undetermined),
        ):
            lines.append(
                (
                    f"{night.as_of} {label}",
                    f"{count.before:,} → {count.after:,}（进入 {count.entering:,}，退出 {count.leaving:,}）",
                )
            )
        lines += [(f"{night.as_of} 未能评估", told) for told in blind_rules(night)]
    return pl.DataFrame(lines, schema=["项目", "内容"], orient="row")


def _rules(rehearsal: Rehearsal) -> pl.DataFrame:
    status = pl.col("status").replace(dict(FEED_STATUS_LABELS))
    tables = [
        rules_table(night).select(
            pl.lit(night.as_of).alias("比对日"),
            pl.col("rule_id").alias("规则编号"),
            pl.col("title").alias("规则名称"),
            *(
                pl.when(f"is_on_{side}").then(pl.lit("启用")).otherwise(pl.lit("停用")).alias(label)
                for side, label in (("before", "现行口径"), ("after", "拟改口径"))
            ),
            status.alias("数据状态"),
            pl.col("not_assessed").alias("未核家庭"),
            *(pl.col(name).alias(f"疑点：{label}") for name, label in _COUNTS.items() if name != "in_scope"),
            *(
                pl.col(f"{name}_households").alias(f"家庭：{label}")
                for name, label in _COUNTS.items()
                if name != "in_scope"
            ),
            pl.col("undetermined").alias("待定：现行口径"),
            pl.col("undetermined_after").alias("待定：拟改口径"),
            pl.col("exempt").alias("豁免：现行口径"),
            pl.col("exempt_after").alias("豁免：拟改口径"),
        )
        for night in reversed(rehearsal.nights)
    ]
    return pl.concat(tables)


def _groups(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.rename({"key": "项目", **_COUNTS})


def _policies(rehearsal: Rehearsal) -> pl.DataFrame:
    """Profiles and versions first, then everything that differs."""
    table = difference_table(rehearsal)
    heads = [
        ("方案", "", "", name, before, after, night.as_of.isoformat())
        for night in reversed(rehearsal.nights)
        for name, before, after in (
            ("方案名称", night.before.profile, night.after.profile),
            ("政策版本", night.before.version, night.after.version),
        )
    ]
    return pl.concat([pl.DataFrame(heads, schema=table.schema, orient="row"), table])


def _plain(value: object) -> str:
    return "未设置" if value is None else str(value)
