"""What rules look up in the roster itself."""

import polars as pl
import pytest

from pipelines.domain.roster_rows import ROSTER_ROWS, account_holders, roster_rows_of

WIFE = {"id_number": "P2", "name": "李四"}


def test_rows_of_households_in_scope_active_and_stopped(frame_of):
    rows = frame_of(
        "roster",
        [
            {"status": "stopped"},
            WIFE,
            {"household_id": "H2", "status": "stopped"},
            {"household_id": "H3", "status": None},
            {"household_id": "H4", "status": "unknown"},
        ],
    )
    found = roster_rows_of(rows)
    assert found.schema == ROSTER_ROWS
    assert found.select("household_id", "id_number", "is_active").rows() == [
        ("H1", "P1", False),
        ("H1", "P2", True),
        ("H3", "P1", True),
        ("H4", "P1", True),
    ]


@pytest.mark.parametrize(
    ("rows", "holder"),
    [
        ([{"account_holder": "甲"}, WIFE | {"account_holder": "乙"}], "甲"),
        ([{"account_holder": ""}, WIFE | {"account_holder": "乙"}], "乙"),
        ([{"account_holder": None}, WIFE | {"account_holder": "乙"}], "乙"),
        ([{"account_holder": "甲", "status": "stopped"}, WIFE | {"account_holder": "乙"}], "乙"),
        ([{}, WIFE], None),
    ],
)
def test_the_first_active_row_with_a_holder(frame_of, rows, holder):
    told = roster_rows_of(frame_of("roster", rows)).sample(fraction=1, shuffle=True, seed=3).lazy()
    found = account_holders(told).collect()
    assert found.get_column("account_holder").to_list() == ([holder] if holder else [])


def test_an_empty_roster(frame_of):
    assert roster_rows_of(frame_of("roster", [])).schema == ROSTER_ROWS
    assert account_holders(pl.LazyFrame(schema=ROSTER_ROWS)).collect().is_empty()
