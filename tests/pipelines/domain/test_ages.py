"""Ages from ID numbers, to the day."""

from datetime import date

import polars as pl
import pytest

from pipelines.domain.ages import birthday, born_on, has_reached

AS_OF = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("number", "born"),
    [("500117200809220012", date(2008, 9, 22)), ("500117200813010012", None), ("P1", None), (None, None)],
)
def test_the_number_tells_the_birth_date(number, born):
    assert pl.select(born_on(pl.lit(number, dtype=pl.String))).item() == born


@pytest.mark.parametrize(
    ("born", "reached"),
    [(date(2008, 9, 22), True), (date(2008, 9, 23), False), (date(2008, 9, 21), True), (None, None)],
)
def test_an_age_is_reached_on_the_birthday(born, reached):
    day = pl.lit(born, dtype=pl.Date)
    assert pl.select(has_reached(day, 18, AS_OF)).item() is reached
    assert pl.select(birthday(day, 18)).item() == (born and date(2026, born.month, born.day))
