"""Writes a city's rows as departments deliver them: formats, headers, titles, manifests, several snapshots."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt

from tests.reference.city import Row, found_city
from tests.reference.cleaning import Unparsed, clean_date
from tests.reference.contract import FEEDS, Feed, Field
from tests.reference.persons import bad_id
from tests.reference.records import draw_feeds
from tests.reference.spellings import Spelling

Grid = list[list[str]]
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"(0|[1-9]\d{0,9})(\.\d{1,4})?")


def write_city(inbox: Path, seed: int) -> date:
    """Write the inbox of one seed; gives the comparison date."""
    chance = Random(seed)  # noqa: S311 - a city, not a secret
    city = found_city(chance)
    for name, rows in draw_feeds(city).items():
        write_feed(inbox / name, FEEDS[name], rows, city.as_of, chance)
    return city.as_of


def write_feed(folder: Path, feed: Feed, rows: list[Row], as_of: date, chance: Random) -> None:
    """One feed: mostly one good snapshot, at times with others around it."""
    luck = chance.random()
    age = chance.choice([0, 1, 2, feed.max_age_days])
    if luck < 0.02:
        return  # absent
    if luck < 0.05:
        age = feed.max_age_days + 1  # stale
    day = as_of - timedelta(age)
    if luck > 0.92:
        write_deltas(folder, feed, rows, day, chance)
        return
    if luck > 0.88 and feed.name != "roster":
        write_responses(folder, feed, rows, day, chance)
        return
    write_snapshot(folder / day.isoformat(), feed, rows, chance)
    if age and chance.random() < 0.3:  # a newer one that is refused or not ready
        newer = folder / (day + timedelta(chance.randrange(1, age + 1))).isoformat()
        broken = chance.sample(rows, len(rows))
        spoil_snapshot(newer, feed, broken, chance)
    if chance.random() < 0.1:  # of tomorrow
        write_snapshot(folder / (as_of + timedelta(1)).isoformat(), feed, rows[: len(rows) // 2], chance)
    if chance.random() < 0.15:  # an older good one
        write_snapshot(folder / (day - timedelta(1)).isoformat(), feed, rows[len(rows) // 3 :], chance)


def write_deltas(folder: Path, feed: Feed, rows: list[Row], day: date, chance: Random) -> None:
    """A full snapshot, perhaps too old by itself, and one or two deltas that change and add rows."""
    third = len(rows) // 3
    base = day - timedelta(chance.choice([2, 3, feed.max_age_days]))
    write_snapshot(folder / base.isoformat(), feed, rows[: 2 * third], chance)
    if chance.random() < 0.5:
        between = day - timedelta(1)
        write_snapshot(folder / between.isoformat(), feed, _changed(rows[:third], rows, chance), chance, mode="delta")
    write_snapshot(folder / day.isoformat(), feed, _changed(rows[third:], rows, chance), chance, mode="delta")


def _changed(part: list[Row], rows: list[Row], chance: Random) -> list[Row]:
    """The rows, some with a value of another row."""
    names = [name for name in part[0] if name not in ("id_number", "household_id")]
    changes = [(name, chance.choice(rows)[name]) for name in chance.sample(names, 3)]
    return [row | dict([chance.choice(changes)]) if chance.random() < 0.3 else row for row in part]


def write_responses(folder: Path, feed: Feed, rows: list[Row], day: date, chance: Random) -> None:
    """Two answers, each to a list of people; some are on both lists, some have no row, some are on none."""
    people = sorted({str(row["id_number"]) for row in rows if type(row["id_number"]) is str})
    for n in (1, 0):
        asked = chance.sample(people, len(people) * 2 // 3)
        part = [row for row in rows if row["id_number"] in asked and chance.random() < 0.8] or rows[:1]
        write_snapshot(folder / (day - timedelta(n)).isoformat(), feed, part, chance, asked=asked)


def spoil_snapshot(folder: Path, feed: Feed, rows: list[Row], chance: Random) -> None:
    """A snapshot that must not be used."""
    way = chance.choice(["part", "manifest", "column", "double", "bad"])
    if way == "bad":
        rows = [dict(row) for row in rows]
        for row in chance.sample(rows, min(20, len(rows))):
            row["id_number"] = bad_id(chance, "500190199001010000")
    drop = chance.choice(feed.required()) if way == "column" else None
    write_snapshot(folder, feed, rows, chance, drop=drop, double=way == "double", lie=way == "manifest")
    if way == "part":
        (folder / chance.choice(["b.csv.part", "x.tmp", "名册.xlsx.uploading"])).write_bytes(b"")


def write_snapshot(
    folder: Path,
    feed: Feed,
    rows: list[Row],
    chance: Random,
    *,
    drop: str | None = None,
    double: bool = False,
    lie: bool = False,
    mode: str = "full",
    asked: list[str] | None = None,
) -> None:
    """One snapshot in one to three files, with or without a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    present = set().union(*(row.keys() for row in rows))
    gone = {f.name for f in feed.fields if not f.required and chance.random() < 0.06} - {"monthly_income"}
    gone |= {drop} if drop else set()
    fields = [f for f in feed.fields if f.name in present and f.name not in gone]
    said: dict[str, dict[str, object]] = {}
    for n, part in enumerate(_parts(rows, chance)):
        name, content = write_file("abc"[n], chance.sample(fields, len(fields)), part, chance, double=double)
        (folder / name).write_bytes(content)
        said[name] = {"sha256": hashlib.sha256(content).hexdigest(), "rows": len(part)}
    if lie or asked or mode != "full" or chance.random() < 0.3:
        manifest = _manifest(said, len(rows), chance, lie=lie)
        if asked is not None:
            (folder / "requested.csv").write_text("\n".join(["id_number", *asked]), encoding="utf-8")
            manifest |= {"mode": "response", "requested": "requested.csv"}
        elif mode != "full":
            manifest["mode"] = mode
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def _parts(rows: list[Row], chance: Random) -> Iterator[list[Row]]:
    cuts = sorted(chance.sample(range(1, len(rows)), chance.choice([0, 0, 0, 1, 2])))
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        yield rows[start:end]


def _manifest(said: dict[str, dict[str, object]], rows: int, chance: Random, *, lie: bool) -> dict[str, object]:
    """A manifest that says all or some of it, or something wrong."""
    manifest: dict[str, object] = {"rows": rows, "files": said, "mode": "full"}
    if lie:
        first = next(iter(said))
        way = chance.randrange(4)
        if way == 0:
            manifest["rows"] = rows + 1
        elif way == 1:
            said["z.csv"] = {"sha256": "0" * 64, "rows": 1}
            manifest["rows"] = rows + 1
        elif way == 2:
            said[first]["sha256"] = "0" * 64
        else:
            said[first]["rows"] = 0
        return manifest
    for key in chance.sample(["rows", "files", "mode"], chance.randrange(3)):
        del manifest[key]
    if "rows" not in manifest and len(said) > 1 and chance.random() < 0.3:
        said.popitem()  # an unnamed file is no violation
    return manifest


def write_file(stem: str, fields: list[Field], rows: list[Row], chance: Random, *, double: bool) -> tuple[str, bytes]:
    """One file: its name and content."""
    kind = chance.choice(["csv", "csv", "csv", "xlsx", "xlsx", "xls", "parquet", "zip"])
    spelling = Spelling(chance, chance.choice([0, 0.05, 0.4, 0.8]))
    if kind == "zip":
        half = chance.randrange(len(rows) + 1)
        inner = [(n, part) for n, part in (("1", rows[:half]), ("2", rows[half:])) if part]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for n, part in inner:
                way = chance.choice(["csv", "xlsx", "xls", "parquet"])
                archive.writestr(f"{n}数据.{way}", _encode(way, fields, part, spelling, double=double))
        return f"{stem}.zip", buffer.getvalue()
    return f"{stem}数据.{kind}", _encode(kind, fields, rows, spelling, double=double)


def _encode(kind: str, fields: list[Field], rows: list[Row], spelling: Spelling, *, double: bool) -> bytes:
    chance = spelling.chance
    headers, factors = _headers(fields, chance)
    body = [[spelling.spell(f, _in_unit(row.get(f.name), factors[f.name])) for f in fields] for row in rows]
    if double:
        twin = next(f for f in fields if f.name == "id_number")
        headers = [*headers, next(h for h in (*twin.headers, twin.name) if h not in headers)]
        body = [[*row, ""] for row in body]
    kinds = [*(f.kind for f in fields), ""][: len(headers)]
    if chance.random() < 0.2:  # columns that no contract knows
        headers, body = ["序号", *headers], [[str(n), *row] for n, row in enumerate(body, start=1)]
        kinds = ["", *kinds]
    if kind == "parquet":
        return _parquet(headers, body, kinds, chance)
    if chance.random() < 0.1:
        notes = [chance.choice(["", "已核", "a,b|c\td", '他说"好"', "两行\n备注"]) for _ in body]
        headers, body = [*headers, "备注", "", "备注"], [[*row, n, "", ""] for row, n in zip(body, notes, strict=True)]
    if kind == "csv":
        return _csv(_with_frame(headers, body, chance), chance)
    cut = len(body) if chance.random() < 0.7 else chance.randrange(len(body) + 1)
    sheets = [_with_frame(headers, part, chance) for part in (body[:cut], body[cut:]) if part]
    if chance.random() < 0.1:
        sheets.append([])  # the empty Sheet2 that every new workbook had
    return _xlsx(sheets, chance) if kind == "xlsx" else _xls(sheets)


def _headers(fields: list[Field], chance: Random) -> tuple[list[str], dict[str, Decimal]]:
    """A header for each field, at times with a unit; and what the field's amounts are divided by."""
    headers, factors = [], {}
    for f in fields:
        own = [] if f.name == "issuing_office" else [f.name]  # the spec gives that column no name of ours
        header = chance.choice([*f.headers, *own])
        factors[f.name] = Decimal(1)
        if f.kind == "money" and chance.random() < 0.3:
            unit = chance.choice(["元", "万元"])
            header += chance.choice([f"（{unit}）", f"({unit})"])
            if unit == "万元" and f.unit == "元":
                factors[f.name] = Decimal(10000)
        elif f.kind == "dec" and chance.random() < 0.3:
            header += "（平方米）"
        if chance.random() < 0.05:
            header = f" {header} "
        headers.append(header)
    return headers, factors


def _in_unit(value: object, factor: Decimal) -> object:
    return value / factor if isinstance(value, Decimal) else value


def _with_frame(headers: list[str], body: Grid, chance: Random) -> Grid:
    """Titles above, blanks and subtotals between, totals and notes below."""
    width = len(headers)
    blank = [chance.choice(["", "", " ", "\u3000"])] * width
    table: Grid = []
    if chance.random() < 0.25:
        table.append(["数据比对结果表（内部资料）"])
        table += [["制表日期：2026-09-22", "", "单位：元"]] if chance.random() < 0.3 else []
        table += [blank] if chance.random() < 0.5 else []
    table.append(headers)
    for row in body:
        table.append(row)
        if chance.random() < 0.01:
            table.append(chance.choice([blank, ["小计", "3"]]))
    if chance.random() < 0.25:
        table.append(chance.choice([["合计", str(len(body))], ["", "合计", str(len(body))], ["合 计", "", "3"]]))
    if chance.random() < 0.2:
        table += [blank] if chance.random() < 0.5 else []
        table.append(["注：本表仅供核对使用"])
        table += [["填表人：某某"]] if chance.random() < 0.3 else []
    return table


def _csv(table: Grid, chance: Random) -> bytes:
    buffer = io.StringIO(newline="")
    ends = chance.choice(["\r\n", "\n"])
    csv.writer(buffer, delimiter=chance.choice(",,\t|"), lineterminator=ends).writerows(table)
    text = buffer.getvalue() if chance.random() < 0.8 else buffer.getvalue().removesuffix(ends)
    return text.encode(chance.choice(["utf-8", "utf-8-sig", "gb18030"]))


def _xlsx(tables: list[Grid], chance: Random) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    typed = chance.random() < 0.5
    for n, table in enumerate(tables, start=1):
        sheet = book.create_sheet(f"表{n}")
        for row in table:
            sheet.append([_typed_cell(text) if typed else text or None for text in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xls(tables: list[Grid]) -> bytes:
    book = xlwt.Workbook()
    for n, table in enumerate(tables, start=1):
        sheet = book.add_sheet(f"表{n}")
        for y, row in enumerate(table):
            for x, text in enumerate(row):
                if text:
                    sheet.write(y, x, text)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _typed_cell(text: str) -> object:
    """A date as a date cell, an amount as a number."""
    if ISO.fullmatch(text) and text[:4] not in ("0001", "9999", "1900"):
        return datetime.fromisoformat(text)
    if NUMBER.fullmatch(text) or (text.isascii() and text.isdigit() and len(text) == 15):
        return float(text) if "." in text else int(text)
    return text or None


def _parquet(headers: list[str], body: Grid, kinds: list[str], chance: Random) -> bytes:
    columns = list(zip(*body, strict=True)) if body else [() for _ in headers]
    headers = [h.strip() for h in headers]
    arrays = [_column([c or None for c in column], kind, chance) for column, kind in zip(columns, kinds, strict=True)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=headers), buffer)
    return buffer.getvalue()


def _column(values: list[str | None], kind: str, chance: Random) -> pa.Array:
    """A typed column where all its values allow it and chance will, else text."""
    if kind == "date" and chance.random() < 0.5:
        try:
            days = [clean_date(v or "") for v in values]
        except Unparsed:
            return pa.array(values, pa.string())
        if chance.random() < 0.5:
            return pa.array(days, pa.date32())
        return pa.array([datetime.combine(d, time()) if d else None for d in days], pa.timestamp("us"))
    if kind == "money" and chance.random() < 0.5 and all(v is None or NUMBER.fullmatch(v) for v in values):
        if chance.random() < 0.5:
            return pa.array([None if v is None else Decimal(v) for v in values], pa.decimal128(18, 6))
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    text = pa.array(values, pa.string())
    return text.dictionary_encode() if chance.random() < 0.1 else text
