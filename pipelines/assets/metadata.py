"""What assets tell Dagster: counts, dates and column types. No value of a person."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from pipelines.night.state import FeedState


def table_metadata(frame: pl.DataFrame) -> dict[str, Any]:
    """Row count and column schema of a table that an asset has written."""
    return {
        "dagster/row_count": frame.height,
        "dagster/column_schema": column_schema({name: str(dtype) for name, dtype in frame.schema.items()}),
    }


def column_schema(columns: Mapping[str, str]) -> dg.TableSchema:
    """Dagster's table schema from names and type texts."""
    return dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()])


def feed_metadata(state: FeedState) -> dict[str, Any]:
    """Status, dates, books and quarantine counts of a landed feed."""
    told: dict[str, Any] = {
        "status": state.status,
        "max_age_days": state.max_age_days,
        "messages": dg.MetadataValue.md("\n".join(f"- {message}" for message in state.messages) or "none"),
    }
    if state.snapshot_date is not None:
        told |= {"snapshot_date": state.snapshot_date.isoformat(), "age_days": state.age_days}
    if state.report is not None:
        books = state.report.books
        told |= {
            "dagster/row_count": books.kept,
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
