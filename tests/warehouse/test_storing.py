"""How rows are stored changes space and time, never a value."""

import duckdb
import polars as pl
import pytest

from warehouse.storing import FEWEST_ROWS, compressions, give_back, leave_a_thread


def columns(rows: int) -> pl.DataFrame:
    number = pl.int_range(rows, eager=True)
    return pl.DataFrame(
        {"id_number": number.cast(pl.String), "status": (number % 1000).cast(pl.String), "part_no": number}
    )


def test_texts_that_repeat_go_by_number_others_by_their_parts() -> None:
    rows = columns(FEWEST_ROWS)
    assert compressions(rows, is_encrypted=False) == {"id_number": "fsst", "status": "dictionary"}
    assert compressions(rows, is_encrypted=True) == {"id_number": "dict_fsst", "status": "dict_fsst"}


def test_of_few_rows_nothing_is_told() -> None:
    assert compressions(columns(FEWEST_ROWS - 1), is_encrypted=False) == {}


@pytest.mark.parametrize(("threads", "left"), [(1, None), (2, 1), (4, 3)])
def test_one_thread_is_left_and_given_back(threads: int, left: int | None) -> None:
    with duckdb.connect(config={"threads": threads}) as con:
        had = leave_a_thread(con)
        assert had == (None if left is None else threads)
        assert con.execute("SELECT current_setting('threads')").fetchall() == [(left or threads,)]
        if had is not None:
            give_back(con, had)
        assert con.execute("SELECT current_setting('threads')").fetchall() == [(threads,)]
