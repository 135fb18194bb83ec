"""Results of a kind put together: the worst is told, and only what needs a look is named."""

import pytest

from pipelines.checks.kinds import KindResult, blocking_kinds, by_kind
from pipelines.checks.results import CheckResult
from pipelines.checks.suites import Expectation


def result(name, status="passed", severity="warning", kind="fields_filled", observed=0.5, note=""):
    one = Expectation(name, f"{name}_share", kind, 0.9, None, severity, "填报率")
    return CheckResult(one, status, observed, note)


def test_kinds_keep_the_order_of_the_suite_and_their_expectations():
    kinds = by_kind([result("a"), result("b", kind="codes_known"), result("c")])

    assert [(one.kind, [held.expectation.name for held in one.results]) for one in kinds] == [
        ("fields_filled", ["a", "c"]),
        ("codes_known", ["b"]),
    ]


@pytest.mark.parametrize(
    ("statuses", "status", "passed"),
    [
        (["passed", "passed"], "passed", True),
        (["passed", "not_assessed"], "not_assessed", True),
        (["not_assessed", "no_history"], "no_history", True),
        (["no_history", "too_few", "passed"], "too_few", True),
        (["too_few", "failed", "passed"], "failed", False),
    ],
)
def test_a_kind_says_the_worst_that_is_true_of_one(statuses, status, passed):
    kind = KindResult("fields_filled", [result(str(number), one) for number, one in enumerate(statuses)])

    assert kind.status == status
    assert kind.passed is passed


@pytest.mark.parametrize(
    ("results", "holds"),
    [
        ([result("a", "failed"), result("b", severity="critical")], False),
        ([result("a"), result("b", "failed", severity="critical")], True),
        ([result("a", "too_few", severity="critical")], False),
    ],
)
def test_only_a_failed_critical_expectation_holds_the_night(results, holds):
    assert KindResult("key_unique", results).holds_the_night is holds


def test_what_does_not_hold_is_named_with_observed_and_expected():
    kind = KindResult("fields_filled", [result("a", observed=0.95), result("b", "failed"), result("c", "not_assessed")])

    assert kind.told() == {
        "status": "failed",
        "held": "1 of 3",
        "b": "failed: observed 50.00%, expected ≥ 90.00%",
        "c": "not_assessed: observed 50.00%, expected ≥ 90.00%",
    }


def test_a_kind_of_one_tells_its_number_always():
    assert KindResult("row_count_band", [result("a", observed=0.95)]).told() == {
        "status": "passed",
        "held": "1 of 1",
        "a": "passed: observed 95.00%, expected ≥ 90.00%",
    }


def test_notes_are_those_of_what_failed_and_told_once():
    kind = KindResult(
        "freshness",
        [
            result("a", "failed", note="过期"),
            result("b", "failed", note="过期"),
            result("c", "not_assessed", note="未核"),
        ],
    )

    assert kind.note == "过期"


def test_a_kind_may_block_where_one_of_its_expectations_is_critical():
    suite = [
        result("a", kind="key_unique", severity="critical").expectation,
        result("b", kind="codes_known").expectation,
        result("c", kind="key_unique").expectation,
    ]

    assert blocking_kinds(suite) == {"key_unique": True, "codes_known": False}
