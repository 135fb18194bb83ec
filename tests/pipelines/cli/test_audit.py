"""`hedui audit verify`: one sentence and an exit code, without a key."""

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from pipelines.cli import main
from warehouse.events.address import EventAddress
from warehouse.events.event import Draft
from warehouse.events.store import EventStore
from warehouse.keys import Key


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EventStore:
    monkeypatch.chdir(tmp_path)
    return EventStore(EventAddress.of_warehouse(tmp_path), Key(b"k" * 32))


def append(store: EventStore, times: int) -> None:
    store.append([Draft("verdict", "c", "f", date(2026, 9, 22), "王", "test", {}) for _ in range(times)])


def verify(folder: Path) -> int:
    return main(["audit", "verify", "--warehouse", str(folder)])


def told_by_a_night(folder: Path, store: EventStore) -> None:
    night = folder / "published" / "2026-09-23-aaaaaaaa"
    night.mkdir(parents=True)
    head = store.head()
    (night / "manifest.json").write_text(json.dumps({"events": {"seq": head.seq, "digest": head.digest}}))


def test_a_whole_chain(tmp_path: Path, store: EventStore, capsys: pytest.CaptureFixture[str]) -> None:
    append(store, 1_002)
    told_by_a_night(tmp_path, store)
    append(store, 1)
    assert verify(tmp_path) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "events.db: 1,003 events since 20" in shown
    assert f"the last is 1003 {store.head().digest[:12]}" in shown
    assert "1 of 1 nights name a head, and all agree. The chain is whole." in shown


def test_a_warehouse_without_events_is_whole_and_stays_without(
    tmp_path: Path, store: EventStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store.head().seq == 0
    assert verify(tmp_path) == 0
    assert "0 events. The chain is whole." in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_broken_chain_is_named(tmp_path: Path, store: EventStore, capsys: pytest.CaptureFixture[str]) -> None:
    append(store, 3)
    with sqlite3.connect(tmp_path / "events" / "events.db") as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET kind = 'other' WHERE seq = 2")
    connection.close()
    assert verify(tmp_path) == 1
    assert "breaks at event 2 (edited)" in capsys.readouterr().err


def test_a_chain_cut_off_is_named(tmp_path: Path, store: EventStore, capsys: pytest.CaptureFixture[str]) -> None:
    append(store, 3)
    told_by_a_night(tmp_path, store)
    for path in (tmp_path / "events").iterdir():
        path.unlink()
    assert verify(tmp_path) == 1
    assert "breaks at event 1 (truncated): a night took 3 events into account" in capsys.readouterr().err


def test_a_wrong_address_is_wrong_usage(
    tmp_path: Path, store: EventStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store
    monkeypatch.setenv("HEDUI_EVENT_STORE", "mysql://hedui:pa55@db/cases")
    assert verify(tmp_path) == 2
    shown = capsys.readouterr().err
    assert "expected sqlite:" in shown
    assert "pa55" not in shown
