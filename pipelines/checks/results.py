"""Results of checks, as plain facts: a name, a number, its bounds, a status.

What belongs here: the types that judging, results pages and Dagster share, and how their numbers are written for staff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.checks.profile import Profile
from pipelines.checks.suites import Expectation

Status = Literal["passed", "failed", "no_history", "too_few", "not_assessed"]

STATUS_ZH: Mapping[Status, str] = {
    "passed": "符合",
    "failed": "不符合",
    "no_history": "无历史",
    "too_few": "样本过少",
    "not_assessed": "未核",
}


@dataclass(frozen=True)
class CheckResult:
    """One expectation on one feed on one comparison date, with what was observed. Never a value of a person.

    `no_history`, `too_few` and `not_assessed` pass, and say that they were not judged.
    """

    expectation: Expectation
    status: Status
    observed: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the check lets pass; only `failed` does not."""
        return self.status != "failed"

    @property
    def holds_the_night(self) -> bool:
        """Whether what is downstream must wait."""
        return not self.passed and self.expectation.severity == "critical"

    @property
    def observed_text(self) -> str:
        """What was observed, as staff read it."""
        return number_text(self.expectation.column, self.observed)

    @property
    def expected_text(self) -> str:
        """The bounds, as staff read them."""
        low, high = self.expectation.minimum, self.expectation.maximum
        column = self.expectation.column
        if low is not None and high is not None:
            return f"{number_text(column, low)} – {number_text(column, high)}"
        return f"≥ {number_text(column, low)}" if low is not None else f"≤ {number_text(column, high)}"


def number_text(column: str, number: float | None) -> str:
    """A number of the profile: shares in per cent, counts and days whole, nothing as a dash."""
    if number is None:
        return "—"
    return f"{number * 100:.2f}%" if column.endswith("_share") else f"{number:,.0f}"


def judged(suite: Sequence[Expectation], profile: Profile, verdicts: Mapping[str, bool]) -> list[CheckResult]:
    """Results of a suite that was run: grain one per expectation, in the suite's order.

    Args:
        suite: The expectations.
        profile: The numbers that they were run on.
        verdicts: Whether each held, by name.
    """
    return [CheckResult(one, _status(one, profile, held=verdicts[one.name]), profile[one.column]) for one in suite]


def unjudged(suite: Sequence[Expectation], age_days: int | None, note: str) -> list[CheckResult]:
    """Results of a feed that has no snapshot in use: nothing is assessed but its age, and that fails.

    What is not assessed is never read as clear (rules.md section 1): the status says so, while the night goes on.
    """
    age = None if age_days is None else float(age_days)
    return [
        CheckResult(one, "failed", age, note)
        if one.name == "freshness"
        else CheckResult(one, "not_assessed", None, note)
        for one in suite
    ]


def _status(expectation: Expectation, profile: Profile, *, held: bool) -> Status:
    """What a verdict means, given what there was to judge."""
    if not held:
        return "failed"
    observed = profile[expectation.column]
    if observed is None:
        return "no_history" if expectation.kind == "row_count_band" else "not_assessed"
    # One that passed without being within its bounds was not judged (`judged_from`).
    return "passed" if expectation.allows(observed) else "too_few"
