"""The rows of a feed once they are matched, as its contract says: about members, or about households.

What belongs here: what follows from a contract and two frames. Which snapshots a night reads stands in `matching`.
"""

import polars as pl

from connectors.contract import Contract, schema
from pipelines.domain.matching import match, match_households, seen_from_each_side

PROVENANCE_TYPES = {
    "snapshot_date": pl.Date(),
    "source_file": pl.String(),
    "source_row": pl.Int64(),
    "source_sha256": pl.String(),
    "has_manifest": pl.Boolean(),
    "delivery_order": pl.Int64(),
}

NO_MEMBERS = pl.DataFrame(
    schema={"household_id": pl.String(), "id_number": pl.String(), "name": pl.String(), "declared": pl.Int64()}
)
"""What matching takes of members, without one."""


def matched_rows(contract: Contract, members: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Members, or households where the feed names no person, × rows of the feed."""
    if not contract.subjects:
        return match_households(members, rows)
    return match(members, seen_from_each_side(rows, contract.subjects))


def completed(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every field of the contract; what was landed before a field was declared holds nothing of it."""
    missing = {name: kind for name, kind in schema(contract).items() if name not in rows.columns}
    return rows.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in missing.items())


def no_rows(contract: Contract) -> pl.DataFrame:
    """Rows of a feed, without one: the contract's fields and the provenance."""
    return pl.DataFrame(schema={**schema(contract), **PROVENANCE_TYPES})


def no_match(contract: Contract) -> pl.DataFrame:
    """Matched rows of a feed, without one."""
    return matched_rows(contract, NO_MEMBERS, no_rows(contract))
