"""Members × feed rows: who of the roster stands in a department's records, and how sure that is (feeds.md section 2).

What belongs here: the identity rule. What does not: fetching rows (warehouse), judging them.
"""

import polars as pl

from pipelines.domain.names import same_name
from pipelines.domain.vocabulary import GRADE_OTHER_NAME, GRADE_SAME_NAME

ID_NUMBER = "id_number"


def match(members: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Match members with the rows of a feed by equal 18-character IDs.

    A person of two households is matched in both. Where both names are present and differ, the grade is B.

    Args:
        members: one row per household member (`households.members_of`).
        rows: feed rows with provenance; a feed without names matches with grade A.

    Returns:
        One row per member and feed row: `household_id, id_number, roster_name, declared`, the feed's columns, `grade`;
        ordered by household, ID and delivery.
    """
    who = members.select("household_id", ID_NUMBER, pl.col("name").alias("roster_name"), "declared")
    named = rows if "name" in rows.columns else rows.with_columns(name=pl.lit(None, dtype=pl.String))
    grade = (
        pl.when(same_name(pl.col("roster_name"), pl.col("name")))
        .then(pl.lit(GRADE_SAME_NAME))
        .otherwise(pl.lit(GRADE_OTHER_NAME))
    )
    return (
        who.join(named, on=ID_NUMBER, how="inner", nulls_equal=False)
        .with_columns(grade=grade)
        .sort("household_id", ID_NUMBER, "delivery_order")
    )
