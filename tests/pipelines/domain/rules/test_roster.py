"""LC-01 and LC-02: deadlines that ran out, to the day."""

from datetime import date

import pytest

WIFE = {"id_number": "P2", "name": "李四", "relation": "10"}
REVIEWED = {"last_review_on": date(2026, 9, 1)}


def only(findings, rule_id):
    return [one for one in findings if one["rule_id"] == rule_id]


@pytest.mark.parametrize(
    ("reviewed", "outcome", "fact_date"),
    [
        (date(2025, 9, 22), None, None),
        (date(2025, 9, 21), "flagged", date(2026, 9, 22)),
        (date(2024, 2, 29), "flagged", date(2025, 3, 1)),
        (date(2025, 1, 31), "flagged", date(2026, 2, 1)),
        (date(2026, 9, 23), None, None),
        (None, "undetermined", None),
    ],
)
def test_a_review_within_twelve_months(judged, reviewed, outcome, fact_date):
    found = only(judged("roster", [], [{"last_review_on": reviewed}]), "LC-01")
    told = [(one["outcome"], one["action"], one["grade"], one["record_key"], one["fact_date"]) for one in found]
    assert told == ([(outcome, "VERIFY", "A", "H1", fact_date)] if outcome else [])


@pytest.mark.parametrize(
    ("second", "outcomes"),
    [
        ({"last_review_on": date(2026, 1, 1)}, []),
        ({"last_review_on": None}, ["flagged"]),
        ({"last_review_on": date(2026, 1, 1), "status": "stopped"}, ["flagged"]),
    ],
)
def test_the_latest_review_of_an_active_row_counts(judged, second, outcomes):
    found = only(judged("roster", [], [{"last_review_on": date(2025, 1, 1)}, WIFE | second]), "LC-01")
    assert [one["outcome"] for one in found] == outcomes


@pytest.mark.parametrize(
    ("grace_to", "fact_date"),
    [
        (date(2026, 9, 21), date(2026, 9, 22)),
        (date(2026, 9, 22), None),
        (date(2026, 8, 31), date(2026, 9, 1)),
        (None, None),
    ],
)
def test_a_grace_period_that_has_ended(judged, grace_to, fact_date):
    found = only(judged("roster", [], [REVIEWED | {"grace_from": date(2026, 3, 1), "grace_to": grace_to}]), "LC-02")
    told = [(one["outcome"], one["action"], one["record_key"], one["fact_date"]) for one in found]
    assert told == ([("flagged", "VERIFY", "H1", fact_date)] if fact_date else [])


def test_the_latest_grace_period_counts(judged):
    first = REVIEWED | {"grace_to": date(2026, 1, 31)}
    assert only(judged("roster", [], [first, WIFE | {"grace_to": date(2026, 12, 31)}]), "LC-02") == []
    stopped = WIFE | {"grace_to": date(2026, 12, 31), "status": "stopped"}
    assert len(only(judged("roster", [], [first, stopped]), "LC-02")) == 1


def test_the_person_is_the_head_and_the_household_has_one_finding(judged):
    roster = [{"relation": "20"}, WIFE | {"relation": "02"}]
    (found,) = only(judged("roster", [], roster), "LC-01")
    assert (found["id_number"], found["name"], found["feed"], found["source_file"]) == (
        "P2",
        "李四",
        "roster",
        "roster.csv",
    )
    assert (found["source_row"], found["outcome"]) == (3, "undetermined")


def test_a_household_that_is_out_of_scope_is_left_alone(judged):
    assert judged("roster", [], [{"status": "stopped"}]) == []


def test_the_fingerprint_is_the_date(judged):
    first, same, other = (
        only(judged("roster", [], [{"last_review_on": day, "name": name}]), "LC-01")[0]["fingerprint"]
        for day, name in [(date(2025, 1, 1), "张三"), (date(2025, 1, 1), "张叁"), (date(2025, 1, 2), "张三")]
    )
    assert first == same != other
