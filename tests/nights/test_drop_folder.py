"""Workbooks that appear in the drop folder: looked at, imported once, answered by a receipt; kills lose nothing."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.returned import BATCH, JOB, import_job, returned_sensor
from pipelines.jobs import build_definitions
from pipelines.settings import Settings
from pipelines.workbooks.dropped import import_dropped
from pipelines.workbooks.finishing import finish
from pipelines.workbooks.opening import Limits, read_limited
from tests.nights.district import AS_OF
from tests.nights.office import ANSWER, Office
from tests.pipelines.workbooks.made_books import Edited
from warehouse.events.store import EventStore


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def settings_of(office: Office, **more: object) -> Settings:
    return Settings(warehouse=office.desk.vault.root, drop_folder=office.folder, threads=1, **more)


class Daemon:
    """Looks into the folder again and again, and starts what the sensor asks for."""

    def __init__(self, office: Office, instance: dg.DagsterInstance, **more: object) -> None:
        self.job = import_job(settings_of(office, **more))
        self.sensor = returned_sensor(settings_of(office, **more), self.job)
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> dg.RunRequest | str:
        """One look: a run that is asked for, or why none is."""
        with dg.build_sensor_context(self.instance, cursor=self.cursor) as context:
            (asked,) = self.sensor(context)
            self.cursor = context.cursor
        return asked if isinstance(asked, dg.RunRequest) else str(asked.skip_message)

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """The run that was asked for."""
        return self.job.execute_in_process(
            run_config=request.run_config, instance=self.instance, tags=dict(request.tags), raise_on_error=False
        )

    def look(self) -> dg.ExecuteInProcessResult:
        """Look until there is something to do, and do it."""
        for _ in range(3):
            asked = self.tick()
            if isinstance(asked, dg.RunRequest):
                return self.run(asked)
        raise AssertionError(asked)


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    (output,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_OUTPUT]
    return {name: value.value for name, value in output.step_output_data.metadata.items()}


def receipt_of(office: Office, stem: str) -> str:
    return (office.folder / f"{stem}-回执.txt").read_bytes().decode("utf-8-sig")


def test_a_finished_file_is_imported_once_and_answered(office: Office, instance: dg.DagsterInstance) -> None:
    office.file(office.book(lambda book: book.fill(2, **ANSWER), lambda book: book.fill(3, **ANSWER | {"note": None})))
    office.file(b"half", "b.xlsx.part")
    daemon = Daemon(office, instance)
    assert daemon.tick() == "nothing new and finished in the drop folder"
    request = daemon.tick()
    assert isinstance(request, dg.RunRequest)
    assert "渝中" not in str((request, daemon.cursor))
    done = daemon.run(request)
    assert done.success
    assert metadata(done) == {
        "files": 1, "unusable": 0, "accepted": 1, "reviewed": 0, "unchanged": len(office.rows) - 2, "held_rows": 1, "missing": 0,
    }  # fmt: skip
    assert office.events()[0].by == "drop:测试镇"
    assert "已接受 1 行" in receipt_of(office, "渝中")
    assert "渝中-退回修改.xlsx" in receipt_of(office, "渝中")
    assert sorted(path.name for path in office.folder.iterdir()) == [
        "b.xlsx.part", "渝中-回执.txt", "渝中-退回修改.xlsx", "渝中.xlsx",
    ]  # fmt: skip
    assert daemon.tick() == daemon.tick() == "nothing new and finished in the drop folder"
    daemon.cursor = None  # as after a lost instance: what was imported is known by its content
    assert daemon.tick() == daemon.tick() == "nothing new and finished in the drop folder"


def test_corrected_rejects_are_imported_where_they_lie(office: Office, instance: dg.DagsterInstance) -> None:
    office.file(office.book(lambda book: book.fill(3, **ANSWER | {"note": None})))
    daemon = Daemon(office, instance)
    daemon.look()
    book = Edited((office.folder / "渝中-退回修改.xlsx").read_bytes())
    book.fill(2, note="补写的理由")
    office.file(book.content(), "渝中-退回修改.xlsx")
    assert metadata(daemon.look())["accepted"] == 1
    assert "已接受 1 行" in receipt_of(office, "渝中-退回修改")
    assert [event.finding_id for event in office.events()] == [office.rows[1]["finding_id"]]


def test_two_files_at_once_that_disagree_are_seen_together(office: Office, instance: dg.DagsterInstance) -> None:
    office.file(office.book(lambda book: book.fill(2, **ANSWER)), "a.xlsx")
    office.file(office.book(lambda book: book.fill(2, **ANSWER | {"conclusion": "数据有误"})), "b.xlsx")
    assert metadata(Daemon(office, instance).look())["held_rows"] == 2
    assert office.events() == []


def test_a_file_that_cannot_be_used_is_told_once_until_its_receipt_is_deleted(
    office: Office, instance: dg.DagsterInstance
) -> None:
    office.file(b"no workbook", "坏.xlsx")
    daemon = Daemon(office, instance)
    assert metadata(daemon.look())["unusable"] == 1
    assert "不能导入" in receipt_of(office, "坏")
    assert daemon.tick() == "nothing new and finished in the drop folder"
    (office.folder / "坏-回执.txt").unlink()
    assert isinstance(daemon.tick(), dg.RunRequest)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(200)], ids=["empty", "too large"])
def test_a_file_that_is_not_read_at_all_is_told_once_too(
    office: Office, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(read_limited, "__defaults__", (Limits(file_bytes=100),))
    office.file(content, "坏.xlsx")
    daemon = Daemon(office, instance)
    assert metadata(daemon.look())["unusable"] == 1
    assert "不能导入" in receipt_of(office, "坏")
    assert daemon.tick() == daemon.tick() == "nothing new and finished in the drop folder"
    (office.folder / "坏-回执.txt").unlink()
    assert isinstance(daemon.tick(), dg.RunRequest)


def test_a_failure_of_ours_leaves_a_receipt_and_is_tried_again(
    office: Office, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    office.file(office.book(lambda book: book.fill(2, **ANSWER)))
    daemon = Daemon(office, instance, workbook_password_file=tmp_path / "gone")
    assert not daemon.look().success
    assert "暂时没能导入" in receipt_of(office, "渝中")
    assert "gone" not in receipt_of(office, "渝中")
    keys = set()
    for _ in range(2):
        request = daemon.tick()
        assert isinstance(request, dg.RunRequest)
        keys.add(request.run_key)
        daemon.run(request)
    assert len(keys) == 2
    assert "3 times in vain" in str(daemon.tick())
    mended = Daemon(office, instance)
    mended.cursor = daemon.cursor
    assert instance.get_runs_count(dg.RunsFilter(job_name=JOB)) == 3
    import_dropped([office.folder / "渝中.xlsx"], (), replace(office.desk, by=None))
    assert "已接受 1 行" in receipt_of(office, "渝中")


def test_nothing_is_asked_for_while_an_import_is_under_way(office: Office, instance: dg.DagsterInstance) -> None:
    office.file(office.book())
    daemon = Daemon(office, instance)
    daemon.tick()
    with dg.DagsterInstance.ephemeral():
        instance.create_run_for_job(daemon.job, status=dg.DagsterRunStatus.STARTED, tags={BATCH: "x"})
    assert daemon.tick() == "an import is under way"


def test_the_sensor_is_on_only_where_a_folder_is_set(office: Office, tmp_path: Path) -> None:
    for settings, status in (
        (settings_of(office), dg.DefaultSensorStatus.RUNNING),
        (Settings(warehouse=tmp_path), dg.DefaultSensorStatus.STOPPED),
    ):
        [sensor] = [one for one in build_definitions(settings).sensors or () if one.name == "returned_workbooks"]
        assert sensor.default_status == status
        assert sensor.job_name == JOB
    with dg.build_sensor_context() as context:
        (skipped,) = sensor(context)
    assert "HEDUI_DROP_FOLDER" in str(skipped.skip_message)


KILLED = """
import json, os, sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from pipelines.night.night import open_vault
from pipelines.workbooks import importing
from pipelines.workbooks.finishing import finish
from pipelines.workbooks.opening import Limits, read_limited
from warehouse.events import store as stores
from warehouse.events.address import EventAddress

root, file, when, place = sys.argv[1:]
record = stores.EventStore._record

def killed(self, connection, reader, drafts):
    record(self, connection, reader, drafts)
    os._exit(9)

if place == "inside":
    stores.EventStore._record = killed
vault = open_vault(Path(root), None, threads=1, memory_limit="500MB")
store = stores.open_events(EventAddress.of_warehouse(vault.root), None)
desk = importing.ImportDesk(vault, store, datetime.fromisoformat(when), lambda _: lambda _ids: None, by="陈录入")
done = importing.import_workbooks([Path(file)], desk)
os._exit(9)
"""


@pytest.mark.parametrize(("place", "stand"), [("inside", 0), ("after", 3)])
def test_a_kill_leaves_all_rows_of_a_file_or_none(office: Office, place: str, stand: int) -> None:
    def fill(book: Edited) -> None:
        for row in (2, 3, 4):
            book.fill(row, **ANSWER)
        book.fill(5, **ANSWER | {"note": None})

    path = office.file(office.book(fill))
    words = [str(office.desk.vault.root), str(path), office.desk.when.isoformat(), place]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *words], env=dict(os.environ), check=False, capture_output=True
    )
    assert killed.returncode == 9, killed.stderr.decode()
    assert len(office.events()) == stand
    assert not (office.folder / "渝中-退回修改.xlsx").exists()
    outcome = finish(office.imported(path)[0], office.desk)
    assert (outcome.accepted, outcome.held_rows) == (3 - stand, 1)
    assert (office.folder / "渝中-退回修改.xlsx").exists()
    assert len({event.finding_id for event in office.events()}) == len(office.events()) == 3
    assert EventStore.verify(office.desk.store) is None
    record = office.desk.vault.root / "returned" / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.json"
    assert json.loads(record.read_text())["held"] == 1
    assert AS_OF.isoformat() in record.read_text()


def test_a_receipt_that_cannot_be_written_fails_the_run_and_loses_nothing(
    office: Office, instance: dg.DagsterInstance
) -> None:
    office.file(office.book(lambda book: book.fill(2, **ANSWER)))
    (office.folder / "渝中-回执.txt").mkdir()
    daemon = Daemon(office, instance)
    done = daemon.look()
    assert not done.success
    assert len(office.events()) == 1
    failure = done.failure_data_for_node("import_returned")
    assert failure is not None
    assert "渝中" not in str(failure)
    assert daemon.tick() == "nothing new and finished in the drop folder"
