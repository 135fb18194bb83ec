"""Who may release which night, and what is kept of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.night.releasing import Asked, ReleaseError, checked_reason, release_night
from tests.pipelines.literal_publication import literal_manifest, literal_tables
from warehouse.events.address import EventAddress
from warehouse.events.store import EventStore, open_events
from warehouse.publication import current, held
from warehouse.release import held_nights
from warehouse.session import Vault

AS_OF, NEXT = date(2026, 9, 22), date(2026, 9, 23)
ROSTER = {
    "name": "roster_rows",
    "kind": "roster_rows",
    "passed": False,
    "status": "failed",
    "detail": "90 rows",
    "attribution": "roster.csv",
    "can_be_released": True,
}
BOOKS = {"name": "night_books", "kind": "night_books", "passed": False, "detail": "10 ≠ 9", "can_be_released": False}
ASKED = Asked("fedcba98", " 批量清退 ", "李四")
Publish = Callable[..., Path]


@pytest.fixture
def store(night_vault: Vault) -> EventStore:
    return open_events(EventAddress.of_warehouse(night_vault.root), night_vault.key)


@pytest.fixture
def hold(night_vault: Vault) -> Callable[..., Path]:
    def make(as_of: date = NEXT, run_id: str = "fedcba9876543210", gates: Any = (ROSTER,)) -> Path:
        told = literal_manifest() | {"gates": list(gates)}
        return held(night_vault, as_of, run_id, literal_tables(), told).folder

    return make


@pytest.mark.parametrize("run", ["fedcba98", "fedcba9876543210", "2026-09-23-fedcba98"])
def test_a_night_is_released_with_who_why_and_despite_what(
    night_vault: Vault, store: EventStore, published_night: Publish, hold: Callable[..., Path], run: str
) -> None:
    published_night()
    hold()
    done = release_night(night_vault, store, replace(ASKED, run=run))
    assert done.publication.is_current
    assert done.gates == ("roster_rows 名册行数: 90 rows；主要来源：roster.csv",)
    assert done.later == ()
    [event] = store.read(kinds=["released"])
    assert (event.by, event.known_after, event.case_id, event.finding_id) == ("李四", NEXT, None, None)
    assert event.payload["reason"] == "批量清退"
    assert event.payload["gates"] == ["roster_rows"]
    assert event.payload["folder"] == "2026-09-23-fedcba98"


def test_releasing_twice_says_that_it_is_published(
    night_vault: Vault, store: EventStore, hold: Callable[..., Path]
) -> None:
    hold()
    release_night(night_vault, store, ASKED)
    with pytest.raises(ReleaseError, match="found it published already; nothing to do"):
        release_night(night_vault, store, ASKED)
    assert len(store.read(kinds=["released"])) == 1


def test_what_a_killed_release_left_undone_is_done_by_the_next(
    night_vault: Vault,
    store: EventStore,
    published_night: Publish,
    hold: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published_night()
    hold()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.release.make_current", die)
        with pytest.raises(KeyboardInterrupt):
            release_night(night_vault, store, ASKED)
    assert (held_nights(night_vault), store.read()) == ([], [])
    assert release_night(night_vault, store, ASKED).publication.is_current
    assert current(night_vault) == night_vault.root / "published" / "2026-09-23-fedcba98"
    assert len(store.read(kinds=["released"])) == 1


def test_a_published_night_that_was_never_held_cannot_be_released(
    night_vault: Vault, store: EventStore, published_night: Publish
) -> None:
    published_night(run_id="fedcba9876543210")
    with pytest.raises(ReleaseError, match="expected a held night, found it published already"):
        release_night(night_vault, store, ASKED)
    assert store.read() == []


@pytest.mark.parametrize("run", ["00000000", "fedcba9", "", "2026-09-23"])
def test_an_unknown_run_is_told_with_what_is_held(
    night_vault: Vault, store: EventStore, hold: Callable[..., Path], run: str
) -> None:
    with pytest.raises(ReleaseError, match="found none held"):
        release_night(night_vault, store, replace(ASKED, run=run))
    hold()
    with pytest.raises(ReleaseError, match=r"found 2026-09-23-fedcba98 \(run fedcba98\); see hedui status"):
        release_night(night_vault, store, replace(ASKED, run=run))


def test_of_several_that_fit_the_whole_name_tells(
    night_vault: Vault, store: EventStore, hold: Callable[..., Path]
) -> None:
    hold()
    hold(AS_OF)
    with pytest.raises(ReleaseError, match=r"found several: 2026-09-22-fedcba98 .*, 2026-09-23-fedcba98"):
        release_night(night_vault, store, ASKED)
    assert release_night(night_vault, store, replace(ASKED, run="2026-09-22-fedcba98")).as_of == "2026-09-22"


def test_an_error_of_ours_cannot_be_released(night_vault: Vault, store: EventStore, hold: Callable[..., Path]) -> None:
    hold(gates=(ROSTER, BOOKS))
    with pytest.raises(ReleaseError, match="night_books 当夜账目: 10 ≠ 9; that is an error of ours"):
        release_night(night_vault, store, ASKED)
    assert len(held_nights(night_vault)) == 1


def test_a_night_that_was_run_again_since_stays_held(
    night_vault: Vault, store: EventStore, published_night: Publish, hold: Callable[..., Path]
) -> None:
    hold()
    published_night(as_of=NEXT, run_id="00000000")
    with pytest.raises(ReleaseError, match="not published since, found 2026-09-23-00000000; the newer one stands"):
        release_night(night_vault, store, ASKED)


def test_a_night_before_others_tells_which_did_not_know_of_it(
    night_vault: Vault, store: EventStore, published_night: Publish, hold: Callable[..., Path]
) -> None:
    hold(AS_OF)
    published_night(as_of=NEXT, run_id="00000000")
    done = release_night(night_vault, store, ASKED)
    assert (done.publication.is_current, done.later) == (False, ("2026-09-23",))
    [event] = store.read(kinds=["released"])
    assert event.known_after == NEXT, "nights after the newest one take it into account"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", "found nothing"),
        (" \n", "found nothing"),
        ("字" * 501, "found 501"),
        ("11010519491231002X 已死亡", "without an ID number"),
    ],
)
def test_a_reason_is_asked_for_in_a_sentence_without_a_person(reason: str, told: str) -> None:
    with pytest.raises(ReleaseError, match=told) as error:
        checked_reason(reason)
    assert "11010519491231002X" not in str(error.value)
    assert checked_reason(" " + "字" * 500) == "字" * 500


def test_who_releases_is_a_name_without_an_id_number(night_vault: Vault, store: EventStore) -> None:
    with pytest.raises(ReleaseError, match="--by") as error:
        release_night(night_vault, store, Asked("fedcba98", "核实属实", "11010519491231002X"))
    assert "11010519491231002X" not in str(error.value)


def test_pages_are_made_again_of_what_is_now_told(
    night_vault: Vault, store: EventStore, published_night: Publish, hold: Callable[..., Path]
) -> None:
    published_night()
    (hold() / "health.html").write_bytes(b"held")
    done = release_night(night_vault, store, ASKED, lambda told: {"health.html": str(told["released"]["by"]).encode()})
    assert (done.publication.folder / "health.html").read_bytes().decode() == "李四"
