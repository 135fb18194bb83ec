"""Results as staff read them, and what a verdict means when there was nothing to judge."""

import pytest

from pipelines.checks.results import CheckResult, judged, number_text, unjudged
from pipelines.checks.suites import Expectation


def expectation(
    kind="fields_filled",
    column="filled_share",
    severity="warning",
    judged_from=None,
    minimum=0.9,
    maximum=None,
    name="check",
):
    return Expectation(name, column, kind, minimum, maximum, severity, "说明", judged_from)


@pytest.mark.parametrize(
    ("column", "number", "text"),
    [
        ("filled_share", 0.98015, "98.02%"),
        ("filled_share", None, "—"),
        ("rows_kept", 1234567.0, "1,234,567"),
        ("age_days", 0.0, "0"),
    ],
)
def test_numbers_are_written_by_what_they_count(column, number, text):
    assert number_text(column, number) == text


@pytest.mark.parametrize(
    ("minimum", "maximum", "text"),
    [(0.9, None, "≥ 90.00%"), (None, 0.02, "≤ 2.00%"), (0.7, 1.3, "70.00% – 130.00%"), (None, 0, "≤ 0.00%")],
)
def test_bounds_are_written(minimum, maximum, text):
    assert CheckResult(expectation(minimum=minimum, maximum=maximum), "passed").expected_text == text


@pytest.mark.parametrize(
    ("kind", "observed", "held", "status"),
    [
        ("fields_filled", 0.95, True, "passed"),
        ("fields_filled", 0.1, False, "failed"),
        ("fields_filled", None, True, "not_assessed"),
        ("row_count_band", None, True, "no_history"),
    ],
)
def test_a_verdict_on_nothing_says_so(kind, observed, held, status):
    [result] = judged([expectation(kind=kind)], {"filled_share": observed}, {"check": held})

    assert result.status == status
    assert result.passed is (status != "failed")


@pytest.mark.parametrize(("observed", "status"), [(0.89, "too_few"), (0.9, "passed")])
def test_out_of_bounds_on_too_few_rows_passes_and_says_so(observed, status):
    one = expectation(judged_from=("bad", 20))

    [result] = judged([one], {"filled_share": observed, "bad": 19.0}, {"check": True})

    assert result.status == status


def test_without_a_snapshot_only_the_age_fails():
    suite = [expectation(severity="critical"), expectation(name="freshness", column="age_days")]

    results = unjudged(suite, 50, "过期")

    assert [one.status for one in results] == ["not_assessed", "failed"]
    assert [one.observed for one in results] == [None, 50]
    assert not any(one.holds_the_night for one in results)


@pytest.mark.parametrize(
    ("severity", "status", "holds"),
    [("critical", "failed", True), ("warning", "failed", False), ("critical", "too_few", False)],
)
def test_only_a_failed_critical_check_holds_the_night(severity, status, holds):
    assert CheckResult(expectation(severity=severity), status).holds_the_night is holds
