"""Each gate at its limit, just beyond it, and where there is nothing or too little to judge by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.gate_history import History, history_of, metrics_of
from pipelines.domain.gate_judgement import (
    breaker_gate,
    fields_beyond,
    fill_gate,
    gates_by_history,
    match_gate,
    rows_gate,
    towns_beyond,
)
from pipelines.domain.gates import FeedMetrics, Gate, Limits, NightMetrics

LIMITS = Limits(
    roster_band=Fraction("0.2"),
    feed_band=Fraction("0.3"),
    match_band=Fraction("0.5"),
    fill_points=Fraction(10),
    breaker_multiple=Fraction(3),
    breaker_excess=Fraction(50),
    smallest=Fraction(20),
    nights=7,
)
STRICT = replace(LIMITS, smallest=Fraction(0))


def rows(tonight: int, past: Sequence[int], limits: Limits = LIMITS) -> Gate:
    return rows_gate("roster_rows", "roster_rows", tonight, past, limits.roster_band, limits)


def feed(matched: int | None = None, persons: int | None = None, day: int = 1, **fill: str) -> FeedMetrics:
    shares = {name: Fraction(share) for name, share in fill.items()}
    return FeedMetrics((f"2026-09-{day:02d}", "ab"), 1000, matched, persons, shares)


@pytest.mark.parametrize(
    ("tonight", "past", "status"),
    [
        (800, [1000], "passed"),  # exactly 20 % fewer
        (799, [1000], "failed"),
        (1200, [1000], "passed"),
        (1201, [1000], "failed"),
        (0, [1000], "failed"),
        (80, [100], "passed"),
        (79, [100], "failed"),  # by 21 rows
        (72, [91], "too_few"),  # by 19 rows
        (71, [91], "failed"),  # by 20 rows
        (1000, [], "no_history"),
        (1000, [1000, 1000, 2000, 2000], "failed"),  # the median of an even number is their middle: 1500
        (1200, [1000, 1000, 2000, 2000], "passed"),
        (1000, [100, 1000, 5000], "passed"),
        (25, [0], "failed"),
        (19, [0], "too_few"),
        (0, [0], "passed"),
    ],
)
def test_rows_against_their_median(tonight: int, past: list[int], status: str) -> None:
    gate = rows(tonight, past)
    assert gate.status == status
    assert gate.passed == (status != "failed")


def test_a_gate_says_what_it_found_by_how_much_and_the_limit() -> None:
    gate = rows(7500, [10000] * 7)
    assert gate.detail == "7,500 行，此前 7 次中位数 10,000，变动 -25.0%，允许 ±20%"
    assert gate.numbers == {"observed": 7500, "median": 10000, "limit": 0.2, "nights": 7}
    assert gate.told() == {
        "name": "roster_rows",
        "kind": "roster_rows",
        "passed": False,
        "status": "failed",
        "detail": gate.detail,
        "attribution": "",
        "can_be_released": True,
        "numbers": dict(gate.numbers),
    }


def test_books_and_canaries_cannot_be_released() -> None:
    assert not Gate("night_books", passed=False, detail="").can_be_released
    assert not Gate("canaries", passed=False, detail="").can_be_released
    assert Gate("canaries", passed=False, detail="").status == "failed"


@pytest.mark.parametrize(
    ("matched", "status"),
    [(100, "passed"), (99, "failed"), (300, "passed"), (301, "failed"), (None, "no_history")],
)
def test_the_match_rate_against_a_share_of_its_median(matched: int | None, status: str) -> None:
    past = [feed(200, 1000, day) for day in range(2, 5)]
    assert match_gate("vehicle_match_rate", feed(matched, 1000), past, LIMITS).status == status


def test_a_third_is_compared_exactly() -> None:
    past = [feed(2, 3)]
    assert match_gate("g", feed(1, 3), past, STRICT).status == "passed"
    assert match_gate("g", feed(333, 1000), past, STRICT).status == "failed"


def test_a_match_rate_that_rests_on_few_persons_does_not_hold() -> None:
    assert match_gate("g", feed(20, 1000), [feed(39, 1000)], STRICT).status == "passed"
    assert match_gate("g", feed(19, 1000), [feed(38, 1000)], LIMITS).status == "passed"
    assert match_gate("g", feed(18, 1000), [feed(37, 1000)], LIMITS).status == "too_few"
    assert match_gate("g", feed(17, 1000), [feed(37, 1000)], LIMITS).status == "failed"
    assert match_gate("g", feed(0, 0), [feed(37, 1000)], LIMITS).status == "no_history"
    assert match_gate("g", feed(5, 100), [feed(None, 100)], LIMITS).status == "no_history"


@pytest.mark.parametrize(
    ("share", "status"),
    [("0.85", "passed"), ("0.849999", "failed"), ("0.96", "passed"), ("1", "passed"), ("0", "failed")],
)
def test_the_fill_of_a_required_field_may_fall_by_ten_points(share: str, status: str) -> None:
    past = [feed(day=2, status="0.95"), feed(day=3, status="0.95")]
    assert fill_gate("vehicle_fill", feed(status=share), past, LIMITS).status == status


def test_of_several_fields_the_worst_is_told_and_the_others_are_named() -> None:
    past = [feed(day=2, plate_no="1", status="1", owner="1")]
    tonight = feed(plate_no="0.8", status="0.5", owner="0.95")
    gate = fill_gate("vehicle_fill", tonight, past, LIMITS)
    assert gate.detail == (
        "status 填报率 50%（共 1,000 行），此前 1 期中位数 100%，变动 -50.0 个百分点，允许下降 10 个百分点；"
        "另有超限：plate_no"
    )
    assert fields_beyond(tonight, past, LIMITS) == ["status", "plate_no"]


def test_a_field_without_history_or_without_rows_is_not_judged() -> None:
    assert fill_gate("g", feed(status="0.1"), [], LIMITS).status == "no_history"
    assert fill_gate("g", feed(status="0.1"), [feed(use="1")], LIMITS).status == "no_history"
    assert fill_gate("g", feed(), [feed(status="1")], LIMITS).status == "no_history"


def test_a_fill_that_rests_on_few_rows_does_not_hold() -> None:
    tonight = replace(feed(status="0.8"), rows=99)
    assert fill_gate("g", tonight, [feed(status="1")], LIMITS).status == "too_few"
    assert fill_gate("g", replace(tonight, rows=100), [feed(status="1")], LIMITS).status == "failed"


@pytest.mark.parametrize(
    ("tonight", "past", "status"),
    [
        (90, [30], "passed"),  # exactly three times
        (91, [30], "failed"),
        (50, [0], "passed"),  # exactly fifty above
        (51, [0], "failed"),
        (70, [20], "passed"),
        (71, [20], "failed"),
        (60, [10], "passed"),  # six times, fifty above
        (200, [100], "passed"),  # twice, a hundred above
        (0, [100], "passed"),  # fewer flags never trip
        (51, [], "no_history"),
    ],
)
def test_the_breaker_trips_above_the_multiple_and_the_excess(tonight: int, past: list[int], status: str) -> None:
    gate = breaker_gate("CL-01", {"甲镇": tonight}, [{"甲镇": number} for number in past], LIMITS)
    assert gate.status == status
    assert towns_beyond({"甲镇": tonight}, [{"甲镇": number} for number in past], LIMITS) == (
        ["甲镇"] if status == "failed" else []
    )


def test_the_breaker_looks_at_each_town_and_one_without_flags_had_none() -> None:
    past: list[Mapping[str, int]] = [{"甲镇": 400}, {}, {}]
    gate = breaker_gate("CL-01", {"甲镇": 60, "乙镇": 51, "": 52}, past, LIMITS)
    assert gate.detail == (
        "甲镇疑点 60 条（各镇街共 163 条），此前 3 次中位数 0 条，超过中位数 3 倍且多出 50 条以上即熔断；"
        "另有超限：（未填）、乙镇"
    )
    assert breaker_gate("CL-01", {}, past, LIMITS).passed


def test_without_a_limit_a_gate_says_so_and_holds_nothing() -> None:
    none = replace(LIMITS, roster_band=None, match_band=None, fill_points=None, breaker_excess=None)
    gates = [
        rows(1, [1000], none),
        match_gate("g", feed(1, 1000), [feed(1000, 1000)], none),
        fill_gate("g", feed(status="0"), [feed(status="1")], none),
        breaker_gate("CL-01", {"甲镇": 1000}, [{}], none),
    ]
    assert {(one.passed, one.detail) for one in gates} == {(True, "未判断：政策未设此项限值")}


@given(past=st.lists(st.integers(0, 10**7), min_size=1, max_size=9), tonight=st.integers(0, 2 * 10**7))
def test_rows_hold_exactly_where_they_leave_the_band(past: list[int], tonight: int) -> None:
    ordered = sorted(past)
    twice = ordered[(len(past) - 1) // 2] + ordered[len(past) // 2]  # the median, doubled: whole numbers throughout
    assert rows(tonight, past, STRICT).passed == (4 * twice <= 10 * tonight <= 6 * twice)


def night(day: int, roster: int | None = 1000, mark: str = "a", **flagged: Mapping[str, int]) -> NightMetrics:
    vehicle = FeedMetrics((f"2026-08-{day:02d}", mark), 100 * day, 5, 100, {})
    return NightMetrics(f"2026-09-{day:02d}", roster, {"vehicle": vehicle}, flagged)


def test_seven_nights_count_and_an_eighth_does_not() -> None:
    nights = [night(day, roster=day) for day in range(9, 0, -1)]
    history = History(nights, 7)
    assert history.roster_rows == [9, 8, 7, 6, 5, 4, 3]
    assert [one.rows for one in history.of_feed("vehicle", ("", ""))] == [900, 800, 700, 600, 500, 400, 300]


def test_a_snapshot_counts_once_and_tonights_own_not_at_all() -> None:
    monthly = [
        replace(night(day), feeds={"vehicle": night(1 if day < 5 else 2).feeds["vehicle"]}) for day in (9, 8, 4, 3)
    ]
    assert [one.rows for one in History(monthly, 7).of_feed("vehicle", ("", ""))] == [200, 100]
    assert [one.rows for one in History(monthly, 1).of_feed("vehicle", ("2026-08-02", "a"))] == [100]
    assert [one.rows for one in History(monthly, 7).of_feed("vehicle", ("2026-08-02", "b"))] == [200, 100]
    assert History(monthly, 7).of_feed("property", ("", "")) == []
    assert History(monthly, 0).of_feed("vehicle", ("", "")) == []


def test_a_rule_that_was_not_assessed_gives_no_history() -> None:
    nights = [night(3, CL={"甲镇": 3}), night(2, SB={}), night(1, CL={})]
    assert History(nights, 7).of_rule("CL") == [{"甲镇": 3}, {}]
    assert History(nights, 2).of_rule("CL") == [{"甲镇": 3}], "nights count, whether the rule was assessed or not"


TOLD = {
    "as_of": "2026-09-02",
    "metrics": {
        "roster_rows": 9,
        "feeds": {
            "roster": {
                "snapshot_date": "2026-09-02",
                "checksum": "aa",
                "rows": 9,
                "matched_persons": None,
                "persons": None,
                "match_rate": None,
                "fill": {"town": 0.333333, "name": None},
            }
        },
        "flagged": {"CL-01": {"甲镇": 1}},
    },
}


def test_metrics_are_read_from_an_account_as_they_were_written() -> None:
    metrics = metrics_of(TOLD)
    assert metrics == NightMetrics(
        "2026-09-02",
        9,
        {"roster": FeedMetrics(("2026-09-02", "aa"), 9, None, None, {"town": Fraction("0.333333")})},
        {"CL-01": {"甲镇": 1}},
    )
    older = {"as_of": "2026-09-01"}
    assert history_of([older, TOLD], 7).nights == [metrics], "an account from before metrics were kept tells nothing"


def test_every_gate_of_a_night_has_its_own_name() -> None:
    tonight = night(9, CL={"甲镇": 1}, SB={})
    names = [one.name for one in gates_by_history(tonight, History([], 7), LIMITS)]
    assert names == ["roster_rows", "vehicle_rows", "vehicle_match_rate", "vehicle_fill", "CL_breaker", "SB_breaker"]
    told = metrics_of(TOLD)
    assert told is not None
    assert [one.name for one in gates_by_history(told, History([told], 7), LIMITS)] == [
        "roster_rows",
        "roster_fill",
        "CL-01_breaker",
    ]


def test_what_a_person_released_does_not_hold_the_nights_after() -> None:
    released = replace(night(7, roster=750, CL={"甲镇": 400}), released=frozenset({"roster_rows", "CL_breaker"}))
    history = History([released, *(night(day, CL={"甲镇": 100}) for day in range(6, 0, -1))], 7)

    def judged(roster: int, flagged: int, past: History = history) -> dict[str, Gate]:
        return {one.name: one for one in gates_by_history(night(8, roster, CL={"甲镇": flagged}), past, LIMITS)}

    same = judged(750, 400)
    assert same["roster_rows"].passed
    assert same["CL_breaker"].passed
    assert same["roster_rows"].detail == (
        "750 行，此前 1 次中位数 750，变动 +0.0%，允许 ±20%；按 2026-09-07 放行以来的各次判断"
    )
    assert judged(1000, 100)["roster_rows"].passed, "back to what it was before is no surprise either"
    assert not judged(599, 100)["roster_rows"].passed, "20 % below what was released"
    assert not judged(750, 1201)["CL_breaker"].passed
    unreleased = History([replace(released, released=frozenset()), *history.nights[1:]], 7)
    assert not judged(750, 400, unreleased)["roster_rows"].passed


def test_a_snapshot_that_was_released_is_not_held_again() -> None:
    feeds = {"vehicle": FeedMetrics(("2026-09-05", "b"), 5000, 5, 100, {})}
    released = replace(night(7), feeds=feeds, released=frozenset({"vehicle_rows"}))
    tonight = replace(night(8), feeds=feeds)
    history = History([released, *(night(day) for day in range(6, 0, -1))], 7)
    gates = {one.name: one for one in gates_by_history(tonight, history, LIMITS)}
    assert gates["vehicle_rows"].passed
