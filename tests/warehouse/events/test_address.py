"""Addresses of event stores: what is taken, what is refused, and that no password is ever shown."""

from pathlib import Path

import pytest

from warehouse.errors import EventAddressError, EventStoreError
from warehouse.events.address import EventAddress
from warehouse.events.store import open_events

SECRET = "pa55"  # noqa: S105  nobody's


def password_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sqlite:////var/lib/hedui/events.db", "events.db"),
        ("sqlite+pysqlite:////var/lib/hedui/events.db", "events.db"),
        (f"postgresql://hedui:{SECRET}@db:5433/cases", "postgresql://db:5433/cases"),
        (f"postgres://hedui:{SECRET}@db/cases?sslmode=require", "postgresql://db/cases"),
        (f"postgresql+psycopg://db/cases?password={SECRET}", "postgresql://db/cases"),
        (f" postgresql://hedui:{SECRET}%40x@db/cases\n", "postgresql://db/cases"),
    ],
)
def test_addresses_are_shown_without_user_and_password(text: str, shown: str) -> None:
    address = EventAddress.read(text)
    assert str(address) == shown
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRET,
        f"{SECRET}://",
        "sqlite://",
        "sqlite:///:memory:",
        f"sqlite:///{SECRET}.db",
        f"sqlite:////events.db?{SECRET}=1",
        f"mysql://hedui:{SECRET}@db/cases",
        f"postgresql+asyncpg://hedui:{SECRET}@db/cases",
        f"postgresql://hedui:x@{SECRET}@db/cases",
        f"postgresql://hedui:x@db:{SECRET}/cases",
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(EventAddressError, match="HEDUI_EVENT_STORE") as told:
        EventAddress.read(text)
    assert SECRET not in str(told.value)


def test_the_password_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    address = EventAddress.read("postgresql://hedui@db/cases", password_file(tmp_path, f"{SECRET}\n"))
    assert address.url.password == SECRET
    assert SECRET not in f"{address} {address!r}"


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("", 0o600, "one line"),
        ("a\nb\n", 0o600, "one line"),
        (SECRET, 0o640, "open to others"),
        (SECRET, 0o604, "0604"),
    ],
)
def test_a_password_file_is_read_strictly(tmp_path: Path, text: str, mode: int, message: str) -> None:
    with pytest.raises(EventAddressError, match=message):
        EventAddress.read("postgresql://hedui@db/cases", password_file(tmp_path, text, mode))


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EventAddressError, match="password file nowhere cannot be read"):
        EventAddress.read("postgresql://hedui@db/cases", tmp_path / "nowhere")


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(EventStoreError, match="opening: the event store postgresql:///cases reported") as told:
        open_events(f"postgresql://hedui:{SECRET}@/cases?host={tmp_path}", None)
    assert SECRET not in str(told.value)
    assert told.value.__suppress_context__
