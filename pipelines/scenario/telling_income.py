"""The income of a household told as arithmetic: the ledger, the sum, the standard, the row of the table that held.

What belongs here: wording of rules.md section 5. What does not: the arithmetic itself; it comes from the night.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from pipelines.domain.case_statement import VERIFY_LABEL
from pipelines.domain.money import to_yuan
from pipelines.scenario.night import Told
from pipelines.scenario.words import PROJECTIONS, label_of

_INDENT: Final = "  "
_CAUSES: Final = {"employment": "工资", "other": "养老金等其他收入", "mixed": "工资和其他收入"}
_PROVEN: Final = {"pension": "养老金", "wage": "工资"}
_BECAUSE: Final[Mapping[str, str]] = {
    "grace_a": "核算人均高于标准，增收来自就业（或不计工资时低于1.5倍标准）",
    "grace_b": "核算人均高于标准、低于1.5倍标准，增收来自其他收入变化",
    "over": "核算人均高于标准，不符合渐退条件",
    "below": "核算人均低于标准",
}


def income_lines(household: str, told: Told) -> Iterator[str]:
    """The ledger of a household, its income per head, and what is projected from it."""
    own = pl.col("household_id") == household
    income = told.income.filter(own).row(0, named=True)
    grace = told.grace.filter(own).row(0, named=True)
    yield f"收入台账（{household}，元/月）"
    for row in told.ledger.filter(own).sort("id_number").iter_rows(named=True):
        yield f"{_INDENT}{_member(row)}"
    heads, declared, evidenced = income["counting_members"], income["income_declared"], income["income_evidenced"]
    total = f"核算 {_yuan(income['evidenced_total'])} ÷ {heads} 人 ＝ " if heads else "没有计入核算的成员，"
    yield (
        f"{_INDENT}申报人均 {_yuan(declared)}；{total}核算人均 {_yuan(evidenced)}；标准 {_yuan(income['income_standard'])}"
    )
    yield f"{_INDENT}{_outlook(income, grace)}"


def _member(row: Mapping[str, Any]) -> str:
    """One member: declared, what the feeds prove, what counts."""
    parts = [f"申报 {'（空）' if row['declared'] is None else _yuan(row['declared'])}"]
    parts += [f"{label} {_yuan(row[name])}" for name, label in _PROVEN.items() if row[name] is not None]
    if row["deduction"]:
        parts.append(f"扣减就业成本 {_yuan(row['deduction'])}")
    counted = f"核算 {_yuan(row['evidenced'])}" if row["counts"] else f"不计入：{row['why']}"
    return f"{row['name']}：{'，'.join(parts)} → {counted}"


def _outlook(income: Mapping[str, Any], grace: Mapping[str, Any]) -> str:
    """The projection with the condition that held, and the grace period."""
    projection = grace["projection"]
    if projection is None:
        return "收入研判：不作（不是低保家庭、没有收入类疑点，或没有计入核算的成员）"
    cause = _CAUSES.get(income["cause"] or "", "")
    because = VERIFY_LABEL.get(grace["verify_because"] or "", "") or f"（{_BECAUSE[projection]}）"
    period = (
        f"；渐退情形 {grace['grace_branch']}，渐退期 {grace['grace_from']} 至 {grace['grace_to']}"
        if grace["grace_branch"]
        else ""
    )
    source = f"，增收来自{cause}" if cause else ""
    return f"收入研判：{label_of(projection, PROJECTIONS)}{because}{source}{period}"


def _yuan(hao: int | None) -> str:
    """毫 in 元 without trailing zeros; 0 where there is nothing."""
    return f"{to_yuan(hao or 0).normalize():f}"
