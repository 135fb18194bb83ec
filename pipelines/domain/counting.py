"""Who counts (rules.md section 4): not the dead, nor who is in prison or in compulsory rehabilitation.

What belongs here: what makes a death or custody record hold on a date, and what follows for a household's members.
What does not: findings about it (`rules/death`, `rules/custody`), the income itself (`ledger`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.ledger import NOT_COUNTING
from pipelines.domain.phrases import label_of, words
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.vocabulary import DIBAO, GRADE_SAME_NAME, TEKUN

DEATH: Final = "death"
CUSTODY: Final = "custody"
COUNTING_FEEDS: Final = (CUSTODY, DEATH)
RULE_OF: Final = {DEATH: "SW-01", CUSTODY: "XJ-01"}
"""The rule that makes a record matter: a profile that doesn't switch it on counts everybody (rules.md section 2)."""

REMOVING_CUSTODY: Final = {"prison": "在监狱服刑", "rehab": "强制隔离戒毒"}
"""Custody that takes a member out of the household; community correction and detention before judgment do not."""

_MEMBER: Final = ["household_id", "id_number"]


def has_died(as_of: date) -> pl.Expr:
    """Whether a death record holds on a date; a record without a date does not."""
    return (pl.col("death_on") <= as_of).fill_null(value=False)


def is_in_force(as_of: date) -> pl.Expr:
    """Whether a custody record holds on a date: begun, and not ended before it. A record without a start does not."""
    has_begun = (pl.col("start_on") <= as_of).fill_null(value=False)
    return has_begun & (pl.col("end_on") >= as_of).fill_null(value=True)


def not_counting(matched: Mapping[str, pl.DataFrame], policy: PolicyInForce, as_of: date) -> pl.DataFrame:
    """The members who do not count on a date, with the reason (rules.md section 4); a match of grade B proves nothing.

    Args:
        matched: matched rows of the assessed feeds; without death and custody everybody counts.
        policy: what is switched on.
        as_of: the comparison date.

    Returns:
        One row per such member, columns of `ledger.NOT_COUNTING`, ordered by household and ID.
    """
    deaths = has_died(as_of), pl.col("death_on"), words("已死亡（", pl.col("death_on"), "）")
    why = words(label_of(pl.col("custody_type"), REMOVING_CUSTODY), "（自", pl.col("start_on"), "起）")
    custody = pl.col("custody_type").is_in(list(REMOVING_CUSTODY)) & is_in_force(as_of), pl.col("start_on"), why
    told = [
        matched[feed]
        .filter(holds, pl.col("grade") == GRADE_SAME_NAME)
        .select(*_MEMBER, why=reason, since=since, place=pl.lit(place))
        for place, (feed, (holds, since, reason)) in enumerate({DEATH: deaths, CUSTODY: custody}.items())
        if feed in matched and policy.is_rule_on(RULE_OF[feed])
    ]
    nobody = pl.DataFrame(schema={**NOT_COUNTING, "since": pl.Date, "place": pl.Int32})
    return (
        pl.concat([nobody, *told])
        .sort(*_MEMBER, "place", "since", "why")
        .unique(_MEMBER, keep="first", maintain_order=True)
        .select(NOT_COUNTING.names())
    )


def with_standing(rows: pl.LazyFrame, night: NightContext) -> pl.LazyFrame:
    """Rows about members with what decides whether a person's leaving ends the benefit or makes the household smaller.

    Returns:
        The rows and `is_covered, is_head, is_dibao, is_tekun, has_others` (another covered member of the household counts).
    """
    gone = not_counting(night.matched, night.policy, night.as_of).lazy().select(*_MEMBER, is_gone=pl.lit(value=True))
    household = night.households.lazy().select(
        "household_id",
        "head_id_number",
        is_dibao=pl.col("benefit").is_in(DIBAO).fill_null(value=False),
        is_tekun=pl.col("benefit").is_in(TEKUN).fill_null(value=False),
    )
    remains = (pl.col("is_covered") & pl.col("is_gone").is_null()).cast(pl.Int32)
    standing = (
        night.members.lazy()
        .join(rows, on="household_id", how="semi")
        .select(*_MEMBER, "is_covered")
        .join(gone, on=_MEMBER, how="left")
        .join(household, on="household_id", how="inner")
        .select(
            *_MEMBER,
            "is_covered",
            "is_dibao",
            "is_tekun",
            is_head=pl.col("id_number") == pl.col("head_id_number"),
            has_others=remains.sum().over("household_id") > remains,
        )
    )
    return rows.join(standing, on=_MEMBER, how="inner")
