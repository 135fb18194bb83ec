"""Texts as cells hold them."""

import polars as pl
import pytest

from pipelines.workbooks.cell_texts import CUT, LONGEST, cell_text, lines


def cleaned(text: str | None) -> str | None:
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(cell_text(pl.col("t"))).item()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\t=1+1", "=1+1"),
        ("\x00\x07坏\x1f\x0b", "坏"),
        ("\ufffe\uffff\x85好", "好"),
        ("_x000D_文", "_ x000D_文"),
        ("𠮷", "𠮷"),
        ("字" * LONGEST, "字" * LONGEST),
    ],
)
def test_a_cell_holds_what_the_format_allows(text, cell):
    assert cleaned(text) == cell


def test_what_is_too_long_is_cut_and_says_so():
    cell = cleaned("𠮷" * (LONGEST + 1))
    assert cell is not None
    assert cell.endswith(CUT)
    assert len(cell) == LONGEST
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize(("text", "number"), [(None, 0), ("一二三", 1), ("一二三四五六", 2), ("a\nb", 2)])
def test_lines_of_a_text(text, number):
    assert pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(lines(pl.col("t"), 11)).item() == number
