"""A night is refused where the events that earlier nights took into account are not there any more."""

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.night.event_chain import events_must_stand
from pipelines.resources import night_resource
from pipelines.settings_reading import load_settings
from warehouse.errors import EventStoreError
from warehouse.events.event import Draft, Head

AS_OF = date(2026, 9, 22)


def took_into_account(root: Path, name: str, head: Head) -> None:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"events": {"seq": head.seq, "digest": head.digest}}))


def test_a_night_without_its_events_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "warehouse"
    night = night_resource(load_settings({"inbox": tmp_path, "warehouse": root}, {}, None)).open(AS_OF)
    took_into_account(root, "published/2026-09-20-aaaaaaaa", Head())
    events_must_stand(night)
    assert not (root / "events").exists()
    events = night.events.append([Draft("verdict", "c", "f", AS_OF, "王", "test", {}) for _ in range(2)])
    took_into_account(root, "published/2026-09-21-bbbbbbbb", Head(events[1].seq, events[1].digest))
    events_must_stand(night)
    took_into_account(root, "held/2026-09-22-cccccccc", Head(3, "0" * 64))
    with pytest.raises(EventStoreError, match=r"does not hold event 3 .* hedui audit verify"):
        events_must_stand(night)
