"""Wages read off contribution bases (缴费基数推算): SB-08, judged per household, policy.md 1.1.

What belongs here: bases that section 5 of rules.md does not count, as an estimate. What does not: the wage base of who
is employed and pays lately (`social_insurance`, SB-01), which is in the income already. It brings no amount.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, amount_until, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.headroom import counting_members, net_wage, with_estimate
from pipelines.domain.households import PROVENANCE
from pipelines.domain.money import hao, plain
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.social_insurance import ENROLMENTS, FEED
from pipelines.domain.wages import GREATEST_AMOUNT, WAGE_BAND, earliest_recent_month

_HOUSEHOLD: Final = "household_id"
_PERSON: Final = [_HOUSEHOLD, "id_number"]
_BASE, _LAST_PAID, _IS_OWN = pl.col("wage_base"), pl.col("last_paid_month"), pl.col("is_own")


def recent_bases(night: NightContext) -> pl.LazyFrame:
    """One row per member with active employees' insurance paid lately: the row of the greatest base, in 毫 a month.

    A base at the floor, or below it, is what the law demands and no wage: it is left out where the floor is set.
    """
    floor = night.policy.amount("contribution_base_floor")
    is_recent = _LAST_PAID.is_null() | _LAST_PAID.ge(earliest_recent_month(night))
    return (
        night.rows(FEED)
        .filter(
            pl.col("insurance_type").is_in(["employee", "institution"]),
            pl.col("enrol_status") == "active",
            pl.col("benefit_status").ne_missing("paying"),
            is_recent,
        )
        .with_columns(hao("wage_base").clip(0, GREATEST_AMOUNT))
        .filter(_BASE.gt(floor or 0))
        .sort(*_PERSON, "wage_base", "delivery_order")
        .unique(_PERSON, keep="last", maintain_order=True)
    )


def household_bases(night: NightContext) -> pl.LazyFrame:
    """One row per dibao household whose income would be greater by its members' bases; its person is the head.

    `is_own`: the bases are their wages, until somebody finds otherwise.
    """
    rate = night.policy.ratio("employment_cost_rate") or 0
    net = _BASE * (rate.denominator - rate.numerator) // rate.denominator if rate else _BASE
    bases = recent_bases(night)
    wages = counting_members(night).select(*_PERSON, known=net_wage())
    extra = bases.join(wages, on=_PERSON, how="inner").select(*_PERSON, extra=(net - pl.col("known")).clip(0))
    heads = night.households.lazy().select(
        _HOUSEHOLD, pl.col("head_id_number").alias("id_number"), pl.col("head_name").alias("roster_name")
    )
    income = night.after_income().income.lazy().select(_HOUSEHOLD, "evidenced_total")
    return (
        _gathered(bases)
        .join(with_estimate(extra, night), on=_HOUSEHOLD, how="inner")
        .join(income, on=_HOUSEHOLD, how="inner")
        .join(heads, on=_HOUSEHOLD, how="inner")
        .with_columns(is_own=pl.lit(value=True))
    )


def _gathered(bases: pl.LazyFrame) -> pl.LazyFrame:
    """One row per household: the members' bases, the lowest grade, the source of the greatest base."""
    item = pl.struct(
        field=pl.lit("wage_base"),
        value=words(pl.col("roster_name"), part("，", pl.col("employer"))),
        op=pl.lit("="),
        threshold=plain(_BASE),
    )
    return (
        bases.sort(_HOUSEHOLD, "wage_base", "delivery_order")
        .group_by(_HOUSEHOLD, maintain_order=True)
        .agg(
            pl.col(*PROVENANCE).last(),
            pl.col("grade").max(),
            pl.col("name").sort_by("grade", maintain_order=True).last(),
            bases=_BASE.sum(),
            listed=item,
        )
        .with_columns(wage_band=pl.col("bases") // WAGE_BAND)
    )


BASES = Subject(FEED, ENROLMENTS.label, household_bases, after_income=True)


@rule("SB-08", over=BASES, material=("wage_band",), spared_in_grace=True)
def bases_above_headroom(night: NightContext) -> Verdict:
    """Contribution bases that as wages would lift a dibao family above the standard (缴费基数推算).

    Clause: 民发〔2021〕57号 第十三条第（一）项, policy.md 1.1: an estimate only. Nothing where the income proven already is
    above. While the policy does not tell the floor of the bases, nothing is certain: a base may be the floor's.
    """
    ceiling, has_declared = pl.col("ceiling"), pl.lit(value=night.has_declared_income)
    is_floor_unset = pl.lit(value=night.policy.amount("contribution_base_floor") is None)
    is_news = (pl.col("estimated") > ceiling) & (pl.col("evidenced_total") <= ceiling)
    is_open, most = ceiling.is_null() | ~has_declared, amount_until(ceiling)
    return Verdict(
        fires=decided(
            flagged=is_news & ~is_open & ~is_floor_unset & _IS_OWN, undetermined=(is_news | is_open) & _IS_OWN
        ),
        record_key=pl.col(_HOUSEHOLD),
        found=words(
            "（户主）家庭成员的养老保险缴费基数合计每月",
            plain(pl.col("bases")),
            "元，如按工资计入，家庭月收入约",
            plain(pl.col("estimated")),
            "元",
            part("，低保标准合计", plain(ceiling), "元"),
            "（推算，不计入收入）",
        ),
        evidence=(
            Evidence("wage_base_sum", "=", value=plain(pl.col("bases"))),
            Evidence(
                "estimated_income", ">", plain(ceiling), value=plain(pl.col("estimated")), when=ceiling.is_not_null()
            ),
        ),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("contribution_base_floor", "缴费基数下限未设置，无法排除按下限缴费", is_floor_unset, pl.lit("")),
            OpenField("monthly_income", "名册没有月收入一列", ~has_declared, pl.lit("")),
            OpenField("dibao_standard", "低保标准未设置", ceiling.is_null(), pl.lit("")),
        ),
        changes=(
            Change(words("工资流水证明家庭月收入合计不超过", most.shown, "元"), {"estimated": most}, where=~is_open),
            Change("经核实缴费不是家庭成员的工资（如挂靠缴费），参保登记已更正", {"is_own": becomes(value=False)}),
        ),
    )
