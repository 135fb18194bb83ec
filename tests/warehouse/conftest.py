"""Warehouses to test with: plain and encrypted, in a temporary folder."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.keys import Key
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore

SCHEMA = {
    "id_number": pl.String(),
    "plate": pl.String(),
    "vin": pl.String(),
    "on": pl.Date(),
    "value": pl.Decimal(18, 4),
}
NO_QUARANTINE = {
    "part_no": pl.Int32,
    "source_row": pl.Int64,
    "field": pl.String,
    "reason": pl.String,
    "raw": pl.String,
    "household_id": pl.String,
}


@pytest.fixture(params=[None, Key(b"k" * 32)], ids=["plain", "encrypted"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    """A warehouse that is not there yet, once without and once with a key."""
    return Vault(tmp_path / "warehouse", request.param, threads=2, memory_limit="500MB")


@pytest.fixture
def keys() -> Keys:
    """By plate and person; without a plate by vin and person; a row with neither has no key."""
    return Keys((("plate", "id_number"), ("vin", "id_number")), keyless="keep")


@pytest.fixture
def batch() -> Callable[..., pl.DataFrame]:
    """Make a clean batch from (id_number, plate, vin) rows; the rows stand one below the other from row 2."""

    def build(*rows: tuple[str | None, ...], part_no: int = 1, first_row: int = 2) -> pl.DataFrame:
        columns = {
            "id_number": [row[0] for row in rows],
            "plate": [row[1] for row in rows],
            "vin": [row[2] for row in rows],
            "on": [None] * len(rows),
            "value": [None] * len(rows),
            "part_no": [part_no] * len(rows),
            "source_row": list(range(first_row, first_row + len(rows))),
        }
        return pl.DataFrame(columns, schema={**SCHEMA, "part_no": pl.Int32, "source_row": pl.Int64})

    return build


@pytest.fixture
def quarantine() -> Callable[..., pl.DataFrame]:
    """Make a quarantine batch from household_ids, one row each."""

    def build(*households: str | None) -> pl.DataFrame:
        rows = [(1, 900 + place, "id_number", "check_digit", "{}", home) for place, home in enumerate(households)]
        return pl.DataFrame(rows, schema=NO_QUARANTINE, orient="row")

    return build


@pytest.fixture
def land(
    vault: Vault, keys: Keys, batch: Callable[..., pl.DataFrame], quarantine: Callable[..., pl.DataFrame]
) -> Callable[..., LoadReport]:
    """Land one delivery of the feed `vehicle`."""

    def run(
        on: date,
        *rows: tuple[str | None, ...],
        mode: str = "full",
        checksum: str = "aaaaaaaaaaaaaaaa",
        asked: tuple[str, ...] = (),
        bad_households: tuple[str | None, ...] = (),
    ) -> LoadReport:
        part = {
            "part_no": 1,
            "source_file": f"{on}.csv",
            "sheet": None,
            "sha256": f"sha-{on}",
            "rows_read": len(rows) + len(bad_households),
            "skipped": {},
        }
        with SnapshotStore(vault).writer("vehicle", on, checksum, SCHEMA, keys, mode) as writer:
            writer.append(batch(*rows), quarantine(*bad_households))
            writer.requested(pl.Series(asked, dtype=pl.String))
            return writer.finish([part], [{"field": "plate", "unparsed": 0}], {"has_manifest": True})

    return run
