"""What is said to explain a gate that trips: names and counts, the largest first, never a value."""

from datetime import date

import polars as pl
import pytest

from pipelines.domain.attribution import (
    Delivered,
    Moved,
    columns_explained,
    file_of_more,
    moved_most,
    paired_files,
    rows_explained,
)


def delivery(files: dict[str, int], aside: dict[str, int] | None = None, **shares: float) -> Delivered:
    told = {tuple(name.split("__")): share for name, share in shares.items()}
    return Delivered("2026-09-22", files, aside or {}, {(name, what): one for (name, what), one in told.items()})


@pytest.mark.parametrize(
    ("now", "then", "pairs"),
    [
        ({"a.csv": 1}, {"a.csv": 2}, [("a.csv", 1, 2)]),
        ({"名册20260923.csv": 1}, {"名册20260922.csv": 2}, [("名册20260923.csv", 1, 2)]),
        # Numbered towns are told apart by their numbers: what is missing is named, not guessed.
        ({"镇1.csv": 1, "镇3.csv": 3}, {"镇1.csv": 1, "镇2.csv": 2}, [("镇1.csv", 1, 1), ("镇3.csv", 3, 2)]),
        (
            {"镇3.csv": 3, "镇4.csv": 4},
            {"镇1.csv": 1, "镇2.csv": 2},
            [("镇3.csv", 3, None), ("镇4.csv", 4, None), ("镇1.csv", None, 1), ("镇2.csv", None, 2)],
        ),
        ({}, {"a.csv": 2}, [("a.csv", None, 2)]),
    ],
)
def test_files_are_compared_by_name_or_by_a_name_without_its_date(
    now: dict[str, int], then: dict[str, int], pairs: list[tuple[str, int | None, int | None]]
) -> None:
    assert paired_files(now, then) == pairs


def test_rows_are_explained_by_files_and_by_what_was_set_aside() -> None:
    then = delivery({"a.csv": 1000, "b.csv": 500}, {"id_check": 3})
    assert rows_explained(delivery({"a.csv": 1000}, {"id_check": 3}), then) == [
        "文件 b.csv 本期未交付，上期 500 行（占差额 100%）"
    ]
    assert rows_explained(delivery({"a.csv": 1000, "b.csv": 500}, {"id_check": 403}), then) == [
        "因id_check未入库 403 行，上期 3 行（占差额 100%）"
    ]
    both = delivery({"a.csv": 700, "b.csv": 500}, {"id_check": 103})
    assert rows_explained(both, then) == [
        "文件 a.csv 本期 700 行，上期 1,000 行（占差额 75%）",
        "因id_check未入库 103 行，上期 3 行（占差额 25%）",
    ]
    more = delivery({"a.csv": 1000, "b.csv": 500, "c.csv": 900}, {"id_check": 3})
    assert rows_explained(more, then) == ["文件 c.csv 本期 900 行，上期无此文件（占差额 100%）"]
    assert rows_explained(then, then) == []


def test_columns_are_explained_by_their_counts_in_the_load_reports() -> None:
    then = delivery({}, status__unknown=0.01, status__filled=1.0, use__filled=0.5)
    now = delivery({}, status__unknown=0.9, status__filled=0.8, use__filled=0.46, brand__filled=1.0)
    assert columns_explained(now, then) == [
        "列 status：unknown 90%，上期 1%",
        "列 status：filled 80%，上期 100%",
    ]


def test_additional_rows_are_told_by_the_file_that_has_most_of_them() -> None:
    assert file_of_more(["a", "b", "a"]) == ["新增疑点 3 条中 2 条来自文件 a"]
    assert file_of_more([]) == []


def rows(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns)


def test_the_column_that_moved_most_is_told_with_the_code_that_gained() -> None:
    then = rows(status=["cancelled"] * 8 + ["normal"] * 2, use=["A"] * 10)
    now = rows(status=["cancelled"] * 1 + ["normal"] * 9, use=["A"] * 9 + ["B"])
    moved = moved_most(now, then, ["status", "use"])
    assert moved == Moved("status", pytest.approx(0.7), "normal", 0.9, 0.2)  # type: ignore[arg-type]
    assert moved.told("比中行") == "比中行列 status：normal 占 90%，上次 20%"


def test_of_a_column_without_codes_no_value_is_told() -> None:
    then, now = rows(town=["甲镇"] * 10), rows(town=["乙镇"] * 10)
    moved = moved_most(now, then)
    assert moved is not None
    assert moved.told("名册") == "名册列 town：取值分布变动 100%"


def test_what_tells_rows_apart_moves_only_where_it_is_missing() -> None:
    then = rows(plate=[f"渝{one}" for one in range(20)])
    assert moved_most(rows(plate=[f"川{one}" for one in range(20)]), then) is None
    gone = moved_most(rows(plate=[f"渝{one}" for one in range(10)] + [None] * 10), then)
    assert gone is not None
    assert gone.distance == pytest.approx(0.5)


def test_dates_move_by_the_year_and_numbers_by_their_magnitude() -> None:
    then = rows(on=[date(2020, 1, 31)] * 10, amount=[1000.0] * 10)
    assert moved_most(rows(on=[date(2020, 6, 1)] * 10, amount=[1001.0] * 10), then) is None
    moved = moved_most(rows(on=[date(2020, 6, 1)] * 10, amount=[10.0] * 10), then)
    assert moved is not None
    assert moved.column == "amount"
    moved = moved_most(rows(on=[date(2026, 6, 1)] * 10, amount=[1000.0] * 10), then)
    assert moved is not None
    assert moved.column == "on"


def test_nothing_to_compare_explains_nothing() -> None:
    some = rows(status=["normal"])
    assert moved_most(some, some.clear()) is None
    assert moved_most(some.clear(), some) is None
    assert moved_most(some, rows(other=["x"])) is None
    assert moved_most(some, rows(status=[1])) is None, "a column of another type is another column"
    assert moved_most(some, some) is None
