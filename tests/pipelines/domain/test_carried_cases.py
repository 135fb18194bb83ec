"""The case of a household that nobody could read tonight keeps its id and its day."""

import polars as pl
import pytest

from pipelines.domain.carried_cases import unread_cases

LAST = pl.DataFrame(
    {
        "household_id": ["H1", "H2", "H3"],
        "case_id": ["c1", "c2", "c3"],
        "suggested_action": ["VERIFY"] * 3,
        "rules": [["CL-01"], [], ["CL-01"]],
        "findings": [1, 0, 1],
        "change": ["new"] * 3,
    },
    schema_overrides={"findings": pl.Int32, "rules": pl.List(pl.String)},
)


def gathered(*households: str, action: str = "VERIFY") -> pl.DataFrame:
    rows = [{"household_id": one, "suggested_action": action, "rules": [], "findings": 0} for one in households]
    kinds = {
        "household_id": pl.String,
        "suggested_action": pl.String,
        "rules": pl.List(pl.String),
        "findings": pl.Int32,
    }
    return pl.DataFrame(rows, schema=kinds)


def in_scope(*households: str) -> pl.DataFrame:
    return pl.DataFrame({"household_id": list(households)}, schema={"household_id": pl.String})


def test_only_households_with_something_open_that_are_not_read_keep_last_nights_row() -> None:
    kept = unread_cases(gathered("H1", "H2", "H9"), in_scope("H2"), LAST)
    assert kept.columns == LAST.columns
    assert kept.select("household_id", "case_id", "findings").rows() == [("H1", "c1", 0)]


@pytest.mark.parametrize(
    ("household", "action", "change"),
    [("H1", "VERIFY", "changed"), ("H2", "VERIFY", "persisting"), ("H2", "TERMINATE", "changed")],
)
def test_what_is_open_tonight_is_told_against_last_night(household: str, action: str, change: str) -> None:
    [kept] = unread_cases(gathered(household, action=action), in_scope(), LAST).to_dicts()
    assert (kept["change"], kept["suggested_action"], kept["rules"]) == (change, action, [])
