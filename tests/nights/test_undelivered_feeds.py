"""A feed that nobody delivered costs no step, in nights of every kind, and its rules say that they assessed nobody."""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl
import pytest

from pipelines.instance import dagster_home
from pipelines.jobs import NIGHTLY, build_definitions, run_night
from pipelines.left_out import LEFT_OUT_TAG
from pipelines.night.landing import land_feed, note_undelivered
from pipelines.settings import Settings
from tests.nights.district import EXPECTED, NEXT, RULES
from tests.nights.driver import PROFILE, District
from warehouse.publication import read_manifest

AWAY = "vehicle"
STEPS = {AWAY, f"{AWAY}_contract", f"matched_{AWAY}", f"findings_{AWAY}"}


def settings_of(district: District) -> Settings:
    feeds = (Path(os.environ["HEDUI_FEEDS_DIRS"]),)
    return Settings(inbox=district.inbox, warehouse=district.warehouse, feeds_dirs=feeds, profile=PROFILE, threads=1)


def checksums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.parquet"))}


@pytest.fixture
def without(district: District) -> District:
    """The district after its first night, with one feed away."""
    rmtree(district.inbox / AWAY)
    return district


def test_it_has_no_step_and_its_findings_stay_as_not_assessed(without: District) -> None:
    steps: list[str] = []
    outcome = run_night(settings_of(without), NEXT, lambda event, told: steps.append(told) if event == "step" else None)
    assert outcome.exit_code == 0, outcome.messages
    assert not STEPS & set(steps)
    assert {"property", "property_contract", "matched_property", "findings_property"} <= set(steps)
    folder = outcome.folder
    assert folder is not None
    told = read_manifest(folder)
    assert (told["feeds"][AWAY]["status"], told["feeds"][AWAY]["title"]) == ("absent", "机动车")
    assert all(gate["passed"] for gate in told["gates"])
    assert f"{AWAY}_books" not in {gate["name"] for gate in told["gates"]}
    counts = pl.read_parquet(folder / "rule_counts.parquet").filter(pl.col("feed") == AWAY)
    assert counts.get_column("rule_id").to_list() == list(RULES[AWAY])
    assert counts.select("households_not_assessed", "resolved", "feed_status").unique().rows() == [(6, 0, "absent")]
    found = pl.read_parquet(folder / "findings.parquet").filter(pl.col("feed") == AWAY)
    assert set(found.get_column("outcome")) == {"not_assessed"}
    assert found.height == sum(rule.startswith("CL") for _, rule, _ in EXPECTED)
    with_all_assets(without, checksums(folder))


def with_all_assets(district: District, expected: dict[str, str]) -> None:
    """A run of the same night that somebody starts by hand, with every asset, publishes the same bytes."""
    job = build_definitions(settings_of(district)).resolve_job_def(NIGHTLY)
    with dg.DagsterInstance.from_config(str(dagster_home(district.warehouse))) as instance:
        result = job.execute_in_process(instance=instance, partition_key=NEXT.isoformat())
    assert {event.step_key for event in result.get_step_success_events()} >= STEPS
    assert checksums((district.warehouse / "published" / "current").resolve()) == expected


def test_the_schedule_leaves_it_out_too(without: District) -> None:
    definitions = build_definitions(settings_of(without))
    [schedule] = [one for one in definitions.schedules if one.name == "nightly_0200"]
    now = datetime(2026, 9, 23, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
    context = dg.build_schedule_context(scheduled_execution_time=now, repository_def=definitions.get_repository_def())
    [request] = schedule.evaluate_tick(context).run_requests
    chosen = {key.to_user_string() for key in request.asset_selection}
    assert not STEPS & chosen
    assert {"roster", "households", "members", "findings_property", "published_night"} <= chosen
    assert (request.partition_key, request.tags[LEFT_OUT_TAG]) == (NEXT.isoformat(), AWAY)


def test_what_comes_after_the_run_has_begun_waits_for_the_next_night(district: District) -> None:
    night = district.open(NEXT)
    assert land_feed(night, AWAY).status == "fresh"
    assert note_undelivered(night, [AWAY, "no_longer_a_feed"]) == [AWAY]
    assert night.state(AWAY).status == "absent"
    assert note_undelivered(night) == []
