"""Commercial insurance (商业保险): BX-01, policy.md 1.7.

What belongs here: the yearly premium for one insured person. What does not: surrender values as an asset.
"""

from fractions import Fraction
from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, amount_below, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.dates import months_before
from pipelines.domain.households import PROVENANCE
from pipelines.domain.money import hao, plain
from pipelines.domain.names import same_name
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.standards import with_standard
from pipelines.domain.vocabulary import UNKNOWN
from pipelines.domain.wages import GREATEST_AMOUNT, WAGE_BAND

FEED: Final = "insurance_policies"
SPARED: Final = ("inclusive", "student", "accident", "property")
"""Kinds that count for nothing: 惠民保, 学平险, 意外险; and insurance of things, which is no luxury of a person."""

_KIND_LABEL: Final = {"life": "人寿保险", "health": "健康保险"}
_YEAR: Final = 12
_PERSON: Final = ["household_id", "id_number"]
_ROW: Final = [*_PERSON, "delivery_order"]
_KIND, _STATUS, _PREMIUM = pl.col("product_kind"), pl.col("status"), pl.col("annual_premium")
_HOLDER, _STANDARD = pl.col("holder_name").fill_null(""), pl.col("standard")
_OWN, _ALL, _LIMIT = pl.col("own_total"), pl.col("total"), pl.col("limit")


def policies(night: NightContext) -> pl.LazyFrame:
    """One row per member and policy that covers the member and is, or may be, paid for in the last twelve months.

    `is_open`: the kind, the state or the premium is not told, so that it may count. `is_own`: nothing says that somebody
    outside the household took it out.
    """
    rows = (
        night.rows(FEED)
        .filter(_STATUS.fill_null(UNKNOWN).is_in(["in_force", UNKNOWN]), ~_KIND.is_in(SPARED).fill_null(value=False))
        .filter((pl.col("paid_until") >= months_before(night.as_of, _YEAR)).fill_null(value=True))
        .with_columns(hao("annual_premium").clip(0, GREATEST_AMOUNT))
    )
    names = night.members.lazy().select("household_id", pl.col("name").alias("member_name"))
    own = (
        rows.join(names, on="household_id", how="inner")
        .filter((_HOLDER == "") | same_name(_HOLDER, pl.col("member_name").fill_null("")))
        .select(*_ROW, is_own=pl.lit(value=True))
        .unique()
    )
    is_open = _PREMIUM.is_null() | _KIND.fill_null(UNKNOWN).eq(UNKNOWN) | _STATUS.fill_null(UNKNOWN).eq(UNKNOWN)
    return rows.join(own, on=_ROW, how="left").with_columns(
        pl.col("is_own").fill_null(value=False), is_open=is_open, counted=pl.when(~is_open).then(_PREMIUM).fill_null(0)
    )


def premiums(night: NightContext) -> pl.LazyFrame:
    """One row per insured member whose policies cost, or may cost, as much as the limit.

    `total`: 毫 a year that are certain. `own_total`: those of them that nobody outside the household pays. `has_open`: a
    policy may add to them. `limit`: 毫 a year, null where the policy in force leaves it unset. `grade`: the lowest of the
    rows; source: the row of the greatest premium. Policies are put into words for these few members alone.
    """
    rows = policies(night)
    totals = rows.group_by(_PERSON).agg(
        total=pl.col("counted").sum().clip(0, GREATEST_AMOUNT),
        own_total=pl.col("counted").filter("is_own").sum().clip(0, GREATEST_AMOUNT),
        has_open=(pl.col("is_open") & pl.col("is_own")).any(),
        policies=pl.len(),
    )
    limit = _limit(night.policy.ratio("insurance_premium_multiple"))
    too_much = (
        with_standard(totals, night)
        .with_columns(limit=limit, premium_band=_ALL // WAGE_BAND)
        .filter(pl.col("is_dibao").fill_null(value=True))
        .filter((_LIMIT <= _ALL).fill_null(value=True) | pl.col("has_open"))
    )
    listed = (
        rows.join(too_much, on=_PERSON, how="semi")
        .sort(*_PERSON, "counted", "delivery_order")
        .group_by(_PERSON, maintain_order=True)
        .agg(
            pl.col(*PROVENANCE, "roster_name").last(),
            pl.col("grade").max(),
            # The name that made the grade what it is.
            pl.col("name").sort_by("grade", maintain_order=True).last(),
            listed=_told().reverse(),
        )
    )
    return listed.join(too_much, on=_PERSON, how="inner")


def _told() -> pl.Expr:
    """A policy as a line of evidence, without its number."""
    return pl.struct(
        field=pl.lit("policy"),
        value=words(
            part("", pl.col("insurer"), "，"),
            label_of(_KIND, _KIND_LABEL, "商业保险"),
            part("，年缴保费", plain(_PREMIUM), "元"),
            part("，投保人", pl.col("holder_name")),
        ),
        op=pl.when("is_open").then(pl.lit("可能计入")).otherwise(pl.lit("=")),
        threshold=pl.when("is_own").then(pl.lit("")).otherwise(pl.lit("投保人不是家庭成员")),
    )


PREMIUMS = Subject(FEED, "商业保险数据", premiums)


_BELOW: Final = amount_below(_LIMIT)
_CHANGES: Final = (
    Change(
        words("经核实由家庭成员缴纳的年缴保费低于", _BELOW.shown, "元"),
        {"own_total": _BELOW},
        where=_LIMIT.is_not_null() & ~pl.col("has_open"),
    ),
    Change(
        words("查明全部保单，由家庭成员缴纳的年缴保费低于", _BELOW.shown, "元"),
        {"own_total": _BELOW, "has_open": becomes(value=False)},
        where=_LIMIT.is_not_null() & pl.col("has_open"),
    ),
    Change("经核实保单已终止或并无该项保险，记录已更正", is_withdrawn=True),
)
"""Less paid by the household, what is not told found out first; or no such insurance."""


@rule("BX-01", over=PREMIUMS, material=("premium_band",))
def high_premium(_night: NightContext) -> Verdict:
    """Insurance of a member that costs so many months of the standard a year, or more (商业保险保费偏高).

    Clause: the city's limit as a paraphrase; 民发〔2021〕57号 第十四条. Only dibao households. What somebody outside the
    household pays is exempt.
    """
    is_dibao, has_open = pl.col("is_dibao"), pl.col("has_open")
    is_over, is_own_over = _LIMIT <= _ALL, _LIMIT <= _OWN
    is_told = (is_own_over | (is_over & ~has_open)).fill_null(value=False)
    may_be = is_over.fill_null(value=True) | has_open
    return Verdict(
        fires=decided(flagged=is_dibao & is_told, undetermined=is_dibao.fill_null(value=True) & may_be),
        exempt={"投保人不是家庭成员，保费由他人缴纳": ~is_own_over.fill_null(value=True)},
        record_key=pl.lit("premium"),
        found=words(
            "作为被保险人有",
            pl.col("policies"),
            "份商业保险，年缴保费",
            plain(_ALL),
            "元",
            part("，限额", plain(_LIMIT), "元"),
        ),
        evidence=(
            Evidence("annual_premium", "≥", plain(_LIMIT), plain(_ALL), when=is_over.fill_null(value=False)),
            Evidence("annual_premium", "=", value=plain(_ALL), when=~is_over.fill_null(value=False)),
            Evidence("standard", "=", value=plain(_STANDARD), when=_STANDARD.is_not_null()),
        ),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("annual_premium", "部分保单的保费、险种或状态为空或无法识别", has_open & ~is_told, pl.lit("")),
            OpenField("benefit", "救助类别为空或无法识别", is_dibao.is_null(), pl.lit("")),
            OpenField("insurance_premium_multiple", "本地未设置保费限额", _LIMIT.is_null(), pl.lit("")),
        ),
        changes=_CHANGES,
    )


def _limit(multiple: Fraction | None) -> pl.Expr:
    """The premium in 毫 a year from which it is too much, up to the next whole 毫; null where the policy leaves it unset."""
    if multiple is None:
        return pl.lit(None, dtype=pl.Int64)
    return -(-_STANDARD * multiple.numerator // multiple.denominator)
