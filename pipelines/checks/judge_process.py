"""The judge: a process of its own that has Great Expectations loaded and judges rows of numbers.

What belongs here: everything that knows Great Expectations, and nothing else of ours: the program starts beside a night
that has no time to lose. `pipelines.checks.judge` starts it and talks to it: one JSON line in, one JSON line out, until
its input ends, which it does however the night ends.

Why a process: the import is two to six seconds of work under Python's global lock. Here it takes another core than the
night's own, and what is left out of it below is left out for nobody else.
"""

import contextlib
import gc
import json
import math
import os
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

Row = Mapping[str, Any]
"""One number to judge: `check` (its name), `column`, `observed`, `at_least`, `at_most`; None = nothing there, no bound."""
Outcome = dict[str, Any]
"""`version`, `success`, `statistics`, and in `results` one entry for each side of the bounds: `type`, `columns`,
`success` and the library's own `result`."""

NUMBERS = ("observed", "at_least", "at_most")
# Both sides of every bound, as (greater, lesser): one expectation each over all rows, since each takes some 20 ms.
SIDES = (("observed", "at_least"), ("at_most", "observed"))
# The rows hold no value of a person, only shares and counts, so every row that fails may be named.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["check"],
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}
# Great Expectations imports these for two expectations on distributions that no suite of ours has: a third of the time.
STAND_INS = ("altair", "scipy", "scipy.stats")
# It can do without this one, and does where it is not installed: a tenth of the time.
LEFT_OUT = ("sqlalchemy",)


def main() -> None:
    """Answer requests until there are no more: `{"rows": [...]}` with `{"outcome": ...}` or `{"error": "..."}`."""
    # Ctrl-C reaches every process of a terminal; the night decides what becomes of its judge.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _answer_channel()
    validate: Callable[[Sequence[Row]], Outcome] | None = None
    try:
        validate = load()
    except Exception as error:  # noqa: BLE001  whatever it is, the one who asks is told
        problem = account(error)
    for request in sys.stdin:
        if validate is None:
            answer: dict[str, Any] = {"error": f"Great Expectations could not be loaded: {problem}"}
        else:
            try:
                answer = {"outcome": validate(json.loads(request)["rows"])}
            except Exception as error:  # noqa: BLE001  as above
                answer = {"error": account(error)}
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()


def load() -> Callable[[Sequence[Row]], Outcome]:
    """Import Great Expectations and return what judges rows with it.

    Telemetry is off before the import and in the context; the context lives in memory and has no pages, so that it
    writes no file.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.simplefilter("ignore")  # deprecations of its own
    sys.modules.update({name: types.ModuleType(name) for name in STAND_INS})
    sys.modules.update(dict.fromkeys(LEFT_OUT))  # type: ignore[arg-type]  # None tells Python: not installed
    gc.disable()  # millions of objects that stay: looking for garbage among them is a quarter of the time
    import great_expectations as gx  # noqa: PLC0415  see the top of this module
    import pandas as pd  # noqa: PLC0415
    from great_expectations.data_context.types import base  # noqa: PLC0415
    from great_expectations.expectations import ExpectColumnPairValuesAToBeGreaterThanB  # noqa: PLC0415

    stores = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(mode="ephemeral", project_config=base.DataContextConfig(store_backend_defaults=stores))
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    batches = context.data_sources.add_pandas("profiles").add_dataframe_asset("profile")
    profile = batches.add_batch_definition_whole_dataframe("profile")
    expectations = [
        ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=greater, column_B=lesser, or_equal=True, ignore_row_if="either_value_is_missing"
        )
        for greater, lesser in SIDES
    ]
    gc.freeze()
    gc.enable()

    def validate(rows: Sequence[Row]) -> Outcome:
        # float64: None becomes NaN, which an expectation passes over; other types would be refused.
        frame = pd.DataFrame(list(rows)).astype(dict.fromkeys(NUMBERS, "float64"))
        suite = gx.ExpectationSuite(name="contract", expectations=expectations)
        batch = profile.get_batch({"dataframe": frame})
        return outcome(batch.validate(suite, result_format=RESULT_FORMAT).to_json_dict())

    return validate


def outcome(told: Mapping[str, Any]) -> Outcome:
    """What the library said, without machine paths and traces.

    Raises:
        RuntimeError: An expectation could not be run.
    """
    if any(_has_raised(one["exception_info"]) for one in told["results"]):
        raise RuntimeError("an expectation could not be run")
    return {
        "version": told["meta"]["great_expectations_version"],
        "success": told["success"],
        "statistics": told["statistics"],
        "results": [
            {
                "type": one["expectation_config"]["type"],
                "columns": [one["expectation_config"]["kwargs"][name] for name in ("column_A", "column_B")],
                "success": one["success"],
                "result": plain(one["result"]),
            }
            for one in told["results"]
        ],
    }


def plain(told: Any) -> Any:  # noqa: ANN401  any JSON
    """JSON that others can read too: NaN, the share of nothing, is null there."""
    if isinstance(told, Mapping):
        return {str(name): plain(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [plain(value) for value in told]
    if isinstance(told, float):
        return None if math.isnan(told) else float(told)
    return told


def account(error: Exception) -> str:
    """An error in one line: its type and place, and its message where that speaks of code alone."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    message = f": {error}" if isinstance(error, ImportError | AttributeError | RuntimeError) else ""
    return f"{type(error).__name__} at {place}{message}"


def _has_raised(exception_info: Mapping[str, Any]) -> bool:
    """Whether an expectation failed to run. The library writes one entry, or one per metric when several raised."""
    entries = [exception_info, *(one for one in exception_info.values() if isinstance(one, Mapping))]
    return any(bool(one.get("raised_exception")) for one in entries)


def _answer_channel() -> IO[str]:
    """Standard output for answers alone: whatever else is printed goes where errors go."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # nobody waits for the answer any more
        main()
