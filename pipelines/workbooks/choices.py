"""The lists of the sheet 字典: what may be chosen in which column to fill.

What belongs here: each list once, under the defined name by which drop-downs find it. Both directions use it: what the
writer offers is what the reader accepts.
"""

from collections.abc import Mapping
from typing import Final

CONCLUSIONS: Final = (
    "属实-不符合条件",
    "属实-渐退",
    "属实-可豁免",
    "属实-收入未超标",
    "数据有误",
    "已处理",
    "无法核实",
    "重复疑点",
    "非本辖区",
)
"""Casework.md section 3, verbatim."""

METHODS: Final = ("入户", "电话", "函证", "视频")
CONFIRMED: Final = ("属实", "不属实", "无法核实")
MEASURES: Final = ("停发", "减员", "减发", "追缴")
MEASURE_SEPARATOR: Final = "、"
"""Between measures taken together: a drop-down gives one text."""
OPINIONS: Final = ("同意", "退回")

REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "属实-不符合条件": ("收入超标", "财产超标", "人员已故", "服刑或强制隔离戒毒", "不再共同生活", "其他"),
    "属实-渐退": ("就业增收", "其他收入增加", "家庭人口减少", "其他"),
    "属实-可豁免": ("符合豁免情形", "生产生活必需", "无处置权或名义所有", "其他"),
    "属实-收入未超标": ("重新核算未超标", "收入已停止", "刚性支出扣减后未超标", "其他"),
    "数据有误": ("身份串号", "登记错误", "时点滞后", "其他"),
    "已处理": ("已停", "已减", "已渐退", "其他"),
    "无法核实": ("无法联系", "资料不足", "部门未回函", "其他"),
    "重复疑点": ("同一事实已有疑点", "其他"),
    "非本辖区": ("户籍或居住地不在本辖区", "其他"),
}
"""Reasons by conclusion: the drop-down of 理由 shows those of the conclusion chosen."""

LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "list_method": METHODS,
    "list_confirmed": CONFIRMED,
    "list_conclusion": CONCLUSIONS,
    "list_reason": tuple(dict.fromkeys(reason for reasons in REASONS.values() for reason in reasons)),
    "list_measure": (*MEASURES, *(f"{one}{MEASURE_SEPARATOR}追缴" for one in MEASURES if one != "追缴")),
    "list_opinion": OPINIONS,
}
"""Defined name → entries. Latin names: every spreadsheet program takes them."""

LIST_TITLES: Final[Mapping[str, str]] = {
    "list_method": "核查方式",
    "list_confirmed": "是否属实",
    "list_conclusion": "核查结论",
    "list_reason": "理由",
    "list_measure": "处理意见",
    "list_opinion": "区县复核意见",
}
