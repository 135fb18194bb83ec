"""The files of a delivery: comma, tab or bar, UTF-8 or GB18030, workbook, archive, Parquet, with a manifest or without.

What belongs here: tables of texts → bytes on disk, the same bytes for the same texts. Nothing here knows a feed.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import polars as pl
import xlsxwriter

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
Kind = Literal["csv", "xlsx", "zip", "parquet"]

_FIXED_TIME: Final = datetime(2020, 1, 1, tzinfo=UTC)
_ZIP_TIME: Final = (2020, 1, 1, 0, 0, 0)
_SERIAL: Final = re.compile("[2-5][0-9]{4}")
_BLANK_EVERY: Final = 400


@dataclass(frozen=True)
class Form:
    """How a department writes its files.

    Attributes:
        kind: what the files are.
        encodings: of delimited text; several take turns from file to file.
        separator: of delimited text.
        has_frame: whether titles, blank rows, a total and a note stand around the data.
        has_manifest: whether a manifest comes along.
    """

    kind: Kind
    encodings: tuple[Encoding, ...] = ("utf-8-sig",)
    separator: Literal[",", "\t", "|"] = ","
    has_frame: bool = False
    has_manifest: bool = False


def framed(cells: pl.DataFrame, headings: Sequence[str], form: Form) -> tuple[pl.DataFrame, int]:
    """Put the headings above the data, and where the form has it titles, blank rows, a total and a note around.

    Args:
        cells: text columns.
        headings: one heading per column.
        form: how the department writes.

    Returns:
        Text rows as they stand in the file, and how many of them are neither heading nor data.
    """
    heading = pl.DataFrame([[text] for text in headings], schema=cells.schema, orient="col")
    if not form.has_frame:
        return pl.concat([heading, cells]), 0
    blank = _line(cells, None)
    parts = [_line(cells, "数据比对结果表（内部资料）"), blank, heading]
    pieces = [cells[start : start + _BLANK_EVERY] for start in range(0, cells.height, _BLANK_EVERY)]
    for piece in pieces:
        parts += [piece, blank]
    parts += [_line(cells, "合计"), _line(cells, "注：本表数据仅供核对使用。")]
    framed_cells = pl.concat(parts)
    return framed_cells, framed_cells.height - cells.height - 1


def write_table(folder: Path, name: str, tables: Sequence[pl.DataFrame], form: Form, number: int = 1) -> Path:
    """Write text rows, headings included, into one file.

    Args:
        folder: where to; it is there already.
        name: the file's name without its ending.
        tables: one per sheet of a workbook or member of an archive; delimited text and Parquet have one.
        form: how the department writes.
        number: which file of the snapshot this is, from 1.

    Returns:
        The file.
    """
    path = folder / f"{name}.{form.kind}"
    match form.kind:
        case "csv":
            path.write_bytes(_delimited(tables[0], form, number))
        case "xlsx":
            _write_workbook(path, tables)
        case "zip":
            _write_archive(path, name, tables, form)
        case "parquet":
            table = tables[0]
            named = table[1:].rename(dict(zip(table.columns, table.row(0), strict=True)))
            named.write_parquet(path, compression="zstd", compression_level=1)
    return path


def write_manifest(folder: Path, rows: dict[str, int], checksum: str | None = None) -> None:
    """Write a manifest over the files of a folder.

    Args:
        folder: the snapshot's folder.
        rows: data rows by file name.
        checksum: a checksum to give for every file instead of the right one.
    """
    files = {
        name: {"sha256": checksum or _sha256(folder / name), "rows": count} for name, count in sorted(rows.items())
    }
    manifest = {"rows": sum(rows.values()), "files": files, "mode": "full"}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def _line(cells: pl.DataFrame, text: str | None) -> pl.DataFrame:
    return pl.DataFrame([[text], *[[None]] * (cells.width - 1)], schema=cells.schema, orient="col")


def _delimited(table: pl.DataFrame, form: Form, number: int) -> bytes:
    encoding = form.encodings[(number - 1) % len(form.encodings)]
    buffer = io.BytesIO()
    table.write_csv(buffer, include_header=False, separator=form.separator, line_terminator="\r\n")
    raw = buffer.getvalue()
    return raw if encoding == "utf-8" else raw.decode("utf-8").encode(encoding)


def _write_workbook(path: Path, tables: Sequence[pl.DataFrame]) -> None:
    """A workbook of text cells, one sheet per table; whole numbers of five digits stand as numbers, as dates do."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        book.set_properties({"title": "名册", "created": _FIXED_TIME})
        for number, table in enumerate(tables, start=1):
            sheet = book.add_worksheet(f"数据{number}")
            for at, row in enumerate(table.iter_rows()):
                for column, cell in enumerate(row):
                    if cell is not None and _SERIAL.fullmatch(cell):
                        sheet.write_number(at, column, int(cell))
                    elif cell is not None:
                        sheet.write_string(at, column, cell)


def _write_archive(path: Path, name: str, tables: Sequence[pl.DataFrame], form: Form) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, table in enumerate(tables, start=1):
            member = zipfile.ZipInfo(f"{name}-{number}.csv", date_time=_ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, _delimited(table, form, number))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
