"""A change of fact: new values, the values one step nearer, and the words that show them."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipelines.domain.clearing import (
    Change,
    amount_below,
    amount_from,
    amount_until,
    becomes,
    count_from,
    count_until,
    day_from,
    day_until,
    month_from,
    month_until,
)
from pipelines.domain.money import to_hao


@pytest.mark.parametrize(
    ("new", "value", "nearer", "shown"),
    [
        (day_until(date(2024, 2, 29)), date(2024, 2, 29), date(2024, 3, 1), "2024-02-29"),
        (day_until(pl.lit(date(2023, 12, 31))), date(2023, 12, 31), date(2024, 1, 1), "2023-12-31"),
        (day_from(date(2024, 3, 1)), date(2024, 3, 1), date(2024, 2, 29), "2024-03-01"),
        (month_until(date(2023, 12, 1)), date(2023, 12, 1), date(2024, 1, 1), "2023-12"),
        (month_from(date(2024, 1, 1)), date(2024, 1, 1), date(2023, 12, 1), "2024-01"),
        (amount_until(to_hao(Decimal("770.5"))), 7_705_000, 7_705_001, "770.5"),
        (amount_below(pl.lit(7_700_000, dtype=pl.Int64)), 7_699_999, 7_700_000, "770"),
        (amount_from(pl.lit(0, dtype=pl.Int64)), 0, -1, "0"),
        (count_until(1), 1, 2, "1"),
        (count_from(pl.lit(3)), 3, 2, "3"),
        (becomes("E"), "E", None, "E"),
        (becomes(value=True), True, None, "true"),
        (becomes(None), None, None, None),
    ],
)
def test_a_new_value_and_the_one_before_it(new, value, nearer, shown):
    nearest = pl.lit(None) if new.nearer is None else new.nearer
    told = pl.select(value=new.value, nearer=nearest, shown=new.shown).row(0)
    assert told == (value, nearer, shown)


def test_a_change_is_told_where_it_is_offered():
    frame = pl.DataFrame({"is_open": [True, False, None]})
    change = Change("补登为注销", {"status": becomes("E")}, where=pl.col("is_open"))
    assert frame.select(told=change.words()).to_series().to_list() == ["补登为注销", None, None]
    assert pl.select(Change(pl.lit("登记更正"), is_withdrawn=True).words()).item() == "登记更正"


@pytest.mark.parametrize(
    "declared", [{}, {"sets": {"status": becomes("E")}, "is_withdrawn": True}, {"is_withdrawn": True, "on": pl.lit(1)}]
)
def test_a_change_changes_one_thing(declared):
    with pytest.raises(ValueError, match="expected one of sets, is_withdrawn, on"):
        Change("什么都没变", **declared)
