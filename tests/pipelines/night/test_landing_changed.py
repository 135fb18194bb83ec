"""Deliveries that are written over, or go, while they are landed: a snapshot holds what its checksum says, or is not there."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors import delivery as deliveries
from connectors.inbox import find_deliveries
from pipelines.night.landing import land_feed, land_newest
from pipelines.night.night import silent
from tests.pipelines.night.test_landing_again import deliver, landed, night, number, rows

OLD, NEW = number("19500101"), number("19600101")


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Callable[[Path], object]], None]:
    """Let something happen to the file of a delivery, once, after its rows were read and before they are counted."""

    def happens(act: Callable[[Path], object]) -> None:
        batches, left = deliveries.DeliveryReader.batches, [act]

        def read(self):
            yield from batches(self)
            if left and self._delivery.folder.is_relative_to(tmp_path):
                left.pop()(self._delivery.files[0])

        monkeypatch.setattr(deliveries.DeliveryReader, "batches", read)

    return happens


def written_over(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace(OLD, NEW), "utf-8")


def test_a_file_written_over_while_it_is_read_is_not_landed_under_the_old_checksum(
    tmp_path: Path, meanwhile: Callable[..., None]
) -> None:
    deliver(tmp_path / "inbox", "2026-09-20", number("19700101"))
    deliver(tmp_path / "inbox", "2026-09-22", OLD)
    meanwhile(written_over)
    state = land_feed(night(tmp_path, "2026-09-22"), "vehicle")
    assert (state.status, state.snapshot_date) == ("fresh", date(2026, 9, 20))
    [message] = state.messages
    assert message.startswith("vehicle 2026-09-22: the files were written over while they were read")
    again = night(tmp_path, "2026-09-22")
    assert landed(again).snapshot_date == date(2026, 9, 22)
    assert [row[0] for row in rows(again, "2026-09-22")] == [NEW]
    # Had the first reading been kept, the old files under a newer date would bring what was never in them.
    deliver(tmp_path / "inbox", "2026-09-23", OLD)
    last = night(tmp_path, "2026-09-23")
    assert landed(last).same_as is None
    assert [row[0] for row in rows(last, "2026-09-23")] == [OLD]


def test_a_file_that_only_looks_different_is_landed(tmp_path: Path, meanwhile: Callable[..., None]) -> None:
    deliver(tmp_path / "inbox", "2026-09-22", OLD)
    meanwhile((tmp_path / "back-up.csv").hardlink_to)
    assert landed(night(tmp_path, "2026-09-22")).books.kept == 1


def test_a_delivery_refused_for_what_was_only_there_for_a_moment_is_tried_again(
    tmp_path: Path, meanwhile: Callable[..., None]
) -> None:
    deliver(tmp_path / "inbox", "2026-09-22", OLD)
    [found] = find_deliveries(tmp_path / "inbox", "vehicle", date(2026, 9, 22))
    whole = found.files[0].read_bytes()
    meanwhile(Path.unlink)
    first = night(tmp_path, "2026-09-22")
    assert land_feed(first, "vehicle").status == "refused"
    assert first.snapshots.reports("vehicle") == []
    found.files[0].write_bytes(whole)
    assert landed(night(tmp_path, "2026-09-22")).books.kept == 1


def test_a_file_that_cannot_be_opened_leaves_the_older_delivery_in_use(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", "2026-09-21", OLD)
    deliver(tmp_path / "inbox", "2026-09-22", OLD, NEW)
    one = night(tmp_path, "2026-09-22")
    found = find_deliveries(one.inbox, "vehicle", one.as_of)
    found[0].files[0].unlink()
    newest, older = land_newest(one, one.contracts["vehicle"], found, silent)
    assert (newest.status, older.status) == ("refused", "landed")
    assert newest.message == "vehicle 2026-09-22: 机动车.csv: cannot be opened (FileNotFoundError)"
    assert [report.snapshot_date for report in one.snapshots.reports("vehicle")] == [date(2026, 9, 21)]
