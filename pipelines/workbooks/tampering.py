"""Rows whose locked cells are not as they were written, and which cells those are.

What belongs here: holding the seal of a row against its cells, and the cells against what was written. The seal alone
says that something was changed; what it was is found by writing the row anew from the published night.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from pipelines.workbooks.held import Cause, Held
from pipelines.workbooks.layout import Kind, sealed
from pipelines.workbooks.seal import canonical, sealed_texts
from pipelines.workbooks.sheets import ROW

Expected = Callable[[Sequence[str]], Mapping[str, Mapping[str, Sequence[object]]] | None]
"""Given finding ids: finding id → key of column → what may have been written there; None where the night is gone."""


def changed_rows(cells: pl.DataFrame, night: str, key: bytes, expected: Expected) -> list[Held]:
    """The rows whose locked cells are not as they were written, cell by cell where that can be told.

    Args:
        cells: `sheet_row`, `is_answered` and the text of every column by key; rows with a finding.
        night: the night's folder, as the workbook's account names it.
        key: of `seal.seal_key`.
        expected: what was written, asked for the rows alone whose seal does not fit.
    """
    states = {state: cells.filter(pl.col("is_answered") == state) for state in (False, True)}
    broken = pl.concat(
        [rows.filter(~_fits(rows, night, key, is_answered=state)) for state, rows in states.items() if rows.height]
        or [cells]
    )
    if broken.is_empty():
        return []
    written = expected(broken["finding_id"].unique().sort().to_list())
    if written is None:
        return [Held(row, None, Cause.CHANGED, "锁定的内容被改动过：请不要改动白色单元格") for row in broken[ROW]]
    return [one for row in broken.iter_rows(named=True) for one in _differences(row, written.get(row["finding_id"]))]


def _fits(rows: pl.DataFrame, night: str, key: bytes, *, is_answered: bool) -> pl.Series:
    """Which rows say what they said when they were written. A keyed hash is not vectorised: rows are walked."""
    columns = [_canonical(rows[column.key].to_list(), column.kind) for column in sealed(is_answered=is_answered)]
    made = (sealed_texts(key, night, texts, is_answered=is_answered) for texts in zip(*columns, strict=True))
    pairs = zip(made, rows["seal"], strict=True)
    return pl.Series(
        [hmac.compare_digest(one.encode(), (seal or "").encode()) for one, seal in pairs], dtype=pl.Boolean
    )


def _canonical(texts: Sequence[str | None], kind: Kind) -> list[str]:
    """The canonical texts of a column, each spelling worked out once."""
    known: dict[str | None, str] = {None: ""}
    for text in texts:
        if text not in known:
            known[text] = canonical(text, kind)
    return [known[text] for text in texts]


def _differences(row: Mapping[str, object], written: Mapping[str, Sequence[object]] | None) -> list[Held]:
    """The cells of a row that are not as they were written."""
    number = int(str(row[ROW]))
    if written is None:
        told = "隐藏列“疑点编号”被改动，这一册里没有这条疑点：请在下发的工作簿中重新填写这一行"
        return [Held(number, "finding_id", Cause.NO_FINDING, told)]
    held = []
    for column in sealed(is_answered=bool(row["is_answered"])):
        if column.key not in written:
            continue
        found = canonical(row[column.key], column.kind)
        possible = [canonical(one, column.kind) for one in written[column.key]]
        if found not in possible:
            told = f"锁定内容“{column.header}”被改动：请恢复原来的内容，白色单元格不要改动"
            held.append(Held(number, column.key, Cause.CHANGED, told, f"原为：{possible[0]}　现为：{found}"))
    told = "锁定内容或隐藏的“指纹”“校验”被改动：请在下发的工作簿中重新填写这一行"
    return held or [Held(number, "seal", Cause.CHANGED, told)]
