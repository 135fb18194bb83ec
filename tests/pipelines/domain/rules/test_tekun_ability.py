"""TK-03 and TK-06: tekun by disability or age, to the day and the degree."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.domain.judge import judge_feed


def person(born: str, **more):
    return {"id_number": f"500117{born}0012", "benefit": "tekun_scattered", **more}


GROWN = person("19900101")


@pytest.fixture
def found(found_by):
    """Outcome of a rule for one person with tekun and certificates, None where it finds nothing."""

    def find(rule_id, one, certificates=(), students=None, **changes):
        own = {"id_number": one["id_number"]}
        beside = {} if certificates is None else {"disability": [own | row for row in certificates]}
        beside |= {} if students is None else {"students": [own | row for row in students]}
        findings = found_by(rule_id, "roster", [one], [one], beside=beside, **changes)
        assert len(findings) <= 1
        return findings[0] if findings else None

    return find


def outcome(finding):
    return None if finding is None else finding["outcome"]


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        ("intellectual", "level_3", None),
        ("intellectual", "level_4", "flagged"),
        ("mental", "level_3", None),
        ("mental", "level_4", "flagged"),
        ("physical", "level_2", None),
        ("physical", "level_3", "flagged"),
        ("visual", "level_1", None),
        ("visual", "level_2", "flagged"),
        ("hearing", "level_1", "flagged"),
        ("speech", "level_1", "flagged"),
        ("multiple", "level_3", "undetermined"),
        ("multiple", "level_4", "flagged"),
        (None, "level_1", "undetermined"),
        ("physical", None, "undetermined"),
        ("physical", "unknown", "undetermined"),
    ],
)
def test_the_list_of_types_and_degrees(found, kind, level, expected):
    assert outcome(found("TK-03", GROWN, [{"disability_type": kind, "level": level}])) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "cancelled"}, "flagged"),
        ({"status": "frozen"}, "flagged"),
        ({"status": None}, "undetermined"),
        ({"expires_on": date(2026, 9, 21)}, "flagged"),
        ({"expires_on": date(2026, 9, 22)}, None),
    ],
)
def test_only_a_certificate_in_force_counts(found, change, expected):
    assert outcome(found("TK-03", GROWN, [change])) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("20100922", "exempt"),
        ("20100923", None),
        ("20080923", "exempt"),
        ("20080922", "flagged"),
        ("19660923", "flagged"),
        ("19660922", None),
        ("19400101", None),
    ],
)
def test_from_sixteen_to_fifty_nine(found, born, expected):
    assert outcome(found("TK-03", person(born))) == expected


def test_no_certificate_is_flagged_where_the_feed_was_asked(found):
    finding = found("TK-03", GROWN)
    assert (finding["outcome"], finding["action"], finding["record_key"]) == ("flagged", "VERIFY", "disability")
    assert "年龄在16至59周岁，未见残疾人证" in finding["statement"]
    assert finding["basis"].startswith("民发〔2021〕43号第五条")


def test_whom_the_feed_was_not_asked_about_is_open(night_of, everything):
    policy = replace(everything, rules={"TK-03": replace(everything.rule("TK-03"), is_on=True)})
    night = night_of("roster", [GROWN], [GROWN], beside={"disability": []}, policy=policy)
    night = replace(night, not_queried={"disability": pl.DataFrame({"id_number": [GROWN["id_number"]]})})
    (finding,) = judge_feed("roster", night, b"s").to_dicts()
    assert finding["outcome"] == "undetermined"
    assert "未查询残疾人证" in finding["statement"]


def test_without_the_feed_or_outside_tekun_there_is_nothing(found):
    assert found("TK-03", GROWN, None) is None
    assert found("TK-03", GROWN | {"covered": "no"}) is None
    assert found("TK-03", GROWN | {"benefit": "dibao_rural"}) is None


ORPHAN = person("20080922", approved_month=date(2015, 1, 1))
IN_SCHOOL = {"stage": "vocational", "status": "enrolled"}


@pytest.mark.parametrize(
    ("born", "approved", "rule"),
    [
        ("20080922", date(2015, 1, 1), "TK-06"),
        ("20080922", date(2026, 9, 1), "TK-06"),
        ("20080822", date(2026, 9, 1), "TK-03"),
        ("20080922", None, "TK-03"),
        ("20080923", date(2015, 1, 1), None),
    ],
)
def test_who_came_as_a_minor_is_asked_about_school(found, born, approved, rule):
    one = person(born, approved_month=approved)
    for rule_id in ("TK-03", "TK-06"):
        finding = found(rule_id, one, students=[])
        assert (outcome(finding) == "flagged") is (rule_id == rule)


@pytest.mark.parametrize(
    ("students", "expected"),
    [
        ([], "flagged"),
        ([IN_SCHOOL], None),
        ([IN_SCHOOL | {"status": "suspended"}], None),
        ([IN_SCHOOL | {"stage": "senior"}], None),
        ([IN_SCHOOL | {"stage": "bachelor"}], "flagged"),
        ([IN_SCHOOL | {"status": "graduated"}], "flagged"),
        ([IN_SCHOOL | {"status": "unknown"}], "undetermined"),
        ([IN_SCHOOL | {"stage": None}], "undetermined"),
        ([IN_SCHOOL | {"study_form": "part_time"}], "flagged"),
        ([IN_SCHOOL | {"status": "graduated", "stage": "junior"}, IN_SCHOOL], None),
        (None, "undetermined"),
    ],
)
def test_a_grown_up_orphan_in_school_keeps_it(found, students, expected):
    assert outcome(found("TK-06", ORPHAN, students=students)) == expected


def test_a_grown_up_orphan_who_cannot_work_is_exempt(found):
    assert outcome(found("TK-06", ORPHAN, [{}], students=[])) == "exempt"
    assert outcome(found("TK-06", ORPHAN, [{"level": "level_3"}], students=[])) == "flagged"
    finding = found("TK-06", ORPHAN, None, students=[])
    assert "残疾人证数据缺失，未能核对是否因残疾无劳动能力" in finding["statement"]
    assert (finding["fact_date"], finding["action"]) == (date(2026, 9, 22), "VERIFY")
