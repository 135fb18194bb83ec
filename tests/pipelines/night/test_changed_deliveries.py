"""A delivery landed by what changed stands exactly as if it had been read whole; where that is not sure, it is read whole."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import changed_lines, part_reader
from connectors.identity import id_check_digit
from pipelines.night import changed_deliveries
from pipelines.night.landing import land_feed
from pipelines.night.night import Night
from pipelines.resources import night_resource
from pipelines.settings_reading import load_settings
from warehouse import snapshot_reviser
from warehouse.keys import Key, new_key_file, read_key_file
from warehouse.load_report import LoadReport
from warehouse.session import Vault, frame
from warehouse.snapshots import SnapshotStore

HEADER = "证件号码,号牌号码,号牌种类,车辆识别代号,车辆类型,机动车状态,初次登记日期"
FIRST, LATER = date(2026, 9, 20), date(2026, 9, 21)
TABLES = ("rows", "quarantine", "parts", "profile", "requested")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds for large files, for small ones: two lines at the end are read again, and any share may have changed."""
    assert changed_lines.TAIL > part_reader.MOST_WAITING
    monkeypatch.setattr(changed_lines, "TAIL", 2)
    monkeypatch.setattr(part_reader, "MOST_WAITING", 1)
    monkeypatch.setattr(changed_deliveries, "FEWEST_BYTES", 0)
    monkeypatch.setattr(changed_deliveries, "MOST_CHANGED", 1)


def person(place: int) -> str:
    first_17 = f"999999{1950 + place % 40}0101{place % 1000:03}"
    return first_17 + id_check_digit(first_17)


def car(place: int, plate: str = "", vin: str = "", state: str = "正常", day: str = "2020-01-01") -> str:
    return f"{person(place)},{plate},小型汽车,{vin},小型轿车,{state},{day}"


UNBORN = "99999920990101001" + id_check_digit("99999920990101001")
"""A number with a date of birth that is still to come: on a later day it is read otherwise."""

LINES = st.sampled_from(
    [
        *(
            car(place, "渝A00001", state=state) for place in (1, 2) for state in ("正常", "注销", "怪")
        ),  # one key, several rows
        *(car(place, "", vin, day=day) for place in (1, 2) for vin in ("V1", "V2") for day in ("2020-01-01", "昨天")),
        *(car(place) for place in (1, 2)),  # no key: only what is identical is one row
        *(car(place, f"渝A{place:05}") for place in range(10, 40)),
        "某某",
        car(6, "渝A00006") + ", ",
        car(6, "渝A00006") + ",,,  ,",
        car(1, "渝A00001").replace("999999", "999998"),  # a wrong check digit: quarantined
        ",渝A00009,小型汽车,,小型轿车,正常,2020-01-01",
        "123,,,,,,",
        "",
        "合计,3,,,,,",
        "注：以上为全部数据,,,,,,",
        HEADER,
        car(3, "渝A00003") + ",,多出来的",
        f'{person(4)},"渝A00004",小型汽车,,"小型""轿车",正常,2020-01-01',
    ]
)


def deliver(
    root: Path, day: date, lines: list[str], *, end: str = "\n", encoding: str = "gb18030", name: str = "车.csv"
) -> Path:
    folder = root / "inbox" / "vehicle" / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(end.join([HEADER, *lines, ""]).encode(encoding))
    return path


@cache
def any_night() -> Night:
    """A night as it ships: contracts and policy are read once for all of these tests."""
    with TemporaryDirectory() as folder:
        places = {"inbox": f"{folder}/inbox", "warehouse": f"{folder}/warehouse", "threads": "1"}
        return night_resource(load_settings(places, {}, None)).open(FIRST)


def opened(root: Path, day: date, warehouse: str = "warehouse", key: Key | None = None) -> Night:
    vault = Vault(root / warehouse, key, threads=1)
    vault.open()
    tables = replace(any_night().tables, vault=vault, as_of=day)
    there = {"inbox": root / "inbox", "vault": vault, "tables": tables, "snapshots": SnapshotStore(vault)}
    return replace(any_night(), as_of=day, **there)


def landed(night: Night, day: date) -> tuple[LoadReport | None, list[object]]:
    """The report of a date, and every table of its snapshot in the order of delivery."""
    said: list[str] = []
    state = land_feed(night, "vehicle", said.append)
    found = [one for one in night.snapshots.list("vehicle") if one.snapshot_date == day]
    if not found:
        return None, [one.partition(": ")[2] for one in state.messages]
    [snapshot] = found
    with night.vault.connect() as con:
        night.vault.attach(con, snapshot.path, "s", read_only=True)
        # Identical rows of the quarantine stand in their order anyway; no other table holds two of one place.
        tables = [sorted(frame(con, f"FROM s.{table}").rows(), key=repr) for table in TABLES]
    assert snapshot.report.books.balance()
    return snapshot.report, tables


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=25), st.data())
def test_what_changed_makes_what_the_whole_would(tmp_path: Path, old: list[str], data: st.DataObject) -> None:
    root = tmp_path / str(next(NUMBERS))
    deliver(root, FIRST, old)
    landed(opened(root, FIRST), FIRST)
    days = [FIRST]
    for _ in range(data.draw(st.integers(1, 2))):
        old = data.draw(edited(old))
        days.append(days[-1] + timedelta(days=1))
        deliver(root, days[-1], old)
        found, tables = landed(opened(root, days[-1]), days[-1])
        night = opened(root, days[-1], f"whole{len(days)}")
        whole, expected = landed(night, days[-1])
        assert tables == expected
        if found is not None and whole is not None:
            assert found.model_copy(update={"whole_on": None, "same_as": None}) == whole
    rmtree(root)


NUMBERS = count()


@st.composite
def edited(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """Lines of which some are taken out, put in, changed, or stand elsewhere."""
    found = list(lines)
    for _ in range(draw(st.integers(0, 5))):
        place = draw(st.integers(0, len(found)))
        what = draw(st.sampled_from(("out", "in", "other", "up")))
        if what == "in" or place == len(found):
            found.insert(place, draw(LINES))
        elif what == "out" and len(found) > 1:
            del found[place]
        elif what == "other":
            found[place] = draw(LINES)
        else:
            found.insert(0, found.pop(place))
    return found


def changed(root: Path, old: list[str], new: list[str], **how: str) -> LoadReport:
    """Land two deliveries one after the other, hold the second against a whole reading, and give its report."""
    deliver(root, FIRST, old)
    landed(opened(root, FIRST), FIRST)
    deliver(root, LATER, new, **how)
    found, tables = landed(opened(root, LATER), LATER)
    whole, expected = landed(opened(root, LATER, "whole"), LATER)
    assert found is not None
    assert tables == expected
    assert found.model_copy(update={"whole_on": None, "same_as": None}) == whole
    return found


def cars(*places: int) -> list[str]:
    return [car(place, f"渝A{place:05}") for place in places]


def test_only_what_changed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    batches = part_reader.PartReader.batches

    def counted(self):
        for batch in batches(self):
            read.append(batch.clean.height)
            yield batch

    before, after = (
        cars(*range(10, 50)),
        [*cars(*range(10, 29)), car(29, "渝A00029", state="注销"), *cars(*range(30, 51))],
    )
    deliver(tmp_path, FIRST, before)
    landed(opened(tmp_path, FIRST), FIRST)
    deliver(tmp_path, LATER, after)
    night = opened(tmp_path, LATER)
    monkeypatch.setattr(part_reader.PartReader, "batches", counted)
    told: list[str] = []
    [report] = land_feed(night, "vehicle", told.append).used
    assert (report.whole_on, report.books.kept) == (FIRST, 41)
    # The row that changed and two at the end, of the older delivery; that one, two at the end and a new one of this.
    assert sum(read) == 3 + 4
    assert told[1] == "vehicle 2026-09-21: 4 lines are read, 37 are as they were"


@pytest.mark.parametrize(
    ("old", "new", "books"),
    [
        # The row that superseded another is gone: the other one stands again.
        (
            [car(1, "渝A00001", state="正常"), car(1, "渝A00001", state="注销"), *cars(*range(10, 15))],
            [car(1, "渝A00001", state="正常"), *cars(*range(10, 15))],
            {"kept": 6, "superseded": 0},
        ),
        # A row that comes supersedes one that stays.
        (
            [car(1, "渝A00001", state="正常"), *cars(*range(10, 15))],
            [car(1, "渝A00001", state="正常"), *cars(*range(10, 13)), car(1, "渝A00001", state="注销"), *cars(13, 14)],
            {"kept": 6, "superseded": 1},
        ),
        # A row that stays supersedes one that comes before it.
        (
            [car(2, "", "V1"), *cars(*range(10, 15))],
            [car(2, "", "V1", day="2019-01-01"), car(2, "", "V1"), *cars(*range(10, 15))],
            {"kept": 6, "superseded": 1},
        ),
        # One of two that were the same goes, and none of what it held.
        ([car(5), car(5), *cars(*range(10, 15))], [car(5), *cars(*range(10, 15))], {"kept": 6, "duplicate": 0}),
        ([car(5), *cars(*range(10, 15))], [car(5), car(5), *cars(*range(10, 15))], {"kept": 6, "duplicate": 1}),
    ],
)
def test_rows_that_stand_twice_are_told_over_all_rows(
    tmp_path: Path, old: list[str], new: list[str], books: dict[str, int]
) -> None:
    report = changed(tmp_path, old, new)
    assert report.whole_on == FIRST
    assert report.books.model_dump() | books == report.books.model_dump()


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        (cars(*range(10, 20)), cars(*range(10, 21)), {"encoding": "utf-8"}),  # another encoding
        (cars(*range(10, 20)), cars(*range(10, 21)), {"end": "\r\n"}),  # another header line
        (
            [*cars(*range(10, 20)), f'{person(4)},"渝A0\n0004",,,,正常,'],
            cars(*range(10, 21)),
            {},
        ),  # lines within a record
        (cars(*range(10, 20)), [*cars(*range(10, 20)), f'{person(4)},"渝A0\n0004",,,,正常,'], {}),
        (cars(*range(10, 20)), [*cars(*range(10, 20)), f'{person(4)},渝"A00004,,,,正常,'], {}),  # a stray quote
        ([f"{UNBORN},渝A00004,,,,正常,", *cars(*range(10, 20))], cars(*range(10, 21)), {}),
        # No data among the last lines: whether the first of these is a note, the lines above them tell.
        (["某某", *cars(*range(10, 20)), "注：一", "注：二"], ["某某", *cars(*range(10, 21)), "注：一", "注：二"], {}),
    ],
)
def test_what_cannot_be_told_by_lines_is_read_whole(
    tmp_path: Path, old: list[str], new: list[str], how: dict[str, str]
) -> None:
    assert changed(tmp_path, old, new, **how).whole_on is None


def test_a_delivery_much_of_which_changed_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_deliveries, "MOST_CHANGED", 0.1)
    assert changed(tmp_path / "few", cars(*range(10, 70)), cars(*range(10, 70), 71)).whole_on == FIRST
    assert changed(tmp_path / "many", cars(*range(10, 70)), cars(*range(10, 60), *range(80, 90))).whole_on is None


def test_a_small_delivery_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = deliver(tmp_path / "probe", FIRST, cars(*range(10, 21)))
    monkeypatch.setattr(changed_deliveries, "FEWEST_BYTES", path.stat().st_size)
    assert changed(tmp_path / "as_large", cars(*range(10, 20)), cars(*range(10, 21))).whole_on == FIRST
    monkeypatch.setattr(changed_deliveries, "FEWEST_BYTES", path.stat().st_size + 1)
    assert changed(tmp_path / "smaller", cars(*range(10, 20)), cars(*range(10, 21))).whole_on is None


@pytest.mark.parametrize(("days", "is_whole"), [(31, False), (32, True)])
def test_after_a_month_a_delivery_is_read_whole_again(tmp_path: Path, days: int, is_whole: bool) -> None:
    """However often it was revised in between: what was taken out lies in the file until then."""
    last = FIRST + timedelta(days=days)
    for place, day in enumerate((FIRST, LATER, last)):
        deliver(tmp_path, day, cars(*range(10, 20 + place)))
        found, _ = landed(opened(tmp_path, day), day)
    assert found is not None
    assert found.whole_on == (None if is_whole else FIRST)


def test_a_line_that_goes_is_taken_off_as_it_was_counted(tmp_path: Path) -> None:
    """Somebody born between the last whole reading and the delivery in which the line came."""
    born = f"999999{LATER:%Y%m%d}001"
    lines = cars(*range(10, 20))
    newborn = f"{born}{id_check_digit(born)},渝A00004,,,,正常,"
    days = (FIRST, LATER, LATER + timedelta(days=1))
    for day, delivered in zip(days, (lines, [newborn, *lines], [*lines, *cars(20)]), strict=True):
        deliver(tmp_path, day, delivered)
        found, tables = landed(opened(tmp_path, day), day)
    assert found is not None
    assert found.whole_on == FIRST
    whole, expected = landed(opened(tmp_path, days[-1], "whole"), days[-1])
    assert (found.model_copy(update={"whole_on": None}), tables) == (whole, expected)


@pytest.mark.parametrize(("days", "is_whole"), [(31, False), (32, True)])
def test_after_a_month_the_same_delivery_is_read_whole_if_it_was_not(tmp_path: Path, days: int, is_whole: bool) -> None:
    """What was taken out lies in the file until then, however often the same is delivered."""
    last = FIRST + timedelta(days=days)
    for place, day in ((0, FIRST), (1, LATER), (1, last), (1, last + timedelta(days=1))):
        deliver(tmp_path, day, cars(*range(10 + place, 20)))
        found, _ = landed(opened(tmp_path, day), day)
        assert found is not None
        if day == last:
            assert (found.same_as, found.whole_on) == ((None, None) if is_whole else (LATER, FIRST))
    assert (found.same_as, found.whole_on) == ((last if is_whole else None), None)


def test_many_rows_move_in_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_reviser, "ROWS_A_PASS", 7)
    report = changed(tmp_path, cars(*range(10, 60)), cars(9, *range(10, 30), 70, *range(30, 60)))
    assert report.whole_on == FIRST


def test_an_encrypted_snapshot_is_revised(tmp_path: Path) -> None:
    new_key_file(tmp_path / "key")
    key = read_key_file(tmp_path / "key")
    for place, day in enumerate((FIRST, LATER)):
        deliver(tmp_path, day, cars(*range(10, 20 + place)))
        night = opened(tmp_path, day, key=key)
        found, _ = landed(night, day)
    assert found is not None
    assert found.whole_on == FIRST
    [_, later] = sorted((tmp_path / "warehouse" / "snapshots" / "vehicle").glob("*.duckdb"))
    assert person(15).encode() not in later.read_bytes()
