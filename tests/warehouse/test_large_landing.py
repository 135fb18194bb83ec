"""A large delivery is stored in another way (transactions of several batches, chosen compressions): the same snapshot."""

import random
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import polars as pl
import pytest

from warehouse import marks, storing
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.session import Vault, frame
from warehouse.snapshots import SnapshotStore

Rows = Sequence[tuple[str | None, str | None, str | None]]
SMALL, LARGE, LOST = (date(2026, 9, day) for day in (20, 21, 22))


def some_rows() -> Rows:
    """1,100 rows in which much stands twice or has one key, also across batches and transactions."""
    draw = random.Random(7)  # noqa: S311  not for a secret
    values = [None, "", *map(str, range(12))]
    return [(draw.choice(values), draw.choice(values), draw.choice(values)) for _ in range(1100)]


@pytest.fixture
def landed(
    vault: Vault, keys: Keys, batch: Callable[..., pl.DataFrame], quarantine: Callable[..., pl.DataFrame]
) -> Callable[..., tuple[object, ...]]:
    """Land rows in batches of a hundred; give the books, the profile and all tables."""

    def run(day: date, fail_after: int | None = None) -> tuple[object, ...]:
        rows = some_rows()
        part = {"part_no": 1, "source_file": "a.csv", "sheet": None, "sha256": "x", "rows_read": 1111, "skipped": {}}
        store = SnapshotStore(vault)
        with store.writer("vehicle", day, f"{day:%d}" * 8, dict(batch().schema), keys) as writer:
            for place in range(0, len(rows), 100):
                if place == fail_after:
                    raise KeyboardInterrupt
                writer.append(batch(*rows[place : place + 100], first_row=place + 2), quarantine("H1"))
            report: LoadReport = writer.finish([part], [])
        [snapshot] = [one for one in store.list("vehicle") if one.snapshot_date == day]
        with vault.connect() as con:
            vault.attach(con, snapshot.path, "s", read_only=True)
            tables = [frame(con, f"FROM s.{name} ORDER BY rowid").rows() for name in ("rows", "quarantine", "profile")]
            [(threads,)] = con.execute("SELECT current_setting('threads')").fetchall()
        return report.books, report.fields, tables, threads

    return run


def test_transactions_change_nothing_of_what_stands(
    landed: Callable[..., tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = landed(SMALL)
    monkeypatch.setattr(storing, "FEWEST_ROWS", 50)
    assert landed(LARGE) == small
    books = small[0]
    assert books.balance()  # type: ignore[attr-defined]
    assert min(books.duplicate, books.superseded) > 50  # type: ignore[attr-defined]


def test_what_is_left_between_two_transactions_leaves_nothing_behind(
    vault: Vault, landed: Callable[..., tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = landed(SMALL)
    monkeypatch.setattr(storing, "FEWEST_ROWS", 50)
    for stop in (400, 600):  # at the end of the first transaction, in the middle of the second
        with pytest.raises(KeyboardInterrupt):
            landed(LOST, stop)
    assert [one.snapshot_date for one in SnapshotStore(vault).list("vehicle")] == [SMALL]
    assert not list(vault.root.rglob("*.part-*"))
    assert landed(LOST) == small


@pytest.mark.parametrize("bits", [0, 2])
def test_rows_that_share_a_mark_by_chance_are_told_apart_by_what_they_hold(
    landed: Callable[..., tuple[object, ...]], monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    """With marks of 64 bits it nearly never happens; with none, or two, to every row."""
    expected = landed(SMALL)
    add = marks.Marks.add

    def coarse(self: marks.Marks, rows: pl.DataFrame) -> None:
        add(self, rows)
        self._batches[-1] = self._batches[-1] % np.uint64(2**bits)

    monkeypatch.setattr(marks.Marks, "add", coarse)
    assert landed(LARGE) == expected
