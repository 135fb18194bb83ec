"""Marriages (婚姻登记): HY-01, rules.md section 4.

What belongs here: a spouse whom the roster does not know. What does not: what the spouse owns; the departments are asked
about the spouse first.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.counting import DEATH, has_died
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule

FEED: Final = "marriage"
SPOUSE: Final = "spouse_id_number"

_SPOUSE, _EVENT_ON = pl.col(SPOUSE), pl.col("event_on")
_HAS_NO_ID = _SPOUSE.is_null()
_PAIR: Final = ["household_id", SPOUSE]


def latest_marriages(night: NightContext) -> pl.LazyFrame:
    """One row per member with a marriage record on or before as_of: the latest, on one day the last in the file.

    `is_listed`: the spouse stands in a row of the household, active or stopped. `is_widowed`: the feed of deaths knows
    the spouse's death. `is_death_asked`: that feed was assessed and asked about the spouse.
    """
    listed = night.roster.lazy().select("household_id", pl.col("id_number").alias(SPOUSE), is_listed=pl.lit(value=True))
    return (
        night.rows(FEED)
        .filter(_EVENT_ON.le(night.as_of).fill_null(value=False))
        .sort("household_id", "id_number", "event_on", "delivery_order")
        .unique(["household_id", "id_number"], keep="last", maintain_order=True)
        .join(listed.unique(), on=_PAIR, how="left")
        .join(_spouse_deaths(night), on=_PAIR, how="left")
        .with_columns(pl.col("is_listed", "is_widowed", "is_death_asked").fill_null(value=False))
    )


def _spouse_deaths(night: NightContext) -> pl.LazyFrame:
    """One row per household and spouse whom the feed of deaths was asked about; none where it was not assessed."""
    if DEATH not in night.looked_up:
        return pl.LazyFrame(
            schema={**dict.fromkeys(_PAIR, pl.String), "is_widowed": pl.Boolean, "is_death_asked": pl.Boolean}
        )
    return (
        night.looked_up[DEATH]
        .lazy()
        .group_by("household_id", pl.col("id_number").alias(SPOUSE))
        .agg(is_widowed=has_died(night.as_of).any(), is_death_asked=pl.col("is_asked").all())
    )


MARRIAGES = Subject(FEED, "婚姻登记数据", latest_marriages, looked_up=((SPOUSE, DEATH),))


_CHANGES: Final = (
    Change("配偶已列入名册家庭成员，并重新核算", {"is_listed": becomes(value=True)}, where=~_HAS_NO_ID),
    Change(
        "补齐配偶身份证号，且配偶已列入名册家庭成员",
        {SPOUSE: becomes(pl.col("id_number")), "is_listed": becomes(value=True)},
        where=_HAS_NO_ID,
    ),
    Change("已登记离婚或撤销婚姻登记", {"event": becomes("divorced")}),
    Change("经核实并无该项婚姻登记，记录已更正", is_withdrawn=True),
    Change("配偶已死亡，死亡数据中有记录", {"is_widowed": becomes(value=True)}, where=~_HAS_NO_ID),
)


@rule("HY-01", over=MARRIAGES, material=("event", "event_on", SPOUSE))
def unlisted_spouse(_night: NightContext) -> Verdict:
    """A member whose spouse stands in no row of the household (隐瞒配偶).

    Clause: 民发〔2021〕57号 第七条第（一）项. A widowed member is exempt; where deaths are not known, the finding says so.
    """
    is_married = pl.col("event") == "married"
    certificate = pl.col("certificate_no").fill_null("")
    return Verdict(
        fires=decided(flagged=is_married & ~_HAS_NO_ID & ~pl.col("is_listed"), undetermined=is_married & _HAS_NO_ID),
        exempt={"配偶已死亡（丧偶）": pl.col("is_widowed")},
        record_key=pl.when(certificate != "").then(certificate).otherwise(_EVENT_ON.cast(pl.String)),
        fact_date=_EVENT_ON,
        found=words(
            "于",
            _EVENT_ON,
            "登记结婚，之后没有离婚或撤销登记，配偶",
            part("", pl.col("spouse_name")),
            "不在名册所列家庭成员中",
        ),
        evidence=(
            Evidence("event", "=", "married"),
            Evidence("event_on", "="),
            Evidence(SPOUSE, "not in", "家庭全部名册行（含已停发）", when=~_HAS_NO_ID),
            Evidence("spouse_name", "=", when=pl.col("spouse_name").fill_null("") != ""),
            Evidence("death", "=", "死亡数据缺失或未查询配偶，未核对是否丧偶", pl.lit("未核"), when=_is_death_open()),
        ),
        open_fields=(OpenField(SPOUSE, "配偶身份证号为空或无法识别", _HAS_NO_ID, pl.lit("")),),
        hints={"死亡数据缺失或未查询配偶，未能核对是否丧偶": _is_death_open()},
        changes=_CHANGES,
    )


def _is_death_open() -> pl.Expr:
    """Whether nobody could tell if the spouse is alive."""
    return ~_HAS_NO_ID & ~pl.col("is_death_asked")


def spouses_to_ask(night: NightContext) -> pl.DataFrame:
    """The spouses whom HY-01 adds to the request lists: the departments are to be asked about them too.

    Returns:
        One row per person: `id_number, name`, ordered; the persons of flagged marriages alone.
    """
    verdict = unlisted_spouse.judge(night)
    is_flagged = verdict.fires.fill_null(value=False) & ~pl.col("is_widowed")
    return (
        latest_marriages(night)
        .filter(is_flagged)
        .select(_SPOUSE.alias("id_number"), name="spouse_name")
        .sort("id_number", "name", nulls_last=True)
        .unique("id_number", keep="first", maintain_order=True)
        .collect()
    )
