"""Texts as a cell can hold them: nothing that the file format forbids, nothing too long, nothing that runs.

What belongs here: cleaning columns of text before they are sealed and written, so that the seal is over what the cell
really holds. Vectorised; the writer only asks `is_inert` of a text.
"""

from typing import Final

import polars as pl

LONGEST: Final = 16_000
"""Characters. A cell holds 32,767 units of UTF-16, of which a rare character takes two."""
CUT: Final = "…（内容过长，已截断，完整内容见 CSV 导出）"

_FORBIDDEN: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\x{FFFE}\x{FFFF}]"
_ESCAPE: Final = r"_x([0-9A-Fa-f]{4})_"
"""How the file format spells a character that it cannot hold: as text it would be read back as that character."""
RUNNING: Final = frozenset("=+-@＝＋－＠")
"""What spreadsheet programs take for the beginning of a formula, in half and full width."""


def cell_text(text: pl.Expr) -> pl.Expr:
    """A text column as cells hold it; an empty text becomes null.

    Control characters go, line ends become one kind, a tab becomes a blank (at the beginning it could hide a formula),
    and what is too long is cut and says so.
    """
    plain = (
        text.str.replace_all("\r\n?", "\n")
        .str.replace_all("\t", " ", literal=True)
        .str.replace_all(_FORBIDDEN, "")
        .str.replace_all(_ESCAPE, "_ x${1}_")
        .str.strip_chars()
    )
    short = pl.concat_str(plain.str.slice(0, LONGEST - len(CUT)), pl.lit(CUT))
    fitting = pl.when(plain.str.len_chars() > LONGEST).then(short).otherwise(plain)
    return pl.when(plain != "").then(fitting)


def cell_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Every text column of a frame as cells hold it."""
    return rows.with_columns(
        cell_text(pl.col(name)).alias(name) for name, kind in rows.schema.items() if kind == pl.String
    )


def lines(texts: pl.Expr, width: float) -> pl.Expr:
    """How many lines a text takes in a column of a width, in characters of half width; a Chinese one takes two."""
    cells = (texts.str.len_chars() + texts.str.len_bytes()) / 2
    breaks = texts.str.count_matches("\n", literal=True)
    return ((cells / max(width - 1, 1)).ceil().cast(pl.Int32) + breaks.cast(pl.Int32)).fill_null(0)
