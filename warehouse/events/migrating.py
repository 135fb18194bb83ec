"""The schema of the event store: is it there, is it ours, bring it up to date.

Belongs here: running Alembic's migrations inside the store's own transaction, without its command line, its file of
settings or its logging. A SQLite store is made aside and then given its name, so that a kill leaves a whole one or
none. Does not belong here: the migrations themselves.
"""

import threading
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from warehouse.errors import EventStoreError
from warehouse.events import schema
from warehouse.events.connection import sqlite_engine, writing
from warehouse.events.content import Seal
from warehouse.files import link_into_place, private_folder, written_aside

_one_at_a_time = threading.Lock()  # Alembic keeps what it works on in module globals


def revision_of(connection: sa.Connection) -> str | None:
    """Give the revision of the schema, or None where no store has been made yet.

    Raises:
        EventStoreError: it is none that this program knows.
    """
    if not sa.inspect(connection).has_table(schema.VERSION_TABLE):
        return None
    found = connection.execute(sa.text(f"SELECT version_num FROM {schema.VERSION_TABLE}")).scalars().all()  # noqa: S608
    if len(found) != 1 or found[0] not in schema.REVISIONS:
        raise EventStoreError(
            f"the event store was written by a newer hedui: its schema is one that this program does not know "
            f"(it knows up to {schema.REVISIONS[-1]}); use the newer program",
        )
    return str(found[0])


def bring_up_to_date(connection: sa.Connection, seal: Seal) -> None:
    """Make the tables, or change them to what this program works with, inside a writing transaction.

    Raises:
        EventStoreError: the schema is newer than this program.
    """
    if revision_of(connection) == schema.REVISIONS[-1]:
        return
    # Loaded only where there is something to do: most commands find the schema as it must be.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", "warehouse.events:migrations")
    settings.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(settings, "head")
    if connection.execute(sa.select(sa.func.count()).select_from(schema.key)).scalar_one() == 0:
        connection.execute(schema.key.insert(), {"form": seal.form, "mark": seal.mark})


def make_sqlite_store(path: Path, seal: Seal) -> None:
    """Make the file of a store, readable by its owner alone; where another process was faster, its file counts.

    The write-ahead log comes last: until then what is committed stands in the file itself. With a log, a disk that fills
    up while the connection closes would leave the tables in the log, which does not move with the file.
    """
    private_folder(path.parent)
    with written_aside(path) as aside:
        engine = sqlite_engine(aside, mode="rwc")
        with writing(engine) as connection:
            bring_up_to_date(connection, seal)
        with closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA journal_mode = WAL")  # kept in the file; readers never wait for writers
        with suppress(FileExistsError):
            link_into_place(aside, path)
