"""How long it takes to read filled workbooks back: `python -m tests.benchmarks.returned_workbooks [rows]`.

5,000 rows in twelve workbooks are to be read with all checks in 3 s on two cores. Exits 1 where that takes longer.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.casework.night import ANSWERABLE, PublishedNight
from pipelines.workbooks import importing
from pipelines.workbooks.importing import ImportDesk, import_workbooks
from pipelines.workbooks.seal import seal_key
from tests.pipelines.workbooks.made_books import AS_OF, COMPLETE, NIGHT, handed_out, written
from warehouse.events.address import EventAddress
from warehouse.events.store import open_events
from warehouse.session import Vault

TOWNS = 12
MOST_SECONDS = 3.0
STATEMENT = "名下有小型汽车一辆（渝A·12345），登记日期 2026-01-01，初次登记 2019-05-20；" * 4
WHEN = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def night_of(vault: Vault, rows: int) -> PublishedNight:
    """A night of so many findings that may be answered."""
    night = PublishedNight(
        vault, vault.root / "published" / NIGHT, {"as_of": AS_OF.isoformat(), "profile": "caojie-core"}
    )
    numbers = range(1, rows + 1)
    given = pl.DataFrame(
        {"finding_id": [f"F{one:04d}" for one in numbers], "fingerprint": [f"p{one:04d}" for one in numbers]}
    )
    missing = (pl.lit(None, dtype=kind).alias(name) for name, kind in ANSWERABLE.items() if name not in given.columns)
    frame = given.with_columns(missing).with_columns(
        is_raised=pl.lit(value=True), case_id=pl.col("finding_id"), first_seen=pl.lit(AS_OF)
    )
    night.__dict__["answerable"] = frame.select(ANSWERABLE.names()).cast(ANSWERABLE)
    night.__dict__["resolved"] = frozenset()
    return night


def write_books(folder: Path, rows: int, key: bytes) -> list[Path]:
    """Filled workbooks, one a town."""
    paths = []
    for town in range(TOWNS):
        numbers = range(1 + town, rows + 1, TOWNS)
        path = folder / f"{town:02d}.xlsx"
        filled = [written(one, statement=STATEMENT, **COMPLETE, is_answered=False) for one in numbers]
        path.write_bytes(handed_out(filled, town=f"第{town}镇", key=key))
        paths.append(path)
    return paths


@contextmanager
def timed(what: str) -> Iterator[list[float]]:
    """Say how long something took, by the clock and of work."""
    took: list[float] = []
    begun, worked = time.perf_counter(), time.process_time()
    yield took
    took += [time.perf_counter() - begun, time.process_time() - worked]
    print(f"{what}: {took[0]:.2f} s, {took[1]:.2f} s of work")  # noqa: T201


def main() -> int:
    """Measure reading with all checks, and recording."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder) / "warehouse", None, threads=2, memory_limit="500MB")
        night = night_of(vault, rows)
        paths = write_books(Path(folder), rows, seal_key(night.secret))
        store = open_events(EventAddress.of_warehouse(vault.root), vault.key)
        desk = ImportDesk(vault, store, WHEN, lambda _: lambda _ids: None, by="陈录入")
        with patch.object(importing, "published_night", lambda _vault, _profile: night):
            import_workbooks(paths[:1], replace(desk, dry_run=True))  # what a process does once
            with timed(f"{rows:,} rows in {TOWNS} workbooks, all checks") as took:
                read = import_workbooks(paths, replace(desk, dry_run=True))
            with timed("the same, recorded"):
                recorded = import_workbooks(paths, desk)
    for outcomes in (read, recorded):
        assert sum(one.outcome.accepted for one in outcomes) == rows
    return 0 if min(took) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
