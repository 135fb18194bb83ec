"""The instance's dagster.yaml: written once, never over somebody's own, and told about where it lacks something."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import DAGSTER_YAML, FILE, dagster_home, lacking
from pipelines.partitions import earliest_first
from pipelines.settings import SettingsError


def test_what_hedui_writes_lacks_nothing_and_dagster_takes_it(tmp_path: Path) -> None:
    home = dagster_home(tmp_path)
    assert lacking(home) == []
    with dg.DagsterInstance.from_config(str(home)) as instance:
        queue = instance.get_concurrency_config().run_queue_config
        # Without retries a night is given up where the code server does not answer at once.
        told = (queue.max_concurrent_runs, queue.max_user_code_failure_retries, queue.user_code_failure_retry_delay)
        assert told == (1, 20, 30)
        assert (instance.run_monitoring_enabled, instance.run_retries_enabled) == (True, False)
        assert instance.telemetry_enabled is False


def test_an_older_file_stays_as_it_is_and_what_it_lacks_is_told(tmp_path: Path) -> None:
    home = dagster_home(tmp_path)
    older = "telemetry: {enabled: false}\nrun_retries: {enabled: true}\n"
    (home / FILE).write_text(older, encoding="utf-8")
    assert dagster_home(tmp_path) == home
    assert (home / FILE).read_text(encoding="utf-8") == older
    assert [told.split(";")[0] for told in lacking(home)] == [
        "dagster.yaml: expected concurrency.runs.max_concurrent_runs: 1, found nothing",
        "dagster.yaml: expected run_monitoring.enabled: true, found nothing",
        "dagster.yaml: expected run_retries.enabled not to be true",
    ]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("max_concurrent_runs: 1", "max_concurrent_runs: 4"),
        ("run_monitoring:\n  enabled: true", "run_monitoring:\n  enabled: false"),
        ("telemetry:\n  enabled: false", "telemetry:\n  enabled: true"),
        ("run_retries:\n  enabled: false", "run_retries:\n  enabled: true"),
        ("nux:", "backfills:\n  use_threads: true\nnux:"),
    ],
)
def test_each_thing_that_a_night_counts_on_is_told(tmp_path: Path, was: str, now: str) -> None:
    assert was in DAGSTER_YAML
    (tmp_path / FILE).write_text(DAGSTER_YAML.replace(was, now), encoding="utf-8")
    [told] = lacking(tmp_path)
    assert told.startswith("dagster.yaml: expected ")


def test_the_same_in_dagsters_older_words_is_enough(tmp_path: Path) -> None:
    lines = DAGSTER_YAML.replace("concurrency:\n  runs:\n    max_concurrent_runs: 1\n", "")
    lines = lines.replace("run_queue:\n", "run_queue:\n  max_concurrent_runs: 1\n")
    (tmp_path / FILE).write_text(lines, encoding="utf-8")
    assert lacking(tmp_path) == []


def test_a_file_that_is_no_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("a: [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"dagster\.yaml: expected a readable YAML file"):
        lacking(tmp_path)


def test_the_queue_takes_what_is_no_night_first_then_the_earliest_night() -> None:
    days = ["2020-09-01", "2026-09-21", "2026-09-22", date.max.isoformat()]
    order = [int(earliest_first(day)["dagster/priority"]) for day in days]
    assert order == sorted(order, reverse=True)
    assert order[0] == -1
    assert order[1] - order[2] == 1
