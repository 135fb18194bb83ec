"""Frames that a process keeps: only as long as the file is the one they came from, and never too many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from warehouse.recent_frames import RecentFrames
from warehouse.session import Vault
from warehouse.tables import NightTables

ROWS = pl.DataFrame({"a": [1, 2]})


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_frame_is_given_while_its_file_stays(tmp_path: Path) -> None:
    recent, path = RecentFrames(), written(tmp_path / "x", "1")
    assert recent.get(path) is None
    recent.keep(path, ROWS)
    assert recent.get(path) is ROWS
    written(tmp_path / "y", "22").replace(path)
    assert recent.get(path) is None


def test_the_longest_unused_goes_first_and_what_is_too_great_is_not_kept(tmp_path: Path) -> None:
    size = ROWS.estimated_size()
    recent = RecentFrames(most_bytes=2 * size)
    paths = [written(tmp_path / name, name) for name in "abc"]
    for path in paths[:2]:
        recent.keep(path, ROWS)
    assert recent.get(paths[0]) is ROWS
    recent.keep(paths[2], ROWS)
    assert [recent.get(path) is not None for path in paths] == [True, False, True]
    recent.keep(paths[0], pl.DataFrame({"a": range(100)}))
    assert recent.get(paths[0]) is None


def test_what_is_kept_is_what_a_reader_without_it_finds(vault: Vault) -> None:
    rows = pl.DataFrame(
        {"name": ["龘", None], "day": [date(2026, 9, 22), None], "amount": [1, None], "lines": [[{"a": "b"}], None]},
        schema_overrides={"amount": pl.Decimal(12, 2)},
    )
    here, elsewhere = (NightTables(vault, date(2026, 9, 22), "caojie-2024") for _ in range(2))
    here.write("findings", rows)
    assert here.read("findings") is rows
    assert_frame_equal(elsewhere.read("findings"), rows)
    assert elsewhere.read("findings") is elsewhere.read("findings")
    elsewhere.write("findings", rows.head(1))
    assert here.read("findings").height == 1


def test_several_threads_keep_frames_at_a_time(tmp_path: Path) -> None:
    recent = RecentFrames(most_bytes=3 * ROWS.estimated_size())
    paths = [written(tmp_path / str(place), "1") for place in range(8)]

    def keep_and_get(place: int) -> bool:
        recent.keep(paths[place % 8], ROWS)
        found = recent.get(paths[(place + 1) % 8])
        return found is None or found is ROWS

    with ThreadPoolExecutor(8) as beside:
        assert all(beside.map(keep_and_get, range(4000)))
    assert sum(recent.get(path) is not None for path in paths) == 3
