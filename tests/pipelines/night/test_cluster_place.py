"""What keeps the distributed engine from working is told before anything is touched; no cluster is needed to say it."""

import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.exceptions import PanicException

from pipelines.cli.boundary import exit_code_of
from pipelines.night.cluster import session
from pipelines.night.cluster.engine import SparkEngine, _reason
from pipelines.night.cluster.session import check_place
from pipelines.night.cluster.versions import versions
from pipelines.night.cluster.work import Judging, Search, WorkerError, found_in, judged, packed, told
from pipelines.night.cluster_place import ClusterPlace
from pipelines.night.engine import Embedded, EngineError, engine_of
from pipelines.resources import night_resource
from pipelines.settings import SettingsError
from pipelines.settings_reading import load_settings

SECRET = "0123456789abcdef"  # noqa: S105  nobody's


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterPlace:
    """A place where everything is there but a master."""
    monkeypatch.setattr(session, "_pyspark", lambda: "installed")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    secret = tmp_path / "cluster.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    return ClusterPlace(f"spark://127.0.0.1:{port}", tmp_path / "shared", secret)


def refused(place: ClusterPlace) -> str:
    with pytest.raises(EngineError) as error:
        check_place(place)
    assert exit_code_of(error.value) == 2
    assert SECRET not in str(error.value)
    return str(error.value)


def test_a_master_that_does_not_answer(place):
    assert f"expected a master at {place.master}, found nobody answering" in refused(place)


def test_no_pyspark(place, monkeypatch):
    monkeypatch.setattr(session, "_pyspark", lambda: None)
    assert "pip install 'hedui[cluster]'" in refused(place)


def test_no_java(place, monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "expected Java 17, found no java" in refused(place)


def test_the_secret_of_a_standalone_cluster(place):
    assert "found no file named" in refused(replace(place, secret_file=None))
    assert "cannot be read" in refused(replace(place, secret_file=place.shared / "none"))
    place.secret_file.chmod(0o640)
    assert "readable by you alone: chmod 600" in refused(place)
    place.secret_file.chmod(0o600)
    place.secret_file.write_text("")
    assert "must hold one line" in refused(place)
    assert SECRET not in repr(place)


def test_the_shared_folder(place, tmp_path):
    local = replace(place, master="local[1]")
    check_place(local)
    assert oct(place.shared.stat().st_mode & 0o777) == "0o700"
    (tmp_path / "file").write_text("")
    assert "check HEDUI_SHARED_FOLDER" in refused(replace(local, shared=tmp_path / "file"))


def test_settings_choose_the_engine(tmp_path):
    assert load_settings({}, {}, None).cluster() is None
    assert isinstance(engine_of(None), Embedded)
    given = {"HEDUI_ENGINE": "spark", "HEDUI_SPARK_MASTER": "yarn", "HEDUI_SHARED_FOLDER": str(tmp_path)}
    settings = load_settings({}, given | {"HEDUI_SHARDS": "7"}, None)
    expected = ClusterPlace("yarn", tmp_path, shards=7)
    assert settings.cluster() == expected
    assert night_resource(settings).cluster_place() == expected
    assert night_resource(load_settings({}, {}, None)).cluster_place() is None
    engine = engine_of(expected)
    assert isinstance(engine, SparkEngine)
    assert (engine.name, Embedded().name) == ("spark", "duckdb")


@pytest.mark.parametrize("missing", ["SPARK_MASTER", "SHARED_FOLDER"])
def test_a_cluster_without_its_place_is_wrong_usage(tmp_path, missing):
    given = {"HEDUI_ENGINE": "spark", "HEDUI_SPARK_MASTER": "yarn", "HEDUI_SHARED_FOLDER": str(tmp_path)}
    given.pop(f"HEDUI_{missing}")
    with pytest.raises(SettingsError, match=f"give HEDUI_{missing}"):
        load_settings({}, given, None).cluster()


def test_a_worker_tells_kind_and_place_and_no_value():
    with pytest.raises(WorkerError) as failed:
        judged({"households": b"51239020011231001X"}, None)  # type: ignore[arg-type]
    assert "51239020011231001X" not in str(failed.value)
    assert failed.value.__suppress_context__
    said = f"Job aborted: 51239020011231001X\n {told(ValueError('51239020011231001X'))} and more"
    assert _reason(said, "judged") == (
        "engine spark: a part could not be judged on any worker: ValueError; the values are withheld"
    )
    assert "look into the cluster's own logs" in _reason("Executor lost 51239020011231001X", "judged")


class Panicking(dict[str, bytes]):
    """Tables over which Polars panics: no Exception to Python."""

    def items(self):
        """Panic."""
        raise PanicException("51239020011231001X")


def test_a_panic_on_a_worker_tells_no_value_either():
    with pytest.raises(WorkerError, match="PanicException") as failed:
        judged(Panicking(), Judging("vehicle", None, (), {}, b""))  # type: ignore[arg-type]
    assert "51239020011231001X" not in str(failed.value)
    assert failed.value.__suppress_context__


def test_who_stops_asking_is_no_error_of_a_worker(tmp_path):
    pl.DataFrame({"id_number": ["A"], "stored_place": [0], "source_file": ["a"], "source_sha256": ["b"]}).write_parquet(
        tmp_path / "one.parquet"
    )
    asked = packed(pl.DataFrame({"id": ["A"]}))
    found = found_in([("snapshot", str(tmp_path / "one.parquet"))], Search(("id_number",), "100MB", versions()), asked)
    assert next(found)[0] == "snapshot"
    found.close()
