"""Who has to support somebody with tekun (特困人员的法定义务人): TK-04 and TK-05, policy.md 1.11.

What belongs here: an obligor who may be able to support, and a new one by marriage. What does not: what the obligor
owns in detail; that is the obligor's own affair, and only that there are signs is told.
"""

from typing import Final

import polars as pl

from pipelines.domain.ages import born_on, has_reached
from pipelines.domain.clearing import Change, becomes, day_from
from pipelines.domain.context import NightContext
from pipelines.domain.counting import CUSTODY, DEATH, has_died, is_in_force
from pipelines.domain.phrases import part, words
from pipelines.domain.roster_candidates import with_household
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, rule
from pipelines.domain.rules.marriage import FEED as MARRIAGE
from pipelines.domain.rules.marriage import SPOUSE, latest_marriages

FEED: Final = "obligors"
OBLIGOR: Final = "obligor_id_number"
_PERSON: Final = ["household_id", "id_number"]
_PAIR: Final = ["household_id", OBLIGOR]
_LEADING_ROLES: Final = ("operator", "legal_rep", "shareholder", "partner")
_EVENT_ON, _REFERENCE = pl.col("event_on"), pl.col("reference_on")

SIGNS: Final = {
    "social_insurance": (
        "职工养老保险在缴或领取待遇",
        pl.col("insurance_type").is_in(["employee", "institution"])
        & ((pl.col("enrol_status") == "active") | (pl.col("benefit_status") == "paying")),
    ),
    "housing_fund": ("公积金在缴", pl.col("status") == "active"),
    "business": ("登记为在营市场主体", pl.col("role").is_in(_LEADING_ROLES) & (pl.col("status") == "active")),
}
"""Feed → what a record of it may say of an obligor's means, and when it does."""


def able_obligors(night: NightContext) -> pl.LazyFrame:
    """One row per covered tekun person with a living, free, grown-up obligor of whom a feed tells income.

    `signs`: what is told, by obligor. `is_all_old`: every such obligor has reached the age at which means are measured
    otherwise.
    """
    covered = night.members.lazy().filter("is_covered").select(*_PERSON)
    rows = with_household(night.rows(FEED).join(covered, on=_PERSON, how="semi"), night).filter("is_tekun")
    signs = [_signs(night, feed, told, holds) for feed, (told, holds) in SIGNS.items() if feed in night.looked_up]
    gone = [
        night.looked_up[feed].lazy().filter(holds).select("household_id", pl.col("id_number").alias(OBLIGOR))
        for feed, holds in ((DEATH, has_died(night.as_of)), (CUSTODY, is_in_force(night.as_of)))
        if feed in night.looked_up
    ]
    nobody = pl.LazyFrame(schema=dict.fromkeys(_PAIR, pl.String))
    born = born_on(pl.col(OBLIGOR))
    adult, old = night.policy.months("adult_age"), night.policy.months("obligor_old_age")
    told = pl.concat([nobody.with_columns(sign=pl.lit(None, dtype=pl.String)), *signs]).unique().sort(*_PAIR, "sign")
    return (
        rows.join(told.group_by(_PAIR, maintain_order=True).agg(pl.col("sign").str.join("、")), on=_PAIR, how="inner")
        .join(pl.concat([nobody, *gone]), on=_PAIR, how="anti")
        .filter(has_reached(born, adult, night.as_of).fill_null(value=True))
        .sort(*_PERSON, OBLIGOR, "delivery_order")
        .group_by(_PERSON, maintain_order=True)
        .agg(
            pl.all().exclude(*_PERSON, "sign", "grade").last(),
            pl.col("grade").max(),
            signs=words(part("", pl.col("obligor_name"), "："), pl.col("sign"))
            .unique(maintain_order=True)
            .str.join("；"),
            is_all_old=has_reached(born, old, night.as_of).fill_null(value=False).all(),
        )
    )


def _signs(night: NightContext, feed: str, told: str, holds: pl.Expr) -> pl.LazyFrame:
    """The obligors of whom a feed tells means."""
    found = night.looked_up[feed].lazy().filter(holds.fill_null(value=False))
    return found.select("household_id", pl.col("id_number").alias(OBLIGOR), sign=pl.lit(told))


OBLIGORS = Subject(
    FEED,
    "法定义务人登记",
    able_obligors,
    looked_up=tuple((OBLIGOR, feed) for feed in (*SIGNS, CUSTODY, DEATH)),
)


@rule("TK-04", over=OBLIGORS, material=("signs",))
def able_obligor(_night: NightContext) -> Verdict:
    """An obligor of whom the feeds tell income (义务人有履行能力).

    Clause: 民发〔2021〕43号 第八条、第二十四条第（五）项. What the clause excuses (a disability, dibao at 60, a small income
    at 70) is not all in the data, so it ships switched off.
    """
    is_old = pl.col("is_all_old")
    return Verdict(
        fires=pl.when(pl.col("signs") == "").then(pl.lit(value=False)).when(~is_old).then(pl.lit(value=True)),
        record_key=pl.lit("obligors"),
        found=words("为特困人员，法定义务人可能有履行能力（", pl.col("signs"), "）"),
        evidence=(Evidence("obligors", "=", value=pl.col("signs")),),
        open_fields=(OpenField("obligor_age", "义务人年满70周岁，须核实收入和财产", is_old, pl.lit("")),),
        hints={"义务人本身为特困、60周岁以上低保、重度残疾等的，视为无履行能力": pl.lit(value=True)},
        changes=(
            Change("经核实所列义务人的收入线索不属实，或属无履行义务能力的情形，登记已更正", {"signs": becomes("")}),
        ),
    )


def new_marriages(night: NightContext) -> pl.LazyFrame:
    """One row per covered member of a tekun household with a marriage record: the latest on or before as_of.

    `reference_on`: the last review, else the month of approval: what happened until then was looked at.
    """
    covered = night.members.lazy().filter("is_covered").select(*_PERSON)
    rows = with_household(latest_marriages(night).join(covered, on=_PERSON, how="semi"), night)
    return rows.filter("is_tekun").with_columns(reference_on=pl.coalesce("latest_review_on", "approved_month"))


NEW_MARRIAGES = Subject(MARRIAGE, "婚姻登记数据", new_marriages, looked_up=((SPOUSE, DEATH),))


@rule("TK-05", over=NEW_MARRIAGES, material=("event", "event_on", SPOUSE))
def married_since_review(_night: NightContext) -> Verdict:
    """Somebody with tekun who has married since the last review (新增法定义务人).

    Clause: 民发〔2021〕43号 第二十四条第（五）项: a spouse has to support.
    """
    reviewed = day_from(_EVENT_ON)
    is_married = (pl.col("event") == "married").fill_null(value=False)
    certificate = pl.col("certificate_no").fill_null("")
    return Verdict(
        fires=is_married & ~pl.col("is_listed") & (_EVENT_ON > _REFERENCE),
        exempt={"配偶已死亡（丧偶）": pl.col("is_widowed")},
        record_key=pl.when(certificate != "").then(certificate).otherwise(_EVENT_ON.cast(pl.String)),
        fact_date=_EVENT_ON,
        found=words(
            "为特困人员，于", _EVENT_ON, "登记结婚", part("，晚于最近复核或批准的", _REFERENCE), "，可能新增法定义务人"
        ),
        evidence=(
            Evidence("event", "=", "married"),
            Evidence("event_on", ">", _REFERENCE.cast(pl.String)),
            Evidence("death", "=", "死亡数据缺失或未查询配偶，未核对是否丧偶", pl.lit("未核"), when=_is_death_open()),
        ),
        open_fields=(OpenField("last_review_on", "最近复核日期和批准年月均为空", _REFERENCE.is_null(), pl.lit("")),),
        hints={"死亡数据缺失或未查询配偶，未能核对是否丧偶": _is_death_open()},
        changes=(
            Change(words("名册登记的最近复核日期为", reviewed.shown, "或更晚"), {"reference_on": reviewed}),
            Change("配偶已列入名册家庭成员，并核实履行能力", {"is_listed": becomes(value=True)}),
            Change("已登记离婚或撤销婚姻登记", {"event": becomes("divorced")}),
            Change("配偶已死亡，死亡数据中有记录", {"is_widowed": becomes(value=True)}, where=_REFERENCE.is_not_null()),
        ),
    )


def _is_death_open() -> pl.Expr:
    """Whether nobody could tell if the spouse is alive."""
    return pl.col(SPOUSE).is_not_null() & ~pl.col("is_death_asked")
