"""The words of a workbook: what feeds, fields, codes and rules are called, as plain values.

What belongs here: everything that a workbook says beyond the tables of a night. Taking it from contracts and policy is
the business of `declared_words`: the processes that write workbooks read neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

EVIDENCE_LABELS: Final = {
    "manifest": "部门清单",
    "exemption": "豁免情形",
    "anchor": "登记或网签日期",
    "unit": "房屋",
    "dwelling_units": "住房套数",
    "vehicle": "车辆",
    "vehicle_class": "车辆类别",
    "motor_vehicles": "机动车辆数",
    "counted_amount": "计入的养老待遇",
    "counted_amount_sum": "计入的养老待遇合计",
    "active_job_insurance": "在缴职工养老保险",
    "declared": "申报收入",
    "finding": "其他疑点",
    "income_evidenced": "核算人均月收入",
    "income_declared": "申报人均月收入",
    "income_counted": "计入的月收入",
    "own_benefit": "本人救助类别",
    "exempt_basic_pension": "不计入的基础养老金",
    "name": "姓名",
}
"""Evidence that is no field of a contract; what is not here either keeps its own name."""

EVIDENCE_CODES: Final = {"car": "汽车", "motorcycle": "摩托车", "unknown": "无法识别"}

ROSTER: Final = "roster"


@dataclass(frozen=True)
class Words:
    """What a workbook needs of contracts and policy.

    Attributes:
        feeds: feed → title, in the order of their sheets.
        sheets: feed → name of its evidence sheet.
        departments: feed → the department that delivers it.
        fields: (feed, field) → label.
        codes: (feed, field) → code → label.
        rules: rule id → title.
        documents: rule id → what the policy asks to be shown.
        laws: one entry per rule in force: id, clause, title, suggested action, documents.
        parameters: one entry per parameter in force: name, clause, value, unit, layer, since when, note.
        version: version of the policy that this was read from.
    """

    feeds: Mapping[str, str] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    codes: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    laws: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[tuple[str, ...], ...] = ()
    version: str = ""

    def label(self, feed: str, name: str) -> str:
        """What a line of evidence is called."""
        return self.fields.get((feed, name)) or EVIDENCE_LABELS.get(name, name)

    def relations(self) -> Mapping[str, str]:
        """Relation to the head by code."""
        return self.codes.get((ROSTER, "relation"), {})
