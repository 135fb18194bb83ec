"""A held night that is released: whole, once, and never half, wherever a kill comes."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse import release as releasing
from warehouse.errors import WarehouseError
from warehouse.publication import current, held, publish, published_nights, read_manifest, read_published
from warehouse.release import RELEASE, held_nights, point_at, release
from warehouse.session import Vault

AS_OF, NEXT = date(2026, 9, 22), date(2026, 9, 23)
TABLES = {"findings": pl.DataFrame({"rule_id": ["CL-01"]})}
ACCOUNT = {"profile": "caojie-2024", "gates": [{"name": "roster_rows", "passed": False}]}
TOLD = {"by": "李四", "reason": "批量清退", "at": "2026-09-23T01:00:00+00:00", "gates": ["roster_rows"]}


class KilledError(Exception):
    """Stands for a process that is no more."""


def published(vault: Vault) -> list[str]:
    return sorted(folder.name for folder, _ in published_nights(vault))


def test_a_released_night_is_published_whole_and_current(vault: Vault) -> None:
    publish(vault, AS_OF, "run1", TABLES, ACCOUNT)
    held(vault, NEXT, "run2", TABLES, ACCOUNT)
    [night] = held_nights(vault)
    done = release(vault, night, TOLD)
    assert done.folder == vault.root / "published" / "2026-09-23-run2"
    assert (done.is_current, done.is_held) == (True, False)
    assert current(vault) == done.folder
    assert held_nights(vault) == []
    assert not night.folder.exists()
    assert read_published(vault, done.folder, "findings").equals(TABLES["findings"])
    assert json.loads((done.folder / RELEASE).read_bytes()) == TOLD
    told = read_manifest(done.folder)
    assert told["released"] == TOLD
    assert told["publication_no"] == 2
    assert told["gates"] == ACCOUNT["gates"], "what held it stays written"


def test_a_released_night_never_moves_current_back(vault: Vault) -> None:
    held(vault, AS_OF, "run1", TABLES, ACCOUNT)
    later = publish(vault, NEXT, "run2", TABLES, ACCOUNT).folder
    done = release(vault, held_nights(vault)[0], TOLD)
    assert not done.is_current
    assert current(vault) == later
    assert read_manifest(done.folder)["publication_no"] == 2, "it was published after the later night"


def test_the_first_publication_may_be_a_released_one(vault: Vault) -> None:
    held(vault, AS_OF, "run1", TABLES, ACCOUNT)
    assert release(vault, held_nights(vault)[0], TOLD).is_current


@pytest.mark.parametrize(
    ("moment", "is_published"),
    [("write_file", False), ("next_number", False), ("move_into_place", False), ("make_current", True)],
)
def test_a_kill_leaves_the_night_held_or_published_and_never_both(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, moment: str, is_published: bool
) -> None:
    publish(vault, AS_OF, "run1", TABLES, ACCOUNT)
    held(vault, NEXT, "run2", TABLES, ACCOUNT)

    def die(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(releasing, moment, die)
        with pytest.raises(KilledError):
            release(vault, held_nights(vault)[0], TOLD)
    assert len(held_nights(vault)) == (0 if is_published else 1)
    assert len(published(vault)) == (2 if is_published else 1)
    if is_published:
        assert point_at(vault, vault.root / "published" / "2026-09-23-run2")
    else:
        assert release(vault, held_nights(vault)[0], TOLD).is_current
    assert current(vault) == vault.root / "published" / "2026-09-23-run2"
    assert published(vault) == ["2026-09-22-run1", "2026-09-23-run2"]


def test_a_night_that_was_released_meanwhile_is_left_alone(vault: Vault) -> None:
    held(vault, AS_OF, "run1", TABLES, ACCOUNT)
    [night] = held_nights(vault)
    release(vault, night, TOLD)
    with pytest.raises(WarehouseError, match="is not held any more"):
        release(vault, night, TOLD)
    assert published(vault) == ["2026-09-22-run1"]
    assert held_nights(vault) == []


def test_a_damaged_manifest_keeps_no_other_night_from_its_release(vault: Vault) -> None:
    held(vault, date(2026, 9, 23), "fedcba98", {}, {"profile": "p"})
    (held(vault, date(2026, 9, 24), "01234567", {}, {"profile": "p"}).folder / "manifest.json").write_text("{")
    assert [one.folder.name for one in held_nights(vault)] == ["2026-09-23-fedcba98"]


def test_pointing_again_changes_nothing_where_a_newer_publication_stands(vault: Vault) -> None:
    held(vault, AS_OF, "run1", TABLES, ACCOUNT)
    first = release(vault, held_nights(vault)[0], TOLD).folder
    again = publish(vault, AS_OF, "run2", TABLES, ACCOUNT).folder
    assert not point_at(vault, first)
    assert current(vault) == again


def test_a_folder_of_that_name_is_never_overwritten(vault: Vault) -> None:
    publish(vault, AS_OF, "run1", TABLES, ACCOUNT)
    held(vault, AS_OF, "run1", TABLES, ACCOUNT)
    done = release(vault, held_nights(vault)[0], TOLD)
    assert done.folder.name == "2026-09-22-run1-2"
    assert [path for path in Path(vault.root / "held").iterdir() if path.is_dir()] == []
