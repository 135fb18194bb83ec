"""What changed in a finding, field by field: since last night, and since the verdict that people gave on it.

What belongs here: reading the material values of a finding and setting two of them side by side. What does not: which
fields are material (the rules), what may be shown of them (masking, in the night).
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from pipelines.domain.findings import EMPTY, SEPARATOR

SINCE_LAST_NIGHT: Final = "last_night"
SINCE_VERDICT: Final = "verdict"

FINDING_CHANGES: Final = pl.Schema(
    {
        "finding_id": pl.String,
        "since": pl.String,
        "field": pl.String,
        "label": pl.String,
        "before": pl.String,
        "after": pl.String,
    }
)
"""Grain: one row per changed or reopened finding, point in time and field. `since`: last_night or verdict; null values
were empty. A finding that came back because its verdict holds no longer has a row for `valid_until`."""

VALID_UNTIL: Final = "valid_until"
VALID_UNTIL_LABEL: Final = "核查结论有效期至"
RUN_OUT: Final = "已到期"
NO_LONGER: Final = "已失效（数据已更新或复核退回）"

Labels = Mapping[str, Mapping[str, str]]
"""Feed → field → what staff call it."""


def material_fields(findings: pl.DataFrame) -> pl.DataFrame:
    """The material values one by one: `finding_id, field, value`; nothing of a finding without them."""
    pair = pl.col("pair").str.splitn("=", 2).struct
    return (
        findings.select("finding_id", pair=pl.col("material").str.split(SEPARATOR).list.slice(1))
        .drop_nulls("pair")
        .explode("pair", empty_as_null=False)
        .drop_nulls("pair")
        .select(
            "finding_id",
            field=pair.field("field_0"),
            value=pl.when(pair.field("field_1") != EMPTY).then(pair.field("field_1")),
        )
    )


def finding_changes(
    findings: pl.DataFrame,
    last_night: pl.DataFrame,
    verdicts: pl.DataFrame,
    labels: Labels,
) -> pl.DataFrame:
    """Account for every finding of tonight that is changed or reopened.

    Args:
        findings: tonight's findings with their memory: `finding_id, feed, change, fingerprint, material`.
        last_night: last night's findings, raised and suppressed: `finding_id, fingerprint, material` and, of those
            suppressed, `valid_until`; `as_of` tonight.
        verdicts: standing verdicts: `finding_id, material`.
        labels: names of the fields for staff; a field without one is told by its own name.

    Returns:
        Columns of `FINDING_CHANGES`, ordered by finding, point in time and field.
    """
    moved = findings.filter(pl.col("change").is_in(["changed", "reopened"]))
    now = material_fields(moved)
    parts = [
        _told(now, material_fields(earlier.join(moved, on="finding_id", how="semi")), since)
        for earlier, since in ((last_night, SINCE_LAST_NIGHT), (verdicts, SINCE_VERDICT))
    ]
    names = pl.DataFrame(
        [(feed, name, label) for feed, told in labels.items() for name, label in told.items()],
        schema={"feed": pl.String, "field": pl.String, "label": pl.String},
        orient="row",
    )
    told = (
        pl.concat(parts)
        .join(moved.select("finding_id", "feed"), on="finding_id", how="inner")
        .join(names, on=["feed", "field"], how="left")
        .with_columns(label=pl.coalesce("label", "field"))
        .select(FINDING_CHANGES.names())
    )
    return (
        pl.concat([told, _run_out(moved, last_night)])
        .cast(FINDING_CHANGES)
        .sort("finding_id", "since", "field", "before", nulls_last=True)
    )


def _told(now: pl.DataFrame, before: pl.DataFrame, since: str) -> pl.DataFrame:
    """The fields that differ; of a finding whose earlier values nobody kept, nothing is told."""
    known = before.select("finding_id").unique()
    return (
        now.join(known, on="finding_id", how="semi")
        .join(before, on=["finding_id", "field"], how="full", coalesce=True, suffix="_before")
        .filter(pl.col("value").ne_missing(pl.col("value_before")))
        .select("finding_id", "field", since=pl.lit(since), before="value_before", after="value")
    )


def _run_out(moved: pl.DataFrame, last_night: pl.DataFrame) -> pl.DataFrame:
    """What came back with the facts that were judged: its verdict has run out, or holds no longer."""
    if "valid_until" not in last_night.columns:
        return pl.DataFrame(schema=FINDING_CHANGES)
    held = last_night.select("finding_id", "fingerprint", "valid_until").drop_nulls("valid_until")
    return (
        moved.filter(pl.col("change") == "reopened")
        .join(held, on=["finding_id", "fingerprint"], how="inner")
        .select(
            "finding_id",
            since=pl.lit(SINCE_VERDICT),
            field=pl.lit(VALID_UNTIL),
            label=pl.lit(VALID_UNTIL_LABEL),
            before=pl.col("valid_until").dt.to_string(),
            after=pl.when(pl.col("as_of") > pl.col("valid_until")).then(pl.lit(RUN_OUT)).otherwise(pl.lit(NO_LONGER)),
        )
    )
