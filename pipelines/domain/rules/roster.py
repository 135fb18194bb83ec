"""Deadlines of the roster itself (名册): LC-01 and LC-02, rules.md section 4.

What belongs here: reviews and grace periods that ran out. What does not: people in several households
(`roster_doubles`), accounts (`roster_accounts`). Rules on the roster alone have grade A.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes, day_from
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.dates import months_after_each, months_before
from pipelines.domain.households import PROVENANCE
from pipelines.domain.phrases import words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import GRADE_SAME_NAME

LABEL: Final = "救助对象名册"
_ONE_DAY: Final = pl.duration(days=1)
_REVIEWED, _GRACE_TO = pl.col("last_review_on"), pl.col("grace_to")


def of_household_heads(rows: pl.LazyFrame, night: NightContext) -> pl.LazyFrame:
    """One row per household as a finding about it: its person is the head, its source the row that decides."""
    heads = night.households.lazy().select(
        "household_id", pl.col("head_id_number").alias("id_number"), pl.col("head_name").alias("roster_name")
    )
    return rows.join(heads, on="household_id", how="inner").with_columns(
        name=pl.lit(None, dtype=pl.String), grade=pl.lit(GRADE_SAME_NAME)
    )


def deadlines(night: NightContext) -> pl.LazyFrame:
    """One row per household: the latest last_review_on and grace_to of its active rows; source is its last active row."""
    latest = (
        night.roster.lazy()
        .filter("is_active")
        .sort("household_id", "delivery_order")
        .group_by("household_id", maintain_order=True)
        .agg(_REVIEWED.max(), _GRACE_TO.max(), pl.col(*PROVENANCE).last())
    )
    return of_household_heads(latest, night)


DEADLINES = Subject(ROSTER, LABEL, deadlines)


@rule("LC-01", over=DEADLINES, material=("last_review_on",))
def overdue_review(night: NightContext) -> Verdict:
    """A household that was not reviewed within the review cycle (超期未复核).

    Clause: 民发〔2021〕57号 第三十一条. Undetermined where no active row tells a review.
    """
    months = night.policy.months("review_cycle_months")
    limit = months_before(night.as_of, months)
    first = day_from(limit)
    return Verdict(
        fires=decided(flagged=_REVIEWED.lt(limit), undetermined=_REVIEWED.is_null()),
        record_key=pl.col("household_id"),
        fact_date=months_after_each(_REVIEWED, months) + _ONE_DAY,
        found=words(
            "（户主）家庭",
            pl.when(_REVIEWED.is_null())
            .then(pl.lit("无法判断是否超期未复核"))
            .otherwise(words("最近一次复核在", _REVIEWED, f"，已超过{months}个月")),
        ),
        evidence=(Evidence("last_review_on", "<", str(limit), when=_REVIEWED.is_not_null()),),
        open_fields=(OpenField("last_review_on", "最近复核日期为空", _REVIEWED.is_null()),),
        changes=(Change(words("已复核，名册登记的最近复核日期为", first.shown, "或更晚"), {"last_review_on": first}),),
    )


@rule("LC-02", over=DEADLINES, material=("grace_to",))
def ended_grace(night: NightContext) -> Verdict:
    """A household that still receives after its grace period has ended (渐退期满仍在保).

    Clause: 草街办发〔2024〕54号（五）.
    """
    last = day_from(night.as_of)
    return Verdict(
        fires=_GRACE_TO.lt(night.as_of).fill_null(value=False),
        record_key=pl.col("household_id"),
        fact_date=_GRACE_TO + _ONE_DAY,
        found=words("（户主）家庭的渐退期已于", _GRACE_TO, "期满，仍在保"),
        evidence=(Evidence("grace_to", "<", str(night.as_of)), Evidence("status", "=", "active", pl.lit("active"))),
        changes=(
            Change("渐退期满后已重新核算并办结，名册的渐退期已清空", {"grace_to": becomes(None)}),
            Change(words("渐退期止的登记有误，更正为", last.shown, "或更晚"), {"grace_to": last}),
        ),
    )
