"""The room that a night needs: shares by kind of file, spill beyond the memory, and the night before as a measure."""

import pytest

from pipelines.domain.disk_need import (
    LEAST,
    LEAST_NIGHT,
    MB,
    Delivered,
    Need,
    memory_bytes,
    night_bytes,
    snapshot_bytes,
    spill_bytes,
)

CSV = Delivered(".csv", 100 * MB)


@pytest.mark.parametrize(
    ("files", "need"),
    [
        ([], 0),
        ([CSV], 60 * MB),
        ([CSV, CSV], 120 * MB),
        ([Delivered(".parquet", 100 * MB)], 250 * MB),
        ([Delivered(".xlsx", 10 * MB)], 20 * MB),
        ([Delivered(".xls", 10 * MB)], 8 * MB),
        ([Delivered(".txt", 10 * MB)], 10 * MB),
    ],
)
def test_a_snapshot_by_the_kind_of_its_files(files: list[Delivered], need: int) -> None:
    assert snapshot_bytes(files) == LEAST + need


@pytest.mark.parametrize(
    ("memory", "spill"), [(None, 0), (200 * MB, 0), (200 * MB - 2, 1), (100 * MB, 50 * MB), (0, 100 * MB)]
)
def test_what_does_not_fit_into_half_the_memory_may_spill(memory: int | None, spill: int) -> None:
    assert spill_bytes([CSV], memory) == spill


def test_the_last_night_tells_more_than_the_roster() -> None:
    assert night_bytes(None, 10 * MB) == 160 * MB
    assert night_bytes(50 * MB, 10 * MB) == 50 * MB
    assert night_bytes(1, 0) == LEAST_NIGHT


def test_spill_and_the_rest_of_the_night_do_not_come_together() -> None:
    assert Need({"vehicle": 100, "roster": 100}, spill=300, night=50).total == 550
    assert Need({"vehicle": 100, "roster": 100}, spill=50, night=300).total == 550


@pytest.mark.parametrize(
    ("limit", "memory"),
    [("4GB", 4 * 10**9), ("512MB", 512 * 10**6), ("1.5GiB", 3 * 2**29), ("2MiB", 2**21), (None, None), ("lots", None)],
)
def test_memory_limits(limit: str | None, memory: int | None) -> None:
    assert memory_bytes(limit) == memory
