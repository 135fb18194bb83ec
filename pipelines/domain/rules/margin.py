"""Margin households and who is covered alone (低保边缘家庭、单人保): BY-01 and BY-03, policy.md 1.11 and 2.5.

What belongs here: the family's income against a multiple of the standard, where no dibao of the whole household is
paid. What does not: grace; these households have none.
"""

from fractions import Fraction
from typing import Final

import polars as pl

from pipelines.domain.ages import born_on, has_reached
from pipelines.domain.clearing import Change, amount_below, becomes
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.disability import FEED as DISABILITY
from pipelines.domain.disability import certificates, meets_care_level, told_certificate
from pipelines.domain.money import plain
from pipelines.domain.phrases import part, words
from pipelines.domain.roster_candidates import household_rows, member_rows
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.standards import require_standards
from pipelines.domain.wages import WAGE_BAND

LABEL: Final = "救助对象名册及本次核对"
MARGIN: Final = "margin"
_PERSON: Final = ["household_id", "id_number"]
_CERTIFICATE: Final = {
    **dict.fromkeys(("disability_type", "level", "status"), pl.String),
    "expires_on": pl.Date,
    "degree": pl.Int32,
    "is_valid": pl.Boolean,
}
_INCOME, _STANDARD = pl.col("income_evidenced"), pl.col("income_standard")
_HAS_CERTIFICATE, _IS_INCOMPLETE = pl.col("status").is_not_null(), pl.col("is_incomplete")


def reaches(multiple: Fraction | None) -> pl.Expr:
    """Whether the family's income per head is the multiple of the standard or more; null where that is not set."""
    if multiple is None:
        return pl.lit(None, dtype=pl.Boolean)
    return _INCOME * multiple.denominator >= _STANDARD * multiple.numerator


def with_income(rows: pl.LazyFrame, night: NightContext) -> pl.LazyFrame:
    """Rows with the income per head of their household, where somebody counts in it."""
    income = night.after_income().income.lazy().filter(pl.col("counting_members") > 0)
    told = income.select("household_id", "income_standard", "income_evidenced", "income_declared", "wage_total")
    return rows.join(told, on="household_id", how="inner").with_columns(income_band=_INCOME // WAGE_BAND)


def margin_households(night: NightContext) -> pl.LazyFrame:
    """One row per margin household with its income per head; its person is the head."""
    return with_income(household_rows(night).filter(pl.col("own_benefit") == MARGIN), night)


MARGIN_HOUSEHOLDS = Subject(ROSTER, LABEL, margin_households, after_income=True)


@rule("BY-01", over=MARGIN_HOUSEHOLDS, material=("income_band", "income_standard"))
def margin_over(night: NightContext) -> Verdict:
    """A margin household whose proven income per head reaches the margin (边缘家庭收入超标).

    Clause: 国办发〔2023〕39号 二: below the multiple; at it, it is none any more.
    """
    require_standards(night.policy)
    multiple = night.policy.ratio("margin_multiple")
    is_unset = pl.lit(value=multiple is None)
    is_over = reaches(multiple)
    is_undeducted = pl.lit(value=night.policy.value("employment_cost_rate") is None) & (pl.col("wage_total") > 0)
    return Verdict(
        fires=decided(flagged=is_over & ~_IS_INCOMPLETE, undetermined=is_over.fill_null(value=True)),
        record_key=pl.col("household_id"),
        found=words("（户主）为低保边缘家庭，", _told_income(multiple)),
        evidence=income_evidence(multiple),
        open_fields=(
            OpenField("is_incomplete", "名册有数据行被隔离，家庭成员不全", _IS_INCOMPLETE, pl.lit("")),
            OpenField("margin_multiple", "低保边缘收入倍数未设置", is_unset, pl.lit("")),
        ),
        hints={"未扣减就业成本": is_undeducted.fill_null(value=False)},
        changes=() if multiple is None else (_less_income(multiple),),
    )


def _less_income(multiple: Fraction, where: pl.Expr | None = None) -> Change:
    """An income per head below the multiple of the standard."""
    below = amount_below(_limit(multiple))
    return Change(words("核实后家庭月人均收入低于", below.shown, "元"), {"income_evidenced": below}, where=where)


def _limit(multiple: Fraction) -> pl.Expr:
    """The income per head in 毫 from which it is the multiple, up to the next whole 毫."""
    return -(-_STANDARD * multiple.numerator // multiple.denominator)


def income_evidence(multiple: Fraction | None) -> tuple[Evidence, ...]:
    """The family's income per head against the limit, as evidence."""
    return (
        Evidence("income_evidenced", "≥", _told_limit(multiple), value=plain(_INCOME)),
        Evidence("income_declared", "=", value=plain(pl.col("income_declared"))),
    )


def _told_limit(multiple: Fraction | None) -> pl.Expr:
    """The limit in 元, rounded down to 毫 for the reader; empty where it is not set."""
    if multiple is None:
        return pl.lit("（未设置）")
    return plain(_STANDARD * multiple.numerator // multiple.denominator)


def _told_income(multiple: Fraction | None) -> pl.Expr:
    """Income and limit in words."""
    times = "" if multiple is None else f"（低保标准的{float(multiple):g}倍）"
    return words("比对核算的家庭月人均收入", plain(_INCOME), "元，不低于", _told_limit(multiple), f"元{times}")


def covered_alone(night: NightContext) -> pl.LazyFrame:
    """One row per member who is covered alone within a household, with the family's income and the certificate."""
    told = pl.LazyFrame(schema={**dict.fromkeys(_PERSON, pl.String), **_CERTIFICATE})
    if night.has_feed(DISABILITY):
        told = certificates(night).select(*_PERSON, *_CERTIFICATE)
    rows = member_rows(night).filter("is_single", "is_covered").join(told, on=_PERSON, how="left")
    return with_income(rows, night).with_columns(
        adult=has_reached(born_on(pl.col("id_number")), night.policy.months("adult_age"), night.as_of)
    )


COVERED_ALONE = Subject(ROSTER, LABEL, covered_alone, beside=(DISABILITY,), after_income=True)


def _ground_changes(night: NightContext, multiple: Fraction | None, is_lost: pl.Expr) -> tuple[Change, ...]:
    """The ground that is gone is there again: the income, the certificate, or both."""
    stays = words("残疾人证状态正常，有效期止为", str(night.as_of), "或更晚"), {"is_valid": becomes(value=True)}
    left = Change("名册中不再是单人保对象", {"is_covered": becomes(value=False)})
    if multiple is None:
        return (left,)
    is_within = (_limit(multiple) > _INCOME).fill_null(value=False)
    less = _less_income(multiple, where=~is_lost)
    return (
        less,
        Change(*stays, where=is_lost & is_within),
        Change(words(stays[0], "，且", less.told), {**stays[1], **less.sets}, where=is_lost & ~is_within),
        left,
    )


@rule("BY-03", over=COVERED_ALONE, material=("income_band", "income_standard", "status", "level", "expires_on"))
def alone_without_ground(night: NightContext) -> Verdict:
    """Somebody covered alone whose ground is gone (单人保依附条件丧失): the family's income, or the disability.

    Clause: 民发〔2021〕57号 第八条. Without a certificate the ground may be an illness, of which no feed tells: then only
    the income speaks. The clause gives these households no grace.
    """
    require_standards(night.policy)
    multiple, city = night.policy.ratio("margin_multiple"), night.policy.ratio("single_income_multiple")
    is_over = reaches(multiple) & ~_IS_INCOMPLETE
    is_open = (reaches(multiple) & _IS_INCOMPLETE) | reaches(multiple).is_null()
    is_lost = (_HAS_CERTIFICATE & ~pl.col("is_valid")).fill_null(value=False)
    is_severe = (_HAS_CERTIFICATE & pl.col("is_valid") & meets_care_level(night.policy)).fill_null(value=False)
    within_city = pl.lit(value=False) if city is None else is_severe & pl.col("adult") & ~reaches(city)
    has_no_feed = pl.lit(value=not night.has_feed(DISABILITY))
    return Verdict(
        fires=decided(flagged=is_lost | is_over, undetermined=is_open),
        record_key=pl.lit("single"),
        fact_date=pl.when(is_lost & ~is_over.fill_null(value=False)).then(pl.col("expires_on") + pl.duration(days=1)),
        found=words(
            "为单人保对象",
            part("，", pl.when(is_over.fill_null(value=True)).then(_told_income(multiple))),
            part("，", pl.when(is_lost).then(words("残疾人证为", told_certificate()))),
        ),
        evidence=(
            *income_evidence(multiple),
            Evidence("status", "=", "valid", when=_HAS_CERTIFICATE),
            Evidence("expires_on", "≥", str(night.as_of), when=_HAS_CERTIFICATE & pl.col("expires_on").is_not_null()),
        ),
        open_fields=(
            OpenField("is_incomplete", "名册有数据行被隔离，家庭成员不全", _IS_INCOMPLETE, pl.lit("")),
            OpenField("margin_multiple", "低保边缘收入倍数未设置", reaches(multiple).is_null(), pl.lit("")),
        ),
        hints={"残疾人证数据缺失，未核对残疾状况": has_no_feed},
        changes=_ground_changes(night, multiple, is_lost),
        cases={"within_city_multiple": (within_city & ~is_lost).fill_null(value=False)},
    )
