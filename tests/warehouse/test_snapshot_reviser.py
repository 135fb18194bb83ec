"""A copy of a snapshot from which rows are gone, and in which the others stand elsewhere."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from warehouse import snapshot_reviser, snapshot_writer
from warehouse.natural_keys import Keys
from warehouse.session import Vault, frame
from warehouse.snapshots import SnapshotStore

FIRST, LATER = date(2026, 9, 20), date(2026, 9, 21)
BLOCK = 122_880
"""So many rows DuckDB keeps in one block; a block of deleted rows alone it drops."""


@pytest.mark.parametrize("threshold", ["100KB", "1500KB"], ids=["after the deletion", "between two passes"])
def test_rows_are_found_where_they_stand_although_they_are_numbered_anew(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, threshold: str
) -> None:
    """DuckDB writes its log into the file whenever it has grown, drops blocks without a row, and numbers the rows anew."""
    monkeypatch.setattr(snapshot_reviser, "ROWS_A_PASS", BLOCK + 10)
    store, keys, rows = SnapshotStore(vault), Keys((("id_number",),)), 4 * BLOCK
    places = pl.int_range(2, 2 + rows, eager=True)
    delivered = pl.DataFrame(
        {
            "id_number": places.cast(pl.String),
            "part_no": pl.repeat(1, rows, dtype=pl.Int32, eager=True),
            "source_row": places,
        }
    )
    nothing = pl.DataFrame(schema=snapshot_writer.QUARANTINE)
    with store.writer("vehicle", FIRST, "aa", {"id_number": pl.String()}, keys) as writer:
        writer.append(delivered, nothing)
        writer.finish([], [])
    [before] = store.list("vehicle")
    gone, moved = places[: BLOCK + 1].to_numpy(), places[BLOCK + 1 :].to_numpy()
    with store.reviser(before, LATER, "bb", {"id_number": pl.String()}, keys) as writer:
        writer._con.execute(f"SET checkpoint_threshold = '{threshold}'")
        writer.keep(len(moved), gone, np.zeros(0, dtype=np.int64))
        writer.move(moved, moved - len(gone))
        writer.finish([], [])
    with vault.connect() as con:
        vault.attach(con, store.list("vehicle")[-1].path, "s", read_only=True)
        found = frame(con, "SELECT id_number::BIGINT - source_row AS went, count(*) AS rows FROM s.rows GROUP BY ALL")
    assert found.rows() == [(len(gone), len(moved))]
