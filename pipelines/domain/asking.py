"""Since when a finding asks for an answer: from this night the time to answer it runs, in a case that was sent out.

What belongs here: the night on which each finding began to ask, the first time or anew. What does not: the time that
people have (`deadlines`), which findings have been answered (`case_answers`).

A finding asks from the night on which it is first seen. It asks anew where it was answered and its facts have changed
since, and where it comes back: people could not have answered before what they are asked now. One that changes while
nobody has answered it goes on asking since it began, or a fact that moves every month would put the day off for ever.
"""

from datetime import date
from typing import Final

import polars as pl

ASKED_AGAIN: Final = pl.List(pl.Struct({"finding_id": pl.String, "asked_on": pl.Date}))
"""Findings that ask for another answer than the first, and since which night."""


def with_asked_on(
    findings: pl.DataFrame, last_states: pl.DataFrame, verdicts: pl.DataFrame, tonight: date | None
) -> pl.DataFrame:
    """Findings with `asked_on`, the night since which each asks.

    Args:
        findings: `finding_id, fingerprint, change, first_seen` and more; one row per finding.
        last_states: states of cases with `asked_again`, of the night before or, between two nights, of the last one;
            without that column where an older version made them.
        verdicts: standing verdicts (`suppression.STANDING`).
        tonight: the comparison date; None between two nights, when nothing begins to ask.
    """
    told = verdicts.select("finding_id", judged="fingerprint", answered_after="known_after")
    rows = findings.join(_before(last_states), on="finding_id", how="left", maintain_order="left").join(
        told, on="finding_id", how="left", maintain_order="left"
    )
    since = pl.coalesce("asked_before", "first_seen")
    if tonight is not None:
        since = pl.when(_asks_anew()).then(pl.lit(tonight)).otherwise(since)
    return rows.with_columns(asked_on=since).drop("asked_before", "judged", "answered_after")


def asked_again(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings to be kept for the next night, of each household that has any: `household_id`, `asked_again`.

    Args:
        findings: those of `with_asked_on`.
    """
    anew = findings.filter(pl.col("asked_on") > pl.col("first_seen")).sort("household_id", "finding_id")
    return anew.group_by("household_id", maintain_order=True).agg(asked_again=pl.struct("finding_id", "asked_on"))


def _asks_anew() -> pl.Expr:
    """It is back, or what was answered is not what is found tonight and nothing has been asked in between."""
    is_other = (pl.col("change") == "changed") & (pl.col("judged") != pl.col("fingerprint"))
    was_answered = pl.col("asked_before").is_null() | (pl.col("answered_after") >= pl.col("asked_before"))
    return ((pl.col("change") == "reopened") | (is_other & was_answered)).fill_null(value=False)


def _before(last_states: pl.DataFrame) -> pl.DataFrame:
    """`finding_id`, `asked_before`."""
    if "asked_again" not in last_states.columns:
        return pl.DataFrame(schema={"finding_id": pl.String, "asked_before": pl.Date})
    kept = last_states.select(pl.col("asked_again").cast(ASKED_AGAIN).list.drop_nulls()).explode("asked_again")
    return kept.drop_nulls().unnest("asked_again").rename({"asked_on": "asked_before"}).unique("finding_id", keep="any")
