"""The resource of the assets: where the case events are, and that Dagster never learns a password."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.partitions import NIGHTS
from pipelines.resources import NightResource, night_resource
from pipelines.settings_reading import load_settings
from warehouse.events.event import Draft

AS_OF = date(2026, 9, 22)
SECRET = "pa55-w0rd"  # noqa: S105  nobody's


def resource(folder: Path) -> NightResource:
    (folder / "inbox").mkdir()
    return night_resource(load_settings({"inbox": folder / "inbox", "warehouse": folder / "warehouse"}, {}, None))


def test_a_night_has_the_events_of_its_warehouse_and_reading_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    night = resource(tmp_path).open(AS_OF)
    assert night.events.read() == []
    assert not (tmp_path / "warehouse" / "events").exists()
    night.events.append([Draft("verdict", "c", "f", AS_OF, "王", "test", {})])
    assert (tmp_path / "warehouse" / "events" / "events.db").is_file()


def test_the_address_comes_from_the_environment_and_is_in_no_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDUI_EVENT_STORE", f"postgresql://hedui:{SECRET}@db/cases")
    opened = resource(tmp_path)
    night = opened.open(AS_OF)
    assert night.event_address is not None
    assert night.event_address.url.password == SECRET
    assert SECRET not in opened.model_dump_json()
    assert SECRET not in f"{opened!r} {night!r}"


def test_a_run_of_the_queue_begins_with_what_killed_ones_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = resource(tmp_path)
    left = tmp_path / "warehouse" / "published" / f"2026-09-21-abc.part-{2**22 + 1}-1"
    given.open(AS_OF)
    left.mkdir(parents=True)

    @dg.asset(partitions_def=NIGHTS)
    def one(night: NightResource) -> None:
        assert left.exists()
        night.open(AS_OF)
        assert not left.exists()

    assert dg.materialize([one], resources={"night": given}, partition_key=str(AS_OF)).success
