"""Keys counted on stored rows: landing removes repeated ones, and a snapshot that still has some is found out."""

from dataclasses import replace
from datetime import date
from shutil import copy

import polars as pl
import pytest

from pipelines.checks import natural_key
from pipelines.checks.natural_key import counted_once, repeated_keys
from warehouse.natural_keys import Keys
from warehouse.session import Vault, store
from warehouse.snapshots import SnapshotStore
from warehouse.sql import name

KEYS = Keys((("plate_no", "id_number"), ("vin", "id_number")), "keep")
SCHEMA = {"id_number": pl.String(), "plate_no": pl.String(), "vin": pl.String()}


def rows(*records):
    frame = pl.DataFrame(list(records), schema=SCHEMA, orient="row")
    places = frame.with_row_index("source_row", offset=2).with_columns(pl.col("source_row").cast(pl.Int64))
    return places.with_columns(part_no=pl.lit(1, pl.Int32)).select(*SCHEMA, "part_no", "source_row")


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "warehouse", threads=1)


def stored(vault, frame):
    path = vault.root / "snapshot.duckdb"
    with vault.connect() as con:
        vault.attach(con, path, "written", read_only=False)
        store(con, name("written", "rows"), frame)
    return path


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([("A", "1", "v"), ("B", "1", "v"), ("A", "2", "v")], 0),
        ([("A", "1", "v"), ("A", "1", "w")], 1),
        ([("A", "1", "v"), ("A", "1", "w"), ("A", "1", "x"), ("B", "2", ""), ("B", "2", "y")], 2),
        ([("A", "", "v"), ("A", None, "v")], 1),
        ([("A", "", ""), ("A", "", "")], 0),
        ([], 0),
    ],
)
def test_keys_that_stand_twice_are_counted(vault, records, expected):
    assert repeated_keys(vault, stored(vault, rows(*records)), KEYS) == expected


@pytest.mark.parametrize("hashes_a_pass", [1, 2, 3, 100])
def test_the_count_does_not_depend_on_how_many_hashes_are_held(vault, hashes_a_pass):
    records = [("A", "1", "v"), ("A", "1", "w"), ("B", "2", "x"), ("C", "3", ""), ("B", "2", "y"), ("", "", "")]
    path = stored(vault, rows(*records))

    assert repeated_keys(vault, path, KEYS, hashes_a_pass) == 2


def test_what_landing_keeps_has_unique_keys_and_is_counted_once(vault, monkeypatch):
    snapshots = SnapshotStore(vault)
    quarantine = pl.DataFrame(
        schema={
            "part_no": pl.Int32(),
            "source_row": pl.Int64(),
            "field": pl.String(),
            "reason": pl.String(),
            "raw": pl.String(),
        }
    )
    with snapshots.writer("vehicle", date(2026, 9, 21), "ab" * 32, SCHEMA, KEYS) as writer:
        writer.append(rows(("A", "1", "v"), ("A", "1", "w"), ("B", "1", "v")), quarantine)
        writer.finish([{"part_no": 1, "source_file": "a.csv", "sheet": "", "sha256": "", "rows_read": 3}], [])
    [snapshot] = snapshots.list("vehicle")

    assert counted_once(vault, snapshot, KEYS) == 0
    assert snapshot.report.books.superseded == 1

    # Under a second name of the same file it is known; of another file of the same content it is counted again.
    folder, counted = snapshot.path.parent, []
    monkeypatch.setattr(natural_key, "repeated_keys", lambda _vault, path, _keys: counted.append(path.name) or 7)
    again, copied = folder / "2026-09-22-abababababab.duckdb", folder / "2026-09-23-abababababab.duckdb"
    again.hardlink_to(snapshot.path)
    copy(snapshot.path, copied)
    assert counted_once(vault, replace(snapshot, path=again), KEYS) == 0
    assert counted_once(vault, replace(snapshot, path=copied), KEYS) == 7
    assert counted == [copied.name]

    for path in (snapshot.path, again, copied):
        path.unlink()
    assert counted_once(vault, snapshot, KEYS) == 0
    assert counted_once(vault, replace(snapshot, path=again), KEYS) == 0
