"""Dagster's storage as dagster.yaml says: a real PostgreSQL, and plain words where it cannot be used."""

from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster_postgres import PostgresEventLogStorage

from pipelines.abandoned_runs import close_abandoned_at
from pipelines.event_log import KeptEventLog, open_instance
from pipelines.instance import FILE, lacking
from pipelines.run_history import forget_old_runs
from pipelines.settings import SettingsError
from tests.pipelines.test_run_history import NOW, is_right, something
from tests.postgres import Cluster

SECRET = "pa55-w0rd"  # noqa: S105  nobody's
PASSWORD = "HEDUI_TEST_PG_PASSWORD"  # noqa: S105  a variable's name
LINES = """\
storage:
  postgres:
    postgres_db:
      username: postgres
      password:
        env: {variable}
      hostname: "{host}"
      port: {port}
      db_name: {db}
      params: {params}
      scheme: postgresql+psycopg2
"""


def written(home: Path, host: str = "127.0.0.1", port: int = 1, db: str = "postgres", params: str = "{}") -> Path:
    """A home whose dagster.yaml names PostgreSQL."""
    text = LINES.format(variable=PASSWORD, host=host, port=port, db=db, params=params)
    (home / FILE).write_text(text, encoding="utf-8")
    return home


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, SECRET)


def test_runs_and_events_are_in_postgresql_and_in_no_file(tmp_path: Path, postgres: Cluster) -> None:
    address = postgres.new_address()
    schema = address.rpartition("%3D")[2]
    home = written(tmp_path, "", 5432, params=f'{{host: "{postgres.sockets}", options: "-csearch_path={schema}"}}')
    with open_instance(home) as instance:
        assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
        assert not isinstance(instance.event_log_storage, KeptEventLog)
        result = dg.materialize([something, is_right], instance=instance, partition_key="1")
    assert close_abandoned_at(home) == 0
    with dg.DagsterInstance.from_config(str(home)) as instance:
        [run] = instance.get_runs()
        assert (run.run_id, run.status) == (result.run_id, dg.DagsterRunStatus.SUCCESS)
        assert instance.get_materialized_partitions(dg.AssetKey("something")) == {"1"}
    assert [path for path in home.rglob("*.db") if path.stat().st_size] == []
    with psycopg.connect(host=str(postgres.sockets), user="postgres", dbname="postgres") as connection:

        def count(table: str) -> int:
            [(found,)] = connection.execute(f"SELECT count(*) FROM {schema}.{table}").fetchall()  # noqa: S608
            return int(found)

        assert count("event_logs") == len(result.all_events) + 2
        connection.rollback()
        with open_instance(home) as instance:
            assert forget_old_runs(instance, NOW.replace(year=NOW.year + 2), kept_days=30) == 1
        assert (count("event_logs"), count("runs")) == (0, 0)
    assert not [told for told in lacking(home) if "storage" in told]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"port": 1}, "nothing listens there"),
        ({"host": "no-such-host.invalid"}, "there is no such host"),
        ({"host": "", "params": "{host: /no/such/folder}"}, "nothing listens there"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told_without_its_password(
    tmp_path: Path, where: dict[str, object], told: str
) -> None:
    home = written(tmp_path, **where)
    with pytest.raises(SettingsError) as error:
        open_instance(home)
    assert "expected PostgreSQL to keep Dagster's runs and events, found that" in str(error.value)
    assert told in str(error.value)
    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_database_that_is_not_there_is_told(tmp_path: Path, postgres: Cluster) -> None:
    home = written(tmp_path, "", 5432, "nowhere", f'{{host: "{postgres.sockets}"}}')
    with pytest.raises(SettingsError, match="there is no such database or user") as error:
        close_abandoned_at(home)
    assert SECRET not in str(error.value)


def test_a_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD)
    with pytest.raises(SettingsError, match=rf"expected the environment variable {PASSWORD}, .* found none; set it"):
        open_instance(written(tmp_path))


def test_a_setting_that_dagster_does_not_know_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("run_monitoring: {enabeld: true}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"dagster\.yaml: Dagster does not take it"):
        open_instance(tmp_path)


def test_without_the_package_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"pip install 'hedui\[postgres\]'"):
        open_instance(written(tmp_path))


@pytest.mark.parametrize(
    "lines",
    [
        "{postgres_db: {username: a, hostname: b, db_name: c}}",
        "{postgres_db: {username: a, hostname: b, db_name: c, scheme: postgresql}}",
        f"{{postgres_url: 'postgresql://a:{SECRET}@b/c'}}",
        f"{{postgres_url: {{env: {PASSWORD}}}}}",
    ],
)
def test_a_driver_that_dagster_cannot_use_is_told_before_a_night_begins(tmp_path: Path, lines: str) -> None:
    (tmp_path / FILE).write_text(f"storage: {{postgres: {lines}}}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"expected storage\.postgres with scheme: postgresql\+psycopg2") as error:
        open_instance(tmp_path)
    assert SECRET not in str(error.value)


def test_another_error_stays_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_base: str) -> None:
        raise PermissionError

    monkeypatch.setattr("pipelines.event_log.InstanceRef.from_dir", refuse)
    with pytest.raises(PermissionError):
        open_instance(written(tmp_path))
