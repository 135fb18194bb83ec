"""Contract suites run with Great Expectations, on profiles alone.

What belongs here: everything that knows Great Expectations. It is imported inside functions: the import takes about
five seconds and 250 MB, and no Dagster code location should pay that to list its assets. `warm` pays it in the
background while the first feed is landing.

One run takes any number of feeds: the profiles stand side by side as one row of one pandas frame, in memory. Results
are asked for as `BOOLEAN_ONLY`; what was observed is known from the profile, and nothing else can be told.
"""

import os
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines.checks.profile import Profile
from pipelines.checks.suites import Expectation

Suites = Mapping[str, Sequence[Expectation]]
Profiles = Mapping[str, Profile]

_LOADING = threading.Lock()


class ExpectationError(RuntimeError):
    """A suite could not be judged: an error of ours, not of the delivery."""


@dataclass(frozen=True)
class Judgement:
    """What Great Expectations said of one feed: verdict by expectation name, and its own results as JSON data."""

    verdicts: Mapping[str, bool]
    account: Mapping[str, Any]


def judge(suites: Suites, profiles: Profiles) -> dict[str, Judgement]:
    """Run the suites of one or more feeds in one validation.

    Args:
        suites: Expectations by feed.
        profiles: One profile for each of these feeds.

    Returns:
        One judgement per feed.

    Raises:
        ExpectationError: A suite names a column that its profile does not have, or an expectation could not be run.
    """
    _require_columns(suites, profiles)
    with _LOADING:
        gx, batches = _great_expectations()
    # float64: None becomes NaN, which an expectation passes over; other types would be refused.
    row = {_wide(feed, column): [number] for feed, profile in profiles.items() for column, number in profile.items()}
    batch = batches.get_batch({"dataframe": _pandas_frame(row)})
    suite = gx.ExpectationSuite(
        name="contracts", expectations=[_gx_expectation(feed, one) for feed, suite in suites.items() for one in suite]
    )
    outcome = batch.validate(suite, result_format="BOOLEAN_ONLY").to_json_dict()
    return {feed: _judgement(feed, suites[feed], outcome) for feed in suites}


def warm() -> threading.Thread:
    """Import Great Expectations in the background, so that the first judgement does not wait for it.

    Returns:
        The thread, already running; `judge` waits for it by itself.
    """

    def load() -> None:
        with _LOADING:
            _great_expectations()

    thread = threading.Thread(target=load, name="great-expectations", daemon=True)
    thread.start()
    return thread


@cache
def _great_expectations() -> tuple[Any, Any]:
    """The library and the batch definition that all profiles are judged through; once per process.

    Telemetry is off before the import and in the context; the context lives in memory and writes no file.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # It imports two modules that Python deprecates. A filter, for catch_warnings is not safe beside other threads.
    warnings.filterwarnings("ignore", message=r"module 'sre_\w+' is deprecated", category=DeprecationWarning)
    import great_expectations as gx  # noqa: PLC0415  takes seconds; see the top of this module

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("profiles").add_dataframe_asset("profile")
    return gx, asset.add_batch_definition_whole_dataframe("profile")


def _pandas_frame(row: Mapping[str, list[float | None]]) -> Any:  # noqa: ANN401  pandas is imported late and not typed
    """One row of numbers as Great Expectations takes it."""
    import pandas as pd  # noqa: PLC0415  comes with Great Expectations, as late

    return pd.DataFrame(row, dtype="float64")


def _gx_expectation(feed: str, one: Expectation) -> Any:  # noqa: ANN401  a type of Great Expectations, imported late
    """One of our expectations in the library's terms."""
    from great_expectations import expectations as gxe  # noqa: PLC0415  see the top of this module
    from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415

    condition = None
    if one.judged_from is not None:
        column, least = one.judged_from
        condition = Column(_wide(feed, column)) >= least
    return gxe.ExpectColumnValuesToBeBetween(
        column=_wide(feed, one.column),
        min_value=one.minimum,
        max_value=one.maximum,
        row_condition=condition,
        severity=one.severity,
        meta={"feed": feed, "check": one.name, "about": one.description},
    )


def _judgement(feed: str, suite: Sequence[Expectation], outcome: Mapping[str, Any]) -> Judgement:
    """One feed's part of a validation, in the suite's order."""
    mine = {
        one["expectation_config"]["meta"]["check"]: one
        for one in outcome["results"]
        if one["expectation_config"]["meta"]["feed"] == feed
    }
    # What was raised carries machine paths and stays out of every message.
    broken = [name for name, one in mine.items() if _has_raised(one["exception_info"])]
    if broken or set(mine) != {one.name for one in suite}:
        raise ExpectationError(
            f"Feed {feed}: expected a verdict on each of {len(suite)} expectations, "
            f"could not judge: {', '.join(broken) or 'some were not run'}. The fault is hedui's, not the delivery's."
        )
    results = [{name: value for name, value in mine[one.name].items() if name != "exception_info"} for one in suite]
    held = sum(bool(one["success"]) for one in results)
    account = {
        "great_expectations_version": outcome["meta"]["great_expectations_version"],
        "success": held == len(results),
        "statistics": {"evaluated_expectations": len(results), "successful_expectations": held},
        "results": results,
    }
    return Judgement({one.name: bool(mine[one.name]["success"]) for one in suite}, account)


def _has_raised(exception_info: Mapping[str, Any]) -> bool:
    """Whether an expectation failed to run. The library writes one entry, or one per metric when several raised."""
    entries = [exception_info, *(one for one in exception_info.values() if isinstance(one, Mapping))]
    return any(bool(one.get("raised_exception")) for one in entries)


def _require_columns(suites: Suites, profiles: Profiles) -> None:
    """Every column that a suite names is in its feed's profile."""
    for feed, suite in suites.items():
        known = profiles[feed].keys() if feed in profiles else set()
        named = {one.column for one in suite} | {one.judged_from[0] for one in suite if one.judged_from}
        if missing := sorted(named - known):
            raise ExpectationError(
                f"Feed {feed}: the profile has no column {', '.join(missing)}, which its suite needs."
            )


def _wide(feed: str, column: str) -> str:
    """A feed's column in the frame of all feeds."""
    return f"{feed}.{column}"
