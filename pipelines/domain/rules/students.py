"""School and university (学籍): RK-05, policy.md 1.9.

What belongs here: grown-up children whose studies have ended. What does not: school fees and grants.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes, day_from
from pipelines.domain.context import NightContext
from pipelines.domain.dates import months_after_each, months_before
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "students"
CHILDREN: Final = ("20", "30")
"""Relations 子 and 女 (GB/T 4761)."""

ADULT_MONTHS: Final = 216
"""18 years: the law's own number of when a child is grown up (民法典 第十七条)."""

_STUDYING: Final = ("enrolled", "suspended")
_PERSON: Final = ["household_id", "id_number"]
_STATUS, _ENDED_ON = pl.col("status"), pl.col("ended_on")
_IS_OPEN = _STATUS.is_null() | (_STATUS == UNKNOWN)


def ended_studies(night: NightContext) -> pl.LazyFrame:
    """One row per child of the head with full-time studies and no record that says the child still studies.

    Part-time studies do not keep a child dependent and are left out. `ended_on`: the latest end that is told;
    provenance is that of its row. `has_open`: a record's state is empty or unknown. `has_undated`: studies have ended
    on a day that is not told.
    """
    children = night.members.lazy().filter(pl.col("relation").is_in(CHILDREN)).select(*_PERSON)
    is_studying = _STATUS.is_in(_STUDYING).fill_null(value=False)
    return (
        night.rows(FEED)
        .join(children, on=_PERSON, how="semi")
        .filter(pl.col("study_form").ne_missing("part_time"))
        .filter(~is_studying.any().over(_PERSON))
        .sort(*_PERSON, "ended_on", "delivery_order", nulls_last=False)
        .group_by(_PERSON, maintain_order=True)
        .agg(
            pl.all().exclude(*_PERSON, "grade", "name").last(),
            pl.col("grade").max(),
            # The name that made the grade what it is.
            pl.col("name").sort_by("grade", maintain_order=True).last(),
            has_open=_IS_OPEN.any(),
            has_undated=(_ENDED_ON.is_null() & ~_IS_OPEN).any(),
        )
        .with_columns(born=pl.col("id_number").str.slice(6, 8).str.to_date("%Y%m%d", strict=False))
    )


ENDED_STUDIES = Subject(FEED, "学籍数据", ended_studies)


@rule("RK-05", over=ENDED_STUDIES, material=("ended_on",))
def grown_up_child(night: NightContext) -> Verdict:
    """A grown-up child whose studies ended longer ago than the time to look for a job (毕业、成年子女).

    Clause: 民发〔2021〕57号 第七条第（三）项. How long one may look for a job is the region's to say: unset leaves the
    rule undetermined, so it ships switched off.
    """
    has_period = pl.lit(value=night.policy.value("job_seeking_months") is not None)
    months = night.policy.months("job_seeking_months") if night.policy.value("job_seeking_months") is not None else 0
    limit, grown_up = months_before(night.as_of, months), months_before(night.as_of, ADULT_MONTHS)
    first = day_from(limit)
    is_adult = (pl.col("born") <= grown_up).fill_null(value=False)
    is_over = limit > _ENDED_ON
    is_known = has_period & ~pl.col("has_open") & ~pl.col("has_undated")
    return Verdict(
        fires=decided(flagged=is_adult & is_known & is_over, undetermined=is_adult & is_over.fill_null(value=True)),
        record_key=pl.lit("study"),
        fact_date=pl.when(has_period).then(months_after_each(_ENDED_ON, months) + pl.duration(days=1)),
        found=words(
            "已成年，学籍已结束",
            part("（", pl.col("school"), "）"),
            part("，毕（结）业日期", _ENDED_ON),
            "，名册中仍为家庭成员",
        ),
        evidence=(
            Evidence("status", "not in", ",".join(_STUDYING), when=~pl.col("has_open")),
            Evidence("ended_on", "<", str(limit), when=_ENDED_ON.is_not_null()),
            Evidence("born", "≤", str(grown_up)),
        ),
        open_fields=(
            OpenField("status", "学籍状态为空或无法识别", pl.col("has_open")),
            OpenField("ended_on", "毕（结）业日期为空", pl.col("has_undated")),
            OpenField("job_seeking_months", "本地未设置择业期", ~has_period, pl.lit("")),
        ),
        hints={"重度残疾、重病或仍在复习考研的，提供材料": pl.lit(value=True)},
        changes=(
            Change("经核实仍在校就读（全日制），学籍状态为在读", {"status": becomes("enrolled")}),
            Change(words("毕（结）业日期为", first.shown, "或更晚，仍在择业期内"), {"ended_on": first}, where=is_known),
            Change("经核实并非该学生，学籍记录已更正", is_withdrawn=True),
        ),
    )
