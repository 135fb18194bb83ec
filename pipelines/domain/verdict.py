"""Verdicts (核查结论): the words in which people answer a finding, and what an answer must hold to count.

What belongs here: conclusions, measures, methods, reason codes, the form of one verdict and what is missing in it
(casework.md section 3). What does not: who may enter it (`pipelines.casework`), what follows from it on later nights
(`suppression`), where a case stands (`case_state`).
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from pipelines.domain.dates import months_before


class Conclusion(StrEnum):
    """What people found a finding to be; the nine of casework.md section 3, in its words."""

    NOT_ELIGIBLE = "属实-不符合条件"
    PHASED_OUT = "属实-渐退"
    EXEMPT = "属实-可豁免"
    INCOME_WITHIN = "属实-收入未超标"
    WRONG_DATA = "数据有误"
    ALREADY_HANDLED = "已处理"
    NOT_VERIFIABLE = "无法核实"
    DUPLICATE = "重复疑点"
    NOT_OURS = "非本辖区"


CONFIRMING: Final = (Conclusion.NOT_ELIGIBLE, Conclusion.PHASED_OUT)
"""Conclusions that found the finding right: the benefit ends or changes."""
CLEARING: Final = (
    Conclusion.EXEMPT,
    Conclusion.INCOME_WITHIN,
    Conclusion.WRONG_DATA,
    Conclusion.ALREADY_HANDLED,
)
"""Conclusions by which the household may stay: the finding is not raised again while nothing has changed."""


class Measure(StrEnum):
    """What follows from 属实-不符合条件."""

    STOP = "停发"
    REMOVE_MEMBER = "减员"
    REDUCE = "减发"
    RECOVER = "追缴"


class Method(StrEnum):
    """How it was verified (核查方式)."""

    VISIT = "入户"
    PHONE = "电话"
    LETTER = "函证"
    VIDEO = "视频"


REASONS: Final[Mapping[Conclusion, tuple[str, ...]]] = {
    Conclusion.NOT_ELIGIBLE: ("收入超标", "财产超标", "人员已故", "服刑或强制隔离戒毒", "不再共同生活", "其他"),
    Conclusion.PHASED_OUT: ("就业增收", "其他收入增加", "家庭人口减少", "其他"),
    Conclusion.EXEMPT: ("符合豁免情形", "生产生活必需", "无处置权或名义所有", "其他"),
    Conclusion.INCOME_WITHIN: ("重新核算未超标", "收入已停止", "刚性支出扣减后未超标", "其他"),
    Conclusion.WRONG_DATA: ("身份串号", "登记错误", "时点滞后", "其他"),
    Conclusion.ALREADY_HANDLED: ("已停", "已减", "已渐退", "其他"),
    Conclusion.NOT_VERIFIABLE: ("无法联系", "资料不足", "部门未回函", "其他"),
    Conclusion.DUPLICATE: ("同一事实已有疑点", "其他"),
    Conclusion.NOT_OURS: ("户籍或居住地不在本辖区", "其他"),
}
"""Reason codes (原因) by conclusion: staying in must name its reason as much as leaving. A note does as well."""

OTHER_REASON: Final = "其他"
"""Says nothing by itself: a note has to."""


class Verdict(BaseModel):
    """One verdict as it was entered: it judges one finding at one fingerprint. Grain: one per event.

    Amounts in 元. `further`: what else a form holds (签收人, 公示起止, …) by its Chinese name; nothing is judged by it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    finding_id: str = Field(min_length=1)
    fingerprint: str = Field(min_length=1)
    conclusion: str | None = None
    measures: tuple[str, ...] = ()
    reason_code: str | None = None
    note: str | None = None
    documents: str | None = None
    effective_month: date | None = Field(None, description="执行月份, its first day")
    grace_from: date | None = None
    grace_to: date | None = None
    income_per_head: Decimal | None = Field(None, description="核算后家庭月人均收入, 元")
    recovered_months: int | None = None
    recovered_amount: Decimal | None = Field(None, description="追缴金额, 元")
    investigators: tuple[str, ...] = ()
    method: str | None = None
    investigated_on: date | None = None
    valid_until: date | None = None
    further: Mapping[str, str] = Field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """What it says, as plain JSON values; equal contents are one verdict."""
        return self.model_dump(mode="json")


class Problem(StrEnum):
    """What is wrong with a field of a verdict."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"


class Lack(BaseModel):
    """One thing that keeps a verdict from counting: the field, the kind, and what to do, in Chinese for staff."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    problem: Problem
    told: str


INVESTIGATORS: Final = 2
"""Persons who look at a household together (57号 第十六条; casework.md section 3)."""
EARLIEST_MONTHS: Final = 12
"""A visit long before the finding appeared cannot have looked at it; a year leaves room for facts that came late."""


def folded_name(name: str) -> str:
    """A person's name as it is compared: without blanks of any width, in one case, full-width letters as plain ones.

    Two ways to write one name must not count as two investigators, or as a second reviewer.
    """
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def lacks(verdict: Verdict, entered_on: date, first_seen: date | None) -> list[Lack]:
    """What is missing or impossible in a verdict; empty where it is complete.

    Complete is: a conclusion, a method, the day of the investigation, two investigators, the month from which it
    applies where the benefit ends or is phased out, and a reason whatever the conclusion.

    Args:
        verdict: as it was entered.
        entered_on: the day of entry; nobody investigates in the future.
        first_seen: when the finding was first seen; None where that is not known.
    """
    return [*_words(verdict), *_reason(verdict), *_dates(verdict, entered_on, first_seen), *_amounts(verdict)]


def _words(verdict: Verdict) -> list[Lack]:
    """Conclusion, method, measures and investigators."""
    told = []
    if not verdict.conclusion:
        told.append(Lack(field="conclusion", problem=Problem.MISSING, told="请选择核查结论"))
    elif verdict.conclusion not in tuple(Conclusion):
        told.append(Lack(field="conclusion", problem=Problem.UNKNOWN, told=f"核查结论只能是：{'、'.join(Conclusion)}"))
    if not verdict.method:
        told.append(Lack(field="method", problem=Problem.MISSING, told="请选择核查方式"))
    elif verdict.method not in tuple(Method):
        told.append(Lack(field="method", problem=Problem.UNKNOWN, told=f"核查方式只能是：{'、'.join(Method)}"))
    if any(one not in tuple(Measure) for one in verdict.measures):
        told.append(Lack(field="measures", problem=Problem.UNKNOWN, told=f"处理意见只能是：{'、'.join(Measure)}"))
    if len({folded_name(one) for one in verdict.investigators} - {""}) < INVESTIGATORS:
        told.append(Lack(field="investigators", problem=Problem.MISSING, told="核查人须为两名不同的人员"))
    return told


def _reason(verdict: Verdict) -> list[Lack]:
    """Staying in must name its reason as much as leaving: a code of the conclusion's own, or a note."""
    has_note = bool((verdict.note or "").strip())
    code = verdict.reason_code
    known = REASONS[Conclusion(verdict.conclusion)] if verdict.conclusion in tuple(Conclusion) else ()
    if code and known and code not in known:
        return [Lack(field="reason_code", problem=Problem.UNKNOWN, told=f"该结论的原因只能是：{'、'.join(known)}")]
    if not has_note and (not code or code == OTHER_REASON):
        return [Lack(field="note", problem=Problem.MISSING, told="请写明理由：维持救助与停发、减发一样须写明理由")]
    return []


def _dates(verdict: Verdict, entered_on: date, first_seen: date | None) -> list[Lack]:
    """Dates that are needed, and dates that cannot be."""
    told = []
    day = verdict.investigated_on
    if day is None:
        told.append(Lack(field="investigated_on", problem=Problem.MISSING, told="请填写核查日期"))
    elif day > entered_on:
        told.append(Lack(field="investigated_on", problem=Problem.IMPOSSIBLE, told="核查日期不能晚于录入当天"))
    elif first_seen is not None and day < months_before(first_seen, EARLIEST_MONTHS):
        told.append(
            Lack(field="investigated_on", problem=Problem.IMPOSSIBLE, told="核查日期早于首次发现疑点一年以上，请核对")
        )
    if verdict.conclusion in CONFIRMING and verdict.effective_month is None:
        told.append(Lack(field="effective_month", problem=Problem.MISSING, told="该结论须填写执行月份"))
    if verdict.grace_from and verdict.grace_to and verdict.grace_from > verdict.grace_to:
        told.append(Lack(field="grace_to", problem=Problem.IMPOSSIBLE, told="渐退止不能早于渐退起"))
    if verdict.valid_until and day and verdict.valid_until < day:
        told.append(Lack(field="valid_until", problem=Problem.IMPOSSIBLE, told="结论有效期不能早于核查日期"))
    return told


def _amounts(verdict: Verdict) -> list[Lack]:
    """Amounts and months are never negative."""
    names = ("income_per_head", "recovered_months", "recovered_amount")
    return [
        Lack(field=name, problem=Problem.IMPOSSIBLE, told="金额和月数不能为负数")
        for name in names
        if (getattr(verdict, name) or 0) < 0
    ]
