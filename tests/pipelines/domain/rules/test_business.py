"""GS-01 and GS-02: every role with every registration state."""

from datetime import date

import pytest

STATES = ("active", "revoked", "revoked_closed", "closed", "annulled", "moved", "other", "unknown", None)


def expected(role: str | None, state: str | None) -> dict[str, str]:
    if role in {"operator", "legal_rep", "shareholder", "partner"}:
        return {
            "active": {"GS-01": "flagged"},
            "revoked": {"GS-02": "flagged"},
            "unknown": {"GS-01": "undetermined"},
            None: {"GS-01": "undetermined"},
        }.get(state, {})
    if role == "coop_member":
        return {"GS-01": "exempt"} if state == "active" else {}
    if role in {"unknown", None}:
        return {"GS-01": "undetermined"} if state in {"active", "unknown", None} else {}
    return {}


@pytest.mark.parametrize(
    "role", ["operator", "legal_rep", "shareholder", "partner", "coop_member", "officer", "unknown", None]
)
@pytest.mark.parametrize("state", STATES)
def test_roles_and_states(outcomes, role, state):
    assert outcomes("business", [{"role": role, "status": state}]) == expected(role, state)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({}, "C1/operator"),
        ({"uscc": None}, "店/operator"),
        ({"uscc": ""}, "店/operator"),
        ({"uscc": None, "entity_name": None}, "/operator"),
        ({"role": "unknown"}, "C1/unknown"),
        ({"role": None}, "C1/unknown"),
    ],
)
def test_the_record_key(judged, row, key):
    assert judged("business", [row])[0]["record_key"] == key


def test_actions_and_dates(judged):
    day = date(2020, 5, 1)
    found = judged(
        "business",
        [
            {"established_on": day},
            {"uscc": "C2", "status": "revoked", "established_on": day},
            {"uscc": "C3", "role": "coop_member", "name": "李四"},
        ],
    )
    assert [(one["rule_id"], one["action"], one["fact_date"], one["grade"]) for one in found] == [
        ("GS-01", "VERIFY", day, "A"),
        ("GS-01", "VERIFY", None, "B"),
        ("GS-02", "LEAD", None, "A"),
    ]


def test_an_exempt_member_of_a_cooperative_is_told_why(judged):
    (found,) = judged("business", [{"role": "coop_member"}])
    assert "合作社普通社员" in found["statement"]
    assert {"field": "exemption", "value": "属农民专业合作社普通社员", "op": "=", "threshold": ""} in found["evidence"]


@pytest.mark.parametrize(
    ("change", "differs"), [({"subscribed_capital": 20}, True), ({"established_on": date(2020, 1, 1)}, False)]
)
def test_the_fingerprint_moves_with_capital(judged, change, differs):
    before, after = (judged("business", [{"subscribed_capital": 10} | more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
