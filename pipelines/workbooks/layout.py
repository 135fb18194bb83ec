"""The layout of a workbook: its sheets, and every column of 核查清单 once. Both directions use it.

What belongs here: names, order, kinds, widths, and who fills what. What does not: values (`rows`), how a cell is
written (`checklist_sheet`) or read back.

核查清单 has one row per finding that awaits an answer, its header in row 1. The headers are those of docs/spec/policy.md 6.3
verbatim: other programs look for them. Ours besides: 理由 (staying in names its reason as much as leaving),
结论有效期至, 填写检查 (a formula) and, hidden, 指纹 and 校验. 低保标准 is given by the system, so that nobody looks it up;
备注 is open as well.
Who may fill a row depends on the row: one without an answer is open to the town, one with an answer shows it locked and
is open to the district's reviewers, in the district's workbook alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

SCHEMA: Final = 1
"""Version of this layout; a workbook of another one is not read."""

SUMMARY, CHECKLIST, VISITS, MEMBERS = "汇总", "核查清单", "入户核查表", "家庭成员"
ENROLMENT, QUALITY, TERMS, DICTIONARY, META = "应保预警", "数据质量", "口径说明", "字典", "_meta"
OWN_SHEETS: Final = (SUMMARY, CHECKLIST, VISITS, MEMBERS, ENROLMENT, QUALITY, TERMS, DICTIONARY, META)
"""Every sheet but those of the feeds, which are called as their contracts are titled."""

HEADER_ROW: Final = 1
"""The header's row as a spreadsheet counts; the first finding stands below it."""

Kind = Literal["text", "list", "date", "month", "number", "count", "formula"]
"""number: 元 with two decimals; count: a whole number; month: the first day of a month, shown YYYY-MM."""

Filler = Literal["town", "district"]


@dataclass(frozen=True)
class Column:
    """One column of 核查清单.

    Attributes:
        key: our name; that of the verdict's field where a person fills it.
        header: the text of row 1.
        kind: what its cells hold.
        width: in characters of half width.
        filler: who fills it; None: the system, and the cell is locked.
        choices: defined name of its list (`choices.LISTS`).
        hint: what the program shows when the cell is chosen.
        is_hidden: whether the column is not shown.
        is_sealed: whether the row's seal is over it while it is locked.
    """

    key: str
    header: str
    kind: Kind = "text"
    width: float = 12
    filler: Filler | None = None
    choices: str | None = None
    hint: str = ""
    is_hidden: bool = False
    is_sealed: bool = True


_DAY = "日期，如 2026-09-22"

COLUMNS: Final[tuple[Column, ...]] = (
    Column("batch", "批次号", width=11),
    Column("finding_id", "疑点编号", is_hidden=True),
    # Counted anew in every workbook: no part of what the seal is over.
    Column("number", "序号", "count", 5, is_sealed=False),
    Column("district", "区县", width=8),
    Column("town", "镇街", width=11),
    Column("village", "村(社区)", width=11),
    Column("head_name", "户主姓名", width=9),
    Column("head_id_number", "户主身份证号(脱敏)", width=20),
    Column("benefit", "救助类别", width=9),
    Column("certificate_no", "救助证号"),
    Column("members", "家庭人口", "count", 5),
    Column("covered_members", "保障人数", "count", 5),
    Column("monthly_amount", "月保障金(元)", "number", 10),
    Column("name", "疑点人员", width=9),
    Column("id_number", "身份证号(脱敏)", width=20),
    Column("relation", "与户主关系", width=8),
    Column("rule_title", "疑点类型", width=16),
    Column("rule_id", "规则编号", width=8),
    Column("department", "比对部门", width=13),
    Column("snapshot_date", "数据时点", "date", 11),
    Column("statement", "比对结果详情", width=46),
    Column("basis", "政策依据", width=30),
    Column("exemption", "豁免提示", width=24),
    Column("suggested_action", "系统建议", width=13),
    Column("needed_documents", "需提供材料", width=22),
    Column("risk", "风险等级", width=6),
    Column("dispatched_on", "下发日期", "date", 11),
    Column("due_on", "反馈时限", "date", 11),
    Column("received_by", "签收人", width=9, filler="town", hint="签收本条疑点的工作人员姓名"),
    Column(
        "method",
        "核查方式(入户/电话/函证/视频)",
        "list",
        11,
        filler="town",
        choices="list_method",
        hint="从列表选择",
    ),
    Column("investigated_on", "核查日期", "date", 11, filler="town", hint=_DAY),
    Column("investigator_1", "核查人1", width=9, filler="town", hint="姓名；须有两名核查人"),
    Column("investigator_2", "核查人2", width=9, filler="town", hint="姓名；须有两名核查人"),
    Column("note", "核查情况说明", width=34, filler="town", hint="核实了什么、看到什么、家庭怎么说"),
    Column("confirmed", "是否属实", "list", 9, filler="town", choices="list_confirmed", hint="从列表选择"),
    Column("conclusion", "核查结论", "list", 16, filler="town", choices="list_conclusion", hint="从列表选择"),
    Column(
        "reason_code", "理由", "list", 16, filler="town", choices="list_reason", hint="退出或保留的理由，从列表选择"
    ),
    Column(
        "income_per_head",
        "核算后家庭月人均收入",
        "number",
        11,
        filler="town",
        hint="元，最多两位小数；结论为渐退、收入未超标时请填写",
    ),
    Column("income_standard", "低保标准", "number", 9),
    Column("documents", "佐证材料(编号/附件)", width=20, filler="town", hint="看到的材料名称和编号"),
    Column(
        "measures", "处理意见", "list", 9, filler="town", choices="list_measure", hint="从列表选择；不符合条件时请填写"
    ),
    Column("grace_from", "渐退起", "date", 11, filler="town", hint=f"{_DAY}；结论为渐退时不填则按案件测算"),
    Column("grace_to", "渐退止", "date", 11, filler="town", hint=f"{_DAY}；结论为渐退时不填则按案件测算"),
    Column("effective_month", "执行月份", "month", 9, filler="town", hint="如 2026-10；结论为不符合条件、渐退时必填"),
    Column("recovered_months", "追缴月数", "count", 7, filler="town", hint="整数"),
    Column("recovered_amount", "追缴金额", "number", 10, filler="town", hint="元，最多两位小数；追缴时请填写"),
    Column(
        "valid_until",
        "结论有效期至",
        "date",
        11,
        filler="town",
        hint=f"{_DAY}；可保留的结论在此日之前不再提示，不填则按规定期限",
    ),
    Column("publicised", "公示起止", width=14, filler="town", hint="如 2026-10-08 至 2026-10-14"),
    Column("notified", "告知日期/方式", width=14, filler="town", hint="如 2026-10-08 上门"),
    Column("village_head", "村(社区)负责人", width=9, filler="town", hint="姓名"),
    Column("town_leader", "镇街分管领导", width=9, filler="town", hint="姓名"),
    Column("remark", "备注", width=16, filler="town", hint="其他需要说明的"),
    Column("fill_check", "填写检查", "formula", 14, is_sealed=False),
    Column(
        "opinion",
        "区县复核意见",
        "list",
        10,
        filler="district",
        choices="list_opinion",
        hint="从列表选择；退回须写理由，写成“退回：理由”",
    ),
    Column("reviewed_by", "复核人", width=9, filler="district", hint="姓名；不能是填报人本人"),
    Column("reviewed_on", "复核日期", "date", 11, filler="district", hint=_DAY),
    Column("case_state", "销号状态", width=8),
    Column("overdue_days", "超期天数", "formula", 7, is_sealed=False),
    Column("fingerprint", "指纹", is_hidden=True),
    Column("seal", "校验", is_hidden=True, is_sealed=False),
)

BY_KEY: Final[Mapping[str, Column]] = {column.key: column for column in COLUMNS}
BY_HEADER: Final[Mapping[str, Column]] = {column.header: column for column in COLUMNS}
PLACE: Final[Mapping[str, int]] = {column.key: place for place, column in enumerate(COLUMNS)}
"""Key → place of the column, counted from 0."""


def filled_by(filler: Filler) -> tuple[Column, ...]:
    """The columns that somebody fills, in their order."""
    return tuple(column for column in COLUMNS if column.filler == filler)


def locked(*, is_answered: bool) -> tuple[Column, ...]:
    """The columns of a row that only the system writes, in their order.

    Args:
        is_answered: whether the row shows a verdict already: then what the town filled is the system's, and the review
            is open; otherwise it is the other way round.
    """
    opened: Filler = "district" if is_answered else "town"
    return tuple(column for column in COLUMNS if column.filler != opened)


def sealed(*, is_answered: bool) -> tuple[Column, ...]:
    """The locked columns that a row's seal is over, in their order: no number counted anew, no formula, no seal."""
    return tuple(column for column in locked(is_answered=is_answered) if column.is_sealed)
