"""Writing one workbook: its sheets in their order, from what it is made of.

What belongs here: what one workbook holds, and putting its sheets together. Runs in a process of its own where several
are written at once, so that nothing here reads the warehouse, contracts or policy.
"""

import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipelines.workbooks.account_sheets import enrolment_table, quality_table, terms
from pipelines.workbooks.checklist_sheet import ChecklistWriter
from pipelines.workbooks.dictionary_sheet import write_dictionary, write_meta
from pipelines.workbooks.layout import TERMS
from pipelines.workbooks.paging import Paging
from pipelines.workbooks.sheet_tables import SheetTable, share_of
from pipelines.workbooks.streamed_rows import StreamedBook
from pipelines.workbooks.styles import Styles
from pipelines.workbooks.summary_sheet import SummaryWriter
from pipelines.workbooks.table_sheet import MOST_ROWS, write_sections, write_table
from pipelines.workbooks.visits_sheet import write_visits
from pipelines.workbooks.words import Words

DISTRICT: Final = "全区"
MOST_IN_MEMORY: Final = 20_000
"""Findings of a workbook that is put together in memory: some 6 kB each."""
SUBJECT: Final = "社会救助家庭经济状况核对疑点清单"


class TooManyFindingsError(ValueError):
    """More findings than a sheet holds."""


@dataclass(frozen=True)
class BookContent:
    """What one workbook holds.

    Attributes:
        town: whose it is; None: the district's.
        rows: of `rows.checklist`, those of this workbook, in their order.
        members: of `members_table`, those of this workbook.
        evidence: of `evidence_tables`, as well, not numbered yet.
        night: folder of the published night.
        manifest: its account.
        is_clear: whether identity numbers are readable.
        words: of contracts and policy.
        meta: text of the sheet `_meta`.
        made_at: when it is written.
    """

    town: str | None
    rows: pl.DataFrame
    members: SheetTable
    evidence: Sequence[SheetTable]
    night: str
    manifest: Mapping[str, Any]
    is_clear: bool
    words: Words
    meta: str
    made_at: datetime


def write_book(content: BookContent, target: Path | io.BytesIO) -> None:
    """Write a workbook.

    Args:
        content: what it holds.
        target: a file, whose name need not end in .xlsx; or memory, where nothing of it may touch the disk.

    Raises:
        TooManyFindingsError: a sheet cannot hold the findings.
    """
    if content.rows.height > MOST_ROWS:
        raise TooManyFindingsError(
            f"a sheet of Excel holds {MOST_ROWS:,} rows, this workbook has {content.rows.height:,} findings: "
            "use --format csv or parquet, or one town at a time with --town"
        )
    rows = content.rows.with_columns(number=pl.int_range(1, content.rows.height + 1, dtype=pl.Int64))
    if isinstance(target, io.BytesIO):
        _write(content, rows, target, {"in_memory": True})
        return
    if rows.height <= MOST_IN_MEMORY:
        # Not straight into the file: on a full disk zipfile fails once more when it is let go of, on everybody's screen.
        whole = io.BytesIO()
        _write(content, rows, whole, {"in_memory": True})
        target.write_bytes(whole.getbuffer())
        return
    # Sheets pass through temporary files: beside the workbook, because they hold what it holds.
    with tempfile.TemporaryDirectory(prefix=".hedui-", dir=target.parent) as folder:
        _write(content, rows, str(target), {"tmpdir": folder})


def _write(content: BookContent, rows: pl.DataFrame, target: str | io.BytesIO, options: dict[str, Any]) -> None:
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    with StreamedBook(target, options | plain) as book:
        _describe(book, content)
        _write_sheets(book, content, rows)


def _describe(book: Any, content: BookContent) -> None:  # noqa: ANN401  xlsxwriter is untyped
    told = {"title": f"{SUBJECT} {content.town or DISTRICT}", "comments": "内部资料", "created": content.made_at}
    book.set_properties(told)
    book.set_size(2400, 1400)


def _write_sheets(book: Any, content: BookContent, rows: pl.DataFrame) -> None:  # noqa: ANN401
    scope = content.town or DISTRICT
    paging = Paging(scope, str(content.manifest["as_of"]), content.night)
    styles = Styles(book)
    evidence = _evidence(content, rows)
    SummaryWriter(book, styles).write(rows, paging, f"{SUBJECT}（{scope}）", by_town=content.town is None)
    checklist = ChecklistWriter(book, styles, is_district=content.town is None)
    checklist.write(rows, _targets(evidence), paging)
    write_visits(book, styles, rows, paging)
    write_table(book, styles, content.members, paging)
    for table in evidence:
        write_table(book, styles, table, paging)
    write_table(book, styles, enrolment_table(), paging)
    write_table(book, styles, quality_table(content.manifest["feeds"], content.words), paging)
    told = terms(content.manifest, content.words, content.town, is_clear=content.is_clear)
    write_sections(book, styles, TERMS, told, paging)
    write_dictionary(book, styles, paging)
    write_meta(book, content.meta)


def _evidence(content: BookContent, rows: pl.DataFrame) -> list[SheetTable]:
    """The evidence of the findings of this workbook, by their numbers; no sheet for a feed that has none here."""
    shares = [share_of(table, rows.select("finding_id", "number")) for table in content.evidence]
    return [share for share in shares if share.rows.height]


def _targets(tables: Sequence[SheetTable]) -> pl.DataFrame:
    """Where the evidence of each finding stands: its number, the sheet, the row."""
    places = [
        table.rows.head(MOST_ROWS)
        .with_row_index("row", offset=2)
        .select("number", pl.lit(table.title).alias("sheet"), pl.col("row").cast(pl.Int64))
        for table in tables
    ]
    return pl.concat(places) if places else pl.DataFrame(schema=["number", "sheet", "row"])
