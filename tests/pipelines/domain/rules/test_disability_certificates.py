"""CJ-01 and CJ-04: a subsidy without its certificate, a certificate without its subsidy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipelines.domain.judge import judge_feed
from pipelines.domain.policy import Parameter

CARE = {"kind": "care"}


@pytest.fixture
def certificate(found_by):
    """Findings of a rule for one certificate and payments."""

    def find(rule_id, change=None, payments=({},), roster=({},), **more):
        beside = {"disability_subsidy": list(payments), **more.pop("beside", {})}
        return found_by(rule_id, "disability", [change or {}], list(roster), beside=beside, **more)

    return find


def outcome(findings):
    assert len(findings) <= 1
    return findings[0]["outcome"] if findings else None


def with_value(policy, **values):
    changed = {name: Parameter(name, Decimal(value), "", "test", None, None) for name, value in values.items()}
    return replace(policy, parameters={**policy.parameters, **changed})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"status": "cancelled"}, "flagged"),
        ({"status": "frozen"}, "flagged"),
        ({"status": None}, "undetermined"),
        ({"status": "unknown"}, "undetermined"),
        ({"expires_on": date(2026, 9, 22)}, None),
        ({"expires_on": date(2026, 9, 21)}, "flagged"),
        ({"expires_on": date(2026, 9, 21), "status": None}, "flagged"),
        ({"level": "level_4"}, None),
        ({"level": None}, None),
    ],
)
def test_the_living_subsidy_needs_a_certificate_in_force(certificate, change, expected):
    assert outcome(certificate("CJ-01", change)) == expected


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        ("physical", "level_1", None),
        ("physical", "level_2", None),
        ("physical", "level_3", "flagged"),
        ("physical", None, "undetermined"),
        ("physical", "unknown", "undetermined"),
        ("mental", "level_2", None),
        ("mental", "level_3", "undetermined"),
        ("intellectual", "level_4", "undetermined"),
        ("multiple", "level_2", None),
        ("multiple", "level_3", "undetermined"),
        (None, "level_3", "undetermined"),
    ],
)
def test_the_care_subsidy_needs_a_degree(certificate, kind, level, expected):
    assert outcome(certificate("CJ-01", {"disability_type": kind, "level": level}, [CARE])) == expected


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        ("mental", "level_3", None),
        ("mental", "level_4", "flagged"),
        ("multiple", "level_3", "undetermined"),
        ("multiple", "level_4", "flagged"),
        ("physical", "level_3", "flagged"),
    ],
)
def test_where_the_region_says_which_lesser_degree_of_the_mind_has_it(certificate, everything, kind, level, expected):
    policy = with_value(everything, care_subsidy_mind_level=3)
    found = certificate("CJ-01", {"disability_type": kind, "level": level}, [CARE], policy=policy)
    assert outcome(found) == expected


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ({"status": "paid"}, "flagged"),
        ({"status": "unknown"}, "undetermined"),
        ({"status": "failed"}, None),
        ({"status": "stopped"}, None),
        ({"month": date(2026, 7, 1)}, "flagged"),
        ({"month": date(2026, 6, 1)}, None),
        ({"month": date(2026, 10, 1)}, None),
        ({"kind": None}, "flagged"),
    ],
)
def test_only_what_is_still_paid_is_asked_about(certificate, payment, expected):
    assert outcome(certificate("CJ-01", {"status": "cancelled"}, [payment])) == expected


def test_an_unnamed_subsidy_on_a_valid_certificate_is_open(certificate):
    (found,) = certificate("CJ-01", {}, [{"kind": "unknown"}])
    assert (found["outcome"], found["record_key"]) == ("undetermined", "unknown")
    assert "补贴类别为空或无法识别" in found["statement"]


@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [(date(2026, 6, 22), "exempt"), (date(2026, 6, 21), "flagged"), (date(2026, 9, 21), "exempt")],
)
def test_a_certificate_in_renewal_is_exempt_where_the_region_says_for_how_long(
    certificate, everything, expires_on, expected
):
    policy = with_value(everything, certificate_renewal_months=3)
    assert outcome(certificate("CJ-01", {"expires_on": expires_on}, policy=policy)) == expected


def test_the_certificate_that_holds_counts(found_by):
    rows = [{"status": "cancelled", "issued_on": date(2026, 1, 1)}, {"issued_on": date(2016, 1, 1)}]
    assert found_by("CJ-01", "disability", rows, beside={"disability_subsidy": [{}]}) == []
    rows = [{"status": "cancelled"}, {"status": None, "issued_on": date(2010, 1, 1)}]
    (found,) = found_by("CJ-01", "disability", rows, beside={"disability_subsidy": [{}]})
    assert (found["outcome"], found["source_row"]) == ("undetermined", 3)


def test_each_subsidy_is_a_finding_with_its_months(certificate):
    payments = [{}, CARE, CARE | {"month": date(2026, 8, 1)}]
    found = certificate("CJ-01", {"status": "cancelled", "changed_on": date(2026, 5, 6)}, payments)
    assert [(one["record_key"], one["fact_date"], one["action"]) for one in found] == [
        ("care", date(2026, 5, 6), "VERIFY"),
        ("living", date(2026, 5, 6), "VERIFY"),
    ]
    care = found[0]
    assert {"field": "paid_months", "value": "2026-08、2026-09", "op": "=", "threshold": ""} in care["evidence"]
    assert "肢体二级，状态已注销，近期仍在发放重度残疾人护理补贴" in care["statement"]
    assert "不影响社会救助资格" in care["statement"]


def test_an_expired_certificate_is_dated_by_its_end(certificate):
    (found,) = certificate("CJ-01", {"expires_on": date(2026, 1, 31)})
    assert found["fact_date"] == date(2026, 2, 1)


@pytest.mark.parametrize("rule_id", ["CJ-01", "CJ-04"])
def test_without_the_payment_list_nothing_is_said(found_by, rule_id):
    assert found_by(rule_id, "disability", [{"status": "cancelled"}]) == []
    assert found_by(rule_id, "disability", [{}]) == []


@pytest.mark.parametrize(
    ("benefit", "level", "payments", "expected"),
    [
        ("dibao_urban", "level_2", [], {"care", "living"}),
        ("dibao_rural", "level_2", [{}], {"care"}),
        ("dibao_urban", "level_3", [], {"living"}),
        ("dibao_urban", None, [], {"living"}),
        ("margin", "level_1", [], {"care"}),
        ("margin", "level_3", [], set()),
        ("tekun_scattered", "level_1", [], set()),
        ("dibao_urban", "level_2", [{"status": "failed"}, CARE | {"status": "unknown"}], set()),
        ("dibao_urban", "level_2", [{"status": "stopped"}, CARE | {"month": date(2026, 6, 1)}], {"care", "living"}),
        ("dibao_urban", "level_2", [{"kind": None}], set()),
    ],
)
def test_what_a_certificate_gives_and_nobody_pays(certificate, benefit, level, payments, expected):
    found = certificate("CJ-04", {"level": level}, payments, [{"benefit": benefit}])
    assert {one["record_key"] for one in found} == expected
    assert {(one["outcome"], one["action"]) for one in found} <= {("flagged", "LEAD")}
    assert all("应享未享，请主动告知" in one["statement"] for one in found)


@pytest.mark.parametrize(
    "change",
    [
        {"status": None},
        {"status": "frozen"},
        {"expires_on": date(2026, 9, 21)},
        {"disability_type": "mental", "level": "level_3"},
    ],
)
def test_a_lead_is_no_guess(certificate, change):
    assert {one["record_key"] for one in certificate("CJ-04", change, [{}])} == set()


def judged_with(night_of, policy, payments, **more):
    rules = {"CJ-04": replace(policy.rule("CJ-04"), is_on=True), "SW-01": policy.rule("SW-01")}
    beside = {"disability_subsidy": payments, **more}
    return night_of("disability", [{}], beside=beside, policy=replace(policy, rules=rules))


def test_nobody_is_told_to_apply_for_the_dead(night_of, everything):
    assert judge_feed("disability", judged_with(night_of, everything, []), b"s").height == 2
    assert judge_feed("disability", judged_with(night_of, everything, [], death=[{}]), b"s").is_empty()
    of_another = judged_with(night_of, everything, [], death=[{"name": "王五"}])
    assert judge_feed("disability", of_another, b"s").height == 2


def test_whom_the_payment_list_was_not_asked_about_is_not_told(night_of, everything):
    night = judged_with(night_of, everything, [])
    unasked = {"disability_subsidy": pl.DataFrame({"id_number": ["P1"]})}
    assert judge_feed("disability", replace(night, not_queried=unasked), b"s").is_empty()
    others = {"disability_subsidy": pl.DataFrame({"id_number": ["P2"]})}
    assert judge_feed("disability", replace(night, not_queried=others), b"s").height == 2
