"""The Dagster instance: where it is, what its dagster.yaml says when hedui writes it, and what one written before lacks.

What belongs here: the folder and its settings. How events are written is in `pipelines.event_log`, which run has been
left alone by its process in `pipelines.abandoned_runs`, which runs are forgotten in `pipelines.run_history`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.settings import SettingsError
from warehouse.files import private_folder, write_file

FILE = "dagster.yaml"
DAGSTER_YAML = """\
# Written by hedui once; edit it as you like (docs/operations.md). Nothing here tries to reach the internet.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
  start_timeout_seconds: 900    # a busy machine takes minutes to load a run
  cancel_timeout_seconds: 180
  max_runtime_seconds: 28800
  poll_interval_seconds: 30
# One run at a time, the earliest night of the queue first: each builds on those before it.
concurrency:
  runs:
    max_concurrent_runs: 1
# Where the process that knows the nights cannot be reached for a while, the queue waits for it, in its order.
run_queue:
  max_user_code_failure_retries: 20
  user_code_failure_retry_delay: 30
# No run is started again by itself: the next night would have begun by then, without the one before it.
run_retries:
  enabled: false
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 90
# Runs and their events: HEDUI_RUNS_KEPT_DAYS. On PostgreSQL: docs/operations.md, "Dagster on PostgreSQL".
"""

NEEDED: tuple[tuple[str, object, str], ...] = (
    ("concurrency.runs.max_concurrent_runs", 1, "two nights at once would wait for each other in turn"),
    ("run_monitoring.enabled", True, "a run that hangs would keep the queue waiting for ever"),
    ("telemetry.enabled", False, "Dagster would try to reach the internet"),
)
"""What a night counts on: path, value, what happens without it."""
UNWANTED: tuple[tuple[str, object, str], ...] = (
    ("run_retries.enabled", True, "a night that is tried again by itself comes after the nights that build on it"),
    ("backfills.use_threads", True, "the nights of a backfill would come into the queue in any order"),
)
"""What must not be set."""


def dagster_home(warehouse: Path) -> Path:
    """The Dagster instance that the command line, the UI and the schedule share; made on first use."""
    home = Path(os.environ.get("DAGSTER_HOME") or warehouse / "dagster").absolute()
    private_folder(home)
    file = home / FILE
    if not file.exists():
        write_file(file, DAGSTER_YAML.encode())
    return home


def lacking(home: Path) -> list[str]:
    """What a dagster.yaml that somebody edited, or an older hedui wrote, lacks; a sentence each.

    Raises:
        SettingsError: it cannot be read as YAML.
    """
    told = read_instance_file(home / FILE)
    found = {path: at(told, path) for path, _, _ in (*NEEDED, *UNWANTED)}
    missing = [
        f"{FILE}: expected {path}: {_written(value)}, found {_written(found[path])}; {without}"
        for path, value, without in NEEDED
        if found[path] != value and not _says_otherwise(told, path)
    ]
    wrong = [
        f"{FILE}: expected {path} not to be {_written(value)}; {outcome}"
        for path, value, outcome in UNWANTED
        if found[path] == value
    ]
    return missing + wrong


def _says_otherwise(told: Mapping[str, Any], path: str) -> bool:
    """Whether the file says the same in Dagster's older words."""
    older = {
        "concurrency.runs.max_concurrent_runs": (
            "run_queue.max_concurrent_runs",
            "run_coordinator.config.max_concurrent_runs",
        )
    }
    return any(at(told, one) == 1 for one in older.get(path, ()))


def read_instance_file(file: Path) -> Mapping[str, Any]:
    """What a dagster.yaml says.

    Raises:
        SettingsError: it cannot be read as YAML.
    """
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SettingsError(
            f"{file}: expected a readable YAML file; correct it, or remove it to have it written anew"
        ) from None
    return told if isinstance(told, dict) else {}


def at(told: Mapping[str, Any], path: str) -> object:
    """The value at a dotted path; None where there is none."""
    value: object = told
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _written(value: object) -> str:
    return "nothing" if value is None else yaml.safe_dump(value).split("\n")[0]
