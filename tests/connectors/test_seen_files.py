"""Checksums that are known already: taken where nothing changed, worked out again where anything did."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors import seen_files
from connectors.inbox import Delivery, find_deliveries
from connectors.seen_files import SETTLED_NS, Seen, looks, place, recall, remembered

DAY = date(2026, 9, 22)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Delivery]:
    """Look into an inbox of one feed with one file."""
    monkeypatch.setattr(seen_files, "FEWEST_BYTES", 3)
    folder = tmp_path / "ship" / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"abc")

    def look() -> Delivery:
        [delivery] = find_deliveries(tmp_path, "ship", DAY)
        return delivery

    return look


def later() -> int:
    return time.time_ns() + SETTLED_NS + 1_000_000_000


def known(delivery: Delivery) -> dict[str, Seen]:
    before = looks(delivery, later())
    delivery.scan("a.csv")
    return remembered(delivery, before)


def test_a_file_that_is_as_it_was_is_not_read_again(found: Callable[[], Delivery]) -> None:
    memory = known(found())
    again = found()
    recall(again, memory)
    assert again.scans["a.csv"].sha256 == found().scan("a.csv").sha256
    assert again.scans["a.csv"].probe is None


@pytest.mark.parametrize("change", ["content", "size", "replaced"])
def test_a_file_that_changed_is_read_again_also_with_its_old_time_put_back(
    found: Callable[[], Delivery], change: str
) -> None:
    delivery = found()
    memory = known(delivery)
    path = delivery.files[0]
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    time.sleep(0.02)  # the file system's clock ticks in hundredths
    if change == "replaced":
        (path.parent / "b").write_bytes(b"xyz")
        (path.parent / "b").replace(path)
    else:
        path.write_bytes(b"xyz" if change == "content" else b"wxyz")
    os.utime(path, ns=times)
    assert path.stat().st_mtime_ns == times[1]
    again = found()
    recall(again, memory)
    assert again.scans == {}


def test_a_young_file_a_small_one_and_one_that_changes_while_it_is_read_are_not_remembered(
    found: Callable[[], Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = found()
    assert looks(delivery, time.time_ns()) == {}
    before = looks(delivery, later())
    delivery.scan("a.csv")
    assert list(remembered(delivery, before)) == [place(delivery, "a.csv")] == ["2026-09-22/a.csv"]
    delivery.files[0].write_bytes(b"abcd")
    assert remembered(delivery, before) == {}
    monkeypatch.setattr(seen_files, "FEWEST_BYTES", 5)
    assert looks(found(), later()) == {}


def test_a_file_that_is_gone_is_no_error_here(found: Callable[[], Delivery]) -> None:
    delivery = found()
    memory = known(delivery)
    gone = replace(delivery, scans={})
    delivery.files[0].unlink()
    recall(gone, memory)
    assert (gone.scans, looks(gone, later())) == ({}, {})
