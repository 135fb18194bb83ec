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
OPINIONS: Final = ("同意", "退回")
REASONS: Final = ("收入", "财产", "人员变化", "刚性支出", "豁免情形", "数据错误", "已整改", "无法联系", "其他")

LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "list_method": METHODS,
    "list_confirmed": CONFIRMED,
    "list_conclusion": CONCLUSIONS,
    "list_reason": REASONS,
    "list_measure": MEASURES,
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
