"""How each department of the sample writes its files.

What belongs here: the choice of file formats, in a clean inbox and in a dirty one.
"""

from typing import Final, Literal

from pipelines.sample.files import Form

FileFormat = Literal["csv", "parquet"]

_PARQUET_FROM: Final = 1_500_000
"""Rows of all feeds together from which a clean sample is Parquet unless told otherwise."""
_WORKBOOK_UNTIL: Final = 100_000
_PART: Final = 1_000_000
_DIRTY: Final = {
    "roster": Form("xlsx", has_frame=True),
    "social_insurance": Form("csv", ("gb18030", "utf-8-sig"), "\t", has_manifest=True),
    "vehicle": Form("csv", ("gb18030",), "|", has_frame=True),
    "property": Form("zip", ("gb18030", "utf-8"), has_frame=True),
    "business": Form("parquet"),
}
_DIRTY_OTHER: Final = Form("csv", ("utf-8",), has_frame=True)
_DIRTY_LARGE: Final = Form("csv", ("gb18030",))


def file_format(rows: int, wanted: FileFormat | None) -> FileFormat:
    """The format of a clean sample with so many rows in all."""
    return wanted or ("parquet" if rows >= _PARQUET_FROM else "csv")


def form_of(feed: str, rows: int, kind: FileFormat, *, is_dirty: bool, is_forced: bool) -> Form:
    """How a feed's files are written.

    Args:
        feed: the feed.
        rows: its data rows.
        kind: the sample's format.
        is_dirty: whether departments write as they please; then workbooks and archives only where they fit.
        is_forced: whether the format was asked for: then every file has it.
    """
    if not is_dirty:
        return Form(kind)
    form = _DIRTY.get(feed, _DIRTY_OTHER)
    if is_forced and form.kind != kind:
        return Form(kind, form.encodings, form.separator, has_frame=kind == "csv")
    return _DIRTY_LARGE if rows > _WORKBOOK_UNTIL and form.kind in {"xlsx", "zip"} else form


def part_count(rows: int, form: Form, *, is_dirty: bool) -> int:
    """How many files (sheets, members) the rows are spread over; a dirty delivery has two at least, Parquet aside."""
    least = 2 if is_dirty and form.kind != "parquet" else 1
    return max(least, -(-rows // _PART))
