"""Contract suites run with Great Expectations, on profiles alone.

What belongs here: a suite and a profile as rows of numbers with their bounds, and verdicts from what the library says
of them. The library itself runs in another process (`pipelines.checks.judge_process`).

One validation judges a feed: a row for each expectation, and one expectation of the library for each side of the bounds
over all of them. A hundred expectations one by one took it four seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.checks.judge import ExpectationError, ask
from pipelines.checks.judge_process import Outcome, Row
from pipelines.checks.profile import Profile
from pipelines.checks.suites import Expectation


@dataclass(frozen=True)
class Judgement:
    """What Great Expectations said of one feed: verdict by expectation name, and its own results as JSON data."""

    verdicts: Mapping[str, bool]
    account: Mapping[str, Any]


def judge(feed: str, suite: Sequence[Expectation], profile: Profile) -> Judgement:
    """Run the suite of one feed on its profile, in one validation.

    Args:
        feed: The feed, for messages.
        suite: Expectations with different names.
        profile: The numbers; a column that is None passes, and so does one with too little to go by (`judged_from`).

    Raises:
        ExpectationError: The suite names a column that the profile does not have, the rows could not be judged, or the
            verdicts are not those of our own arithmetic.
    """
    _require_columns(feed, suite, profile)
    rows = [bounds_row(one, profile) for one in suite]
    outcome = ask(rows)
    failed = _failed(feed, outcome, len(rows))
    expected = {one.name for one in suite if _is_judged(one, profile) and not one.allows(profile[one.column])}
    if failed != expected or bool(outcome["success"]) != (not expected):
        raise ExpectationError(
            f"Feed {feed}: expected Great Expectations to find {_listed(expected)} out of bounds, found "
            f"{_listed(failed)}. The fault is hedui's, not the delivery's: report it with this message."
        )
    return Judgement({one.name: one.name not in failed for one in suite}, outcome)


def bounds_row(one: Expectation, profile: Profile) -> Row:
    """One expectation as a row: the number observed and its bounds; without bounds where it is not to be judged."""
    is_judged = _is_judged(one, profile)
    return {
        "check": one.name,
        "column": one.column,
        "observed": profile[one.column],
        "at_least": one.minimum if is_judged else None,
        "at_most": one.maximum if is_judged else None,
    }


def _is_judged(one: Expectation, profile: Profile) -> bool:
    """Whether there is enough to go by."""
    if one.judged_from is None:
        return True
    column, least = one.judged_from
    return (profile[column] or 0) >= least


def _failed(feed: str, outcome: Outcome, rows: int) -> set[str]:
    """Names of the rows that are out of bounds on either side.

    Raises:
        ExpectationError: The library has not seen every row.
    """
    results = [one["result"] for one in outcome["results"]]
    seen = {int(one["element_count"]) for one in results}
    if seen != {rows}:
        raise ExpectationError(
            f"Feed {feed}: expected verdicts on {rows} expectations, found {_listed(map(str, seen))}. "
            "The fault is hedui's, not the delivery's: report it with this message."
        )
    return {str(one["check"]) for result in results for one in result["unexpected_index_list"]}


def _require_columns(feed: str, suite: Sequence[Expectation], profile: Profile) -> None:
    """Every column that a suite names is in its feed's profile."""
    named = {one.column for one in suite} | {one.judged_from[0] for one in suite if one.judged_from}
    if missing := sorted(named - profile.keys()):
        raise ExpectationError(f"Feed {feed}: the profile has no column {', '.join(missing)}, which its suite needs.")


def _listed(names: Iterable[str]) -> str:
    """Names in one line."""
    return ", ".join(sorted(names)) or "nothing"
