"""One workbook that came back, row by row: which rows are whole, which were changed where nobody may, what they say.

What belongs here: everything that can be told from the workbook and the seals alone. What does not: whether an answer
is complete, late or contradicted (`pipelines.casework`), what stood in a changed cell (`expected`).

Grain of everything here: one row of 核查清单. A row that cannot be taken takes nothing else with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipelines.workbooks.cell_texts import cell_text
from pipelines.workbooks.choices import CONFIRMED
from pipelines.workbooks.held import Cause, Held
from pipelines.workbooks.layout import CHECKLIST, COLUMNS, META, Filler, filled_by
from pipelines.workbooks.opening import UnusableWorkbookError
from pipelines.workbooks.seal import Meta, SealError, canonical, is_answered_row, read_meta
from pipelines.workbooks.sheets import ROW, Book, Table
from pipelines.workbooks.tampering import Expected, changed_rows
from pipelines.workbooks.typed import Misread, typed_values

_SEEN_BY_REVIEWERS: Final = ("conclusion", "investigator_1", "investigator_2")
"""What a review is about, and who must not be the one who makes it."""
NEEDED: Final = tuple(column for column in COLUMNS if column.is_sealed or column.key == "seal")
"""Columns without which a workbook cannot be read: all that a seal is over, in one state of a row or the other."""


@dataclass(frozen=True)
class Returned:
    """What a workbook says.

    Attributes:
        meta: its account of itself.
        sheet: the name of the sheet.
        letters: key of column → letter in this workbook.
        rows: `sheet_row`, `is_answered`, `finding_id`, `fingerprint` and the columns to fill by key, typed; those rows
            alone in which somebody filled something in.
        cells: `sheet_row` and the text of every column as it came, by key, of all rows.
        missing: rows that the workbook had when it was handed out and has no more.
        held: why rows are held.
    """

    meta: Meta
    sheet: str
    letters: Mapping[str, str]
    rows: pl.DataFrame
    cells: pl.DataFrame
    missing: int
    held: Sequence[Held]

    def sound(self) -> pl.DataFrame:
        """The filled rows that are not held."""
        return self.rows.filter(~pl.col(ROW).is_in(sorted({one.row for one in self.held})))


def read_account(book: Book, key: bytes) -> Meta:
    """The account of a workbook, made by this warehouse.

    Args:
        book: the workbook.
        key: of `seal.seal_key`.

    Raises:
        UnusableWorkbookError: there is none, or it was not made here.
    """
    told = "请在本系统下发的工作簿中填写，不要复制到新建的表格里"
    name = next((one for one in book.sheet_names if one.strip() == META), None)
    if name is None:
        raise UnusableWorkbookError(f"缺少隐藏工作表 {META}：{told}")
    cells = book.texts(name)
    text = next((cell for row in cells.head(1).rows() for cell in row if cell), "")
    try:
        return read_meta(text, key)
    except SealError:
        raise UnusableWorkbookError(
            f"隐藏工作表 {META} 与本系统不符（别的系统或另一个库下发的、版本不同，或被改动过）：{told}"
        ) from None


def read_returned(book: Book, meta: Meta, key: bytes, expected: Expected) -> Returned:
    """Everything that a workbook says, and what is wrong with it by itself.

    Args:
        book: the workbook.
        meta: its account.
        key: of `seal.seal_key`.
        expected: what was written into rows, asked for those alone whose seal does not fit.

    Raises:
        UnusableWorkbookError: the sheet or a column of it is not there.
    """
    table = _checklist(book)
    cells = table.rows.rename({column.header: column.key for column in COLUMNS if column.header in table.rows.columns})
    cells = cells.with_columns(pl.col("finding_id", "fingerprint", "seal").str.replace_all(r"\s", "").replace("", None))
    is_answered = [is_answered_row(seal or "") for seal in cells["seal"]]
    cells = cells.with_columns(is_answered=pl.Series(is_answered, dtype=pl.Boolean))
    known = cells.filter(pl.col("finding_id").is_not_null())
    answers, misread = _answers(known, meta.as_of)
    changed = changed_rows(known, meta.night, key, expected)
    # Of a row that was changed nobody can tell whose it is.
    intact = known.filter(~pl.col(ROW).is_in(sorted({one.row for one in changed})))
    held = [
        *_without_finding(cells),
        *_twice(known),
        *changed,
        *_of_other_books(intact, meta.town),
        *(Held(one.row, one.key, Cause.UNREADABLE, one.told) for one in misread),
        *_contradicting(answers),
    ]
    return Returned(
        meta=meta,
        sheet=table.sheet,
        letters={column.key: table.letters[column.header] for column in COLUMNS if column.header in table.letters},
        rows=answers,
        cells=cells,
        missing=max(0, meta.rows - known["finding_id"].n_unique()),
        held=held,
    )


def _checklist(book: Book) -> Table:
    """核查清单 by its name; where it was renamed, the one sheet that has its columns."""
    headers = [column.header for column in COLUMNS]
    needed = [column.header for column in NEEDED]
    by_name = [one for one in book.sheet_names if one.strip() == CHECKLIST]
    if by_name:
        return book.table(by_name[0], headers, needed)
    found = [one for one in book.sheet_names if book.has_columns(one, headers, needed)]
    if len(found) != 1:
        raise UnusableWorkbookError(f"没有工作表“{CHECKLIST}”：请勿删除或改名，在下发的工作簿中填写")
    return book.table(found[0], headers, needed)


def _answers(cells: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, list[Misread]]:
    """The rows in which somebody filled in what was open to him, typed, and the cells that could not be read."""
    parts, misread = [], []
    for is_answered in (False, True):
        filler: Filler = "district" if is_answered else "town"
        columns = [column for column in filled_by(filler) if column.key in cells.columns]
        rows = cells.filter((pl.col("is_answered") == is_answered) & _is_filled(cells, filler))
        shown = rows.select(ROW, "is_answered", "finding_id", "fingerprint", *(column.key for column in columns))
        if is_answered:
            shown = shown.hstack(rows.select(_SEEN_BY_REVIEWERS))
        values, wrong = typed_values(shown, columns, as_of)
        parts.append(values)
        misread += wrong
    return pl.concat(parts, how="diagonal").sort(ROW), misread


def _is_filled(cells: pl.DataFrame, filler: Filler) -> pl.Expr:
    """Whether somebody filled in a cell that is open in the row."""
    texts = (pl.col(column.key) for column in filled_by(filler) if column.key in cells.columns)
    return pl.any_horizontal(*(text.str.strip_chars().fill_null("") != "" for text in texts))


def _without_finding(cells: pl.DataFrame) -> list[Held]:
    """Answers in rows that belong to no finding: rows that somebody added. Rows without an answer are nobody's."""
    lost = cells.filter(pl.col("finding_id").is_null() & _is_filled(cells, "town"))
    told = "隐藏列“疑点编号”是空的，不知道是哪一条疑点：请把内容填到原来那一行"
    return [Held(row, "finding_id", Cause.NO_FINDING, told) for row in lost[ROW]]


def _says_something(cells: pl.DataFrame) -> pl.Expr:
    """Whether somebody filled in what is open in the row: an answer, or the review of one."""
    return pl.when("is_answered").then(_is_filled(cells, "district")).otherwise(_is_filled(cells, "town"))


def _of_other_books(cells: pl.DataFrame, town: str | None) -> list[Held]:
    """Answers in rows of a town's workbook that were copied there from another one of the same night, whole.

    Who hands in a town's workbook answers for this town alone; reviews are made in the district's.
    """
    if town is None:
        return []
    own = canonical(pl.select(cell_text(pl.lit(town))).item(), "text")
    says = cells.filter(_says_something(cells)).select(ROW, "town", "is_answered")
    others = "这一行是从别的镇街的工作簿复制来的：只能填写本镇街工作簿中的疑点，请由该镇街在自己的工作簿中填写"
    reviews = "这一行是从区县的工作簿复制来的：复核意见请在区县工作簿中填写"
    return [
        Held(row, "town", Cause.OTHER_BOOK, reviews if is_answered else others)
        for row, written, is_answered in says.iter_rows()
        if is_answered or canonical(written, "text") != own
    ]


def _twice(cells: pl.DataFrame) -> list[Held]:
    """Rows of one finding of which several say something: nobody can tell which of them is meant."""
    says = cells.filter(_says_something(cells)).with_columns(others=pl.col(ROW).implode().over("finding_id"))
    twice = says.filter(pl.col("others").list.len() > 1)
    return [
        Held(row, "finding_id", Cause.TWICE, f"同一条疑点填了 {len(rows)} 行（第 {_listed(rows)} 行）：请只保留一行")
        for row, rows in twice.select(ROW, "others").iter_rows()
    ]


def _listed(rows: Sequence[int]) -> str:
    return "、".join(map(str, rows[:5])) + ("…" if len(rows) > 5 else "")  # noqa: PLR2004  five can be read


_UPHELD, _DENIED, _UNKNOWN = CONFIRMED


def _contradicting(answers: pl.DataFrame) -> list[Held]:
    """是否属实 says one thing, 核查结论 another."""
    confirmed, conclusion = pl.col("confirmed"), pl.col("conclusion")
    is_known = confirmed.is_in(CONFIRMED)
    against = (
        pl.when(confirmed == _UPHELD)
        .then(conclusion.is_in(["数据有误", _UNKNOWN]))
        .when(confirmed == _DENIED)
        .then(conclusion.str.starts_with(_UPHELD) | (conclusion == _UNKNOWN))
        .otherwise(is_known & (conclusion != _UNKNOWN))
    )
    open_rows = answers.filter(~pl.col("is_answered"))
    unknown = open_rows.filter(confirmed.is_not_null() & ~is_known)[ROW]
    return [
        *(Held(row, "confirmed", Cause.UNREADABLE, f"只能填：{'、'.join(CONFIRMED)}，或留空") for row in unknown),
        *(
            Held(
                row,
                "confirmed",
                Cause.CONTRADICTION,
                "“是否属实”与“核查结论”互相矛盾：请改其中一项，或把“是否属实”留空",
            )
            for row in open_rows.filter(against.fill_null(value=False))[ROW]
        ),
    ]
