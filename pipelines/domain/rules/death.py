"""Deaths (死亡): SW-01, rules.md section 4.

What belongs here: a covered member who has died. What does not: what a death does to the income (`counting`), the end
of pension insurance by death (`social_insurance`), which is another office's record.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.counting import CUSTODY, DEATH, has_died, with_standing
from pipelines.domain.names import same_name
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.roster_rows import account_holders
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

_SOURCE_LABEL: Final = {"household_registry": "户籍注销", "cremation": "火化", "certificate": "医学证明"}

_IS_TEKUN, _HAS_OTHERS = pl.col("is_tekun"), pl.col("has_others")


def deaths(night: NightContext) -> pl.LazyFrame:
    """One row per member and death record, with the person's place in the household.

    `is_holder`: the household's money is paid to an account in the dead person's name.
    """
    holders = account_holders(night.roster.lazy()).select("household_id", "account_holder")
    holder, person = pl.col("account_holder").fill_null(""), pl.col("roster_name").fill_null("")
    return (
        with_standing(night.rows(DEATH), night)
        .join(holders, on="household_id", how="left")
        .with_columns(
            source=pl.col("source").fill_null(UNKNOWN),
            is_holder=(holder != "") & (person != "") & same_name(holder, person),
        )
    )


DEATHS = Subject(DEATH, "死亡数据", deaths, beside=(CUSTODY,))


@rule("SW-01", over=DEATHS, material=("source", "death_on"))
def dead_and_covered(night: NightContext) -> Verdict:
    """A covered member who has died (死亡仍在保); one finding per person and source.

    Clause: 民发〔2022〕83号 一（三）, for tekun 民发〔2021〕43号 第二十四条第（一）项. Where another covered member counts,
    the household goes on without the dead; else the benefit ends. A record without a day is undetermined (rules.md
    section 1): somebody has to look, while the person goes on counting.
    """
    is_undated = pl.col("death_on").is_null()
    return Verdict(
        fires=decided(
            flagged=has_died(night.as_of) & pl.col("is_covered"), undetermined=is_undated & pl.col("is_covered")
        ),
        record_key=pl.col("source"),
        fact_date=pl.col("death_on"),
        found=words(
            pl.when(is_undated).then(pl.lit("有死亡登记")).otherwise(words("已于", pl.col("death_on"), "死亡")),
            part("（", label_of(pl.col("source"), _SOURCE_LABEL), "）"),
            "，名册中仍为保障对象",
        ),
        evidence=(
            Evidence("death_on", "≤", str(night.as_of)),
            Evidence("source", "="),
            Evidence("covered", "=", "yes", value=pl.lit("yes")),
            Evidence("cremated_on", "=", when=pl.col("cremated_on").is_not_null()),
            Evidence(
                "other_covered_members",
                "=",
                value=pl.when(_HAS_OTHERS).then(pl.lit("有")).otherwise(pl.lit("无")),
            ),
        ),
        open_fields=(OpenField("death_on", "死亡日期为空", is_undated),),
        hints={
            "死者是户主，须重新确定户主": pl.col("is_head"),
            "发放账户的开户人即为死者": pl.col("is_holder"),
        },
        changes=(
            Change("经核实本人在世，死亡记录已更正", is_withdrawn=True),
            Change("名册中不再是保障对象（已办理减员或终止）", {"is_covered": becomes(value=False)}),
        ),
        cases={"remaining_member": ~_IS_TEKUN & _HAS_OTHERS, "tekun": _IS_TEKUN},
    )
