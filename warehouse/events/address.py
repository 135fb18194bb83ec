"""Where the events are kept: a SQLite file of the warehouse, or a PostgreSQL database.

Belongs here: reading the address, and how it is shown. A password never shows: not in a message, a repr or a log, not
even where it was mistyped into another part of the address. Does not belong here: connections.
"""

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from warehouse.errors import EventAddressError

POSTGRES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
EXPECTED = "expected sqlite:////folder/events.db (an absolute path) or postgresql://user@host:5432/database"
ADVICE = "correct HEDUI_EVENT_STORE or event_store in hedui.toml"


@dataclass(frozen=True)
class EventAddress:
    """The address of one event store.

    Attributes:
        url: What SQLAlchemy connects to, password included.
        path: The file, for SQLite.
    """

    url: URL = field(repr=False)
    path: Path | None = None

    @classmethod
    def of_warehouse(cls, root: Path) -> Self:
        """Give the address that holds when none is set: `<warehouse>/events/events.db`."""
        path = root.absolute() / "events" / "events.db"
        return cls(URL.create("sqlite", database=str(path)), path)

    @classmethod
    def read(cls, text: str, password_file: Path | None = None) -> Self:
        """Read an address.

        Args:
            text: `sqlite:////folder/events.db` or `postgresql://user@host:5432/database`.
            password_file: A file (0600) with PostgreSQL's password alone, where the address has none.

        Raises:
            EventAddressError: another kind of database, a relative path, or a password file that cannot be used. The
                address is not quoted, for it may hold a password anywhere.
        """
        try:
            url = make_url(text.strip())
        except (ArgumentError, ValueError):
            raise EventAddressError(f"event_store: {EXPECTED}, found something else; {ADVICE}") from None
        if url.drivername in {"sqlite", "sqlite+pysqlite"}:
            path = Path(url.database or "")
            if not path.is_absolute() or url.query:
                raise EventAddressError(f"event_store: {EXPECTED}, found another address of SQLite; {ADVICE}")
            return cls(URL.create("sqlite", database=str(path)), path)
        if url.drivername not in POSTGRES:
            raise EventAddressError(f"event_store: {EXPECTED}, found another kind of database; {ADVICE}")
        if "@" in (url.host or "") + (url.database or ""):
            raise EventAddressError(
                f"event_store: write an @ inside the password as %40, or use a password file; {ADVICE}"
            )
        url = url.set(drivername="postgresql+psycopg")
        return cls(url if password_file is None else url.set(password=_password(password_file)))

    def __str__(self) -> str:
        """Say which store it is, without user, password or options."""
        if self.path is not None:
            return self.path.name
        port = f":{self.url.port}" if self.url.port else ""
        return f"postgresql://{self.url.host or ''}{port}/{self.url.database or ''}"


def _password(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise EventAddressError(
            f"the password file {path.name} cannot be read: check event_store_password_file"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise EventAddressError(
            f"the password file {path.name} is open to others "
            f"(expected mode 0600, found {stat.S_IMODE(mode):04o}): chmod 600 it",
        )
    if not text or "\n" in text:
        raise EventAddressError(f"the password file {path.name} must hold one line, the password, and nothing else")
    return text
