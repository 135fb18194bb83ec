"""From matched rows to the findings table: which row stands, identity, evidence, words, order."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.domain.findings import FINDINGS, FINDINGS_ORDER
from pipelines.domain.judge import judge_feed, unset_parameters
from pipelines.domain.policy_layer import Variant
from pipelines.domain.rule import Subject, Verdict
from pipelines.domain.rulebook import rulebook, rulebook_of

CAR = {"vehicle_type": "K33", "status": "A"}
JOB = {"insurance_type": "employee", "enrol_status": "active", "employer": "甲"}


def test_a_feed_that_was_not_assessed_gives_no_findings(night_of):
    found = judge_feed("property", night_of("vehicle", [CAR]), b"s")
    assert found.is_empty()
    assert found.schema == FINDINGS


def test_a_feed_without_rules_or_hits_gives_the_empty_table(night_of):
    assert judge_feed("vehicle", night_of("vehicle", []), b"s").schema == FINDINGS
    night = night_of("vehicle", [])
    assert judge_feed("weather", replace(night, matched={"weather": night.matched["vehicle"]}), b"s").is_empty()


def test_the_income_is_not_there_while_the_feeds_are_judged(night_of):
    with pytest.raises(LookupError, match="say after_income=True"):
        night_of("vehicle", []).after_income()


def test_a_rule_that_is_switched_off_is_not_judged(night_of, policy):
    entry = replace(policy.rule("CL-01"), is_on=False)
    night = night_of("vehicle", [CAR, CAR | {"vehicle_type": "M21"}])
    night = replace(night, policy=replace(policy, rules={**policy.rules, "CL-01": entry}))
    assert judge_feed("vehicle", night, b"s").get_column("rule_id").to_list() == ["CL-02"]


@pytest.mark.parametrize(
    ("rows", "standing_row", "outcome"),
    [
        # flagged before undetermined, whatever the dates
        ([{}, {"benefit_status": "unknown", "enrolled_on": date(2025, 1, 1)}], 2, "flagged"),
        # then the latest fact date, a null date last
        ([{"enrolled_on": date(2025, 1, 1)}, {"enrolled_on": date(2024, 1, 1)}, {}], 2, "flagged"),
        # then the last row in the file
        ([{"enrolled_on": date(2025, 1, 1)}, {"enrolled_on": date(2025, 1, 1)}], 3, "flagged"),
        ([{}, {}], 3, "flagged"),
        ([{"benefit_status": "unknown"}, {"benefit_status": "unknown"}], 3, "undetermined"),
    ],
)
def test_which_row_stands(judged, rows, standing_row, outcome):
    (found,) = judged("social_insurance", [JOB | row for row in rows])
    assert (found["source_row"], found["outcome"]) == (standing_row, outcome)


def test_undetermined_stands_before_exempt(judged):
    rows = [
        {"acquisition": "relocation", "registered_on": date(2026, 1, 1)},
        {"acquisition": None, "registered_on": date(2025, 1, 1)},
    ]
    (found,) = judged("property", rows)
    assert (found["rule_id"], found["outcome"], found["source_row"]) == ("FC-01", "undetermined", 3)


def test_in_grace_all_are_exempt_and_the_latest_fact_date_stands(judged):
    rows = [
        JOB | {"enrolled_on": date(2024, 1, 1)},
        JOB | {"benefit_status": "unknown", "enrolled_on": date(2025, 1, 1)},
    ]
    (found,) = judged("social_insurance", rows, [{"grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}])
    assert (found["outcome"], found["action"], found["source_row"]) == ("exempt", "VERIFY", 3)


def test_a_finding_tells_all_of_the_contract(judged, policy):
    (found,) = judged("vehicle", [CAR | {"registered_on": date(2020, 1, 1)}])
    assert {
        name: found[name] for name in ("household_id", "name", "town", "village", "benefit", "rule_id", "feed")
    } == {
        "household_id": "H1",
        "name": "张三",
        "town": "甲街道",
        "village": "一社区",
        "benefit": "dibao_urban",
        "rule_id": "CL-01",
        "feed": "vehicle",
    }
    assert (found["as_of"], found["snapshot_date"], found["source_file"]) == (
        date(2026, 9, 22),
        date(2026, 9, 20),
        "vehicle.csv",
    )
    assert (found["source_row"], found["source_sha256"], found["rule_version"]) == (
        2,
        "abc",
        f"1@{policy.version}",
    )
    assert found["statement"] == (
        "机动车登记数据（2026-09-20）显示，张三名下有汽车，号牌渝A12345，状态正常，取得日期2020-01-01；"
        "按草街办发〔2024〕54号（十），经核实属实的，原则上取消；所需材料：行驶证、过户或报废证明。"
    )
    assert found["basis"].startswith("草街办发〔2024〕54号（十）：“车辆比对数据")
    assert found["clears_with"] == [
        "行驶证",
        "过户或报废证明",
        "车辆（号牌渝A12345）已转移登记到他人名下",
        "车辆（号牌渝A12345）已注销，登记状态为注销",
    ]
    assert {"field": "status", "value": "A", "op": "not has", "threshold": "E,M,P"} in found["evidence"]


def test_an_undetermined_finding_says_which_field(judged):
    (found,) = judged("vehicle", [CAR | {"status": None}])
    assert {
        "field": "status",
        "value": "",
        "op": "待定",
        "threshold": "机动车状态为空或无法识别",
    } in found["evidence"]
    assert "机动车状态为空或无法识别，暂不能判定" in found["statement"]
    assert found["clears_with"][-1] == "补齐或更正：机动车状态为空或无法识别"


def test_evidence_says_that_names_differ_and_that_there_was_no_manifest(night_of):
    night = night_of("vehicle", [CAR | {"name": "李四"}])
    unlisted = night.matched["vehicle"].with_columns(has_manifest=pl.lit(value=False))
    (found,) = judge_feed("vehicle", replace(night, matched={"vehicle": unlisted}), b"s").to_dicts()
    told = {one["field"]: (one["value"], one["threshold"]) for one in found["evidence"]}
    assert told["name"] == ("李四", "张三")
    assert "没有部门清单" in told["manifest"][1]


def test_no_statement_evidence_or_key_holds_an_id_number(judged):
    number = "500190193405064311"
    rows = [CAR | {"id_number": number, "status": status} for status in ("A", "E", None)]
    for found in judged("vehicle", rows, [{"id_number": number}]):
        # `material` never leaves the warehouse as it is: what is told of a change is masked.
        assert number not in str({**found, "id_number": "", "material": ""})


def test_the_finding_id_holds_over_nights_and_needs_the_key(night_of):
    night = night_of("vehicle", [CAR, CAR | {"plate_no": "渝B1"}])
    first, again, other_key = (judge_feed("vehicle", night, key) for key in (b"s", b"s", b"t"))
    assert_frame_equal(first, again)
    ids = first.get_column("finding_id")
    assert ids.n_unique() == len(ids)
    assert ids.str.len_chars().unique().to_list() == [32]
    assert set(ids).isdisjoint(other_key.get_column("finding_id"))


def test_a_person_of_two_households_has_two_findings(judged):
    found = judged("vehicle", [CAR], [{}, {"household_id": "H2"}])
    assert len({one["finding_id"] for one in found}) == len(found) == 2


@pytest.mark.parametrize(
    ("variant", "outcome", "action"),
    [
        ({"action": "LEAD", "text": "t"}, "flagged", "LEAD"),
        ({"outcome": "exempt", "text": "t"}, "exempt", "CANCEL_PRINCIPLE"),
        ({"outcome": "undetermined", "text": "t"}, "undetermined", "VERIFY"),
    ],
)
def test_a_variant_in_force_is_applied_to_its_case_alone(night_of, policy, variant, outcome, action):
    entry = replace(policy.rule("CL-02"), variants={"light_motorcycle": Variant.model_validate(variant)})
    night = night_of("vehicle", [CAR | {"vehicle_type": "M21"}, CAR | {"vehicle_type": "M11", "plate_no": "渝B1"}])
    night = replace(night, policy=replace(policy, rules={**policy.rules, "CL-02": entry}))
    found = judge_feed("vehicle", night, b"s")
    assert found.select("outcome", "action").rows() == [(outcome, action), ("flagged", "CANCEL_PRINCIPLE")]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id_number": st.sampled_from(["P1", "P2", "P3"]),
            "plate_no": st.sampled_from([None, "渝A1", "渝A2"]),
            "vehicle_type": st.sampled_from([None, "K33", "M21", "T11", "unknown"]),
            "plate_type": st.sampled_from([None, "02", "07", "unknown"]),
            "status": st.sampled_from([None, "A", "GE", "unknown"]),
            "deregistered_on": st.sampled_from([None, date(2025, 1, 1), date(2020, 1, 1)]),
            "name": st.sampled_from(["张三", None, "李四"]),
        }
    ),
    max_size=12,
)
ROSTER = [{}, {"household_id": "H2", "id_number": "P2"}, {"household_id": "H2", "id_number": "P3", "relation": "10"}]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_judging_by_household_gives_what_judging_all_gives(night_of, rows):
    night = night_of("vehicle", rows, ROSTER)
    whole = judge_feed("vehicle", night, b"s")
    shards = [
        judge_feed("vehicle", replace(night, matched={"vehicle": part}), b"s")
        for part in night.matched["vehicle"].partition_by("household_id")
    ]
    assert_frame_equal(whole, pl.concat([pl.DataFrame(schema=FINDINGS), *shards]).sort(FINDINGS_ORDER))
    assert whole.select(FINDINGS_ORDER).is_unique().all()
    assert whole.sort(FINDINGS_ORDER).equals(whole)


def test_an_exempt_finding_is_cleared_already(judged):
    (found,) = judged("property", [{"acquisition": "relocation", "registered_on": date(2025, 1, 1)}])
    assert found["outcome"] == "exempt"
    assert found["clears_with"][-1] == "已属豁免：取得方式为征地拆迁安置"
    assert not any("更早购置" in one for one in found["clears_with"])


def test_another_name_may_be_another_person(judged):
    (found,) = judged("vehicle", [CAR | {"name": "李四"}])
    assert found["clears_with"][-1] == "经核实与部门数据中的人不是同一人"


def unset(policy, *names):
    """The policy with some parameters left unset."""
    known = {name: replace(policy.parameters[name], value=None) for name in names}
    return replace(policy, parameters={**policy.parameters, **known}, version="another")


def test_a_rule_that_lacks_a_parameter_finds_nothing_and_is_named_the_others_go_on(judged, night_of, policy):
    rows = [CAR, CAR | {"plate_no": "渝A2", "status": "E", "deregistered_on": None}]
    without = unset(policy, "deregistration_lookback_months", "overdue_inspection_months")
    assert [one["rule_id"] for one in judged("vehicle", rows)] == ["CL-01", "CL-03"]
    assert [one["rule_id"] for one in judged("vehicle", rows, policy=without)] == ["CL-01"]
    rules = [one for one in rulebook().of("vehicle") if without.is_rule_on(one.rule_id)]
    missing = unset_parameters(rules, night_of("vehicle", rows, policy=without))
    assert missing == {"CL-03": "deregistration_lookback_months"}


def test_a_subject_that_lacks_a_parameter_is_not_judged(judged, policy):
    rows = [{"income": 60000}]
    without = unset(policy, "wage_average_months")
    assert [one["rule_id"] for one in judged("income_tax", rows)] == ["TAX-01"]
    assert judged("income_tax", rows, policy=without) == []


def test_another_policy_version_is_another_rule_version_and_no_changed_fact(judged, policy):
    (before,), (after,) = judged("vehicle", [CAR]), judged("vehicle", [CAR], policy=replace(policy, version="another"))
    assert (before["rule_version"], after["rule_version"]) == (f"1@{policy.version}", "1@another")
    assert all(before[name] == after[name] for name in ("finding_id", "fingerprint"))


def test_a_subject_takes_its_rows_from_its_feed_and_its_name_from_the_contract(night_of):
    bare = Verdict(pl.lit(value=True), pl.col("plate_no"), pl.lit("名下有车"), ())
    plain = replace(rulebook()["CL-03"], subject=Subject("vehicle"), judge=lambda _: bare, material=("plate_no",))
    night = replace(night_of("vehicle", [CAR]), titles={"vehicle": "机动车"})
    (found,) = judge_feed("vehicle", night, b"s", rulebook_of([plain])).to_dicts()
    assert found["statement"].startswith("机动车数据（2026-09-20）显示，张三名下有车")
