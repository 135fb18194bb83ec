"""TK-04 and TK-05: who may have to support somebody with tekun."""

from datetime import date

import pytest

TEKUN = {"benefit": "tekun_scattered"}
OBLIGOR = {"obligor_id_number": "500117198001010012"}
MEANS = {"id_number": OBLIGOR["obligor_id_number"], "name": "张小"}
JOB = MEANS | {"insurance_type": "employee", "enrol_status": "active"}
MARRIED = {"event_on": date(2026, 9, 1)}
REVIEWED = TEKUN | {"last_review_on": date(2026, 8, 31)}


def outcome(findings):
    assert len(findings) <= 1
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"social_insurance": [JOB]}, "flagged"),
        ({"social_insurance": [JOB | {"enrol_status": "terminated", "benefit_status": "paying"}]}, "flagged"),
        ({"social_insurance": [JOB | {"insurance_type": "resident"}]}, None),
        ({"social_insurance": [JOB | {"enrol_status": None}]}, None),
        ({"housing_fund": [MEANS]}, "flagged"),
        ({"housing_fund": [MEANS | {"status": "sealed"}]}, None),
        ({"business": [MEANS]}, "flagged"),
        ({"business": [MEANS | {"role": "officer"}]}, None),
        ({"business": [MEANS | {"status": "closed"}]}, None),
        ({"social_insurance": [JOB], "death": [MEANS]}, None),
        ({"social_insurance": [JOB], "custody": [MEANS]}, None),
        ({}, None),
    ],
)
def test_signs_of_means(found_by, beside, expected):
    assert outcome(found_by("TK-04", "obligors", [OBLIGOR], [TEKUN], beside=beside)) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [("20080922", "flagged"), ("20080923", None), ("19560923", "flagged"), ("19560922", "undetermined")],
)
def test_the_age_of_the_obligor(found_by, born, expected):
    number = f"500117{born}0012"
    beside = {"housing_fund": [MEANS | {"id_number": number}]}
    found = found_by("TK-04", "obligors", [{"obligor_id_number": number}], [TEKUN], beside=beside)
    assert outcome(found) == expected
    assert all(number not in str(one) for one in found)


def test_one_finding_names_every_obligor_and_it_ships_off(found_by, everything):
    second = {"obligor_id_number": "500117198501010013", "obligor_name": "张二"}
    beside = {"social_insurance": [JOB], "housing_fund": [MEANS, MEANS | {"id_number": second["obligor_id_number"]}]}
    (found,) = found_by("TK-04", "obligors", [OBLIGOR, second], [TEKUN], beside=beside)
    assert "张小：公积金在缴、职工养老保险在缴或领取待遇；张二：公积金在缴" in found["statement"]
    assert found["record_key"] == "obligors"
    assert not everything.is_rule_on("TK-04")
    for roster in (TEKUN | {"covered": "no"}, {"benefit": "dibao_urban"}):
        assert found_by("TK-04", "obligors", [OBLIGOR], [roster], beside=beside) == []


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (REVIEWED, "flagged"),
        (TEKUN | {"last_review_on": date(2026, 9, 1)}, None),
        (TEKUN | {"approved_month": date(2026, 8, 1)}, "flagged"),
        (TEKUN | {"approved_month": date(2026, 9, 1)}, None),
        (TEKUN | {"approved_month": date(2020, 1, 1), "last_review_on": date(2026, 9, 2)}, None),
        (TEKUN, "undetermined"),
        (REVIEWED | {"covered": "no"}, None),
        (REVIEWED | {"benefit": "dibao_urban"}, None),
    ],
)
def test_a_marriage_after_the_last_review(found_by, roster, expected):
    assert outcome(found_by("TK-05", "marriage", [MARRIED], [roster])) == expected


@pytest.mark.parametrize(
    ("marriage", "beside", "expected"),
    [
        (MARRIED | {"event": "divorced"}, {}, None),
        (MARRIED | {"event": "unknown"}, {}, None),
        (MARRIED | {"event_on": date(2026, 9, 23)}, {}, None),
        (MARRIED | {"spouse_id_number": None}, {}, "flagged"),
        (MARRIED, {"death": [{"id_number": "S1", "name": "王五"}]}, "exempt"),
    ],
)
def test_a_living_spouse_by_marriage_alone(found_by, marriage, beside, expected):
    assert outcome(found_by("TK-05", "marriage", [marriage], [REVIEWED], beside=beside)) == expected


def test_a_spouse_whom_the_roster_knows_is_not_new(found_by):
    spouse = REVIEWED | {"id_number": "S1", "name": "王五", "relation": "10"}
    assert found_by("TK-05", "marriage", [MARRIED], [REVIEWED, spouse]) == []


def test_the_finding_tells_both_days(found_by):
    (found,) = found_by("TK-05", "marriage", [MARRIED], [REVIEWED])
    assert (found["fact_date"], found["record_key"], found["action"]) == (date(2026, 9, 1), "2026-09-01", "VERIFY")
    assert "于2026-09-01登记结婚，晚于最近复核或批准的2026-08-31" in found["statement"]
    assert "未能核对是否丧偶" in found["statement"]
