"""Accounts: read = kept + duplicate + superseded + quarantined + skipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.checks.books import snapshot_account

PLACES = ("kept", "duplicate", "superseded", "quarantined", "skipped")


def report(read, **books):
    return {"snapshot_date": "2026-09-21", "books": {"read": read, **dict.fromkeys(PLACES, 0), **books}}


def test_a_balanced_snapshot_shows_both_sides():
    account = snapshot_account(report(15, kept=10, duplicate=1, superseded=1, quarantined=2, skipped=1))

    assert (account.left, account.right, account.holds) == (15, 15, True)
    assert account.text == ("2026-09-21: 15 = 15 (入库 10，重复 1，替代 1，隔离 2，跳过 1)")


@pytest.mark.parametrize("kept", [9, 11])
def test_a_row_lost_or_invented_is_seen(kept):
    account = snapshot_account(report(10, kept=kept))

    assert not account.holds
    assert f"10 ≠ {kept}" in account.text


@given(counts=st.lists(st.integers(0, 10**8), min_size=5, max_size=5), off=st.integers(-3, 3))
def test_it_holds_only_when_all_rows_are_somewhere(counts, off):
    books = dict(zip(PLACES, counts, strict=True))

    assert snapshot_account(report(sum(counts) + off, **books)).holds is (off == 0)
