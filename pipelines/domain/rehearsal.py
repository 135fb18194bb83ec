"""Rehearsal (彩排): one night under two policies, compared. Who enters the flagged list, who leaves it, what else changes.

What belongs here: the comparison of two sets of findings and cases that were made from the same rows. What does not:
making them (`pipelines.night.rehearsal`), counts by town, age and the like (`rehearsal_groups`), the report.

The *flagged list* (命中名单) holds the findings with outcome flagged; a household or a person stands on it while one of
their findings does. Undetermined and exempt findings do not.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.vocabulary import Outcome

_ABOUT: Final = (
    "household_id",
    "id_number",
    "name",
    "town",
    "village",
    "benefit",
    "rule_id",
    "record_key",
    "grade",
    "fact_date",
    "statement",
    "feed",
    "snapshot_date",
    "source_file",
    "source_row",
)
"""What is told of a finding; of one that both policies make, by the policy that flags it, else by the changed one."""

MOVED: Final = pl.Schema(
    {
        "as_of": pl.Date,
        "finding_id": pl.String,
        "household_moves": pl.Boolean,
        "household_id": pl.String,
        "id_number": pl.String,
        "name": pl.String,
        "town": pl.String,
        "village": pl.String,
        "benefit": pl.String,
        "rule_id": pl.String,
        "record_key": pl.String,
        "grade": pl.String,
        "outcome_before": pl.String,
        "outcome_after": pl.String,
        "action_before": pl.String,
        "action_after": pl.String,
        "fact_date": pl.Date,
        "statement": pl.String,
        "feed": pl.String,
        "snapshot_date": pl.Date,
        "source_file": pl.String,
        "source_row": pl.Int64,
    }
)
"""Grain: one row per finding that enters or leaves the flagged list. `household_moves`: its household was not on the
list at all before, or is not any more. An outcome of null: that policy makes no such finding."""

CHANGED: Final = pl.Schema(
    {
        "as_of": pl.Date,
        "subject": pl.String,
        "household_id": pl.String,
        "id_number": pl.String,
        "name": pl.String,
        "town": pl.String,
        "benefit": pl.String,
        "rule_id": pl.String,
        "record_key": pl.String,
        "feed": pl.String,
        "aspect": pl.String,
        "before": pl.String,
        "after": pl.String,
    }
)
"""Grain: one row per finding or case and aspect that changes without the finding entering or leaving the flagged list.
`subject`: finding or case; `aspect`: outcome, action, case, suggested_action, risk, projection, grace."""

_CASE_ASPECTS: Final = ("case", "suggested_action", "risk", "projection", "grace")
NOT_SENT_OUT: Final = "grey"
"""The risk of a case of nothing but leads: nobody is visited for it (rules.md section 6)."""


@dataclass(frozen=True)
class Judged:
    """One night under one policy.

    Attributes:
        findings: findings with their memory (`memory.Remembered.findings`).
        cases: the cases (`cases.CASES`).
    """

    findings: pl.DataFrame
    cases: pl.DataFrame


@dataclass(frozen=True)
class Comparison:
    """One night under two policies.

    Attributes:
        findings: one row per finding on either side: `finding_id`, what is told of it, `outcome_before/after`,
            `action_before/after`, `fingerprint_before/after`, `was_flagged`, `is_flagged`.
        entering: those that enter the flagged list, columns of `MOVED`.
        leaving: those that leave it, columns of `MOVED`.
        changes: what else changes, columns of `CHANGED`.
        visits: one row per household with a case that is sent out on either side: `household_id, was_there, is_there`.
    """

    findings: pl.DataFrame
    entering: pl.DataFrame
    leaving: pl.DataFrame
    changes: pl.DataFrame
    visits: pl.DataFrame


def compare(before: Judged, after: Judged, as_of: date) -> Comparison:
    """Compare one night under the policy in use and under the changed one; both made from the same rows.

    Args:
        before: the night under the policy in use.
        after: the same night under the changed policy.
        as_of: the comparison date.
    """
    findings = compared_findings(before.findings, after.findings)
    moves = pl.col("household_was") != pl.col("household_is")
    flagged = findings.with_columns(
        household_was=pl.col("was_flagged").any().over("household_id"),
        household_is=pl.col("is_flagged").any().over("household_id"),
        as_of=pl.lit(as_of),
    ).with_columns(household_moves=moves)
    return Comparison(
        findings=findings,
        entering=_moved(flagged.filter(~pl.col("was_flagged") & pl.col("is_flagged"))),
        leaving=_moved(flagged.filter(pl.col("was_flagged") & ~pl.col("is_flagged"))),
        changes=pl.concat([_finding_changes(findings, as_of), _case_changes(before.cases, after.cases, as_of)]).sort(
            "household_id", "subject", "id_number", "rule_id", "record_key", "aspect"
        ),
        visits=_visits(before.cases, after.cases),
    )


def compared_findings(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Findings of both sides side by side, one row per finding_id; what a side does not have is null."""
    columns = ("finding_id", *_ABOUT, "outcome", "action", "fingerprint")
    both = before.select(columns).join(
        after.select(columns), on="finding_id", how="full", coalesce=True, suffix="_after"
    )
    flagged = pl.lit(str(Outcome.FLAGGED))
    told_by_before = (pl.col("outcome") == flagged).fill_null(value=False) & pl.col("outcome_after").ne_missing(flagged)
    # A row may be told by either side; whose word counts is the same for all of its columns.
    by_before = told_by_before | pl.col("outcome_after").is_null()
    return both.select(
        "finding_id",
        *(pl.when(by_before).then(pl.col(name)).otherwise(pl.col(f"{name}_after")).alias(name) for name in _ABOUT),
        *(pl.col(name).alias(f"{name}_before") for name in ("outcome", "action", "fingerprint")),
        *(f"{name}_after" for name in ("outcome", "action", "fingerprint")),
        was_flagged=pl.col("outcome").eq_missing(flagged),
        is_flagged=pl.col("outcome_after").eq_missing(flagged),
    ).sort("household_id", "id_number", "rule_id", "record_key", "finding_id")


def _moved(flagged: pl.DataFrame) -> pl.DataFrame:
    return flagged.select(MOVED.names()).cast(MOVED)


def _finding_changes(findings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Findings on neither or on both lists whose outcome or action differs."""
    stays = findings.filter(pl.col("was_flagged") == pl.col("is_flagged"))
    parts = [
        stays.filter(pl.col(f"{aspect}_before").ne_missing(pl.col(f"{aspect}_after"))).select(
            *("household_id", "id_number", "name", "town", "benefit", "rule_id", "record_key", "feed"),
            subject=pl.lit("finding"),
            aspect=pl.lit(aspect),
            before=pl.col(f"{aspect}_before"),
            after=pl.col(f"{aspect}_after"),
        )
        for aspect in ("outcome", "action")
    ]
    # An action without a finding is no action: what appears or goes is told once, by its outcome.
    parts[1] = parts[1].filter(pl.col("before").is_not_null() & pl.col("after").is_not_null())
    return pl.concat(parts).with_columns(as_of=pl.lit(as_of)).select(CHANGED.names()).cast(CHANGED)


def _case_changes(before: pl.DataFrame, after: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Cases that open or go, and the action, risk, projection and grace of those that both sides have."""
    grace = pl.concat_str(
        pl.col("grace_branch"),
        pl.lit(" "),
        pl.col("grace_from").dt.to_string(),
        pl.lit("/"),
        pl.col("grace_to").dt.to_string(),
    )
    about = {"id_number": "head_id_number", "name": "head_name", "town": "town", "benefit": "benefit"}
    told = [
        pl.col("household_id"),
        *(pl.col(source).alias(name) for name, source in about.items()),
        *(pl.col(name) for name in ("suggested_action", "risk", "projection")),
        pl.lit("open").alias("case"),
        grace.alias("grace"),
    ]
    both = before.select(told).join(after.select(told), on="household_id", how="full", coalesce=True, suffix="_after")
    has_both = pl.col("case").is_not_null() & pl.col("case_after").is_not_null()
    parts = [
        both.filter(pl.col(aspect).ne_missing(pl.col(f"{aspect}_after")), pl.lit(aspect == "case") | has_both).select(
            "household_id",
            *(pl.coalesce(f"{name}_after", name).alias(name) for name in about),
            aspect=pl.lit(aspect),
            before=pl.col(aspect),
            after=pl.col(f"{aspect}_after"),
        )
        for aspect in _CASE_ASPECTS
    ]
    empty = {name: pl.lit(None, dtype=pl.String) for name in ("rule_id", "record_key", "feed")}
    changed = pl.concat(parts).with_columns(as_of=pl.lit(as_of), subject=pl.lit("case"), **empty)
    return changed.select(CHANGED.names()).cast(CHANGED)


def _visits(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Households that are visited on either side: those with a case that is sent out."""
    sent = [cases.filter(pl.col("risk") != NOT_SENT_OUT).select("household_id") for cases in (before, after)]
    was, now = sent[0].with_columns(was_there=pl.lit(value=True)), sent[1].with_columns(is_there=pl.lit(value=True))
    return (
        was.join(now, on="household_id", how="full", coalesce=True)
        .with_columns(pl.col("was_there", "is_there").fill_null(value=False))
        .sort("household_id")
    )
