"""Custody (羁押服刑): XJ-01 and XJ-02, rules.md section 4.

What belongs here: prison, compulsory rehabilitation, and detention before judgment. What does not: what custody does to
the income (`counting`). Community correction raises nothing: 缓刑、管制、社区矫正人员仍是家庭成员.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import ONE_DAY, Change, becomes, day_until
from pipelines.domain.context import NightContext
from pipelines.domain.counting import CUSTODY, DEATH, REMOVING_CUSTODY, is_in_force, with_standing
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

_TYPE, _IS_TEKUN = pl.col("custody_type"), pl.col("is_tekun")
_MATERIAL: Final = ("custody_type", "start_on", "end_on")


def custodies(night: NightContext) -> pl.LazyFrame:
    """One row per member and custody record, with the person's place in the household."""
    return with_standing(night.rows(CUSTODY), night).with_columns(_TYPE.fill_null(UNKNOWN))


CUSTODIES = Subject(CUSTODY, "羁押服刑数据", custodies, beside=(DEATH,))


def _dates(night: NightContext) -> tuple[Evidence, ...]:
    """Type and dates of a record, as evidence."""
    return (
        Evidence("start_on", "≤", str(night.as_of)),
        Evidence("end_on", "≥", str(night.as_of), when=pl.col("end_on").is_not_null()),
        Evidence("end_on", "=", "为空，视为尚未释放", when=pl.col("end_on").is_null()),
    )


def _period() -> pl.Expr:
    """From when to when, as words."""
    return words(part("自", pl.col("start_on"), "起"), part("至", pl.col("end_on")))


def _released(night: NightContext) -> Change:
    """The record has ended before the comparison date."""
    last = day_until(night.as_of - ONE_DAY)
    return Change(words("已释放，登记的截止日期为", last.shown, "或更早"), {"end_on": last})


_NO_RECORD: Final = Change("经核实并未被羁押，记录已更正", is_withdrawn=True)


@rule("XJ-01", over=CUSTODIES, material=_MATERIAL)
def imprisoned_and_covered(night: NightContext) -> Verdict:
    """A covered member in prison or compulsory rehabilitation (服刑或强制隔离戒毒).

    Clause: 民发〔2021〕57号 第七条第（二）项, for tekun in prison 民发〔2021〕43号 第二十四条第（三）项.
    """
    holds = is_in_force(night.as_of) & pl.col("is_covered")
    is_removing = _TYPE.is_in(list(REMOVING_CUSTODY))
    is_undated = pl.col("start_on").is_null()
    # A record without its first day may be in force unless it has ended (rules.md section 1: an empty field decides).
    may_hold = is_undated & (pl.col("end_on") >= night.as_of).fill_null(value=True) & pl.col("is_covered")
    has_others = pl.col("has_others")
    return Verdict(
        fires=decided(
            flagged=holds & is_removing,
            undetermined=(holds & (_TYPE == UNKNOWN)) | (may_hold & (is_removing | (_TYPE == UNKNOWN))),
        ),
        record_key=_TYPE,
        fact_date=pl.col("start_on"),
        found=words(_period(), label_of(_TYPE, REMOVING_CUSTODY, "被羁押"), "，名册中仍为保障对象"),
        evidence=(
            Evidence("custody_type", "in", ",".join(REMOVING_CUSTODY)),
            *_dates(night),
            Evidence("covered", "=", "yes", value=pl.lit("yes")),
            Evidence(
                "other_covered_members", "=", value=pl.when(has_others).then(pl.lit("有")).otherwise(pl.lit("无"))
            ),
        ),
        open_fields=(
            OpenField("custody_type", "羁押类型为空或无法识别", _TYPE == UNKNOWN),
            OpenField("start_on", "羁押起始日期为空", is_undated),
        ),
        hints={"是户主，须重新确定户主": pl.col("is_head") & is_removing},
        changes=(
            _released(night),
            _NO_RECORD,
            Change("名册中不再是保障对象（已办理减员或终止）", {"is_covered": becomes(value=False)}),
            Change("属社区矫正、缓刑或管制，登记的羁押类型为社区矫正", {"custody_type": becomes("community")}),
        ),
        cases={
            "remaining_member": ~_IS_TEKUN & has_others,
            "tekun_prison": _IS_TEKUN & (_TYPE == "prison"),
            "tekun_rehab": _IS_TEKUN & (_TYPE == "rehab"),
        },
    )


@rule("XJ-02", over=CUSTODIES, material=_MATERIAL)
def detained(night: NightContext) -> Verdict:
    """A member, covered or not, who is detained or arrested (刑事拘留或逮捕): a lead, never more.

    Clause: 民发〔2021〕57号 第七条第（二）项, which takes out nobody before judgment.
    """
    return Verdict(
        fires=is_in_force(night.as_of) & (_TYPE == "detention"),
        record_key=_TYPE,
        fact_date=pl.col("start_on"),
        found=words(_period(), "被刑事拘留或逮捕，尚未判决，仍是家庭成员"),
        evidence=(Evidence("custody_type", "=", "detention"), *_dates(night)),
        changes=(_released(night), _NO_RECORD),
    )
