"""Nights side by side: which of them are shown, what gates of one kind come to, and manifests that keep less."""

from typing import Any

import pytest

from pipelines.domain.health_history import (
    Fate,
    NightAccount,
    feed_nights,
    gate_grid,
    gate_kind,
    gate_status,
    in_order,
    last_nights,
    spoke,
    with_delta,
)


def night(day: int, fate: Fate = "published", **manifest: Any) -> NightAccount:
    return NightAccount({"as_of": f"2026-09-{day:02d}", **manifest}, fate)


def gate(kind: str, status: str = "passed") -> dict[str, Any]:
    return {"name": kind, "kind": kind, "passed": status != "failed", "status": status}


def test_one_night_a_date_is_shown_and_a_published_one_before_a_held_one() -> None:
    first, again, held = night(1, run=1), night(1, run=2), night(2, "held", run=3)
    assert last_nights([held, first, again]) == [again, held]
    released = night(2, "released", run=4)
    assert last_nights([released, held]) == [released]
    assert last_nights([held, released]) == [released]
    assert [one.as_of[-2:] for one in last_nights([night(day) for day in range(1, 32)])][:2] == ["02", "03"]
    assert last_nights([]) == []


@pytest.mark.parametrize(
    ("told", "kind", "status"),
    [
        ({"name": "night_books", "passed": True}, "books", "passed"),
        ({"name": "books_balance", "passed": False}, "books", "failed"),
        ({"name": "vehicle_books", "kind": "feed_books", "passed": True, "status": "passed"}, "books", "passed"),
        ({"name": "CL-01_breaker", "kind": "breaker", "passed": True, "status": "no_history"}, "breaker", "no_history"),
    ],
)
def test_a_gate_has_a_kind_and_a_status_also_where_only_its_name_was_kept(
    told: dict[str, Any], kind: str, status: str
) -> None:
    assert (gate_kind(told), gate_status(told)) == (kind, status)


def test_a_failed_gate_speaks_for_its_kind() -> None:
    gates = [gate("breaker"), gate("breaker", "failed"), gate("feed_rows", "no_history"), gate("feed_rows", "too_few")]
    kinds, rows = gate_grid([night(1, gates=[gate("night_books"), gate("mine")]), night(2, "held", gates=gates)])
    assert kinds == ["books", "feed_rows", "breaker", "mine"]
    assert {kind: cell.status for kind, cell in rows[0].cells.items()} == {"books": "passed", "mine": "passed"}
    assert {kind: cell.status for kind, cell in rows[1].cells.items()} == {"breaker": "failed", "feed_rows": "too_few"}
    assert rows[1].cells["breaker"].counts == {"passed": 1, "failed": 1}
    assert rows[1].fate == "held"


def test_feeds_are_told_night_by_night_and_one_that_never_came_is_left_out() -> None:
    fresh = {"status": "fresh", "kept": 90, "quarantined": 2, "age_days": 1}
    away = {"status": "absent", "kept": 0, "quarantined": 0}
    rows = {"vehicle": {"rows": 120, "matched_persons": 7}}
    told = feed_nights(
        [
            night(1, feeds={"vehicle": fresh, "death": away}),
            night(2, feeds={"vehicle": fresh, "roster": fresh, "death": away}, metrics={"feeds": rows}),
            night(3, feeds={"vehicle": {"status": "stale", "kept": 90, "age_days": 60}}),
        ]
    )
    assert list(told) == ["roster", "vehicle"]
    assert [(one.status, one.rows, one.matched) for one in told["vehicle"]] == [
        ("fresh", 90, None), ("fresh", 120, 7), ("stale", None, None)
    ]  # fmt: skip
    assert [one.rows for one in told["roster"]] == [None, 90, None]


def test_a_rule_is_told_beside_the_night_before_where_that_knows_it() -> None:
    tonight = {"health": {"rules": [{"rule_id": "CL-01", "flagged": 5}, {"rule_id": "CL-02", "flagged": 1}]}}
    before = {"health": {"rules": [{"rule_id": "CL-01", "flagged": 7}]}}
    assert [(one["was_flagged"], one["delta"]) for one in with_delta(tonight, before)] == [(7, -2), (None, None)]
    assert [one["delta"] for one in with_delta(tonight, {"as_of": "2026-09-01"})] == [None, None]
    assert with_delta({}, None) == []


def test_a_rule_that_only_looked_says_nothing() -> None:
    assert not spoke({"households_clear": 50, "households_in_scope": 50})
    assert spoke({"resolved": 1})
    assert spoke({"suppressed": 1})


def test_states_stand_in_the_order_of_the_work() -> None:
    states = {"归档": 1, "已反馈": 2, "以后的": 5, "待下发": 3, "待核查": 4}
    assert list(in_order(states).items()) == [
        ("待下发", 3), ("待核查", 4), ("已反馈", 2), ("归档", 1), ("以后的", 5)
    ]  # fmt: skip
