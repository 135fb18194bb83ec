"""What happens to the older delivery, or is wrong with the newer one, never costs a row: it is then read whole, or refused whole."""

from collections.abc import Callable
from datetime import timedelta
from errno import EIO
from pathlib import Path
from shutil import rmtree

import pytest

from pipelines.night import changed_deliveries
from tests.pipelines.night.test_changed_deliveries import FIRST, LATER, car, cars, deliver, landed, opened, small

__all__ = ["small"]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen after the lines of both deliveries were marked, and before they are held against each other."""
    hold = changed_deliveries.changed_lines

    def happens(act: Callable[[], object]) -> None:
        def held(*told: object) -> object:
            act()
            return hold(*told)  # type: ignore[arg-type]

        monkeypatch.setattr(changed_deliveries, "changed_lines", held)

    return happens


def test_an_older_delivery_that_is_not_as_it_was_is_no_measure(tmp_path: Path) -> None:
    path = deliver(tmp_path, FIRST, cars(*range(10, 20)))
    landed(opened(tmp_path, FIRST), FIRST)
    path.write_bytes(path.read_bytes().replace("注销".encode("gb18030"), "正常".encode("gb18030")) + b"\n")
    deliver(tmp_path, LATER, cars(*range(10, 21)))
    found, _ = landed(opened(tmp_path, LATER), LATER)
    assert found is not None
    assert found.whole_on is None
    rmtree(path.parent)
    deliver(tmp_path, LATER + timedelta(days=1), cars(*range(10, 22)))
    found, _ = landed(opened(tmp_path, LATER + timedelta(days=1)), LATER + timedelta(days=1))
    assert found is not None
    assert found.whole_on == LATER


def test_an_older_delivery_written_over_meanwhile_is_no_measure(
    tmp_path: Path, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    path = deliver(tmp_path, FIRST, cars(*range(10, 20)))
    landed(opened(tmp_path, FIRST), FIRST)
    deliver(tmp_path, LATER, cars(*range(10, 21)))
    meanwhile(lambda: path.write_bytes(path.read_bytes() + b"\n"))
    found, tables = landed(opened(tmp_path, LATER), LATER)
    assert found is not None
    assert found.whole_on is None
    assert (found, tables) == landed(opened(tmp_path, LATER, "whole"), LATER)


def test_a_delivery_that_is_refused_leaves_the_older_one_in_use(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST, cars(*range(10, 60)))
    landed(opened(tmp_path, FIRST), FIRST)
    deliver(tmp_path, LATER, [*cars(*range(10, 60)), *("123,,,,,,正常" for _ in range(30))])
    night = opened(tmp_path, LATER)
    found, messages = landed(night, LATER)
    assert found is None
    assert messages == landed(opened(tmp_path, LATER, "whole"), LATER)[1]
    assert [one.snapshot_date for one in night.snapshots.list("vehicle")] == [FIRST]
    assert [path.suffix for path in sorted((night.vault.root / "snapshots" / "vehicle").iterdir())] == [
        ".duckdb",
        ".json",
        ".json",
    ]


def test_why_a_delivery_is_refused_is_told_by_its_own_lines(tmp_path: Path) -> None:
    """Where a byte is wrong, say: by its place in the file, not among the lines that changed."""
    deliver(tmp_path, FIRST, cars(*range(10, 60)))
    landed(opened(tmp_path, FIRST), FIRST)
    path = deliver(tmp_path, LATER, [*cars(*range(10, 40)), car(5, "渝A0000\ue5e5"), *cars(*range(41, 60))])
    path.write_bytes(path.read_bytes().replace("\ue5e5".encode("gb18030"), b"\xff\xff"))
    messages = landed(opened(tmp_path, LATER), LATER)[1]
    assert "found a byte that is neither at byte" in str(messages)
    assert messages == landed(opened(tmp_path, LATER, "whole"), LATER)[1]


@pytest.mark.parametrize("becomes", [b"", b"\xff"], ids=["shorter", "damaged"])
def test_an_older_delivery_written_over_is_no_reason_to_refuse_a_newer_one(
    tmp_path: Path, meanwhile: Callable[[Callable[[], object]], None], becomes: bytes
) -> None:
    path = deliver(tmp_path, FIRST, cars(*range(10, 20)))
    landed(opened(tmp_path, FIRST), FIRST)
    deliver(tmp_path, LATER, cars(*range(10, 21)))
    meanwhile(lambda: path.write_bytes(becomes * path.stat().st_size))
    found, tables = landed(opened(tmp_path, LATER), LATER)
    assert found is not None
    assert found.whole_on is None
    assert (found, tables) == landed(opened(tmp_path, LATER, "whole"), LATER)


def test_a_damaged_older_snapshot_is_no_reason_to_do_without_a_newer_one(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST, cars(*range(10, 20)))
    landed(opened(tmp_path, FIRST), FIRST)
    [older] = (tmp_path / "warehouse" / "snapshots" / "vehicle").glob("*.duckdb")
    older.write_bytes(older.read_bytes()[:5000])
    deliver(tmp_path, LATER, cars(*range(10, 21)))
    found, tables = landed(opened(tmp_path, LATER), LATER)
    assert (found, tables) == landed(opened(tmp_path, LATER, "whole"), LATER)


def test_a_report_of_long_ago_does_not_tell_enough(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST, cars(*range(10, 20)))
    landed(opened(tmp_path, FIRST), FIRST)
    [report] = (tmp_path / "warehouse" / "snapshots" / "vehicle").glob("*.json")
    report.write_text(report.read_text("utf-8").replace(',\n   "is_dated": false', ""), "utf-8")
    deliver(tmp_path, LATER, cars(*range(10, 21)))
    found, _ = landed(opened(tmp_path, LATER), LATER)
    assert found is not None
    assert found.whole_on is None


def test_a_bad_disk_under_the_older_delivery_is_no_reason_to_do_without_a_newer_one(
    tmp_path: Path, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    def breaks() -> None:
        raise OSError(EIO, "Input/output error")

    deliver(tmp_path, FIRST, cars(*range(10, 20)))
    landed(opened(tmp_path, FIRST), FIRST)
    deliver(tmp_path, LATER, cars(*range(10, 21)))
    meanwhile(breaks)
    found, tables = landed(opened(tmp_path, LATER), LATER)
    assert (found, tables) == landed(opened(tmp_path, LATER, "whole"), LATER)
