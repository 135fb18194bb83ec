"""What one policy says otherwise than another: parameters, switches, rules, clauses, each before and after, in Chinese.

What belongs here: the difference of two policies in force on one date, for people who approve it. What does not: what
the difference does to families (`rehearsal`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from pipelines.domain.policy import PolicyInForce, RuleInForce, Switch
from pipelines.domain.policy_layer import Clause, Variant
from pipelines.domain.policy_version import ORIGIN
from pipelines.domain.vocabulary import ACTION_LABEL, OUTCOME_LABEL, Action, Outcome

Kind = Literal["parameter", "switch", "rule"]

KIND_LABEL: Final[Mapping[str, str]] = {"parameter": "参数", "switch": "开关", "rule": "规则"}
UNSET: Final = "未设置"
NO_ENTRY: Final = "无此条目"

_ASPECTS: Final[Mapping[str, str]] = {
    "value": "数值",
    "unit": "单位",
    "clause": "依据条款",
    "title": "名称",
    "version": "规则版本",
    "action": "系统建议",
    "basis": "依据条款",
    "documents": "可消除疑点的材料",
    "is_on": "是否启用",
    "variants": "特殊情形",
    "conflicts": "上下级政策差异",
    "clauses": "特殊情形的条款",
}
_NOT_TOLD: Final = ORIGIN | {"name", "rule_id", "source"}
"""What changes nothing in a finding (so that equal versions differ in nothing), names an entry, or repeats another field of
it (`source` is the beginning of `basis`)."""


@dataclass(frozen=True)
class PolicyChange:
    """One thing that two policies say differently. Grain: one per parameter, switch or rule and aspect of it.

    Attributes:
        name: name of the parameter or switch, id of the rule.
        title: the rule's name in Chinese; empty for the others.
        aspect: which part of the entry differs, in Chinese.
        before: what the policy in use says.
        after: what the changed policy says.
    """

    kind: Kind
    name: str
    title: str
    aspect: str
    before: str
    after: str

    def sentence(self) -> str:
        """The change in words."""
        title = f"（{self.title}）" if self.title else ""
        return f"{KIND_LABEL[self.kind]} {self.name}{title}：{self.aspect}由“{self.before}”改为“{self.after}”"


def policy_changes(before: PolicyInForce, after: PolicyInForce) -> tuple[PolicyChange, ...]:
    """Everything that applies differently, parameters first, then switches, then rules, each in the order of names.

    Args:
        before: the policy in use.
        after: the changed policy, on the same date.
    """
    return (
        *_entries("parameter", before.parameters, after.parameters),
        *_switches(before.switches, after.switches),
        *_entries("rule", before.rules, after.rules),
    )


def _entries(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[PolicyChange]:
    """The differing aspects of parameters or rules, field by field, whatever fields an entry has."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        title = next((one.title for one in (new, old) if isinstance(one, RuleInForce)), "")
        if old is None or new is None:
            yield PolicyChange(kind, name, title, "条目", _entry(old), _entry(new))
            continue
        for one in fields(new):
            if one.name not in _NOT_TOLD:
                yield from (
                    PolicyChange(kind, name, title, aspect, was, now)
                    for aspect, was, now in _aspects(one.name, getattr(old, one.name), getattr(new, one.name))
                )


def _aspects(field: str, old: object, new: object) -> Iterator[tuple[str, str, str]]:
    """One field's difference; of a mapping, one for each of its cases."""
    label = _ASPECTS.get(field, field)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for case in sorted(old.keys() | new.keys()):
            if old.get(case) != new.get(case):
                yield f"{label} {case}", _words(old.get(case), NO_ENTRY), _words(new.get(case), NO_ENTRY)
    elif old != new:
        yield label, _words(old), _words(new)


def _switches(before: Mapping[str, Switch], after: Mapping[str, Switch]) -> Iterator[PolicyChange]:
    """The switches that stand otherwise; one that no layer mentions is off, so that its absence is no difference."""
    for name in sorted(before.keys() | after.keys()):
        old, new = (name in side and side[name].is_on for side in (before, after))
        if old != new:
            yield PolicyChange("switch", name, "", _ASPECTS["is_on"], _words(old), _words(new))
        if name in before and name in after and before[name].clause != after[name].clause:
            was, now = _words(before[name].clause), _words(after[name].clause)
            yield PolicyChange("switch", name, "", _ASPECTS["clause"], was, now)


def _entry(one: object) -> str:
    """A whole entry that the other policy does not have."""
    if one is None:
        return NO_ENTRY
    if isinstance(one, RuleInForce):
        return f"{_words(one.is_on)}，{_words(one.action)}"
    return f"{_words(getattr(one, 'value', None))} {getattr(one, 'unit', '')}".strip()


def _words(value: object, none: str = UNSET) -> str:  # noqa: PLR0911 - one way of writing for each type
    """A value of the policy as people read it."""
    if value is None:
        return none
    if isinstance(value, bool):
        return "启用" if value else "停用"
    if isinstance(value, Action):
        return ACTION_LABEL[value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Variant):
        return _variant(value)
    if isinstance(value, Clause):
        return value.quotation
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "；".join(_words(one) for one in value)
    return str(value)


def _variant(one: Variant) -> str:
    """A case that is treated otherwise: how, and in which words."""
    treated = [
        *([ACTION_LABEL[one.action]] if one.action else []),
        *([OUTCOME_LABEL[Outcome(one.outcome)]] if one.outcome else []),
    ]
    return f"{'，'.join(treated)}：{one.text}" if treated else one.text
