"""Pension insurance (养老保险参保): SB-01 … SB-04, rules.md section 3.

What belongs here: what the social-insurance rows of a member mean. What does not: what they do to the household's
income (`ledger`), which takes the amounts that flagged rows bring.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, amount_from, amount_until, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.money import HAO_PER_YUAN, hao, plain
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import NO_AMOUNT, Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN
from pipelines.domain.wages import GREATEST_AMOUNT, WAGE_BAND, earliest_recent_month

FEED: Final = "social_insurance"
BENEFIT_BAND: Final = 100 * HAO_PER_YUAN

_INSURANCE: Final = {
    "employee": "企业职工基本养老保险",
    "institution": "机关事业单位养老保险",
    "resident": "城乡居民养老保险",
}
_STOP_REASON: Final = {"death": "死亡", "abroad": "出国（境）定居", "to_employee": "参加职工养老保险", "other": "其他"}

_TYPE, _ENROLMENT, _BENEFIT = pl.col("insurance_type"), pl.col("enrol_status"), pl.col("benefit_status")
_IS_JOB = _TYPE.is_in(["employee", "institution"])
_IS_ACTIVE = _ENROLMENT == "active"
_IS_TERMINATED = _ENROLMENT == "terminated"
_IS_PAYING = _BENEFIT.eq_missing("paying")
_IS_BENEFIT_UNKNOWN = _BENEFIT.eq_missing(UNKNOWN)
_IS_DEATH = pl.col("stop_reason").eq_missing("death")
_INSURED = label_of(_TYPE, _INSURANCE, "养老保险")
_RECORD_KEY = words(_TYPE, "/", pl.col("employer"))
_PERSON = ["household_id", "id_number"]
_MATERIAL = ("insurance_type", "enrol_status", "benefit_status", "employer", "wage_band", "benefit_band")


def enrolments(night: NightContext) -> pl.LazyFrame:
    """One row per member and enrolment, amounts in 毫, with what the person's other enrolments say.

    `counted`: benefit_amount less the exempt basic pension for resident insurance, floor 0, of rows in payment.
    `counted_sum`: its sum over the person's rows. `has_active_job`: another row is active employee or institution
    insurance.
    """
    amount = pl.col("benefit_amount").clip(0, GREATEST_AMOUNT)
    return (
        night.rows(FEED)
        .with_columns(
            hao("benefit_amount"),
            hao("wage_base"),
            # Both columns are demanded: an empty cell is an unknown code.
            _TYPE.fill_null(UNKNOWN),
            _ENROLMENT.fill_null(UNKNOWN),
        )
        .with_columns(
            counted=pl.when(_IS_PAYING).then((amount - _exempt_part(night)).clip(0)),
            wage_band=pl.col("wage_base") // WAGE_BAND,
            benefit_band=pl.col("benefit_amount") // BENEFIT_BAND,
        )
        .with_columns(
            counted_sum=pl.col("counted").sum().over(_PERSON),
            # Summed, because asking groups of persons for any takes twice as long.
            has_active_job=(_IS_JOB & _IS_ACTIVE).cast(pl.UInt32).sum().over(_PERSON) > 0,
        )
    )


ENROLMENTS = Subject(FEED, "养老保险参保数据", enrolments)


def wage_counts(night: NightContext) -> pl.Expr:
    """Whether the row's wage_base counts as income (rules.md section 5): who pays for himself chooses the base.

    Given, payer employed or empty, last paid month empty or not before the month three months before as_of's.
    """
    is_recent = pl.col("last_paid_month").is_null() | (pl.col("last_paid_month") >= earliest_recent_month(night))
    return pl.col("wage_base").is_not_null() & pl.col("payer_kind").fill_null("employed").eq("employed") & is_recent


def _enrolment_changes(night: NightContext) -> tuple[Change, ...]:
    """No active enrolment, not of an employee, or not of this person."""
    stopped = words("养老保险", part("（", pl.col("employer"), "）"), "已停保，参保状态为暂停参保")
    resident = Change("补登的险种为城乡居民养老保险", {"insurance_type": becomes("resident")}, where=_TYPE == UNKNOWN)
    return (
        Change(stopped, {"enrol_status": becomes("suspended")}),
        Change("经核实并非本人参保（冒名、挂靠、同号），参保登记已更正", is_withdrawn=True),
        *(() if night.policy.is_switched_on("resident_counts") else (resident,)),
    )


@rule("SB-01", over=ENROLMENTS, material=_MATERIAL, spared_in_grace=True, proof="B")
def active_enrolment(night: NightContext) -> Verdict:
    """Active pension insurance of an employee or a public servant (职工养老保险正常参保).

    Clause: 草街办发〔2024〕54号（十）. Resident insurance raises nothing unless the switch `resident_counts` is on:
    the state pays for nearly every poor family.
    """
    counts = pl.lit(value=True) if night.policy.is_switched_on("resident_counts") else _IS_JOB
    certain = (counts & (_TYPE != UNKNOWN)) & ~_IS_PAYING
    return Verdict(
        fires=decided(
            flagged=certain & _IS_ACTIVE & ~_IS_BENEFIT_UNKNOWN,
            undetermined=(certain & (_IS_ACTIVE | (_ENROLMENT == UNKNOWN)))
            | ((_TYPE == UNKNOWN) & _IS_ACTIVE & ~_IS_PAYING),
        ),
        record_key=_RECORD_KEY,
        fact_date=pl.col("enrolled_on"),
        found=words(
            "登记有",
            _INSURED,
            pl.when(_IS_ACTIVE).then(pl.lit("，参保状态为正常参保")).otherwise(pl.lit("")),
            part("，参保单位", pl.col("employer")),
            part("，参保日期", pl.col("enrolled_on")),
            part("，缴费基数每月", plain(pl.col("wage_base")), "元"),
        ),
        evidence=(
            Evidence("insurance_type", "in", "employee,institution"),
            Evidence("enrol_status", "=", "active"),
            Evidence("benefit_status", "≠", "paying"),
            Evidence("employer", "=", when=pl.col("employer").is_not_null()),
            Evidence("wage_base", "=", value=plain(pl.col("wage_base")), when=pl.col("wage_base").is_not_null()),
        ),
        open_fields=(
            OpenField("insurance_type", "险种为空或无法识别", _TYPE == UNKNOWN),
            OpenField("enrol_status", "参保状态为空或无法识别", _ENROLMENT == UNKNOWN),
            OpenField("benefit_status", "待遇发放状态无法识别", _IS_BENEFIT_UNKNOWN),
        ),
        changes=_enrolment_changes(night),
        wage_amount=pl.when(wage_counts(night)).then(pl.col("wage_base")),
    )


@rule("SB-02", over=ENROLMENTS, material=_MATERIAL, spared_in_grace=True)
def terminated_enrolment(_night: NightContext) -> Verdict:
    """Pension insurance ended for another reason than death, and no active one beside it (养老保险终止参保).

    Clause: 草街办发〔2024〕54号（十）: 终止参保的，需核实是否务工或已经领取养老保险.
    """
    return Verdict(
        fires=decided(
            flagged=_IS_TERMINATED & ~_IS_DEATH & ~pl.col("has_active_job"), undetermined=pl.lit(value=False)
        ),
        record_key=_RECORD_KEY,
        fact_date=pl.col("stopped_on"),
        found=words(
            "的",
            _INSURED,
            "已终止参保",
            part("，参保单位", pl.col("employer")),
            part("，终止日期", pl.col("stopped_on")),
            part("，终止原因", label_of(pl.col("stop_reason"), _STOP_REASON)),
            "，需核实是否务工或已经领取养老保险",
        ),
        evidence=(
            Evidence("enrol_status", "=", "terminated"),
            Evidence("stop_reason", "≠", "death"),
            Evidence("active_job_insurance", "=", "无", value=pl.lit("无")),
            Evidence("stopped_on", "=", when=pl.col("stopped_on").is_not_null()),
        ),
        changes=(
            Change("参保登记已更正，参保状态不是终止参保", {"enrol_status": becomes("suspended")}),
            Change("经核实并非本人参保，参保登记已更正", is_withdrawn=True),
        ),
    )


def _pension_changes(night: NightContext) -> tuple[Change, ...]:
    """Declare as much as is paid, be paid no more than is declared, or be paid no more."""
    counted, total, declared = pl.col("counted"), pl.col("counted_sum"), pl.col("declared").fill_null(0)
    enough, most = amount_from(total), amount_until(declared)
    # What is left of the declared income beside the amounts that are known, before the exempt part is taken off.
    left = declared - total + _exempt_part(night)
    own, is_known = amount_until(left), counted.is_not_null()
    ended = Change(words(_INSURED, "待遇已终止发放"), {"benefit_status": becomes("ended")})
    if not night.has_declared_income:
        told = words("名册补上月收入一列，本人申报的月收入为", enough.shown, "元或以上")
        column = {"has_declared_income": True}
        return Change(told, {"declared": enough}, where=is_known, night=column), ended
    return (
        Change(words("名册中本人申报的月收入为", enough.shown, "元或以上"), {"declared": enough}, where=is_known),
        Change(
            words("应计入的养老待遇合计每月不超过申报的", most.shown, "元"),
            {"counted_sum": most},
            where=is_known & (declared > 0),
        ),
        Change(
            words("补登的待遇金额为每月", own.shown, "元或更少"),
            {"benefit_amount": own},
            where=~is_known & (total <= declared) & (left > 0),
        ),
        ended,
    )


def _exempt_part(night: NightContext) -> pl.Expr:
    """What of a pension does not count, in 毫 a month: the basic one of resident insurance (rules.md section 2)."""
    exempt = night.policy.amount("exempt_basic_pension") or 0
    return pl.when(_TYPE == "resident").then(exempt).otherwise(0)


@rule("SB-03", over=ENROLMENTS, material=_MATERIAL, spared_in_grace=True, proof="A")
def pension_in_payment(night: NightContext) -> Verdict:
    """Pensions in payment that together exceed what the member declared (领取养老保险待遇).

    Clause: 草街办发〔2024〕54号（十）. Per person: the counted amounts of all rows in payment are summed; a row without
    an amount is undetermined by itself.
    """
    has_declared = pl.lit(value=night.has_declared_income)
    counted, declared = pl.col("counted"), pl.col("declared").fill_null(0)
    is_open = counted.is_null() | ~has_declared
    return Verdict(
        fires=decided(
            flagged=_IS_PAYING & ~is_open & (pl.col("counted_sum") > declared), undetermined=_IS_PAYING & is_open
        ),
        record_key=_RECORD_KEY,
        found=words(
            "正在领取",
            _INSURED,
            "待遇",
            part("，每月", plain(pl.col("benefit_amount")), "元"),
            pl.when(~is_open)
            .then(
                words(
                    "，应计入的养老待遇合计每月",
                    plain(pl.col("counted_sum")),
                    "元，高于申报的月收入",
                    plain(declared),
                    "元",
                )
            )
            .otherwise(pl.lit("")),
        ),
        evidence=(
            Evidence("benefit_status", "=", "paying"),
            Evidence("benefit_amount", "=", value=plain(pl.col("benefit_amount")), when=counted.is_not_null()),
            Evidence("counted_amount", "=", value=plain(counted), when=counted.is_not_null()),
            Evidence(
                "counted_amount_sum", ">", threshold=plain(declared), value=plain(pl.col("counted_sum")), when=~is_open
            ),
        ),
        open_fields=(
            OpenField("benefit_amount", "待遇金额为空", counted.is_null(), plain(pl.col("benefit_amount"))),
            OpenField("monthly_income", "名册没有月收入一列", ~has_declared, pl.lit("")),
        ),
        changes=_pension_changes(night),
        pension_amount=counted if night.has_declared_income else NO_AMOUNT,
    )


@rule("SB-04", over=ENROLMENTS, material=_MATERIAL)
def ended_by_death(_night: NightContext) -> Verdict:
    """Pension insurance that ended because the person died (养老保险终止原因为死亡).

    Clause: 草街办发〔2024〕54号（十）. A record of another office, so it is verified, never read as a death.
    """
    return Verdict(
        fires=decided(flagged=_IS_TERMINATED & _IS_DEATH, undetermined=pl.lit(value=False)),
        record_key=_RECORD_KEY,
        fact_date=pl.col("stopped_on"),
        found=words("的", _INSURED, "已终止参保，终止原因为死亡", part("，终止日期", pl.col("stopped_on"))),
        evidence=(
            Evidence("enrol_status", "=", "terminated"),
            Evidence("stop_reason", "=", "death"),
            Evidence("stopped_on", "=", when=pl.col("stopped_on").is_not_null()),
        ),
        changes=(
            Change("经核实本人在世，终止原因已更正", {"stop_reason": becomes("other")}),
            Change("参保登记已恢复，参保状态不是终止参保", {"enrol_status": becomes("suspended")}),
        ),
    )
