"""The heads of the event chain that nights keep in their manifests."""

import json
from pathlib import Path

from warehouse.events.event import Head
from warehouse.events.heads import recorded_heads


def night(root: Path, name: str, manifest: object) -> None:
    folder = root / name
    folder.mkdir(parents=True)
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / "manifest.json").write_text(text)


def test_published_and_held_nights_are_read(tmp_path: Path) -> None:
    night(tmp_path, "published/2026-09-21-aaaaaaaa", {"as_of": "2026-09-21"})  # of an older hedui
    night(tmp_path, "published/2026-09-22-bbbbbbbb", {"events": {"seq": 3, "digest": "ab"}})
    night(tmp_path, "held/2026-09-23-cccccccc", {"events": {"seq": 5, "digest": "cd"}})
    (tmp_path / "published" / "current").symlink_to("2026-09-22-bbbbbbbb")
    found = recorded_heads(tmp_path)
    assert found.heads == (Head(3, "ab"), Head(5, "cd"))
    assert (found.nights, found.unreadable) == (3, 0)


def test_a_manifest_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    for place, manifest in enumerate(["{", [], {"events": {}}, {"events": 3}, {"events": {"seq": "x", "digest": "y"}}]):
        night(tmp_path, f"published/2026-09-2{place}-aaaaaaaa", manifest)
    (tmp_path / "published" / "2026-09-29-aaaaaaaa").mkdir()
    found = recorded_heads(tmp_path)
    assert (found.heads, found.nights, found.unreadable) == ((), 6, 6)


def test_a_warehouse_without_nights_has_none(tmp_path: Path) -> None:
    assert recorded_heads(tmp_path).heads == ()
