"""Published nights by name: what the index says is what the manifests say, however many were opened for it."""

import json
from datetime import date
from pathlib import Path

import pytest

from warehouse import published_index
from warehouse.publication import MANIFEST, night_before, publish, published_nights
from warehouse.published_index import INDEX, Brief, PublishedIndex
from warehouse.session import Vault


def told(area: Path, folder: str, as_of: str, number: int, **more: object) -> Path:
    path = area / folder / MANIFEST
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"as_of": as_of, "publication_no": number, "profile": "core", **more}))
    return path


def names(nights: list[Brief]) -> list[tuple[str, int, str | None]]:
    return [(one.as_of, one.publication_no, one.profile) for one in nights]


def test_a_manifest_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(tmp_path, "2026-09-01-a", "2026-09-01", 1)
    told(tmp_path, "2026-09-02-b", "2026-09-02", 2, profile=None)
    first = PublishedIndex(tmp_path, MANIFEST).nights(keep=True)
    assert names(first) == [("2026-09-01", 1, "core"), ("2026-09-02", 2, None)]
    opened: list[str] = []
    read = published_index._read
    monkeypatch.setattr(
        published_index, "_read", lambda path, mark: opened.append(path.parent.name) or read(path, mark)
    )
    assert PublishedIndex(tmp_path, MANIFEST).nights(keep=True) == first
    assert opened == []
    assert PublishedIndex(tmp_path, MANIFEST).nights() == first
    told(tmp_path, "2026-09-03-c", "2026-09-03", 3)
    told(tmp_path, "2026-09-01-a", "2026-09-01", 11, released=True)
    assert names(PublishedIndex(tmp_path, MANIFEST).nights(keep=True))[0] == ("2026-09-01", 11, "core")
    assert opened == ["2026-09-01-a", "2026-09-03-c"]


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{", '{"format": 9}', '{"format": 1, "nights": [{"folder": "x"}]}']
)
def test_a_missing_or_damaged_index_is_made_again(tmp_path: Path, content: str | None) -> None:
    told(tmp_path, "2026-09-01-a", "2026-09-01", 1)
    first = PublishedIndex(tmp_path, MANIFEST).nights(keep=True)
    kept = (tmp_path / INDEX).read_bytes()
    (tmp_path / INDEX).unlink()
    if content is not None:
        (tmp_path / INDEX).write_text(content)
    assert PublishedIndex(tmp_path, MANIFEST).nights(keep=True) == first
    assert (tmp_path / INDEX).read_bytes() == kept


def test_what_is_gone_damaged_or_tells_nothing_is_no_night(tmp_path: Path) -> None:
    assert PublishedIndex(tmp_path, MANIFEST).nights(keep=True) == []
    assert not (tmp_path / INDEX).exists()
    gone = told(tmp_path, "2026-09-01-a", "2026-09-01", 1)
    told(tmp_path, "2026-09-02-b", "2026-09-02", 2).write_text("{")
    told(tmp_path, "2026-09-03-c", "2026-09-03", 3).write_text("[]")
    told(tmp_path, "2026-09-04-d", "2026-09-04", 4).write_text("{}")
    told(tmp_path, "2026-09-05-e", "2026-09-05", 5)
    assert names(PublishedIndex(tmp_path, MANIFEST).nights(keep=True)) == [
        ("2026-09-01", 1, "core"),
        ("2026-09-05", 5, "core"),
    ]
    gone.unlink()
    assert names(PublishedIndex(tmp_path, MANIFEST).nights(keep=True)) == [("2026-09-05", 5, "core")]


def test_nights_are_numbered_and_found_by_it(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "warehouse", threads=1)
    for number, day in enumerate((3, 1, 2, 2), start=1):
        publish(vault, date(2026, 9, day), f"run{number}", {}, {"profile": "core"})
    assert sorted(one["publication_no"] for _, one in published_nights(vault)) == [1, 2, 3, 4]
    before = night_before(vault, date(2026, 9, 3), "core")
    assert before == vault.root / "published" / "2026-09-02-run4"
    assert night_before(vault, date(2026, 9, 1), "core") is None
    assert night_before(vault, date(2026, 9, 9), "other") is None
