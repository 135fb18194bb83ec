"""Real runs of Great Expectations on profiles: every bound, and what is not there to judge."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.checks.expectations import ExpectationError, judge, warm
from pipelines.checks.suites import Expectation


def expectation(name="check", minimum=None, maximum=None, judged_from=None, column="filled_share", severity="warning"):
    return Expectation(name, column, "fill", minimum, maximum, severity, "填报率", judged_from)


def verdict(one, **profile):
    return judge({"vehicle": [one]}, {"vehicle": profile})["vehicle"].verdicts[one.name]


@pytest.mark.parametrize(("observed", "expected"), [(0.9, True), (0.8999, False), (1.0, True), (None, True)])
def test_a_lower_bound_is_inclusive_and_nothing_is_no_failure(observed, expected):
    assert verdict(expectation(minimum=0.9), filled_share=observed) is expected


@pytest.mark.parametrize(("observed", "expected"), [(35.0, True), (36.0, False), (0.0, True)])
def test_an_upper_bound_is_inclusive(observed, expected):
    assert verdict(expectation(maximum=35, column="age_days"), age_days=observed) is expected


@pytest.mark.parametrize(("observed", "expected"), [(0.69, False), (0.7, True), (1.3, True), (1.31, False)])
def test_a_band_has_both(observed, expected):
    assert verdict(expectation(minimum=0.7, maximum=1.3), filled_share=observed) is expected


@pytest.mark.parametrize(("bad", "expected"), [(19.0, True), (20.0, False)])
def test_a_conditional_expectation_is_judged_from_its_number_on(bad, expected):
    one = expectation(maximum=0.02, judged_from=("id_number.bad", 20), column="id_number.invalid_share")

    assert verdict(one, **{"id_number.invalid_share": 0.5, "id_number.bad": bad}) is expected


def test_one_run_takes_all_feeds_and_keeps_them_apart():
    one = expectation(minimum=0.5)

    judgements = judge(
        {"vehicle": [one], "property": [one]}, {"vehicle": {"filled_share": 0.4}, "property": {"filled_share": 0.6}}
    )

    assert judgements["vehicle"].verdicts == {"check": False}
    assert judgements["property"].verdicts == {"check": True}
    assert judgements["vehicle"].account["success"] is False
    assert judgements["property"].account["statistics"] == {
        "evaluated_expectations": 1,
        "successful_expectations": 1,
    }


def test_severity_and_order_reach_the_account():
    suite = [expectation("a", minimum=0.5, severity="critical"), expectation("b", minimum=0.9)]

    account = judge({"vehicle": suite}, {"vehicle": {"filled_share": 0.6}})["vehicle"].account

    configured = [one["expectation_config"] for one in account["results"]]
    assert [one["meta"]["check"] for one in configured] == ["a", "b"]
    assert [one["severity"] for one in configured] == ["critical", "warning"]
    assert [one["result"] for one in account["results"]] == [{}, {}]


def test_the_account_has_no_path_and_no_trace():
    judgement = judge({"vehicle": [expectation(minimum=0.9)]}, {"vehicle": {"filled_share": 0.1}})["vehicle"]
    written = json.dumps(judgement.account, ensure_ascii=False)

    assert "traceback" not in written.lower()
    assert str(Path.home()) not in written


def test_a_column_that_the_profile_does_not_have_is_an_error_of_ours():
    with pytest.raises(ExpectationError, match="Feed vehicle: the profile has no column filled_share"):
        verdict(expectation(minimum=0.9), other=1.0)


def test_a_feed_without_a_profile_is_an_error_of_ours():
    with pytest.raises(ExpectationError, match="property"):
        judge({"property": [expectation(minimum=0.9)]}, {"vehicle": {"filled_share": 1.0}})


def test_warming_up_twice_and_judging_meanwhile_is_one_import():
    threads = [warm(), warm()]

    assert verdict(expectation(minimum=0.9), filled_share=1.0) is True
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()


def test_judging_opens_no_connection(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a check opened a network connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert verdict(expectation(minimum=0.9), filled_share=1.0) is True
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


def test_the_library_is_not_imported_with_the_definitions():
    code = "import sys, pipelines.checks.contract_checks; print('great_expectations' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@settings(max_examples=15, deadline=None)
@given(observed=st.floats(0, 1), minimum=st.floats(0, 1))
def test_a_verdict_is_the_comparison_itself(observed, minimum):
    assert verdict(expectation(minimum=minimum), filled_share=observed) is (observed >= minimum)
