"""Real runs of Great Expectations on profiles: every bound, and what is not there to judge."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.checks import expectations
from pipelines.checks.expectations import bounds_row, judge
from pipelines.checks.judge import ExpectationError, ask
from pipelines.checks.suites import Expectation


def expectation(name="check", minimum=None, maximum=None, judged_from=None, column="filled_share"):
    return Expectation(name, column, "fields_filled", minimum, maximum, "warning", "填报率", judged_from)


def verdict(one, **profile):
    return judge("vehicle", [one], profile).verdicts[one.name]


@pytest.mark.parametrize(("observed", "expected"), [(0.9, True), (0.8999, False), (1.0, True), (None, True)])
def test_a_lower_bound_is_inclusive_and_nothing_is_no_failure(observed, expected):
    assert verdict(expectation(minimum=0.9), filled_share=observed) is expected


@pytest.mark.parametrize(("observed", "expected"), [(35.0, True), (36.0, False), (0.0, True)])
def test_an_upper_bound_is_inclusive(observed, expected):
    assert verdict(expectation(maximum=35, column="age_days"), age_days=observed) is expected


@pytest.mark.parametrize(("observed", "expected"), [(0.69, False), (0.7, True), (1.3, True), (1.31, False)])
def test_a_band_has_both(observed, expected):
    assert verdict(expectation(minimum=0.7, maximum=1.3), filled_share=observed) is expected


@pytest.mark.parametrize(("bad", "expected"), [(19.0, True), (20.0, False), (None, True)])
def test_a_conditional_expectation_is_judged_from_its_number_on(bad, expected):
    one = expectation(maximum=0.02, judged_from=("id_number.bad", 20), column="id_number.invalid_share")

    assert verdict(one, **{"id_number.invalid_share": 0.5, "id_number.bad": bad}) is expected


@pytest.mark.parametrize(("bad", "at_most"), [(19.0, None), (20.0, 0.02)])
def test_a_row_has_bounds_only_where_there_is_enough_to_go_by(bad, at_most):
    one = expectation(maximum=0.02, judged_from=("id_number.bad", 20), column="id_number.invalid_share")

    assert bounds_row(one, {"id_number.invalid_share": 0.5, "id_number.bad": bad}) == {
        "check": "check",
        "column": "id_number.invalid_share",
        "observed": 0.5,
        "at_least": None,
        "at_most": at_most,
    }


def test_a_suite_is_judged_one_by_one():
    suite = [
        expectation("a", minimum=0.5),
        expectation("b", minimum=0.9),
        expectation("c", maximum=0.5),
        expectation("d", minimum=0.1, maximum=0.7),
    ]

    judgement = judge("vehicle", suite, {"filled_share": 0.6})

    assert judgement.verdicts == {"a": True, "b": False, "c": False, "d": True}
    assert judgement.account["success"] is False


def test_the_account_is_the_librarys_own_without_path_and_trace():
    account = judge("vehicle", [expectation(minimum=0.9)], {"filled_share": 0.1}).account
    written = json.dumps(account, ensure_ascii=False, allow_nan=False)

    assert account["version"] == "1.24.1"
    assert [one["columns"] for one in account["results"]] == [["observed", "at_least"], ["at_most", "observed"]]
    assert account["results"][0]["result"]["unexpected_index_list"] == [
        {"check": "check", "observed": 0.1, "at_least": 0.9}
    ]
    assert "traceback" not in written.lower()
    assert str(Path.home()) not in written


def test_a_column_that_the_profile_does_not_have_is_an_error_of_ours():
    with pytest.raises(ExpectationError, match="Feed vehicle: the profile has no column filled_share"):
        verdict(expectation(minimum=0.9), other=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda told: told["results"][0]["result"].update(unexpected_index_list=[]),
            "check out of bounds, found nothing",
        ),
        (lambda told: told.update(success=True), "check out of bounds"),
        (lambda told: told["results"][1]["result"].update(element_count=0), "verdicts on 1 expectations, found 0, 1"),
    ],
)
def test_a_verdict_that_is_not_our_own_arithmetic_is_an_error(monkeypatch, change, message):
    def changed(rows):
        told = ask(rows)
        change(told)
        return told

    monkeypatch.setattr(expectations, "ask", changed)

    with pytest.raises(ExpectationError, match=message):
        verdict(expectation(minimum=0.9), filled_share=0.1)


@settings(max_examples=30, deadline=None)
@given(
    observed=st.none() | st.floats(0, 1),
    minimum=st.none() | st.floats(0, 1),
    maximum=st.none() | st.floats(0, 1),
)
def test_a_verdict_is_the_comparison_itself(observed, minimum, maximum):
    held = observed is None or ((minimum is None or observed >= minimum) and (maximum is None or observed <= maximum))

    assert verdict(expectation(minimum=minimum, maximum=maximum), filled_share=observed) is held
