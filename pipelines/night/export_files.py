"""From a frame to a file that people open: Parquet, CSV or a workbook; whole or not at all, for the owner alone.

Parquet keeps the types of the contract. CSV and workbooks are for people: lists are joined by ``;``, dates are ISO,
money has two decimals, empty means null, and no text can run as a formula.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from pipelines.night.export_workbook import MOST_ROWS, write_workbook
from warehouse.files import move_into_place, written_aside

Format = Literal["parquet", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)

# What spreadsheet programs take for the beginning of a formula, in half and full width.
FORMULA = r"^[=+\-@＝＋－＠\t\r\n]"


class TooManyRowsError(ValueError):
    """More rows than a sheet of Excel holds."""


def write_export(
    rows: pl.DataFrame, out: Path, file_format: Format, notes: Mapping[str, str], before: Callable[[str], None]
) -> str:
    """Write an export aside and rename it into place.

    Args:
        rows: what to write.
        out: the file; one that is there is replaced.
        file_format: parquet, csv or xlsx.
        notes: lines of the workbook's sheet 说明 (which night, masked or not).
        before: called with the file's SHA-256 before it appears; where it fails, no file appears.

    Returns:
        The SHA-256 of the file.

    Raises:
        TooManyRowsError: a workbook was asked for, and a sheet cannot hold the rows.
    """
    if file_format == "xlsx" and rows.height > MOST_ROWS:
        raise TooManyRowsError(
            f"a sheet of Excel holds {MOST_ROWS:,} rows, this export has {rows.height:,}: "
            "use --format csv or parquet, or one town at a time with --town"
        )
    with written_aside(out) as aside:
        if file_format == "parquet":
            rows.write_parquet(aside, compression="zstd")
        elif file_format == "csv":
            # The byte order mark tells Excel that the Chinese is UTF-8.
            guarded(flat(rows)).write_csv(aside, include_bom=True)
        else:
            write_workbook(flat(rows), aside, notes, FORMULA)
        checksum = _sha256(aside)
        before(checksum)
        move_into_place(aside, out)
    return checksum


def flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn lists into text: ``a;b``, and evidence into ``field=value op threshold;…``. Other columns stay."""
    made = []
    for column, kind in rows.schema.items():
        if kind == pl.List(pl.String):
            made.append(pl.col(column).list.join(";"))
        elif isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct):
            made.append(pl.col(column).list.eval(_evidence_line()).list.join(";"))
    return rows.with_columns(made)


def guarded(rows: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet program would run as a formula. Numbers are no text."""
    text = pl.col(pl.String)
    return rows.with_columns(pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep())


def _evidence_line() -> pl.Expr:
    part = pl.element().struct
    comparison = pl.concat_str(pl.lit(" "), part.field("op"), pl.lit(" "), part.field("threshold"))
    # What is only told, not compared, has no threshold.
    told = pl.when(part.field("threshold") != "").then(comparison).otherwise(pl.lit("")).fill_null("")
    return pl.concat_str(part.field("field"), pl.lit("="), part.field("value").fill_null(""), told)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
