"""A night whose runs and events are in a real PostgreSQL: all of it is there, and nothing of a person."""

from pathlib import Path

import psycopg
import pytest

from pipelines.cli import main
from pipelines.instance import DAGSTER_YAML, FILE
from tests.nights.canaries import cells_in, deliver_mess, found_in
from tests.nights.conftest import Place
from tests.postgres import Cluster


def everything_in(cluster: Cluster, schema: str) -> dict[str, bytes]:
    """Every row of every table of a schema, by table."""
    told = {}
    with psycopg.connect(host=str(cluster.sockets), user="postgres", dbname="postgres") as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM {schema}."{table}"').fetchall()  # noqa: S608
            told[table] = b"\n".join(cells_in(rows))
    return told


def test_a_night_is_kept_there_and_tells_nothing_of_a_person(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path)
    deliver_mess(tmp_path / "inbox")
    home, schema = tmp_path / "home", postgres.new_address().rpartition("%3D")[2]
    home.mkdir()
    lines = f"""
storage:
  postgres:
    postgres_url: "postgresql+psycopg2://postgres@/postgres?host={postgres.sockets}&options=-csearch_path%3D{schema}"
"""
    (home / FILE).write_text(DAGSTER_YAML + lines, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("HEDUI_WORKBOOKS", "false")
    monkeypatch.setenv("HEDUI_THREADS", "1")
    monkeypatch.chdir(tmp_path)
    assert main(place.nightly()) == 0, capsys.readouterr().err
    told = everything_in(postgres, schema)
    assert b"SUCCESS" in told["runs"]
    assert told["event_logs"].count(b"ASSET_MATERIALIZATION") >= 20
    assert told["asset_check_executions"].count(b"SUCCEEDED") >= 20
    assert found_in(told) == []
    assert not list(home.rglob("*.db"))
    assert not (place.warehouse / "dagster").exists()
