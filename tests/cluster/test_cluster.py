"""A night on a real cluster of two workers comes to what a night on one machine comes to, whatever happens to a worker."""

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree
from threading import Timer

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.cli import main
from pipelines.night.cluster.engine import SparkEngine
from pipelines.night.cluster.session import spark
from pipelines.night.cluster.versions import versions
from pipelines.night.cluster.work import Search, found_in, packed
from pipelines.night.cluster_place import ClusterPlace
from pipelines.night.engine import EngineError
from pipelines.night.night import Night, open_night, open_vault
from pipelines.night.stages import compute, land_all
from tests.benchmarks.city import write_city
from tests.nights.district import AS_OF, PEOPLE, deliver, deliver_all, dwelling, literal_rows, vehicle
from tests.nights.driver import District
from tests.spark_cluster import SparkCluster
from tests.test_acceptance import PROFILES, comparable, read
from warehouse.keys import new_key_file

# PySpark leaves it to the garbage collector to close its sockets.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SMALL = 0.0005
"""Size of the drawn city: 500 persons, 27,000 rows."""


@pytest.fixture(scope="module")
def place(cluster: SparkCluster) -> ClusterPlace:
    return ClusterPlace(cluster.master, cluster.folder / "shared", cluster.secret_file, shards=3, memory="200MB")


def open_with(repository: Path, inbox: Path, warehouse: Path, profile: str, place: ClusterPlace | None) -> Night:
    return open_night(
        as_of=date(2026, 9, 22),
        profile=profile,
        inbox=inbox,
        vault=open_vault(warehouse, None, threads=1, memory_limit="500MB"),
        feeds_dirs=(repository / "data" / "feeds",),
        policy_dirs=(repository / "data" / "policy",),
        cluster=place,
    )


def the_same(embedded: Night, distributed: Night) -> None:
    """Every table of both nights is the same: columns, types, rows, order."""
    tables = sorted({path.stem for path in embedded.tables.folder.iterdir() if path.suffix != ".json"})
    assert {"findings", "cases", "matched_vehicle", "findings_vehicle"} <= set(tables)
    for table in tables:
        assert_frame_equal(distributed.tables.read(table), embedded.tables.read(table))
    assert embedded.tables.read("findings").height


def both(repository: Path, inbox: Path, root: Path, profile: str, place: ClusterPlace) -> None:
    """A night on one machine and one on the cluster, over one landing."""
    alone = open_with(repository, inbox, root / "alone", profile, None)
    land_all(alone)
    copytree(root / "alone", root / "cluster")
    compute(alone)
    distributed = open_with(repository, inbox, root / "cluster", profile, place)
    compute(distributed)
    the_same(alone, distributed)


@pytest.mark.parametrize("name", ["messy", "people"])
def test_an_acceptance_set_is_the_same_on_a_cluster(acceptance, repository, tmp_path, place, name):
    both(repository, acceptance / name / "inbox", tmp_path, PROFILES[name], place)


def test_a_drawn_city_is_the_same_on_a_cluster(repository, tmp_path, place):
    write_city(tmp_path / "city", SMALL, lambda _told: None, processes=1)
    both(repository, tmp_path / "city" / "inbox", tmp_path, "caojie-core", place)


def test_the_command_line_gives_the_acceptance_set_exactly(acceptance, cluster, tmp_path, monkeypatch, capsys):
    given = {
        "ENGINE": "spark",
        "SPARK_MASTER": cluster.master,
        "SPARK_SECRET_FILE": cluster.secret_file,
        "SHARED_FOLDER": cluster.folder / "shared",
        "WAREHOUSE": tmp_path / "warehouse",
        "WORKBOOKS": "false",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"HEDUI_{name}", str(value))
    expected = acceptance / "clean"
    inbox = ("--inbox", str(expected / "inbox"), "--as-of", "2026-09-22", "--profile", PROFILES["clean"])
    assert main(["nightly", *inbox]) == 0
    for what in ("findings", "cases"):
        out = tmp_path / f"{what}.csv"
        assert main(["export", what, "--format", "csv", "--out", str(out), "--clear-ids"]) == 0
        wanted = read(expected / f"expected_{what}.csv")
        columns = list(wanted[0])
        assert comparable(read(out), columns) == comparable(wanted, columns)
    capsys.readouterr()
    assert main(["status"]) == 0
    assert "compared by spark" in " ".join(capsys.readouterr().out.split())


def test_deltas_and_answers_of_an_encrypted_warehouse(repository, tmp_path, place):
    """Vehicles by deltas, property by answers, all of it encrypted, on the storage that the workers share too."""
    inbox, key = deliver_all(tmp_path / "inbox", property=[]), tmp_path / "hedui.key"
    new_key_file(key)
    rows = literal_rows()["vehicle"]
    deliver(inbox, "vehicle", rows, day=date(2026, 9, 10))
    changed = [rows[0] | {"机动车状态": "E", "注销日期": "2026-09-14"}, vehicle(PEOPLE[3], 号牌号码="渝X4CC44")]
    deliver(inbox, "vehicle", changed, day=date(2026, 9, 21), manifest={"mode": "delta"})
    asked = PEOPLE[:5]
    manifest = {"mode": "response", "requested": "asked.txt"}
    folder = deliver(inbox, "property", [dwelling(one) for one in asked], day=date(2026, 9, 2), manifest=manifest)
    (folder / "asked.txt").write_text("\n".join(["身份证号", *(one.id_number for one in asked)]), encoding="utf-8")
    alone = District(inbox, tmp_path / "alone", repository, key).with_canaries().open(AS_OF)
    land_all(alone)
    copytree(tmp_path / "alone", tmp_path / "cluster")
    compute(alone)
    distributed = District(inbox, tmp_path / "cluster", repository, key).with_canaries().open(AS_OF)
    shared = replace(place, shared=tmp_path / "shared")
    compute(replace(distributed, engine=SparkEngine(shared)))
    the_same(alone, distributed)
    not_asked = set(distributed.tables.read("not_queried_property").get_column("id_number"))
    on_roster = set(distributed.tables.read("members").get_column("id_number"))
    others = {one.id_number for one in PEOPLE[5:]} & on_roster
    assert others
    assert others <= not_asked
    assert not not_asked & {one.id_number for one in asked}
    copies = list((tmp_path / "shared").rglob("*.parquet"))
    assert len(copies) == 5
    assert not any(PEOPLE[0].id_number.encode() in one.read_bytes() for one in copies)


def test_a_worker_that_dies_in_the_middle_changes_nothing(cluster, place):
    session, engine, told = spark(place), SparkEngine(place), []
    engine.watched_by(told.append)
    before = cluster.executors()
    assert len(before) == 2
    killer = Timer(0.7, before[0].kill)
    killer.start()
    work = session.parallelize(range(6), 6).map(lambda number: (time.sleep(1), number * number)[1])
    assert engine._collected(session, work, "squared") == [0, 1, 4, 9, 16, 25]
    killer.join()
    assert not before[0].is_running()


def test_what_fails_on_a_worker_is_told_without_a_value(cluster, place):
    session, engine = spark(place), SparkEngine(place)
    secret = "51239020011231001X"  # noqa: S105 - nobody's
    asked = packed(pl.DataFrame({"id": [secret]}))
    work = session.parallelize([("alias", f"/nowhere/{secret}.parquet")], 1).mapPartitions(
        lambda files: found_in(files, Search(("id_number",), "100MB", versions()), asked)
    )
    with pytest.raises(EngineError, match=r"could not be searched on any worker: IOException at \w+\.py:\d+") as failed:
        engine._collected(session, work, "searched")
    assert secret not in str(failed.value)
    assert secret not in cluster.logs()


def test_the_cluster_writes_down_nobody(acceptance, cluster):
    """Run last: the logs of all nights above."""
    logs = cluster.logs()
    assert "Executor" in logs
    numbers = {row["id_number"] for name in PROFILES for row in read(acceptance / name / "expected_findings.csv")}
    assert len(numbers) > 50
    assert not [one for one in numbers if one in logs]
    assert cluster.secret_file.read_text() not in logs
