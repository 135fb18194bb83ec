"""What assets tell Dagster: counts, dates and column types. No value of a person."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from connectors.contract import Contract
from pipelines.night.canaries import without_canaries
from pipelines.night.state import FeedState


def table_metadata(frame: pl.DataFrame) -> dict[str, Any]:
    """Row count and column schema of a table that an asset has written; canaries are not counted."""
    return {
        "dagster/row_count": without_canaries(frame).height,
        "dagster/column_schema": column_schema({name: str(dtype) for name, dtype in frame.schema.items()}),
    }


def outcome_counts(findings: pl.DataFrame) -> dict[str, int]:
    """How many findings of real households there are of each outcome."""
    return {
        f"rows_{name}": n
        for name, n in without_canaries(findings).group_by("outcome").len().sort("outcome").iter_rows()
    }


def column_schema(columns: Mapping[str, str]) -> dg.TableSchema:
    """Dagster's table schema from names and type texts."""
    return dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()])


def contract_schema(contract: Contract) -> dg.TableSchema:
    """The columns of a feed as its contract declares them, with their Chinese names."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                one.name,
                one.kind,
                description=one.label_zh,
                constraints=dg.TableColumnConstraints(nullable=not one.is_demanded and one.kind != "id"),
            )
            for one in contract.fields
        ]
    )


def feed_metadata(state: FeedState) -> dict[str, Any]:
    """Status, dates, books and quarantine counts of a landed feed."""
    told: dict[str, Any] = {
        "status": state.status,
        "max_age_days": state.max_age_days,
        "messages": dg.MetadataValue.md("\n".join(f"- {message}" for message in state.messages) or "none"),
    }
    if state.snapshot_date is not None:
        told |= {"snapshot_date": state.snapshot_date.isoformat(), "age_days": state.age_days}
    # Of a feed that may not be used no row is; its status says that this is no all-clear.
    told["dagster/row_count"] = state.report.books.kept if state.report is not None else 0
    if state.report is not None:
        books = state.report.books
        told |= {
            "rows_read": books.read,
            "rows_quarantined": books.quarantined,
            "rows_skipped": books.skipped,
            "rows_duplicate": books.duplicate,
            "rows_superseded": books.superseded,
            "snapshots_in_use": len(state.used),
            "mode": state.report.mode,
            "has_manifest": state.report.has_manifest,
        }
    return told
