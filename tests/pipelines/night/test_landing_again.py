"""A delivery that came before: recognised, and read again wherever that could make a difference."""

from datetime import date
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest

from connectors import delivery as deliveries
from connectors.identity import id_check_digit
from pipelines.night.landing import land_feed
from pipelines.night.matching import content_of
from pipelines.night.night import Night
from pipelines.resources import night_resource
from pipelines.settings_reading import load_settings
from warehouse.content import attached, feed_rows
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.session import frame

HEADER = "证件号码,号牌号码,号牌种类,车辆类型,机动车状态,初次登记日期"


def number(born: str) -> str:
    return f"999999{born}001" + id_check_digit(f"999999{born}001")


def deliver(inbox: Path, day: str, *people: str, **files: str) -> None:
    folder = inbox / "vehicle" / day
    folder.mkdir(parents=True)
    lines = [
        HEADER,
        *(f"{person},渝A0000{place},小型汽车,小型轿车,正常,2020-01-01" for place, person in enumerate(people)),
    ]
    for name, content in {"机动车.csv": "\n".join([*lines, ""]), **files}.items():
        (folder / name).write_text(content, encoding="utf-8")


def night(tmp_path: Path, as_of: str) -> Night:
    settings = load_settings({"inbox": str(tmp_path / "inbox"), "warehouse": str(tmp_path / "warehouse")}, {}, None)
    opened = night_resource(settings).open(date.fromisoformat(as_of))
    opened.vault.open()
    return opened


def landed(one: Night) -> LoadReport:
    [report] = land_feed(one, "vehicle").used
    assert report.books.balance()
    return LoadReport.model_validate_json(report.model_dump_json())


def rows(one: Night, day: str) -> list[tuple[object, ...]]:
    [snapshot] = [found for found in one.snapshots.list("vehicle") if found.snapshot_date.isoformat() == day]
    with one.vault.connect() as con:
        one.vault.attach(con, snapshot.path, "s", read_only=True)
        return frame(con, "SELECT * FROM s.rows ORDER BY rowid").rows()


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The snapshot dates of the deliveries of the inbox that are read, as they are (canaries are read, too)."""
    told: list[date] = []
    batches = deliveries.DeliveryReader.batches

    def counted(self):
        if self._delivery.folder.is_relative_to(tmp_path):
            told.append(self._delivery.snapshot_date)
        return batches(self)

    monkeypatch.setattr(deliveries.DeliveryReader, "batches", counted)
    return told


def test_the_same_files_under_a_newer_date_stand_for_it_without_being_read(tmp_path: Path, read: list[date]) -> None:
    people = [number("19500101"), number("19600101")]
    deliver(tmp_path / "inbox", "2026-09-21", *people)
    first = landed(night(tmp_path, "2026-09-21"))
    deliver(tmp_path / "inbox", "2026-09-22", *people)
    second = landed(night(tmp_path, "2026-09-22"))
    deliver(tmp_path / "inbox", "2026-09-23", *people)
    third = landed(night(tmp_path, "2026-09-23"))
    assert read == [date(2026, 9, 21)]
    assert second == first.model_copy(update={"snapshot_date": date(2026, 9, 22), "same_as": date(2026, 9, 21)})
    assert third.same_as == date(2026, 9, 21)
    last = night(tmp_path, "2026-09-23")
    before = rows(last, "2026-09-21")
    last.snapshots.list("vehicle")[0].path.unlink()  # what retention does
    assert rows(last, "2026-09-23") == rows(last, "2026-09-22") == before


def test_a_file_that_differs_by_a_byte_or_by_its_name_is_read(tmp_path: Path, read: list[date]) -> None:
    deliver(tmp_path / "inbox", "2026-09-21", number("19500101"))
    landed(night(tmp_path, "2026-09-21"))
    deliver(tmp_path / "inbox", "2026-09-22", number("19500102"))
    assert landed(night(tmp_path, "2026-09-22")).same_as is None
    folder = tmp_path / "inbox" / "vehicle" / "2026-09-23"
    folder.mkdir()
    content = (tmp_path / "inbox" / "vehicle" / "2026-09-22" / "机动车.csv").read_bytes()
    (folder / "机动车0923.csv").write_bytes(content)
    assert landed(night(tmp_path, "2026-09-23")).same_as is None
    assert len(read) == 3


def test_a_birth_that_was_to_come_is_looked_at_again(tmp_path: Path, read: list[date]) -> None:
    people = [number("19500101"), number("20260922")]
    deliver(tmp_path / "inbox", "2026-09-21", *people)
    assert landed(night(tmp_path, "2026-09-21")).books.kept == 1
    deliver(tmp_path / "inbox", "2026-09-22", *people)
    assert landed(night(tmp_path, "2026-09-22")).books.kept == 2
    assert len(read) == 2


def test_an_older_date_never_takes_what_a_newer_one_brought(tmp_path: Path, read: list[date]) -> None:
    deliver(tmp_path / "inbox", "2026-09-22", number("19500101"))
    landed(night(tmp_path, "2026-09-22"))
    deliver(tmp_path / "inbox", "2026-09-20", number("19500101"))
    assert landed(night(tmp_path, "2026-09-20")).same_as is None
    assert len(read) == 2


def test_an_answer_is_read_each_time_it_comes(tmp_path: Path, read: list[date]) -> None:
    files = {
        "manifest.json": '{"mode": "response", "requested": "名单.csv"}',
        "名单.csv": f"{number('19500101')}\n{number('20260922')}\n",
    }
    deliver(tmp_path / "inbox", "2026-09-21", number("19500101"), **files)
    landed(night(tmp_path, "2026-09-21"))
    deliver(tmp_path / "inbox", "2026-09-22", number("19500101"), **files)
    one = night(tmp_path, "2026-09-22")
    assert [report.same_as for report in land_feed(one, "vehicle").used] == [None, None]
    assert len(read) == 2


def test_nothing_is_taken_from_a_snapshot_whose_rows_are_gone(tmp_path: Path, read: list[date]) -> None:
    deliver(tmp_path / "inbox", "2026-09-21", number("19500101"))
    one = night(tmp_path, "2026-09-21")
    landed(one)
    one.snapshots.list("vehicle")[0].path.unlink()
    deliver(tmp_path / "inbox", "2026-09-22", number("19500101"))
    assert landed(night(tmp_path, "2026-09-22")).same_as is None
    assert len(read) == 2


def test_a_delta_that_came_twice_speaks_last_where_it_stands_last(tmp_path: Path) -> None:
    """One file under two names, both attached at once; in between the plate was somebody else's, too."""
    inbox, delta = tmp_path / "inbox", {"manifest.json": '{"mode": "delta"}'}
    one, other = number("19700101"), number("19800101")
    deliver(inbox, "2026-09-18", one, one)
    for day, person in ((19, one), (20, other), (21, one)):
        deliver(inbox, f"2026-09-{day}", person, **delta)
        last = night(tmp_path, f"2026-09-{day}")
        used = land_feed(last, "vehicle").used
    assert [report.same_as for report in used] == [date(2026, 9, 19), None, None, None]
    content, contract = content_of(last, "vehicle"), last.contracts["vehicle"]
    assert content is not None
    with last.vault.connect() as con, attached(last.vault, con, content):
        found = feed_rows(
            con, content, Keys(contract.keys, contract.keyless), contract.subjects, pl.Series([one, other])
        )
    told = found.select("id_number", "plate_no", "snapshot_date").rows()
    assert sorted(told, key=str) == sorted(
        [
            (one, "渝A00001", date(2026, 9, 18)),
            (other, "渝A00000", date(2026, 9, 20)),
            (one, "渝A00000", date(2026, 9, 21)),
        ],
        key=str,
    )


def test_a_folder_that_was_given_its_right_date_does_not_count_under_the_wrong_one(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", "2026-09-21", number("19500101"))
    landed(night(tmp_path, "2026-09-21"))
    feed = tmp_path / "inbox" / "vehicle"
    (feed / "2026-09-21").rename(feed / "2026-09-19")
    one = night(tmp_path, "2026-09-22")
    state = land_feed(one, "vehicle")
    assert (state.snapshot_date, state.age_days) == (date(2026, 9, 19), 3)
    assert [report.snapshot_date for report in state.used] == [date(2026, 9, 19)]
    assert chosen(one) == [date(2026, 9, 19)]


def test_a_delta_that_was_withdrawn_does_not_come_back_with_an_older_one_of_the_same_bytes(tmp_path: Path) -> None:
    inbox, delta = tmp_path / "inbox", {"manifest.json": '{"mode": "delta"}'}
    deliver(inbox, "2026-09-18", number("19500101"), number("19600101"))
    deliver(inbox, "2026-09-19", number("19700101"), **delta)
    deliver(inbox, "2026-09-20", number("19800101"), **delta)
    deliver(inbox, "2026-09-21", number("19700101"), **delta)
    days = [date(2026, 9, day) for day in (18, 19, 20, 21)]
    first = night(tmp_path, "2026-09-21")
    land_feed(first, "vehicle")
    assert chosen(first) == days
    rmtree(inbox / "vehicle" / "2026-09-21")
    second = night(tmp_path, "2026-09-22")
    assert land_feed(second, "vehicle").snapshot_date == days[2]
    assert chosen(second) == days[:3]


def chosen(one: Night) -> list[date]:
    """The dates of the snapshots that the night is matched with."""
    content = content_of(one, "vehicle")
    assert content is not None
    return [snapshot.snapshot_date for snapshot in content.snapshots]


def test_a_large_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.seen_files.FEWEST_BYTES", 1)
    monkeypatch.setattr("connectors.seen_files.SETTLED_NS", 0)
    deliver(tmp_path / "inbox", "2026-09-21", number("19500101"))
    first = landed(night(tmp_path, "2026-09-21"))
    assert (tmp_path / "warehouse" / "scans" / "vehicle.json").is_file()
    monkeypatch.setattr("connectors.inbox.scan_file", None)  # nothing is hashed any more
    assert landed(night(tmp_path, "2026-09-22")) == first
    monkeypatch.undo()
    (tmp_path / "warehouse" / "scans" / "vehicle.json").write_text("{")
    assert landed(night(tmp_path, "2026-09-22")) == first
