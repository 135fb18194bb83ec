"""What may go: every boundary of a period, what is needed, and the bytes that the disk really gets back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.policy import Parameter, PolicyError, PolicyInForce
from pipelines.domain.retention import (
    FEWEST_NIGHTS,
    NIGHTS_KEPT,
    PERIODS,
    Kind,
    Periods,
    Stored,
    StoredFile,
    bytes_freed,
    bytes_taken,
    last_dates,
    periods,
    retention_plan,
)

TODAY = date(2026, 9, 22)
KEPT = Periods({Kind.RAW: 90, Kind.WORKING: 30, Kind.PUBLISHED: None, Kind.HELD: 90, Kind.WORKBOOKS: 90}, 7)


def stored(kind: Kind, age: int, needed_for: str = "", inode: int = 1, links: int = 1, size: int = 10) -> Stored:
    return Stored(
        kind, f"{kind}-{age}-{inode}", TODAY - timedelta(age), (StoredFile((1, inode), links, size),), needed_for
    )


@pytest.mark.parametrize(
    ("kind", "age", "goes"),
    [
        (Kind.RAW, 89, False),
        (Kind.RAW, 90, False),
        (Kind.RAW, 91, True),
        (Kind.RAW, 0, False),
        (Kind.RAW, -3, False),  # a night of a date to come used it
        (Kind.WORKING, 30, False),
        (Kind.WORKING, 31, True),
        (Kind.HELD, 91, True),
        (Kind.WORKBOOKS, 91, True),
        (Kind.PUBLISHED, 10_000, False),  # no period is set: for ever
    ],
)
def test_a_thing_goes_on_the_day_after_its_period(kind: Kind, age: int, goes: bool) -> None:
    plan = retention_plan([stored(kind, age)], KEPT, TODAY)
    assert (len(plan.goes), len(plan.stays)) == (int(goes), int(not goes))


def test_what_is_needed_stays_however_old_it_is() -> None:
    plan = retention_plan([stored(Kind.RAW, 4000, "the next night needs it")], KEPT, TODAY)
    assert plan.goes == ()
    assert [why for _, why in plan.stays] == ["the next night needs it"]


def test_the_reason_names_age_and_period() -> None:
    [(_, why)] = retention_plan([stored(Kind.RAW, 91)], KEPT, TODAY).goes
    assert why == "last used 91 days ago, kept for 90"


def test_a_file_with_two_names_frees_nothing_before_both_have_gone() -> None:
    old, recent = stored(Kind.RAW, 91, inode=7, links=2), stored(Kind.RAW, 5, inode=7, links=2)
    assert retention_plan([old, recent], KEPT, TODAY).bytes_freed == 0
    assert bytes_freed([old, recent]) == 10
    # A third name that nobody told us of keeps it as well.
    assert bytes_freed([stored(Kind.RAW, 91, inode=8, links=3)] * 2) == 0


def test_a_file_with_two_names_takes_its_space_once() -> None:
    old, recent = stored(Kind.RAW, 91, inode=7, links=2), stored(Kind.RAW, 5, inode=7, links=2)
    assert bytes_taken([old, recent, stored(Kind.RAW, 5, inode=8)]) == 20
    assert bytes_taken([]) == 0


@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(-10, 400), st.booleans()), max_size=30))
def test_everything_either_goes_or_stays_and_nothing_that_is_needed_goes(
    drawn: list[tuple[Kind, int, bool]],
) -> None:
    things = [stored(kind, age, "needed" if needed else "", inode) for inode, (kind, age, needed) in enumerate(drawn)]
    plan = retention_plan(things, KEPT, TODAY)
    told = [one for one, _ in (*plan.goes, *plan.stays)]
    assert sorted(one.name for one in told) == sorted(one.name for one in things)
    assert not any(one.needed_for or one.kind == Kind.PUBLISHED for one, _ in plan.goes)
    assert plan.bytes_freed == 10 * len(plan.goes)


def test_the_last_dates_of_each_profile() -> None:
    days = [TODAY - timedelta(day) for day in (3, 1, 1, 2)]
    assert last_dates({"one": days, "none": []}, 2) == {
        "one": frozenset({TODAY - timedelta(1), TODAY - timedelta(2)}),
        "none": frozenset(),
    }


def in_force(**values: str | None) -> PolicyInForce:
    parameters = {
        name: Parameter(
            name=name,
            value=None if value is None else Decimal(value),
            unit="天",
            layer="national",
            valid_from=None,
            clause=None,
        )
        for name, value in values.items()
    }
    return PolicyInForce("test", TODAY, parameters, {}, {}, "0" * 16)


def test_periods_of_the_policy_and_those_that_are_unset() -> None:
    told = periods(in_force(retention_raw_days="90", retention_published_days=None, retention_nights_kept="7"))
    assert told.days[Kind.RAW] == 90
    assert told.days[Kind.PUBLISHED] is None
    assert told.days[Kind.WORKBOOKS] is None  # no layer says anything: for ever
    assert told.nights == 7


@pytest.mark.parametrize("value", ["1", None])
def test_the_last_night_and_the_one_before_it_always_keep_their_tables(value: str | None) -> None:
    assert periods(in_force(**{NIGHTS_KEPT: value})).nights == FEWEST_NIGHTS


@pytest.mark.parametrize("value", ["0", "0.5", "90.5"])
@pytest.mark.parametrize("name", [*PERIODS.values(), NIGHTS_KEPT])
def test_a_period_is_a_whole_number_of_days(name: str, value: str) -> None:
    with pytest.raises(
        PolicyError, match=rf"{name} on 2026-09-22: expected a whole number of 1 or more, found {value}"
    ):
        periods(in_force(**{name: value}))
