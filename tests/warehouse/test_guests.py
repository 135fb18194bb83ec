"""Rows that go along with a content: found by the same SQL, changing nothing for anybody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from warehouse.content import Content, Guests, attached, count_rows, effective_content, feed_rows, not_queried
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore

AS_OF = date(2026, 9, 22)
FULL, LATER = date(2026, 9, 1), date(2026, 9, 3)
SUBJECTS = ("id_number",)


@pytest.fixture
def guests(batch: Callable[..., pl.DataFrame]) -> Guests:
    """Somebody with two cars, one of them on a plate that a real one has too; a friend is asked about as well."""
    return Guests(batch(("G", "p", "1"), ("G", "z", "2")), pl.Series(["G", "FRIEND"]), "guests")


def content_of(vault: Vault) -> Content:
    chosen = effective_content(SnapshotStore(vault).list("vehicle"), AS_OF, 35)
    assert chosen.content is not None
    return chosen.content


def told(vault: Vault, keys: Keys, content: Content, ids: list[str] | None) -> tuple[list[tuple[str, ...]], list[str]]:
    wanted = None if ids is None else pl.Series(ids, dtype=pl.String)
    with vault.connect() as con, attached(vault, con, content):
        rows = feed_rows(con, content, keys, SUBJECTS, wanted)
        asked = not_queried(con, content, pl.Series(["A", "B", "G", "FRIEND"]))
    assert rows.columns == feed_columns(vault, keys, replace(content, guests=None))
    return rows.select("id_number", "plate", "source_file", "snapshot_date", "delivery_order").rows(), asked.to_list()


def feed_columns(vault: Vault, keys: Keys, content: Content) -> list[str]:
    with vault.connect() as con, attached(vault, con, content):
        return feed_rows(con, content, keys, SUBJECTS, None).columns


@pytest.mark.parametrize("mode", ["full", "delta", "response"])
def test_guests_are_found_after_everybody_else_and_change_nothing_of_theirs(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport], guests: Guests, mode: str
) -> None:
    land(FULL, ("A", "p", "1"), ("B", "q", "2"), mode="response" if mode == "response" else "full", asked=("A",))
    if mode == "delta":
        land(LATER, ("A", "p", "9"), mode="delta", checksum="bb")
    content = content_of(vault)
    newest = LATER if mode == "delta" else FULL
    for ids in (None, ["A", "B", "G"]):
        alone, unasked = told(vault, keys, content, ids)
        rows, unasked_with = told(vault, keys, replace(content, guests=guests), ids)
        assert rows[: len(alone)] == alone
        assert rows[len(alone) :] == [
            ("G", plate, "guests", newest, len(alone) + place) for place, plate in enumerate("pz", start=1)
        ]
        assert unasked_with == [one for one in unasked if one not in ("G", "FRIEND")]
        assert unasked == (["B", "FRIEND", "G"] if mode == "response" else [])


def test_guests_whom_nobody_asks_for_stay_away(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport], guests: Guests
) -> None:
    land(FULL, ("A", "p", "1"))
    content = replace(content_of(vault), guests=guests)
    assert [row[0] for row in told(vault, keys, content, ["A"])[0]] == ["A"]


def test_a_column_that_an_older_snapshot_lacks_is_the_guests_alone(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport], guests: Guests
) -> None:
    land(FULL - timedelta(days=1), ("A", "p", "1"))
    more = replace(guests, rows=guests.rows.with_columns(colour=pl.lit("red")))
    content = replace(content_of(vault), guests=more)
    with vault.connect() as con, attached(vault, con, content):
        rows = feed_rows(con, content, keys, SUBJECTS, None)
        assert count_rows(con, replace(content, guests=None), keys, SUBJECTS) == 1
    assert rows.select("id_number", "colour").rows() == [("A", None), ("G", "red"), ("G", "red")]
