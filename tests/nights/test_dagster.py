"""The nights as Dagster runs and shows them: definitions, metadata, checks, retries, exit codes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree

import dagster as dg
import pytest

from pipelines.cli import main
from pipelines.instance import dagster_home
from pipelines.jobs import build_definitions, run_night
from pipelines.night.labels import GATE_LABELS
from pipelines.night.landing import land_feed
from pipelines.settings import Settings
from tests.nights.conftest import Messy, Place
from tests.nights.district import AS_OF, DAYS, NEXT, deliver, roster_rows
from tests.nights.driver import PROFILE, District

GRAINS = ("One row per", "One folder a night", "One workbook per", "每")
KINDS = {"required_columns", "key_unique", "row_count", "books_balance", "freshness"}


def settings_of(district: District, **more: object) -> Settings:
    feeds = (Path(os.environ["HEDUI_FEEDS_DIRS"]),)
    places = {"inbox": district.inbox, "warehouse": district.warehouse, "feeds_dirs": feeds}
    return Settings(**places, profile=PROFILE, threads=1, **more)


def test_every_asset_says_its_grain_first_and_every_feed_has_its_checks(tmp_path: Path) -> None:
    definitions = build_definitions(Settings(warehouse=tmp_path))
    graph = definitions.resolve_asset_graph()
    groups = set()
    for node in graph.asset_nodes:
        assert str(node.description).startswith(GRAINS), node.key
        groups.add(node.group_name)
    assert groups == {"landing", "matching", "findings", "casework", "publication"}
    checks = {feed: {key.name for key in graph.asset_check_keys if key.asset_key == dg.AssetKey(feed)} for feed in DAYS}
    assert all(names >= KINDS for names in checks.values())
    for feed in DAYS:
        schema = graph.get(dg.AssetKey(feed)).metadata["dagster/column_schema"]
        assert all(column.description for column in schema.columns)


@pytest.mark.parametrize(
    ("is_on", "status"),
    [(False, dg.DefaultScheduleStatus.STOPPED), (True, dg.DefaultScheduleStatus.RUNNING)],
)
def test_the_schedule_is_on_only_where_the_settings_say_so(
    tmp_path: Path, is_on: bool, status: dg.DefaultScheduleStatus
) -> None:
    definitions = build_definitions(Settings(warehouse=tmp_path, schedule_enabled=is_on))
    [schedule] = [one for one in definitions.schedules if one.name == "nightly_0200"]
    assert (schedule.default_status, schedule.cron_schedule) == (status, "0 2 * * *")
    assert schedule.execution_timezone == "Asia/Shanghai"


def test_the_definitions_load_as_the_web_interface_loads_them(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import pipelines.definitions as d; d.defs().resolve_asset_graph()"]
    environment = {**os.environ, "HEDUI_WAREHOUSE": str(tmp_path), "PYTHONPATH": str(repository)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(tmp_path.iterdir()) == []  # looking at the assets writes nothing
    text = (repository / "workspace.yaml").read_text(encoding="utf-8")
    assert "module_name: pipelines.definitions" in text


def test_every_asset_of_a_night_tells_its_rows_and_each_feed_its_checks(messy_night: Messy) -> None:
    place, _, _ = messy_night
    with dg.DagsterInstance.from_config(str(dagster_home(place.warehouse))) as instance:
        [run] = instance.get_runs()
        assert run.status == dg.DagsterRunStatus.SUCCESS
        assert run.tags["dagster/partition"] == AS_OF.isoformat()
        records = instance.all_logs(run.run_id)
    events = [entry.dagster_event for entry in records if entry.dagster_event is not None]
    made = [event.step_materialization_data.materialization for event in events if event.is_step_materialization]
    assert len(made) >= 20
    assert [one.asset_key for one in made if "dagster/row_count" not in one.metadata] == []
    judged = [
        event.asset_check_evaluation_data for event in events if event.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    for feed in DAYS:
        names = {one.check_name for one in judged if one.asset_key == dg.AssetKey(feed)}
        assert names >= KINDS
    failed = {(one.asset_key.to_user_string(), one.check_name) for one in judged if not one.passed}
    assert ("business", "freshness") in failed
    gates = {one.check_name: one.metadata for one in judged if one.asset_key == dg.AssetKey("published_night")}
    assert set(gates) == {*GATE_LABELS, "health_page"}, "every kind of gate has its words and its check"
    assert not {name for asset, name in failed if asset == "published_night"}
    assert gates["roster_rows"]["gates_no_history"].value == 1
    assert "<svg" in (place.warehouse / "published" / "current" / "health.html").read_text(encoding="utf-8")


def test_a_wrong_feed_trips_a_blocking_check_and_nothing_after_it_runs(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (district.warehouse / "published" / "current").resolve()
    monkeypatch.setattr("pipelines.checks.landed.counted_once", lambda *_: 3)
    steps: list[tuple[str, str]] = []
    outcome = run_night(settings_of(district), NEXT, lambda event, told: steps.append((event, told)))
    assert outcome.exit_code == 3
    assert any("vehicle" in told and "check" in told for told in outcome.messages)
    begun = {told for event, told in steps if event == "step"}
    assert {"vehicle", "roster"} <= begun
    assert not any(name.startswith(("matched_", "findings", "published")) for name in begun)
    assert (district.warehouse / "published" / "current").resolve() == before
    page = district.warehouse / "checks" / NEXT.isoformat() / "vehicle.html"
    assert "不符合" in page.read_text(encoding="utf-8")


def make_missing(inbox: Path) -> None:
    rmtree(inbox / "roster")


def make_stale(inbox: Path) -> None:
    folder = inbox / "roster" / DAYS["roster"].isoformat()
    folder.rename(folder.with_name("2026-09-16"))


def make_refused(inbox: Path) -> None:
    rows = [row | {"身份证号": f"59991719880808{place:04d}"} for place, row in enumerate(roster_rows() * 3)]
    deliver(inbox, "roster", rows)


@pytest.mark.parametrize(
    ("harm", "status"), [(make_missing, "absent"), (make_stale, "stale"), (make_refused, "refused")]
)
def test_a_roster_that_cannot_be_used_is_not_assessed(
    new_district: Callable[..., District], harm: Callable[[Path], None], status: str
) -> None:
    district = new_district()
    harm(district.inbox)
    state = land_feed(district.open(), "roster")
    assert (state.status, state.is_assessed, state.max_age_days) == (status, False, 5)


def test_without_a_roster_there_is_no_night(
    new_district: Callable[..., District],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    district = new_district()
    make_refused(district.inbox)
    monkeypatch.chdir(tmp_path)
    assert main(Place(district.inbox.parent).nightly()) == 4
    complaint = capsys.readouterr().err
    assert "the roster is refused on 2026-09-22: expected a ready snapshot at most 5 days old" in complaint
    assert "deliver one and run the night again" in complaint
    assert "The roster is missing or refused" in complaint
    assert not (district.warehouse / "published").exists()
    [account] = (district.warehouse / "accounts").glob("*-roster.md")
    text = account.read_text(encoding="utf-8")
    assert "the roster is refused" in text
    assert "怎么办" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--profile", "nowhere"], "nowhere"),
        (["--as-of", "20260922"], "--as-of: expected a date YYYY-MM-DD"),
        (["--memory-limit", "much"], "--memory-limit: expected a size"),
        (["--inbox", "nowhere"], "expected a folder with one sub-folder per feed"),
        (["--key-file", "nowhere.key"], "the key file nowhere.key cannot be read"),
    ],
)
def test_wrong_usage_ends_before_anything_is_touched(
    new_district: Callable[..., District],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    district = new_district()
    monkeypatch.chdir(tmp_path)
    assert main([*Place(district.inbox.parent).nightly(), *words]) == 2
    assert told in capsys.readouterr().err
    assert not district.warehouse.exists()


@pytest.mark.parametrize("kind", ["contract", "policy"])
def test_a_declaration_with_a_mistake_ends_before_anything_is_touched(
    new_district: Callable[..., District],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    repository: Path,
    kind: str,
) -> None:
    district = new_district()
    name = {"contract": "feeds", "policy": "policy"}[kind]
    copytree(repository / "data" / name, tmp_path / name)
    file = tmp_path / name / {"contract": "vehicle.yml", "policy": "profiles.yml"}[kind]
    file.write_text(file.read_text(encoding="utf-8") + "\nno_such_key: 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"HEDUI_{name.upper()}_DIRS", str(tmp_path / name))
    assert main(Place(district.inbox.parent).nightly()) == 2
    complaint = capsys.readouterr().err
    assert file.name in complaint
    assert "no_such_key" in complaint
    assert not district.warehouse.exists()
