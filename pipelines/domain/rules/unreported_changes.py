"""Changes that a family did not tell of (重大变化未报告): LC-06, policy.md 1.10.

What belongs here: facts of tonight's findings that are older than the time in which they had to be told. What does not:
the facts themselves, which have findings of their own.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, day_from
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.dates import months_before
from pipelines.domain.phrases import label_of, words
from pipelines.domain.roster_candidates import household_rows
from pipelines.domain.rule import Evidence, Subject, Verdict, rule
from pipelines.domain.vocabulary import Outcome

LABEL: Final = "救助对象名册及本次核对"
AREAS: Final = ("CL", "FC", "GS", "JR", "BX", "NJ", "CB", "SB", "GJJ", "TAX")
"""The areas of the catalogue that tell of property or income."""

_REVIEWED: Final = pl.col("latest_review_on")


def changed_households(night: NightContext) -> pl.LazyFrame:
    """One row per household with a finding whose fact is older than the time for telling and was not yet reviewed.

    Without a review nobody can say what was told: such a household is left out.
    """
    limit = months_before(night.as_of, night.policy.months("unreported_change_months"))
    titles = {rule_id: one.title for rule_id, one in night.policy.rules.items()}
    item = pl.struct(
        field=pl.lit("finding"),
        value=words(pl.col("rule_id"), " ", label_of(pl.col("rule_id"), titles)),
        op=pl.lit(">"),
        threshold=words(pl.col("fact_date")),
    )
    facts = (
        night.after_income()
        .findings.lazy()
        .filter(
            pl.col("outcome") == Outcome.FLAGGED.value,
            pl.col("rule_id").str.split("-").list.first().is_in(AREAS),
            pl.col("fact_date") < limit,
        )
        .join(household_rows(night).select("household_id", "latest_review_on"), on="household_id", how="inner")
        .filter(pl.col("fact_date") > _REVIEWED)
        .sort("household_id", "fact_date", "rule_id", "id_number", "record_key")
        .group_by("household_id", maintain_order=True)
        .agg(
            listed=item,
            earliest=pl.col("fact_date").min(),
            latest=pl.col("fact_date").max(),
            changed=words(pl.col("rule_id"), pl.col("fact_date")).str.join(","),
        )
    )
    return household_rows(night).join(facts, on="household_id", how="inner")


CHANGED = Subject(ROSTER, LABEL, changed_households, after_income=True)


@rule("LC-06", over=CHANGED, material=("changed",))
def unreported_change(night: NightContext) -> Verdict:
    """A change of property or income that was not told within the time for it (重大变化3个月未报告).

    Clause: 民发〔2022〕83号 五（五）. A note beside the findings, for the talk with the family; it ships switched off.
    """
    months, reviewed = night.policy.months("unreported_change_months"), day_from(pl.col("latest"))
    return Verdict(
        fires=pl.col("latest") > _REVIEWED,
        record_key=pl.col("household_id"),
        fact_date=pl.col("earliest"),
        found=words(
            "（户主）家庭自",
            pl.col("earliest"),
            f"起的财产或收入变化，超过{months}个月且晚于最近复核（",
            _REVIEWED,
            "），未见报告",
        ),
        evidence=(Evidence("latest_review_on", "<", pl.col("earliest").cast(pl.String)),),
        listed=pl.col("listed"),
        changes=(
            Change(
                words("名册登记的最近复核日期为", reviewed.shown, "或更晚，已核实该变化"),
                {"latest_review_on": reviewed},
            ),
        ),
    )
