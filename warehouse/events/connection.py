"""Connections to the event store's database, on SQLite and PostgreSQL alike.

Belongs here: how a connection is opened, what a transaction is (reading, or writing with everyone else waiting), and
errors without their text, for a driver quotes values and addresses. Does not belong here: what is read or written.
No connection outlives its transaction: between two calls nothing is open, and SQLite's file stands alone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from warehouse.errors import EventStoreError
from warehouse.events.address import EventAddress

SECONDS_TO_WAIT = 60
"""For another process that is appending."""
SECONDS_TO_CONNECT = 10
APPENDING = 0x6865_6475_69  # "hedui": the advisory lock of those who append, one a database
WRITES = "writes"

ADVICE = {
    "SQLITE_BUSY": "another process keeps it busy: try again",
    "SQLITE_FULL": "the disk is full: free space on it",
    "SQLITE_IOERR_SHMSIZE": "the disk is full: free space on it",  # no room for the index of its write-ahead log
    "SQLITE_IOERR": "check the disk",
    "SQLITE_CANTOPEN": "check that its folder may be entered and written by the user of hedui",
    "SQLITE_READONLY": "check that it and its folder may be written by the user of hedui",
    "SQLITE_CORRUPT": "the file is damaged: restore it from the back-up",
    "SQLITE_NOTADB": "the file is damaged, or no database: restore it from the back-up",
    "55P03": "another process keeps it busy: try again",
    "28P01": "the password is wrong or missing: check event_store_password_file, PGPASSWORD or .pgpass",
    "28000": "this user may not connect: check the user's name and pg_hba.conf",
    "3D000": "there is no such database: create it, or correct HEDUI_EVENT_STORE",
    "42501": "the user lacks a right on its tables: see docs/operations.md",
}


def engine_of(address: EventAddress) -> sa.Engine:
    """Make the engine of a store; nothing is connected yet."""
    if address.path is not None:
        return sqlite_engine(address.path)
    engine = sa.create_engine(
        address.url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="READ COMMITTED",  # after the lock is ours, the next statement must see what others committed
        connect_args={"connect_timeout": SECONDS_TO_CONNECT, "application_name": "hedui"},
    )
    sa.event.listen(engine, "begin", _begin_postgresql)
    return engine


def sqlite_engine(path: Path, mode: str = "rw") -> sa.Engine:
    """Make the engine of a SQLite file.

    Args:
        path: The file.
        mode: `rw`: it must be there, for connecting to a file never makes one; `rwc` makes it.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}", uri=True, timeout=SECONDS_TO_WAIT, isolation_level=None
        )
        connection.execute("PRAGMA synchronous = FULL")  # what was recorded survives a power cut
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that only reads; it waits for nobody and nobody waits for it."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes, alone: whoever else wants to write waits until it has ended."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def told_plainly(address: EventAddress, doing: str) -> Iterator[None]:
    """Turn a database's errors into `EventStoreError` without their text.

    Args:
        address: The store.
        doing: What was being done, without values ("reading events").

    Raises:
        EventStoreError: in place of any error of SQLAlchemy or a driver, with its kind and what to do.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        kind = _kind(error)
        advice = next(
            (said for begins, said in ADVICE.items() if kind.startswith(begins)), "check that it can be reached"
        )
        raise EventStoreError(f"{doing}: the event store {address} reported {kind}; {advice}") from None


def _kind(error: SQLAlchemyError | sqlite3.Error) -> str:
    """The error's name in the database's own list: `SQLITE_FULL`, `28P01`; else its type."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    named = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(named) if named else type(cause or error).__name__


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get(WRITES, False):
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPENDING})")
