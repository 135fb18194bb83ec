"""What a workbook tells about itself and its data: 数据质量, 口径说明, 应保预警, as tables of plain text.

What belongs here: words for staff. Pure; no value of a person.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from pipelines.night.labels import FEED_STATUS_LABELS
from pipelines.workbooks.cell_texts import cell_texts
from pipelines.workbooks.layout import ENROLMENT, QUALITY
from pipelines.workbooks.sheet_tables import SheetTable, TableColumn
from pipelines.workbooks.words import Words

Line = tuple[str, ...]

HOW_TO_FILL: Final[tuple[Line, ...]] = (
    (
        "性质",
        "本工作簿列出的是数据比对发现的疑点线索，不是处理决定。停发、减发由区县民政部门核实后依规作出，并说明理由。",
    ),
    ("填哪里", "只填“核查清单”中的黄色单元格；其余单元格由系统生成并已锁定，请勿改动，改动过的行导入时会被退回。"),
    ("怎么选", "核查方式、是否属实、核查结论、理由、处理意见请从下拉列表选择。先选核查结论，理由列表随之变化。"),
    (
        "必填",
        "核查方式、核查日期、两名不同的核查人、核查结论，以及理由或核查情况说明（理由选“其他”的须写说明）。维持救助与停发一样须写明理由。",
    ),
    ("还须填", "结论为“属实-不符合条件”“属实-渐退”的，填执行月份；渐退的，填渐退起止；追缴的，填追缴月数和金额。"),
    ("填写检查", "每行末尾的“填写检查”显示还缺什么；显示“完整”即可反馈。“汇总”页的进度随填写自动更新。"),
    ("日期", "按 2026-09-22 的样式填写；月份按 2026-10 的样式填写。"),
    (
        "筛选和排序",
        "筛选可直接使用。锁定的工作表不能直接排序：先点“审阅→撤销工作表保护”（没有密码），再排序；顺序不影响导入。",
    ),
    ("列宽和行高", "可以自行调整；也可以隐藏不看的列，但请勿删除行或列，勿改表头，勿另建工作簿粘贴。"),
    ("打印", "入户时用“入户核查表”，A4 横向，每页重复表头；手写后再录入“核查清单”。"),
    ("保存和返回", "用 Excel、WPS 或 LibreOffice 保存为 .xlsx，文件名可改，发回区县。同一文件重复导入不会重复记录。"),
)
"""How to fill a workbook in, for town staff."""

WHAT_FOLLOWS: Final[tuple[Line, ...]] = (
    ("谁来复核", "区县由另一名工作人员复核，不能是填报人本人；退回的疑点会在下一期清单中再次出现，并附复核意见。"),
    ("属实-不符合条件、属实-渐退", "疑点继续保留，直到名册或部门数据反映处理结果。"),
    (
        "属实-可豁免、属实-收入未超标、已处理",
        "在有效期内不再列出，每夜仍比对；事实有变化或有效期届满的，重新列出并说明变化。",
    ),
    ("数据有误", "附证明反馈给数据部门；该部门第二次更新数据后重新比对。"),
    ("无法核实、重复疑点、非本辖区", "疑点保留，由区县处理。"),
)
"""What becomes of an answer."""

_FEED_COLUMNS: Final = (
    TableColumn("title", "数据", 18),
    TableColumn("department", "提供部门", 20),
    TableColumn("status", "状态", 8),
    TableColumn("snapshot_date", "数据时点", 11),
    TableColumn("age_days", "距比对日(天)", 9, "count"),
    TableColumn("max_age_days", "有效天数", 9, "count"),
    TableColumn("rows_read", "读取行数", 10, "count"),
    TableColumn("kept", "采用", 10, "count"),
    TableColumn("duplicate", "重复", 8, "count"),
    TableColumn("superseded", "被更新", 8, "count"),
    TableColumn("quarantined", "隔离(有误)", 10, "count"),
    TableColumn("skipped", "跳过", 8, "count"),
    TableColumn("manifest", "部门清单", 9),
    TableColumn("messages", "说明", 70),
)

ENROLMENT_COLUMNS: Final = (
    "序号",
    "发现方式",
    "发现人",
    "所属乡镇（街道）",
    "对象姓名",
    "家庭基本情况",
    "疑似符合救助",
    "乡镇（街道）调查情况",
    "乡镇（街道）办理结果",
    "备注",
)
"""主动发现救助对象明细表, the columns of source 004."""
NO_ALERTS: Final = "本期没有应保预警：主动发现监测尚未启用，本页供手工登记主动发现的对象，不导入系统。"


def quality_table(feeds: Mapping[str, Mapping[str, Any]], words: Words) -> SheetTable:
    """数据质量: one row per feed, those of which nothing came too: what was not compared is no all-clear."""
    names = [column.name for column in _FEED_COLUMNS]
    rows = []
    order = {feed: place for place, feed in enumerate(words.feeds)}
    for feed, told in sorted(feeds.items(), key=lambda one: order.get(one[0], len(order))):
        came = told.get("status") not in ("absent", None)
        row = {name: told.get(name) if came else None for name in names}
        row |= {
            "title": words.feeds.get(feed) or told.get("title") or feed,
            "department": words.departments.get(feed, ""),
            "status": FEED_STATUS_LABELS.get(str(told.get("status")), str(told.get("status"))),
            "snapshot_date": told.get("snapshot_date"),
            "manifest": ("有，已核对" if told.get("has_manifest") else "无") if came else "",
            "messages": "；".join(told.get("messages") or ())
            or ("" if came else "未收到数据，相关规则未核，不等于无问题"),
        }
        rows.append(row)
    kinds = {column.name: pl.Int64() if column.kind == "count" else pl.String() for column in _FEED_COLUMNS}
    return SheetTable(QUALITY, _FEED_COLUMNS, cell_texts(pl.DataFrame(rows, schema=kinds)))


def enrolment_table() -> SheetTable:
    """应保预警: empty until there are such alerts (casework.md section 6)."""
    columns = tuple(TableColumn(f"c{place}", header, 18) for place, header in enumerate(ENROLMENT_COLUMNS))
    return SheetTable(ENROLMENT, columns, pl.DataFrame(schema={one.name: pl.String for one in columns}), NO_ALERTS)


def terms(
    manifest: Mapping[str, Any], words: Words, town: str | None, *, is_clear: bool
) -> list[tuple[str, Sequence[Line]]]:
    """口径说明: sections, each a title and its lines.

    Args:
        manifest: the night's account.
        words: of contracts and policy.
        town: whose workbook it is; None: the district's.
        is_clear: whether identity numbers are readable.
    """
    version = str(manifest.get("policy_version", ""))
    is_other = bool(words.version) and bool(version) and words.version != version
    night: list[Line] = [
        ("比对日", str(manifest["as_of"])),
        ("范围", town or "全区"),
        ("政策方案", str(manifest["profile"])),
        ("政策版本", version + ("（下列参数和条款取自当前政策文件，与核对时的版本不同）" if is_other else "")),
        ("程序版本", str(manifest.get("code_version", ""))),
        ("运行编号", str(manifest.get("run_id", ""))),
        ("证件号码", "完整显示，使用已登记" if is_clear else "已脱敏：显示前6位和后4位"),
    ]
    dates: list[Line] = [
        (words.feeds.get(feed) or str(told.get("title") or feed), str(told.get("snapshot_date") or "未收到数据"))
        for feed, told in manifest["feeds"].items()
    ]
    return [
        ("怎样填写", HOW_TO_FILL),
        ("反馈以后", WHAT_FOLLOWS),
        ("本期核对", night),
        ("数据时点", dates),
        ("参数", [("参数", "条款", "数值", "单位", "层级", "起始日期", "备注"), *words.parameters]),
        ("规则和政策依据", [("规则编号", "政策依据", "疑点类型", "系统建议", "需提供材料"), *words.laws]),
    ]
