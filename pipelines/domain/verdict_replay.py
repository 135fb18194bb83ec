"""Verdict replay (核查结论回放): conclusions of people that a changed policy would contradict.

What belongs here: holding conclusions against the two sides of a rehearsal. What does not: where conclusions are kept
and entered (casework.md section 3); a rehearsal takes them as a frame and says so where there are none.
"""

from typing import Final

import polars as pl

from pipelines.domain.verdict import CLEARING, CONFIRMING

VERDICTS: Final = pl.Schema({"finding_id": pl.String, "conclusion": pl.String, "fingerprint": pl.String})
"""Grain: one row per conclusion that stands. `fingerprint`: of the finding that it judged; facts that have changed
since are another question, so that the conclusion says nothing about them."""

CONTRADICTED: Final = pl.Schema({"finding_id": pl.String, "conclusion": pl.String, "contradiction": pl.String})
"""Grain: one row per contradicted conclusion; `contradiction`: `flags_cleared` or `drops_confirmed`."""


def no_verdicts() -> pl.DataFrame:
    """No conclusion: what a rehearsal replays as long as nobody keeps any."""
    return pl.DataFrame(schema=VERDICTS)


def contradicted(verdicts: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Conclusions that the change contradicts, and that the policy in use does not.

    A clearing one is contradicted where the change newly flags the finding, a confirming one where the change flags it
    no more; either only while the finding's material facts are those that were judged.

    Args:
        verdicts: columns of `VERDICTS`.
        findings: `rehearsal.Comparison.findings`.

    Returns:
        Columns of `CONTRADICTED`, ordered by finding.
    """
    enters = ~pl.col("was_flagged") & pl.col("is_flagged")
    leaves = pl.col("was_flagged") & ~pl.col("is_flagged")
    judged = pl.when(enters).then(pl.col("fingerprint_after")).otherwise(pl.col("fingerprint_before"))
    contradiction = (
        pl.when(enters & pl.col("conclusion").is_in(CLEARING))
        .then(pl.lit("flags_cleared"))
        .when(leaves & pl.col("conclusion").is_in(CONFIRMING))
        .then(pl.lit("drops_confirmed"))
    )
    return (
        verdicts.select(VERDICTS.names())
        .join(findings, on="finding_id", how="inner")
        .filter(pl.col("fingerprint") == judged)
        .with_columns(contradiction=contradiction)
        .drop_nulls("contradiction")
        .select(CONTRADICTED.names())
        .cast(CONTRADICTED)
        .sort("finding_id", "conclusion")
    )
