"""RK-05: a grown-up child whose studies ended longer ago than the time to look for a job (here 24 months)."""

from datetime import date

import pytest

ADULT, EIGHTEEN_TODAY, EIGHTEEN_TOMORROW = "999999200001011234", "999999200809221234", "999999200809231234"
LIMIT = date(2024, 9, 22)


def studies(status="graduated", ended_on=date(2020, 6, 30), **more):
    return {"id_number": ADULT, "status": status, "ended_on": ended_on, "stage": "bachelor", "school": "某校"} | more


@pytest.fixture
def found(found_by, with_values):
    def judge(rows, id_number=ADULT, relation="20", months=24):
        roster = [{}, {"id_number": id_number, "relation": relation}]
        rows = [{**one, "id_number": id_number} for one in rows]
        return found_by("RK-05", "students", rows, roster, policy=with_values(job_seeking_months=months))

    return judge


def outcome_of(findings):
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([studies()], "flagged"),
        ([studies(ended_on=date(2024, 9, 21))], "flagged"),
        ([studies(ended_on=LIMIT)], None),
        ([studies(ended_on=date(2027, 6, 30))], None),
        ([studies("completed")], "flagged"),
        ([studies("withdrawn")], "flagged"),
        ([studies("enrolled", None)], None),
        ([studies("suspended", None)], None),
        ([studies(), studies("enrolled", None, stage="master")], None),
        ([studies(), studies("enrolled", None, study_form="part_time")], "flagged"),
        ([studies(study_form="part_time")], None),
        ([studies(ended_on=None)], "undetermined"),
        ([studies("unknown")], "undetermined"),
        ([studies(None)], "undetermined"),
        ([studies("unknown", LIMIT)], None),
        ([studies(), studies(ended_on=None)], "undetermined"),
        ([studies(), studies(ended_on=LIMIT)], None),
        ([studies(), studies("unknown", None)], "undetermined"),
        ([studies(study_form="unknown")], "flagged"),
    ],
)
def test_studies(found, rows, outcome):
    assert outcome_of(found(rows)) == outcome


@pytest.mark.parametrize(
    ("id_number", "outcome"), [(ADULT, "flagged"), (EIGHTEEN_TODAY, "flagged"), (EIGHTEEN_TOMORROW, None)]
)
def test_grown_up(found, id_number, outcome):
    assert outcome_of(found([studies()], id_number)) == outcome


@pytest.mark.parametrize(
    ("relation", "outcome"),
    [("20", "flagged"), ("30", "flagged"), ("10", None), ("40", None), ("unknown", None), (None, None)],
)
def test_only_children_of_the_head(found, relation, outcome):
    assert outcome_of(found([studies()], relation=relation)) == outcome


@pytest.mark.parametrize(
    ("ended_on", "outcome"), [(date(2020, 6, 30), "undetermined"), (None, "undetermined"), (date(2027, 1, 1), None)]
)
def test_an_unset_period_leaves_it_open(found, ended_on, outcome):
    findings = found([studies(ended_on=ended_on)], months=None)
    assert outcome_of(findings) == outcome
    assert all("未设置择业期" in one["statement"] and one["fact_date"] is None for one in findings)


def test_one_finding_from_the_latest_end(found):
    rows = [studies(ended_on=date(2022, 6, 30), school="甲校"), studies(school="乙校", name="王五")]
    (one,) = found(rows)
    assert (one["record_key"], one["fact_date"], one["grade"]) == ("study", date(2024, 7, 1), "B")
    assert "甲校" in one["statement"]
    assert one["action"] == "VERIFY"
