"""Which feeds nobody delivered, told without reading a file."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.night import landing
from pipelines.night.landing import undelivered

AS_OF = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("folders", "is_undelivered"),
    [
        ([], True),
        (["ship"], True),
        (["ship/2026-09-23"], True),  # not for this night
        (["ship/2026-09-22"], False),
        (["ship/2020-01-01"], False),  # too old: told as stale, not as absent
        (["ship/九月"], False),  # somebody meant to deliver: told
        (["ship/.trash"], True),
    ],
)
def test_a_feed_is_undelivered_where_the_inbox_holds_nothing_for_the_night(
    tmp_path: Path, folders: list[str], is_undelivered: bool
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    assert undelivered(tmp_path, ["ship"], AS_OF) == (["ship"] if is_undelivered else [])


def test_an_upload_that_goes_on_is_something(tmp_path: Path) -> None:
    folder = tmp_path / "ship" / "2026-09-22"
    folder.mkdir(parents=True)
    (folder / "ship.csv.part").write_text("")
    assert undelivered(tmp_path, ["ship", "deposits"], AS_OF) == ["deposits"]


def test_a_folder_that_cannot_be_read_is_left_to_the_step_that_lands_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_bad_disk(*_: object) -> None:
        raise OSError("Input/output error")

    monkeypatch.setattr(landing, "find_deliveries", on_a_bad_disk)
    assert undelivered(tmp_path, ["ship"], AS_OF) == []


def test_the_roster_is_never_left_out(tmp_path: Path) -> None:
    assert undelivered(tmp_path, ["roster", "ship", "deposits"], AS_OF) == ["deposits", "ship"]
