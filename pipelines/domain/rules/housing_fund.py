"""Housing fund (住房公积金): GJJ-01, rules.md section 4.

What belongs here: contributions that show a job. What does not: the balance as an asset; no clause in force counts it.
"""

import polars as pl

from pipelines.domain.clearing import Change, becomes, month_until
from pipelines.domain.context import NightContext
from pipelines.domain.dates import months_before
from pipelines.domain.money import hao, plain
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.wages import WAGE_BAND, earliest_recent_month

FEED = "housing_fund"

_BASE, _EMPLOYER = pl.col("base"), pl.col("employer")


def accounts(night: NightContext) -> pl.LazyFrame:
    """One row per member and employer that pays into the fund, the base in 毫 a month."""
    return night.rows(FEED).with_columns(hao("base")).with_columns(wage_band=_BASE // WAGE_BAND)


ACCOUNTS = Subject(FEED, "住房公积金数据", accounts)


@rule("GJJ-01", over=ACCOUNTS, material=("employer", "status", "wage_band"), spared_in_grace=True, proof="B")
def paid_housing_fund(night: NightContext) -> Verdict:
    """A housing fund that an employer pays into (公积金在缴).

    Clause: 民发〔2021〕57号 第十七条. The base is taken as the wage.
    """
    earliest = earliest_recent_month(night)
    last_month = month_until(months_before(earliest, 1))
    last_paid, is_active = pl.col("last_paid_month"), pl.col("status") == "active"
    return Verdict(
        fires=decided(flagged=is_active & (last_paid >= earliest), undetermined=is_active & last_paid.is_null()),
        record_key=_EMPLOYER,
        found=words(
            "的住房公积金账户状态为正常",
            part("，缴存单位", _EMPLOYER),
            part("，最近缴存月份", last_paid.dt.to_string("%Y-%m")),
            part("，缴存基数每月", plain(_BASE), "元"),
        ),
        evidence=(
            Evidence("status", "=", "active"),
            Evidence("last_paid_month", "≥", f"{earliest:%Y-%m}", when=last_paid.is_not_null()),
            Evidence("employer", "=", when=_EMPLOYER.is_not_null()),
            Evidence("base", "=", value=plain(_BASE), when=_BASE.is_not_null()),
        ),
        open_fields=(OpenField("last_paid_month", "最近缴存月份为空", last_paid.is_null()),),
        changes=(
            Change(words("公积金账户", part("（", _EMPLOYER, "）"), "已封存或销户"), {"status": becomes("sealed")}),
            Change(words("最近缴存月份为", last_month.shown, "或更早"), {"last_paid_month": last_month}),
        ),
        wage_amount=_BASE,
    )
