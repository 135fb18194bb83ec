"""How a store comes to be, is brought up to date, and is refused where it is not ours."""

import logging
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.postgres import Cluster
from tests.warehouse.events.conftest import KEY, draft
from warehouse.errors import EventStoreError
from warehouse.events import schema
from warehouse.events.address import EventAddress
from warehouse.events.connection import engine_of
from warehouse.events.store import open_events


def test_the_program_knows_every_migration_that_ships_and_works_with_the_last() -> None:
    settings = Config()
    settings.set_main_option("script_location", "warehouse.events:migrations")
    revisions = [one.revision for one in ScriptDirectory.from_config(settings).walk_revisions()]
    assert tuple(reversed(revisions)) == schema.REVISIONS


def test_the_migrations_make_the_tables_that_the_program_names(address: str) -> None:
    open_events(address, None).append([draft()])
    with engine_of(EventAddress.read(address)).connect() as connection:
        found = sa.inspect(connection)
        for table in schema.metadata.sorted_tables:
            columns = {column["name"]: column for column in found.get_columns(table.name)}
            assert list(columns) == [column.name for column in table.columns]
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable
                assert isinstance(columns[column.name]["type"], column.type.__class__ | sa.LargeBinary)
        assert {one["name"] for one in found.get_indexes("events")} >= {one.name for one in schema.events.indexes}
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert context.get_current_revision() == schema.REVISIONS[-1]


def test_a_newer_schema_is_refused(address: str) -> None:
    open_events(address, None).append([draft()])
    with engine_of(EventAddress.read(address)).begin() as connection:
        connection.execute(sa.text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608
    with pytest.raises(EventStoreError, match="newer hedui"):
        open_events(address, None)


def test_a_file_that_is_no_event_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    for content, message in ((b"", "has lost its tables"), (b"x" * 5_000, "SQLITE_NOTADB")):
        path.write_bytes(content)
        with pytest.raises(EventStoreError, match=message):
            open_events(f"sqlite:///{path}", None)
        assert path.read_bytes() == content


def test_a_damaged_file_is_told_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    open_events(f"sqlite:///{path}", None).append([draft("x" * 10_000)])
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(EventStoreError, match="SQLITE_CORRUPT; the file is damaged: restore it"):
        open_events(f"sqlite:///{path}", None).verify()


def test_the_file_is_for_its_owner_alone_while_it_is_open_too(tmp_path: Path) -> None:
    path = tmp_path / "warehouse" / "events" / "events.db"
    store = open_events(f"sqlite:///{path}", KEY)
    store.append([draft()])
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        store.append([draft()])
        files = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    reader.close()
    assert files == {"events.db": 0o600, "events.db-shm": 0o600, "events.db-wal": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_making_a_store_leaves_logging_as_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").level)
    open_events(f"sqlite:///{tmp_path}/events.db", None).append([draft()])
    assert (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").level) == before
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_postgresql_user_needs_no_more_than_to_read_and_insert(postgres: Cluster) -> None:
    """The rights that docs/operations.md tells to grant are enough, and give no way to change or remove an event."""
    address = postgres.new_address()
    open_events(address, KEY).append([draft("first")])
    namespace = address.rpartition("%3D")[2]
    user = f"desk_{namespace}"
    with engine_of(EventAddress.read(address)).begin() as connection:
        for right in (
            f"CREATE ROLE {user} LOGIN",
            f"GRANT USAGE ON SCHEMA {namespace} TO {user}",
            f"GRANT SELECT, INSERT ON events TO {user}",
            f"GRANT SELECT ON events_key, events_version TO {user}",
        ):
            connection.execute(sa.text(right))
    theirs = address.replace("postgres@", f"{user}@")
    store = open_events(theirs, KEY)
    assert store.append([draft("second")])[0].seq == 2
    assert [event.payload["note"] for event in store.read()] == ["first", "second"]
    for statement in ("DELETE FROM events", "UPDATE events SET kind = 'x'", "DROP TRIGGER events_no_change ON events"):
        with pytest.raises(sa.exc.ProgrammingError), engine_of(EventAddress.read(theirs)).begin() as connection:
            connection.execute(sa.text(statement))
    assert store.verify() is None


def test_threads_of_one_process_may_make_and_write_a_store(address: str) -> None:
    threads = [threading.Thread(target=lambda: open_events(address, KEY).append([draft()])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = open_events(address, KEY)
    assert [event.seq for event in store.read()] == [1, 2, 3, 4, 5, 6]
    assert store.verify() is None
