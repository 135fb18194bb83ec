"""Time limits of the catalogue (办理时限): LC-03 and LC-04, policy.md 1.10.

What belongs here: what should have been done by a day. What does not: reviews and grace periods (`roster`).
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes, day_from, month_from
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.counting import has_died
from pipelines.domain.dates import first_of_month, months_after_each, months_before
from pipelines.domain.phrases import words
from pipelines.domain.roster_candidates import household_rows
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.death import DEATHS
from pipelines.domain.rules.roster import LABEL

RIGID: Final = "rigid"
_APPROVED, _DIED_ON = pl.col("approved_month"), pl.col("death_on")


def rigid_households(night: NightContext) -> pl.LazyFrame:
    """One row per household in hardship through unavoidable expenses; its person is the head."""
    return household_rows(night).filter(pl.col("own_benefit") == RIGID)


RIGID_HOUSEHOLDS = Subject(ROSTER, LABEL, rigid_households)


@rule("LC-03", over=RIGID_HOUSEHOLDS, material=("approved_month",))
def rigid_expired(night: NightContext) -> Verdict:
    """A household in hardship through unavoidable expenses whose approval has run out (刚性支出认定满12个月).

    Clause: 刚性支出困难家庭认定办法 第十条. The roster tells the month of approval alone: it runs out with the same month a
    year later.
    """
    months = night.policy.months("rigid_months")
    limit = first_of_month(months_before(night.as_of, months))
    first = month_from(limit)
    return Verdict(
        fires=decided(flagged=_APPROVED.lt(limit), undetermined=_APPROVED.is_null()),
        record_key=pl.col("household_id"),
        fact_date=months_after_each(_APPROVED, months + 1),
        found=words(
            "（户主）为刚性支出困难家庭，",
            pl.when(_APPROVED.is_null())
            .then(pl.lit("批准年月为空，无法判断认定是否期满"))
            .otherwise(words("于", _APPROVED.dt.to_string("%Y-%m"), f"认定，已满{months}个月")),
        ),
        evidence=(Evidence("approved_month", "≥", f"{limit:%Y-%m}", when=_APPROVED.is_not_null()),),
        open_fields=(OpenField("approved_month", "批准年月为空", _APPROVED.is_null()),),
        changes=(
            Change(words("已重新申请认定，名册登记的批准年月为", first.shown, "或更晚"), {"approved_month": first}),
        ),
    )


@rule("LC-04", over=DEATHS, material=("source", "death_on"))
def death_unsettled(night: NightContext) -> Verdict:
    """A dibao member who died and is still covered after the time in which that has to be settled (死亡后3个月未办结).

    Clause: 民发〔2022〕83号 一（三）. It escalates SW-01 and stands beside it.
    """
    months = night.policy.months("death_recheck_months")
    limit = months_before(night.as_of, months)
    first = day_from(limit)
    return Verdict(
        fires=has_died(night.as_of) & pl.col("is_covered") & pl.col("is_dibao") & _DIED_ON.lt(limit),
        record_key=pl.col("source"),
        fact_date=months_after_each(_DIED_ON, months) + pl.duration(days=1),
        found=words("已于", _DIED_ON, f"死亡，超过{months}个月仍未办结，请提级督办"),
        evidence=(
            Evidence("death_on", "≥", str(limit)),
            Evidence("source", "="),
            Evidence("covered", "=", "yes", value=pl.lit("yes")),
        ),
        changes=(
            Change("名册中不再是保障对象（已办理减员或终止）", {"is_covered": becomes(value=False)}),
            Change("经核实本人在世，死亡记录已更正", is_withdrawn=True),
            Change(words("死亡日期更正为", first.shown, "或更晚"), {"death_on": first}),
        ),
    )
