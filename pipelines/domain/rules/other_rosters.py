"""Rosters of other districts (外区县在保名单): ZF-03, policy.md 1.10.

What belongs here: a covered person who is covered elsewhere too. What does not: one person in several households of
this roster (`roster_doubles`).
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "other_rosters"
_DISTRICT_DIGITS: Final = 6
_MEMBER: Final = ["household_id", "id_number"]
_BENEFIT_LABEL: Final = {
    "dibao_urban": "城市低保",
    "dibao_rural": "农村低保",
    "tekun_central": "特困集中供养",
    "tekun_scattered": "特困分散供养",
    "margin": "低保边缘家庭",
    "rigid": "刚性支出困难家庭",
}

_STATUS, _THERE = pl.col("status"), pl.col("covered").ne_missing("no")
_IS_STATUS_OPEN = _STATUS.is_null() | (_STATUS == UNKNOWN)


def elsewhere(night: NightContext) -> pl.LazyFrame:
    """One row per covered member and record of another roster that does not repeat this one.

    A list of the whole city holds our own households too. A record with our district's code is no other district's;
    where one of the two codes is not told, a record of a household in which the person stands here is none either.
    """
    code = night.policy.value("district_code")
    place = pl.col("district_code").fill_null("").str.slice(0, _DISTRICT_DIGITS)
    is_own = (
        pl.col("is_listed_here")
        if code is None
        else (place == f"{code:f}") | ((place == "") & pl.col("is_listed_here"))
    )
    covered = night.members.lazy().filter("is_covered").select(*_MEMBER)
    here = night.members.lazy().select(
        "id_number", pl.col("household_id").alias("other_household_id"), is_listed_here=pl.lit(value=True)
    )
    return (
        night.rows(FEED)
        .join(covered, on=_MEMBER, how="semi")
        .join(here.unique(), on=["id_number", "other_household_id"], how="left")
        .filter(~is_own.fill_null(value=False))
        .with_columns(
            where=pl.when(pl.col("district").fill_null("") != "").then("district").otherwise("district_code"),
            what=label_of(pl.col("benefit"), _BENEFIT_LABEL),
        )
    )


# Where a person stands besides is told by the members of other households.
ELSEWHERE = Subject(FEED, "外区县在保名单", elsewhere, whole_district=True)


@rule("ZF-03", over=ELSEWHERE, material=("district_code", "district", "benefit", "status"))
def covered_elsewhere(_night: NightContext) -> Verdict:
    """A covered person who is active in another district's roster (跨区县重复保障).

    Clause: 民发〔2022〕83号 三（一）. Verified, not fixed: one of the two has to be kept, and which is not ours to say.
    """
    return Verdict(
        fires=decided(flagged=~_IS_STATUS_OPEN & (_STATUS == "active") & _THERE, undetermined=_IS_STATUS_OPEN & _THERE),
        record_key=words(pl.col("district_code").fill_null(""), "/", pl.col("district").fill_null("")),
        fact_date=pl.col("approved_month"),
        found=words(
            "在",
            part("", pl.col("where")),
            "名册中也在保",
            part("（", pl.col("what"), "）"),
            part("，批准年月", _month()),
        ),
        evidence=(
            Evidence("status", "=", "active", when=~_IS_STATUS_OPEN),
            Evidence("district", "=", value=pl.col("where")),
            Evidence("benefit", "=", when=pl.col("benefit").is_not_null()),
            Evidence("approved_month", "=", value=_month(), when=pl.col("approved_month").is_not_null()),
        ),
        open_fields=(OpenField("status", "外区县在保状态为空或无法识别", _IS_STATUS_OPEN),),
        hints={"只能保留一处；易地搬迁或转移衔接期间的，核实转出转入手续": pl.lit(value=True)},
        changes=(
            Change(words("外区县", part("（", pl.col("where"), "）"), "已停保"), {"status": becomes("stopped")}),
            Change("在外区县不是保障对象", {"covered": becomes("no")}),
            Change("经核实并非同一人，外区县记录已更正", is_withdrawn=True),
        ),
    )


def _month() -> pl.Expr:
    return pl.col("approved_month").dt.to_string("%Y-%m")
