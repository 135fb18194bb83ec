"""Income tax (个人所得税): TAX-01, rules.md section 4.

What belongs here: wages that payers have declared. What does not: other items of income; no rule in force reads them.
"""

from datetime import date

import polars as pl

from pipelines.domain.clearing import Change, amount_from, amount_until
from pipelines.domain.context import NightContext
from pipelines.domain.dates import first_of_month, months_before
from pipelines.domain.money import HAO_PER_FEN, hao, plain, round_half_up_to_fen
from pipelines.domain.phrases import words
from pipelines.domain.rule import NO_AMOUNT, Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.wages import GREATEST_AMOUNT, WAGE_BAND

FEED = "income_tax"
_PERSON = ["household_id", "id_number"]


def _window(night: NightContext) -> tuple[date, date]:
    """The first and the last month that are averaged: whole months, the last one before as_of's."""
    this_month = first_of_month(night.as_of)
    first = months_before(this_month, night.policy.months("wage_average_months"))
    return first, months_before(this_month, 1)


def wages(night: NightContext) -> pl.LazyFrame:
    """One row per member with a declared wage in the window; provenance is that of the last such row.

    `average`: their sum by the months of the window, in 毫, exact and rounded once to 0.01 元 half up. `grade`: the
    lowest of the rows. `months`: how many months have one.
    """
    first, last = _window(night)
    is_wage = (pl.col("income_item") == "wage") & pl.col("period").is_between(pl.lit(first), pl.lit(last))
    average_months = night.policy.months("wage_average_months")
    return (
        night.rows(FEED)
        .filter(is_wage)
        .with_columns(hao("income").clip(0, GREATEST_AMOUNT))
        .sort(*_PERSON, "delivery_order")
        .group_by(_PERSON, maintain_order=True)
        .agg(
            pl.all().exclude(*_PERSON, "income", "grade", "name").last(),
            pl.col("grade").max(),
            # The name that made the grade what it is.
            pl.col("name").sort_by("grade", maintain_order=True).last(),
            total=pl.col("income").sum().clip(0, GREATEST_AMOUNT),
            months=pl.col("period").n_unique(),
        )
        .with_columns(average=round_half_up_to_fen(pl.col("total"), average_months) * HAO_PER_FEN)
        .with_columns(wage_band=pl.col("average") // WAGE_BAND)
    )


WAGES = Subject(FEED, "个人所得税数据", wages)


def _changes(night: NightContext) -> tuple[Change, ...]:
    """Declare as much as was paid, be paid no more than was declared, or not be the person who was paid."""
    average, declared = pl.col("average"), pl.col("declared").fill_null(0)
    no_wage = Change("经核实并无该项工资，申报记录已更正（身份被冒用的，已申诉）", is_withdrawn=True)
    enough = amount_from(average)
    if not night.has_declared_income:
        told = words("名册补上月收入一列，本人申报的月收入为", enough.shown, "元或以上")
        return Change(told, {"declared": enough}, night={"has_declared_income": True}), no_wage
    most = amount_until(declared)
    return (
        Change(words("名册中本人申报的月收入为", enough.shown, "元或以上"), {"declared": enough}),
        Change(words("更正后的工资薪金平均每月不超过申报的", most.shown, "元"), {"average": most}, where=declared > 0),
        no_wage,
    )


@rule("TAX-01", over=WAGES, material=("wage_band",), spared_in_grace=True, proof="B")
def declared_wage(night: NightContext) -> Verdict:
    """Wages of twelve months that on average exceed what the member declared (个税工资薪金).

    Clause: 民发〔2021〕57号 第十七条. One finding per person.
    """
    average, declared = pl.col("average"), pl.col("declared").fill_null(0)
    has_declared = pl.lit(value=night.has_declared_income)
    first, last = _window(night)
    window = f"{first:%Y-%m}至{last:%Y-%m}"
    above = words("，高于申报的月收入", plain(declared), "元") if night.has_declared_income else pl.lit("")
    return Verdict(
        fires=decided(flagged=has_declared & (average > declared), undetermined=~has_declared),
        record_key=pl.lit("wage"),
        found=words(
            "在", window, "有工资薪金申报，合计", plain(pl.col("total")), "元，平均每月", plain(average), "元", above
        ),
        evidence=(
            Evidence("income_item", "=", "wage", value=pl.lit("wage")),
            Evidence("period", "in", window, value=words(pl.col("months"), "个月")),
            Evidence("income_sum", "=", value=plain(pl.col("total"))),
            Evidence("monthly_average", ">", plain(declared), value=plain(average), when=has_declared),
            Evidence("monthly_average", "=", value=plain(average), when=~has_declared),
        ),
        open_fields=(OpenField("monthly_income", "名册没有月收入一列", ~has_declared, pl.lit("")),),
        changes=_changes(night),
        wage_amount=average if night.has_declared_income else NO_AMOUNT,
    )
