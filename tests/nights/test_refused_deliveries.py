"""Deliveries that cannot be used: what is said, what is used instead, what is not assessed. Rule of feeds.md section 1."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.night.landing import land_feed
from tests.nights.canaries import BAD_IDS, CANARIES
from tests.nights.district import (
    CAR,
    DAYS,
    DRIVER,
    HEADERS,
    csv_bytes,
    deliver,
    literal_rows,
    vehicle,
)
from tests.nights.driver import District

BEFORE = date(2026, 9, 10)
ROWS = literal_rows()["vehicle"]
GOOD = csv_bytes("vehicle", ROWS)


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("车辆.csv", content)
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame(ROWS * 2000, schema=dict.fromkeys(HEADERS["vehicle"], pl.String)).write_parquet(file)
    return file.getvalue()


def workbook() -> bytes:
    file = io.BytesIO()
    pl.DataFrame(ROWS, schema=dict.fromkeys(HEADERS["vehicle"], pl.String)).write_excel(file)
    return file.getvalue()


def damaged(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook of which one part says something else: the archive is whole."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as whole, zipfile.ZipFile(file, "w") as archive:
        for name in whole.namelist():
            content = whole.read(name)
            archive.writestr(name, change(content) if name == part else content)
    return file.getvalue()


def without(header: str) -> tuple[str, ...]:
    return tuple(one for one in HEADERS["vehicle"] if one != header)


TWENTY_BAD = [*ROWS, *({"证件号码": bad, "号牌号码": CAR, "机动车状态": "A"} for bad in BAD_IDS)]

REFUSALS: dict[str, tuple[bytes, dict[str, Any], tuple[str, ...]]] = {
    "checksum": (
        GOOD,
        {"manifest": {"files": {"vehicle.csv": {"sha256": "0" * 64}}}},
        ("vehicle.csv: expected SHA-256 0000", "found", "deliver the file again"),
    ),
    "rows of the file": (
        GOOD,
        {"manifest": {"files": {"vehicle.csv": {"rows": 99}}}},
        ("vehicle.csv: expected 99 data rows as in manifest.json, found 3",),
    ),
    "rows": (GOOD, {"manifest": {"rows": 2}}, ("expected 2 data rows as in manifest.json, found 3",)),
    "a file that did not come": (
        GOOD,
        {"manifest": {"files": {"vehicle.csv": {}, "2.csv": {}}}},
        ("manifest.json names 2.csv, found no such file; deliver the snapshot again",),
    ),
    "manifest is no JSON": (
        GOOD,
        {"manifest": f'{{"rows": {DRIVER.id_number}'},
        ("manifest.json: expected JSON in UTF-8, found none; correct it or take it out",),
    ),
    "manifest with a wrong value": (
        GOOD,
        {"manifest": {"rows": DRIVER.name}},
        ("manifest.json: expected rows, files (sha256, rows), mode, requested; found: rows:",),
    ),
    "a key twice": (
        GOOD,
        {"manifest": f'{{"{DRIVER.id_number}": 1, "{DRIVER.id_number}": 2}}'},
        ("manifest.json", "stands twice; keep one"),
    ),
    "a column is missing": (
        csv_bytes("vehicle", ROWS, without("机动车状态")),
        {},
        ("vehicle.csv", "expected a column 机动车状态 / 状态 / ZT", "found: 证件号码", "contract of vehicle"),
    ),
    "two columns for one field": (
        csv_bytes("vehicle", ROWS, (*HEADERS["vehicle"], "状态")),
        {},
        ("vehicle.csv", "expected one column for status, found 2 (columns F, K)"),
    ),
    "no header": (
        csv_bytes("vehicle", ROWS).split(b"\n", 1)[1],
        {},
        ("vehicle.csv", "expected a header row with", "found none of these names", "contract of vehicle"),
    ),
    "empty": (b"", {}, ("vehicle.csv", "expected a header row", "found no text at all")),
    "header alone": (csv_bytes("vehicle", []), {}, ("expected data rows, found none", "manifest.json")),
    "no data file": (GOOD, {"name": "vehicle.docx"}, ("expected a file in .csv", "found vehicle.docx")),
    "zip cut off": (
        zipped(GOOD * 50)[:-30],
        {"name": "vehicle.zip"},
        ("vehicle.zip: expected a zip archive, found a damaged one; pack it again",),
    ),
    "member of a zip damaged": (
        zipped(GOOD).replace(zipped(GOOD)[60:80], b"\x00" * 20),
        {"name": "vehicle.zip"},
        ("vehicle.zip!车辆.csv: damaged in the archive; pack it again",),
    ),
    "xlsx cut off": (
        workbook()[:-400],
        {"name": "vehicle.xlsx"},
        ("vehicle.xlsx: expected an Excel workbook, found none that opens; save it again as .xlsx",),
    ),
    "the list of a workbook's parts damaged": (
        workbook().replace(b"PK\x01\x02", b"PK\x01\xff"),
        {"name": "vehicle.xlsx"},
        ("vehicle.xlsx: expected an Excel workbook, found none that opens; save it again as .xlsx",),
    ),
    "the name of a member of a zip damaged": (
        zipped(GOOD).replace("车辆.csv".encode(), b"\xff" * 10, 1),
        {"name": "vehicle.zip"},
        ("vehicle.zip!车辆.csv: damaged in the archive; pack it again",),
    ),
    "the names of a zip damaged": (
        zipped(GOOD).replace("车辆.csv".encode(), b"\xff" * 10),
        {"name": "vehicle.zip"},
        ("vehicle.zip: expected a zip archive, found a damaged one; pack it again",),
    ),
    "a sheet of a workbook cut off": (
        damaged("xl/worksheets/sheet1.xml", lambda content: content[: len(content) // 2]),
        {"name": "vehicle.xlsx"},
        ("vehicle.xlsx, sheet Sheet1: expected cells, found a damaged sheet; save it again as .xlsx",),
    ),
    "Parquet cut off": (
        parquet()[:-100],
        {"name": "vehicle.parquet"},
        ("vehicle.parquet: expected a Parquet file, found none that opens; export it again",),
    ),
    "Parquet damaged inside": (
        parquet()[:200] + b"\xff" * 400 + parquet()[600:],
        {"name": "vehicle.parquet"},
        ("vehicle.parquet: damaged after row", "export it again"),
    ),
    "UTF-16": (
        GOOD.decode().encode("utf-16"),
        {},
        ("vehicle.csv: expected UTF-8 or GB18030, found UTF-16; save it as CSV UTF-8",),
    ),
    "two encodings": (
        GOOD * 3 + GOOD.decode().encode("gb18030"),
        {},
        ("vehicle.csv: expected UTF-8 as at its beginning, found a byte that is none at byte", "export it again"),
    ),
    "too many bad rows": (
        csv_bytes("vehicle", TWENTY_BAD),
        {},
        ("expected at most 2.00% of the rows quarantined, found", "id_check_digit", "correct and deliver again"),
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_says_what_and_where_and_the_delivery_before_is_used(
    new_district: Callable[..., District], kind: str
) -> None:
    content, more, told = REFUSALS[kind]
    district = new_district()
    deliver(district.inbox, "vehicle", ROWS, day=BEFORE)
    (district.inbox / "vehicle" / DAYS["vehicle"].isoformat() / "vehicle.csv").unlink()
    deliver(district.inbox, "vehicle", content, **more)
    state = land_feed(district.open(), "vehicle")
    assert (state.status, state.snapshot_date, state.age_days) == ("fresh", BEFORE, 12)
    [message] = state.messages
    assert message.startswith("vehicle 2026-09-21: ")
    for part in told:
        assert part in message
    assert not [canary for canary in CANARIES if canary in message]
    assert str(district.inbox) not in message


@pytest.mark.parametrize("ending", [".part", ".tmp", ".uploading"])
def test_a_folder_that_is_not_complete_is_not_used_and_told(new_district: Callable[..., District], ending: str) -> None:
    district = new_district()
    deliver(district.inbox, "vehicle", ROWS, day=BEFORE)
    deliver(district.inbox, "vehicle", b"", name=f"2.csv{ending}")
    state = land_feed(district.open(), "vehicle")
    assert (state.status, state.snapshot_date) == ("fresh", BEFORE)
    assert state.messages == [f"vehicle/2026-09-21: not complete: 2.csv{ending}"]


def test_the_delivery_before_must_not_be_too_old(new_district: Callable[..., District]) -> None:
    district = new_district()
    deliver(district.inbox, "vehicle", b"")
    deliver(district.inbox, "vehicle", ROWS, day=date(2026, 8, 17))
    state = land_feed(district.open(), "vehicle")
    assert (state.status, state.snapshot_date, state.used) == ("refused", None, [])


@pytest.mark.parametrize(("age", "status"), [(35, "fresh"), (36, "stale")])
def test_a_feed_is_stale_on_the_day_after_the_last(
    new_district: Callable[..., District], age: int, status: str
) -> None:
    district = new_district()
    night = district.open(date.fromordinal(DAYS["business"].toordinal() + age))
    state = land_feed(night, "business")
    assert (state.status, state.snapshot_date, state.age_days) == (status, DAYS["business"], age)


def test_a_corrected_delivery_of_the_same_date_is_read_and_the_refusal_is_gone(
    new_district: Callable[..., District],
) -> None:
    district = new_district()
    folder = deliver(district.inbox, "vehicle", GOOD, manifest={"rows": 2})
    assert land_feed(district.open(), "vehicle").status == "refused"
    (folder / "manifest.json").unlink()
    state = land_feed(district.open(), "vehicle")
    assert (state.status, state.messages) == ("fresh", [])


def test_what_was_read_once_is_not_read_again(new_district: Callable[..., District]) -> None:
    district = new_district()
    night = district.open()
    before = land_feed(night, "vehicle")
    [snapshot] = (district.warehouse / "snapshots" / "vehicle").glob("*.duckdb")
    written = snapshot.stat().st_mtime_ns
    assert land_feed(night, "vehicle").model_dump(mode="json") == before.model_dump(mode="json")
    assert snapshot.stat().st_mtime_ns == written


def test_a_delivery_that_was_replaced_by_another_is_landed_beside_it(new_district: Callable[..., District]) -> None:
    district = new_district()
    assert land_feed(district.open(), "vehicle").used[0].books.kept == 3
    deliver(district.inbox, "vehicle", [*ROWS, vehicle(DRIVER, 号牌号码="渝X2BB22")])
    assert land_feed(district.open(), "vehicle").used[0].books.kept == 4
    assert len(list((district.warehouse / "snapshots" / "vehicle").glob("*.duckdb"))) == 2
