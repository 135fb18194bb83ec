"""Members × feed rows: who of the roster stands in a department's records, and how sure that is (feeds.md section 2).

What belongs here: the identity rule. What does not: fetching rows (warehouse), judging them.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.domain.households import PROVENANCE
from pipelines.domain.names import same_name
from pipelines.domain.ordering import in_order
from pipelines.domain.vocabulary import GRADE_OTHER_NAME, GRADE_SAME_NAME

ID_NUMBER = "id_number"
HOUSEHOLD_ID = "household_id"


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
    matched = who.join(named, on=ID_NUMBER, how="inner", nulls_equal=False, maintain_order="left_right")
    # Members stand by household, and rows by delivery: so does what they come to.
    return in_order(matched.with_columns(grade=grade), ["household_id", ID_NUMBER, "delivery_order"])


def seen_from_each_side(rows: pl.DataFrame, subjects: Sequence[str]) -> pl.DataFrame:
    """Rows about several persons, once for each of them, with that person in `id_number` and `name`.

    A second subject is named after the first: `spouse_id_number` stands beside `spouse_name`. Seen from that side, the
    two persons change places, so that a rule reads every row as one about the member and the other person.

    Args:
        rows: feed rows with provenance.
        subjects: the id fields of whom a row is about; with one of them nothing changes.

    Returns:
        The rows in their columns. A row that names one person twice is told once.
    """
    sides = [rows]
    for other in subjects[1:]:
        prefix = other.removesuffix(ID_NUMBER)
        pairs = {name: f"{prefix}{name}" for name in rows.columns if f"{prefix}{name}" in rows.columns}
        turned = rows.filter(pl.col(other).ne_missing(pl.col(ID_NUMBER)))
        sides.append(turned.rename({**pairs, **{there: here for here, there in pairs.items()}}).select(rows.columns))
    return pl.concat(sides)


def match_households(households: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Match households with the rows of a feed that names no person, by household_id.

    Returns:
        One row per household in scope and feed row, in the feed's columns; ordered by household and delivery.
    """
    known = households.select(HOUSEHOLD_ID)
    return rows.join(known, on=HOUSEHOLD_ID, how="semi").sort(HOUSEHOLD_ID, "delivery_order")


def named_persons(matched: pl.DataFrame, field: str) -> pl.DataFrame:
    """The persons whom a matched feed names beside the member.

    Returns:
        One row per household and person: `household_id, id_number`, ordered.
    """
    return (
        matched.select(HOUSEHOLD_ID, pl.col(field).alias(ID_NUMBER)).drop_nulls().unique().sort(HOUSEHOLD_ID, ID_NUMBER)
    )


def named_rows(named: pl.DataFrame, rows: pl.DataFrame, not_asked: pl.Series) -> pl.DataFrame:
    """What a feed holds about persons who are named by another one.

    Args:
        named: one row per household and person (`named_persons`).
        rows: rows of the feed about them.
        not_asked: those of them about whom the feed was not asked: nothing of them is read as clear.

    Returns:
        One row per household, person and feed row, or one without the feed's fields where it has none:
        `household_id, id_number, is_asked`, the feed's columns; ordered by household, person and delivery.
    """
    is_asked = ~pl.col(ID_NUMBER).is_in(not_asked.implode())
    fields = [name for name in rows.columns if name not in PROVENANCE]
    return (
        named.with_columns(is_asked=is_asked)
        .join(rows.select(*fields, "delivery_order"), on=ID_NUMBER, how="left")
        .sort(HOUSEHOLD_ID, ID_NUMBER, "delivery_order", nulls_last=True)
    )
