"""Turnover of a member's own business as income (经营收入): GS-04, judged per household, policy.md 1.4.

What belongs here: what an operator's turnover may mean for the family's income. What does not: that there is a business
(`business`). It brings no amount into the income: turnover is no profit, and somebody has to ask.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, amount_until, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.headroom import with_estimate
from pipelines.domain.households import PROVENANCE
from pipelines.domain.money import HAO_PER_FEN, HAO_PER_YUAN, hao, plain, round_half_up_to_fen
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.business import FEED, REGISTRATIONS, registrations
from pipelines.domain.vocabulary import UNKNOWN
from pipelines.domain.wages import GREATEST_AMOUNT

_MONTHS: Final = 12
"""The feed tells the turnover of twelve months."""

_TURNOVER_BAND: Final = 10_000 * HAO_PER_YUAN
_HOUSEHOLD: Final = "household_id"
_PERSON: Final = [_HOUSEHOLD, "id_number"]
_ROLE, _STATUS, _TURNOVER = pl.col("role"), pl.col("status"), pl.col("turnover")
_IS_ROLE_OPEN, _IS_STATUS_OPEN = _ROLE == UNKNOWN, _STATUS == UNKNOWN
_SUM, _CEILING, _IS_OWN = pl.col("turnover_sum"), pl.col("ceiling"), pl.col("is_own")
_IS_CERTAIN = (_ROLE == "operator") & (_STATUS == "active")


def own_businesses(night: NightContext) -> pl.LazyFrame:
    """One row per household and business with a turnover that a member operates, or may; two operators count once.

    Only an operator's turnover is the family's: a share in a company, or its management, says nothing of its turnover.
    """
    entity = pl.col("record_key").str.strip_suffix("/operator").str.strip_suffix(f"/{UNKNOWN}")
    return (
        registrations(night)
        .filter((_ROLE == "operator") | _IS_ROLE_OPEN, (_STATUS == "active") | _IS_STATUS_OPEN)
        .with_columns(hao("turnover").clip(0, GREATEST_AMOUNT), entity=entity)
        .filter(_TURNOVER > 0)
        .sort(_HOUSEHOLD, _IS_CERTAIN, "delivery_order")
        .unique([_HOUSEHOLD, "entity"], keep="last", maintain_order=True)
    )


def household_turnovers(night: NightContext) -> pl.LazyFrame:
    """One row per dibao household that has, or may have, an income from turnover; its person is the head.

    `certain`: the income with the net income of what members certainly operate, null where the policy sets no share of
    the turnover that is income; `possible`: with that of all, the whole turnover where no share is set, which it cannot
    exceed. `is_own`: the turnover is theirs, until somebody finds
    otherwise. `grade` is the lowest of the rows, the source that of the greatest turnover.
    """
    rate = night.policy.ratio("turnover_income_rate")
    share, whole = (1, 1) if rate is None else (rate.numerator, rate.denominator)
    monthly = round_half_up_to_fen(_TURNOVER.sum().clip(0, GREATEST_AMOUNT) * share, _MONTHS * whole) * HAO_PER_FEN
    rows = own_businesses(night)
    sure = rows.filter(_IS_CERTAIN).filter(pl.lit(rate is not None))
    certain, possible = (with_estimate(part_of.group_by(_PERSON).agg(extra=monthly), night) for part_of in (sure, rows))
    heads = night.households.lazy().select(
        _HOUSEHOLD, pl.col("head_id_number").alias("id_number"), pl.col("head_name").alias("roster_name")
    )
    return (
        _gathered(rows)
        .join(possible.rename({"estimated": "possible"}), on=_HOUSEHOLD, how="inner")
        .join(certain.select(_HOUSEHOLD, certain="estimated"), on=_HOUSEHOLD, how="left")
        .join(heads, on=_HOUSEHOLD, how="inner")
        .with_columns(is_own=pl.lit(value=True))
    )


def _gathered(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per household: its turnover, whose and where, and what is open about it."""
    item = pl.struct(
        field=pl.lit("turnover"),
        value=words(pl.col("entity_name"), part("，经营者", pl.col("roster_name"))),
        op=pl.lit("="),
        threshold=plain(_TURNOVER),
    )
    return (
        rows.sort(_HOUSEHOLD, "turnover", "delivery_order")
        .group_by(_HOUSEHOLD, maintain_order=True)
        .agg(
            pl.col(*PROVENANCE).last(),
            pl.col("grade").max(),
            pl.col("name").sort_by("grade", maintain_order=True).last(),
            turnover_sum=_TURNOVER.sum().clip(0, GREATEST_AMOUNT),
            has_open_role=_IS_ROLE_OPEN.any(),
            has_open_status=_IS_STATUS_OPEN.any(),
            listed=item,
        )
        .with_columns(turnover_band=_SUM // _TURNOVER_BAND)
    )


TURNOVERS = Subject(FEED, REGISTRATIONS.label, household_turnovers, after_income=True)


@rule("GS-04", over=TURNOVERS, material=("turnover_band",), spared_in_grace=True)
def turnover_above_headroom(night: NightContext) -> Verdict:
    """A turnover whose net income would lift a dibao family above the standard (经营收入超出余量).

    Clause: 民发〔2021〕57号 第十三条第（二）项, policy.md 1.4. What share of a turnover is income no source tells: while the
    policy leaves it unset, a turnover that even whole stays within the standard raises nothing, a greater one is
    undetermined.
    """
    has_declared = pl.lit(value=night.has_declared_income)
    is_rate_unset = pl.lit(value=night.policy.ratio("turnover_income_rate") is None)
    is_above, is_perhaps = pl.col("certain") > _CEILING, pl.col("possible") > _CEILING
    is_open = _CEILING.is_null() | ~has_declared
    estimated, most = pl.coalesce("certain", "possible"), amount_until(_CEILING)
    return Verdict(
        fires=decided(flagged=is_above & ~is_open & _IS_OWN, undetermined=(is_perhaps | is_open) & _IS_OWN),
        record_key=pl.col(_HOUSEHOLD),
        found=words(
            "（户主）家庭成员经营的市场主体近12个月营业额合计",
            plain(_SUM),
            "元，",
            pl.when(is_rate_unset).then(pl.lit("如全部计入，")).otherwise(pl.lit("按比例折算净收入后，")),
            "家庭月收入约",
            plain(estimated),
            "元",
            part("，超出", pl.when(estimated > _CEILING).then(pl.col("heads")), "人的低保标准合计"),
            "（推算，不计入收入）",
        ),
        evidence=(
            Evidence("turnover_sum", "=", value=plain(_SUM)),
            Evidence("estimated_income", ">", plain(_CEILING), value=plain(estimated), when=_CEILING.is_not_null()),
        ),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("turnover_income_rate", "营业额折算净收入的比例未设置", is_rate_unset, pl.lit("")),
            OpenField("role", "部分人员角色无法识别", pl.col("has_open_role"), pl.lit("")),
            OpenField("status", "部分登记状态无法识别", pl.col("has_open_status"), pl.lit("")),
            OpenField("monthly_income", "名册没有月收入一列", ~has_declared, pl.lit("")),
            OpenField("dibao_standard", "低保标准未设置", _CEILING.is_null(), pl.lit("")),
        ),
        changes=(
            Change(
                words("经核实净收入计入后，家庭月收入合计不超过", most.shown, "元"),
                {"certain": most, "possible": most},
                where=~is_open,
            ),
            Change("经核实营业额不是家庭成员的经营收入，登记已更正", {"is_own": becomes(value=False)}),
        ),
    )
