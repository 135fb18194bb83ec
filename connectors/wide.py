"""Wide sheets: one row for a household, with columns that repeat for each of its persons.

What belongs here: turning such rows into one row for each person (contract option `wide`, feeds.md section 3). A sheet
of one person a row passes through untouched.
"""

from collections.abc import Mapping

import polars as pl

from connectors.cleaned import as_text
from connectors.contract import Contract
from connectors.headers import Header
from connectors.parts import SOURCE_ROW, cells_of


def persons_of(rows: pl.DataFrame, header: Header, contract: Contract) -> tuple[pl.DataFrame, dict[str, str]]:
    """Raw rows with one person each, and the column of every field that is there.

    All persons of a wide row keep its `source_row` and all of its cells. A group of columns without any text is no
    person; a row without any person stays one row, for its empty identity number to be seen.
    """
    names = cells_of(rows)
    if len(header.groups) == 1:
        return rows, {field: names[column] for field, column in header.columns.items()}
    repeated = [one for one in contract.wide if any(one in group for group in header.groups)]
    columns = {field: names[column] for field, column in header.columns.items()} | {
        one: f"person_{one}" for one in repeated
    }
    persons = [_person(rows, names, group, repeated, number) for number, group in enumerate(header.groups)]
    stacked = pl.concat(persons).sort(SOURCE_ROW, "person_number", maintain_order=True)
    is_there = pl.any_horizontal(pl.col(f"person_{one}").str.contains(r"\S").fill_null(value=False) for one in repeated)
    kept = stacked.with_columns(is_there=is_there).filter(
        pl.col("is_there") | (~pl.col("is_there").any().over(SOURCE_ROW) & (pl.col("person_number") == 0))
    )
    return kept.drop("is_there", "person_number"), columns


def _person(
    rows: pl.DataFrame, names: list[str], group: Mapping[str, int], repeated: list[str], number: int
) -> pl.DataFrame:
    """The rows as those of one person of each household."""
    own = [
        (as_text(rows[names[group[one]]]) if one in group else pl.lit(None, dtype=pl.String)).alias(f"person_{one}")
        for one in repeated
    ]
    return rows.with_columns(*own, pl.lit(number).alias("person_number"))
