"""Canaries: telling them from real households, and every way of answering wrong."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.texts import clean_texts
from pipelines.domain.canary import MARK, Answer, Canary, is_canary, wrong_answers

CAR = Answer("CL-01", ("flagged",), "A", ("CANCEL_PRINCIPLE",), "A")
HOUSE = Answer("FC-02", ("flagged", "undetermined"))
CANARY = Canary("一户", "households.yml:3", f"{MARK}001", 2, answers=(CAR, HOUSE), also=frozenset({"CL-05"}))
RULES = {"CL-01", "CL-05", "FC-02", "GS-01"}
CASE = {"suggested_action": "CANCEL_PRINCIPLE"}


def found(rule_id="CL-01", outcome="flagged", action="CANCEL_PRINCIPLE", grade="A", person="A"):
    return {"rule_id": rule_id, "outcome": outcome, "action": action, "grade": grade, "id_number": person}


HOUSE_FOUND = found("FC-02", "undetermined", "VERIFY")


def wrong(*findings, rules=RULES, case=CASE, members=2, canary=CANARY):
    return [(one.rule, one.expected, one.found) for one in wrong_answers(canary, rules, findings, case, members)]


def test_a_right_night_says_nothing():
    assert wrong(found(), HOUSE_FOUND) == []
    assert wrong(found(), HOUSE_FOUND, found("CL-05", "exempt")) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (found(outcome="exempt"), "豁免 原则上取消 等级A"),
        (found(action="VERIFY"), "命中 核实 等级A"),
        (found(grade="B"), "命中 原则上取消 等级B"),
        (found(person="B"), "命中 原则上取消 等级A"),
    ],
)
def test_another_outcome_action_grade_or_person_is_wrong(row, said):
    assert wrong(row, HOUSE_FOUND) == [("CL-01", "命中 原则上取消 等级A", said)]


def test_what_is_missing_too_much_or_there_twice_is_wrong():
    assert wrong(HOUSE_FOUND) == [("CL-01", "命中 原则上取消 等级A", "无")]
    assert wrong(found(), HOUSE_FOUND, found("GS-01", action="VERIFY")) == [("GS-01", "无", "命中 核实 等级A")]
    twice = "、".join(["命中 原则上取消 等级A"] * 2)
    assert wrong(found(), found(), HOUSE_FOUND) == [("CL-01", "命中 原则上取消 等级A", twice)]


def test_a_rule_that_is_not_asked_may_say_anything():
    assert wrong(HOUSE_FOUND, found("GS-01"), rules={"FC-02"}) == []


def test_two_answers_of_one_rule_each_need_a_finding_of_their_own():
    both = Canary("两车", "f:1", f"{MARK}2", 1, answers=(Answer("CL-01", ("flagged",)), CAR))
    assert wrong(found(), found(person="B"), canary=both, members=1) == []
    assert len(wrong(found(person="B"), found(person="B"), canary=both, members=1)) == 1


def test_a_case_is_there_exactly_where_something_is_open():
    assert wrong(found(), HOUSE_FOUND, case=None) == [("案件", "案件", "无")]
    quiet = Canary("静", "f:1", f"{MARK}3", 1)
    assert wrong(canary=quiet, members=1) == [("案件", "无", "案件")]
    assert wrong(canary=quiet, members=1, case=None) == []


def test_the_action_of_the_case_is_held_against_where_all_was_asked():
    canary = Canary("车", "f:1", f"{MARK}4", 1, answers=(CAR,), case_actions=("VERIFY",))
    assert wrong(found(), canary=canary, members=1) == [("案件", "核实", "原则上取消")]
    assert wrong(found(), canary=canary, members=1, rules={"GS-01"}) == []


def test_a_household_that_is_not_whole_is_wrong_whatever_is_said_of_it():
    assert wrong(found(), HOUSE_FOUND, members=1) == [("名册", "2人", "1人")]


def test_the_line_says_who_where_what_and_what_instead():
    [one] = wrong_answers(CANARY, {"CL-01"}, [], None, 2)
    assert one.told == "一户 (households.yml:3), CL-01: expected 命中 原则上取消 等级A, found 无"


@given(st.text(alphabet="ＪＳＱ0０ 1\u200bJSQ金", max_size=8))
def test_no_household_of_a_delivery_can_be_taken_for_a_canary(text):
    for told in (text, MARK + text):
        cleaned = clean_texts(pl.Series("household_id", [told])).value
        assert not cleaned.to_frame("household_id").select(is_canary()).item()


def test_a_row_without_a_household_is_no_canary():
    assert not pl.DataFrame({"household_id": [None]}, schema={"household_id": pl.String}).select(is_canary()).item()
