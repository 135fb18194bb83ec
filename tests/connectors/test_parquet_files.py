"""Parquet: typed columns, streaming, files that are broken."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import polars as pl
import pytest

from connectors.refusal import Refusal

DAY = date(2023, 8, 5)


def parquet(**columns):
    stream = BytesIO()
    pl.DataFrame(columns).write_parquet(stream, row_group_size=50_000)
    return stream.getvalue()


def test_typed_columns(deliver, person):
    numbers = [person(number) for number in range(3)]
    read = deliver(
        {
            "a.parquet": parquet(
                身份证号=numbers,
                姓名=pl.Series(["某人", None, "某 人"], dtype=pl.Categorical),
                状态=[1, 2, None],
                登记日期=[DAY, date(9999, 12, 31), None],
                金额=[Decimal("1.50"), None, Decimal(-1)],
                附件=[[1], [2], [3]],
            )
        }
    )
    assert read.rows() == [2, 3, 4]
    assert read.clean["name"].to_list() == ["某人", None, "某人"]
    assert read.clean["status"].to_list() == ["active", "closed", "unknown"]
    assert read.clean["registered_on"].to_list() == [DAY, None, None]
    assert read.clean["amount"].to_list() == [Decimal("1.5000"), None, None]
    assert read.report.parts[0].unknown_columns == ("附件",)


def test_timestamps_floats_and_numbers(deliver, person):
    whole = next(number for number in map(person, range(9)) if number[-1] != "X")
    read = deliver(
        {
            "a.parquet": parquet(
                身份证号=[int(whole), None],
                姓名=["某人", "某人"],
                状态=[1.0, 2.0],
                登记日期=[datetime(2023, 8, 5, 12), None],  # noqa: DTZ001  (as departments store it)
                金额=[12.5, float("nan")],
            )
        }
    )
    assert read.rows() == [2]
    assert read.reasons() == {3: "id_empty"}
    assert read.clean["registered_on"].to_list() == [DAY]


def test_numbers_that_were_rounded_are_refused(deliver):
    content = parquet(身份证号=[5.00190199001011230e17], 状态=["1"], 登记日期=[DAY])
    assert deliver({"a.parquet": content}).reasons() == {2: "id_rounded"}


def test_blank_and_total_rows(deliver, person):
    content = parquet(身份证号=[person(1), None, "合计"], 状态=["1", None, "2"], 登记日期=["2023-08-05", None, None])
    read = deliver({"a.parquet": content})
    assert (read.rows(), read.skipped()) == ([2], {"blank": 1, "total": 1})


def test_batches_are_bounded_whatever_the_size(deliver, person):
    rows = 200_000
    numbers = [person(number) for number in range(1000)] * (rows // 1000)
    content = parquet(身份证号=numbers, 状态=["1"] * rows, 登记日期=[DAY] * rows)
    read = deliver({"a.parquet": content}, slice_bytes=1 << 20)
    assert read.rows() == list(range(2, rows + 2))
    assert max(read.heights) <= (1 << 20) // 128


def test_a_file_without_rows_of_a_delta(deliver):
    content = parquet(身份证号=pl.Series([], dtype=pl.String), 状态=[], 登记日期=[])
    read = deliver({"a.parquet": content, "manifest.json": '{"rows": 0}'})
    assert read.rows() == []


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet_is_refused(deliver, content):
    with pytest.raises(Refusal, match=r"a\.parquet: expected a Parquet file"):
        deliver({"a.parquet": content})


def test_a_damaged_page_is_refused(deliver, person):
    content = bytearray(parquet(身份证号=[person(n) for n in range(999)], 状态=["1"] * 999, 登记日期=[DAY] * 999))
    content[100:600] = b"\xff" * 500
    with pytest.raises(Refusal, match=r"a\.parquet: damaged|a\.parquet: expected"):
        deliver({"a.parquet": bytes(content)})


def test_a_missing_column_is_refused(deliver, person):
    with pytest.raises(Refusal, match="登记日期"):
        deliver({"a.parquet": parquet(身份证号=[person(1)], 状态=["1"])})
