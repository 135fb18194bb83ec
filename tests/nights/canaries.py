"""Canaries: values that could tell who somebody is, and the search for them in everything but the data files."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
import xlsxwriter

from tests.nights.district import (
    ACCOUNT,
    ADDRESS,
    CAR,
    EMPLOYER,
    FARMHOUSE,
    FLAT,
    HEADERS,
    PEOPLE,
    QUIET,
    SECOND_CAR,
    SECOND_VIN,
    SHOP,
    STRANGER,
    TRADER,
    USCC,
    VIN,
    WORKER,
    Row,
    csv_bytes,
    deliver,
    deliver_all,
    dwelling,
    firm,
    id_number,
    insurance,
    literal_rows,
    vehicle,
)

MISTYPED = QUIET.id_number[:-1] + ("1" if QUIET.id_number[-1] != "1" else "2")
PASSPORT, PERMIT = "EQ7719043", "HQ7719043208"
VAGUE, REMARK, SPILT, NOTE = "约三百龘左右", "龘户有子在外", "溢出龘格", "填表人霸下龘"
HEADER_ID, HEADER_PLATE = id_number("19770707", 177), "渝X5JJ55"
BAD_IDS = tuple(f"59991719880808{order:04d}" for order in range(9000, 9030))

CANARIES: tuple[str, ...] = (
    *(person.id_number for person in (*PEOPLE, STRANGER)),
    *(person.name for person in (*PEOPLE, STRANGER)),
    *sorted({person.household for person in PEOPLE}),
    *(CAR, SECOND_CAR, VIN, SECOND_VIN, EMPLOYER, SHOP, USCC, FARMHOUSE, FLAT, ADDRESS, ACCOUNT),
    *(MISTYPED, PASSPORT, PERMIT, VAGUE, REMARK, SPILT, NOTE, HEADER_ID, HEADER_PLATE),
    *BAD_IDS,
)
DATA_FILES = (".duckdb", ".parquet", ".arrow")


def deliver_mess(inbox: Path) -> Path:
    """An inbox in which every way of going wrong that hedui knows happens to somebody."""
    deliver_all(inbox, roster=_messy_roster(), social_insurance=[])
    lacking = [header for header in HEADERS["social_insurance"] if header != "参保状态"]
    refused = [*lacking, HEADER_ID, HEADER_PLATE, STRANGER.name]
    deliver(inbox, "social_insurance", csv_bytes("social_insurance", [insurance(WORKER)], refused))
    deliver(inbox, "social_insurance", literal_rows()["social_insurance"], day=date(2026, 9, 10))
    (deliver(inbox, "vehicle", b"") / "vehicle.csv").unlink()
    deliver(inbox, "vehicle", _workbook(), name="vehicle.xlsx")
    deliver(inbox, "property", _headerless_parquet(), day=date(2026, 9, 20), name="property.parquet")
    deliver(inbox, "business", [firm(TRADER) | {"证件号码": bad} for bad in BAD_IDS])
    return inbox


def _messy_roster() -> list[Row] | bytes:
    """Rows that are quarantined, skipped, repeated, replaced, half read, too long and badly quoted."""
    rows = literal_rows()["roster"]
    again = rows[2] | {"月收入": VAGUE}
    mistyped = rows[6] | {"身份证号": MISTYPED, "姓名": STRANGER.name}
    foreign = [rows[6] | {"身份证号": document} for document in (PASSPORT, PERMIT)]
    text = csv_bytes("roster", [*rows, rows[0], again, mistyped, *foreign, rows[7] | {"救助类别": REMARK}])
    last = text.decode().splitlines()[7]
    spilt = f"{last},{SPILT},{STRANGER.id_number}\n"
    broken = f'{QUIET.household},{QUIET.id_number},"{QUIET.name},02,城市低保\n'
    return text + spilt.encode() + broken.encode() + f"{NOTE} {STRANGER.id_number}\n".encode()


def _workbook() -> bytes:
    """A workbook with a title, notes and a sheet that is something else."""
    rows = [*literal_rows()["vehicle"], vehicle(QUIET, 号牌号码="渝X3PP37", 初次登记日期=VAGUE, 车辆类型=REMARK)]
    names = (*HEADERS["vehicle"], HEADER_ID, HEADER_PLATE)
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("车辆")
        sheet.write_row(0, 0, [f"{NOTE} {HEADER_ID}"])
        sheet.write_row(1, 0, names)
        for place, row in enumerate(rows, start=2):
            sheet.write_row(place, 0, [row.get(name, "") for name in names])
        sheet.write_row(len(rows) + 3, 0, [f"说明：{REMARK} {STRANGER.id_number}"])
        book.add_worksheet("其他").write_row(0, 0, [STRANGER.name, STRANGER.id_number, CAR])
    return file.getvalue()


def _headerless_parquet() -> bytes:
    """A table whose first row was taken for its header when it was exported."""
    row = dwelling(STRANGER)
    file = BytesIO()
    pl.DataFrame({value: [value] for value in dict.fromkeys(row.values())}).write_parquet(file)
    return file.getvalue()


def found_in(told: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Where canaries are: (place, canary), in any of the writings in which text is kept."""
    return [(place, canary) for place, content in told.items() for canary in CANARIES if stands_in(canary, content)]


def stands_in(canary: str, content: bytes) -> bool:
    """Whether a text stands in bytes, as it is or escaped."""
    escaped = json.dumps(canary)[1:-1].encode()
    writings = (canary.encode(), canary.encode("gb18030"), canary.encode("utf-16-le"), escaped)
    return any(writing in content for writing in writings)


def everything_told(*roots: Path, but: tuple[str, ...] = DATA_FILES) -> dict[str, bytes]:
    """Everything below folders by place: names of files, their bytes, what SQLite keeps in cells; not the data files."""
    told = {"file names": "\n".join(str(path) for root in roots for path in root.rglob("*")).encode()}
    for path in (
        path for root in roots for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()
    ):
        # Case events are data too: what people said of whom. Their names tell nothing, as those of all files.
        if path.suffix in but or (but and path.parent.name == "events"):
            continue
        told[str(path)] = path.read_bytes()
        if told[str(path)].startswith(b"SQLite format 3"):
            told[f"{path} (cells)"] = b"\n".join(cells_of(path))
    return told


def cells_of(database: Path) -> Iterator[bytes]:
    """Every cell of a SQLite file, unpacked where it is compressed: a page may cut a text in two."""
    with closing(sqlite3.connect(database)) as con:
        tables = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            yield from cells_in(con.execute(f'SELECT * FROM "{table}"'))  # noqa: S608  its own table names


def cells_in(rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
    """Every cell of a table's rows, and once more unpacked where it is compressed."""
    for row in rows:
        for cell in row:
            content = cell if isinstance(cell, bytes) else str(cell).encode()
            yield content
            if content.startswith(b"\x78"):
                with suppress(zlib.error):
                    yield zlib.decompress(content)
