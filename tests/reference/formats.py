"""Rows as the bytes of one file: headers, titles, totals and notes in CSV, Excel and Parquet."""

import csv
import io
import re
from datetime import datetime, time
from decimal import Decimal
from random import Random

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt

from tests.reference.city import Row
from tests.reference.cleaning import Unparsed, clean_date
from tests.reference.contract import Field
from tests.reference.spellings import Spelling

Grid = list[list[str]]
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"(0|[1-9]\d{0,9})(\.\d{1,4})?")


def encode(kind: str, fields: list[Field], rows: list[Row], spelling: Spelling, *, double: bool) -> bytes:
    chance = spelling.chance
    headers, factors = _headers(fields, chance)
    body = [[spelling.spell(f, _in_unit(row.get(f.name), factors[f.name])) for f in fields] for row in rows]
    if double:
        twin = next(f for f in fields if f.name in ("id_number", "household_id"))
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
