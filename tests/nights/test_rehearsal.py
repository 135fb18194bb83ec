"""Rehearsals against whole nights: what they say is what two nights under two policies give, and they leave nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.domain.rehearsal import Judged, compare
from pipelines.night.rehearsal import rehearse
from pipelines.night.rehearsed import Request
from tests.nights.changed_policies import MIXED, edited_copy, night_under, with_ids_of
from tests.nights.district import AS_OF, DRIVER, FARMER, WIFE
from tests.nights.driver import District, Done

Night = tuple[District, Done]
KEY = ("household_id", "id_number", "rule_id", "record_key")


def asked(district: District, feeds: Path, **more: object) -> Request:
    policy = district.repository / "data" / "policy"
    return Request(district.open().vault, (feeds,), (policy,), **more)


def silent(_event: str, _detail: str) -> None:
    """Nobody watches."""


def left_behind(warehouse: Path) -> dict[str, str]:
    """Every file of the warehouse with its checksum."""
    files = sorted(path for path in warehouse.rglob("*") if path.is_file())
    return {str(path.relative_to(warehouse)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def flagged(done: Done) -> set[tuple[str, ...]]:
    """The flagged list of a published night, as somebody would write it down by hand."""
    rows = done.table("findings").filter(pl.col("outcome") == "flagged")
    return set(rows.select(KEY).iter_rows())


def keys(rows: pl.DataFrame) -> set[tuple[str, ...]]:
    return set(rows.select(KEY).iter_rows())


def judged(done: Done) -> Judged:
    return Judged(done.night.tables.read("findings"), done.night.tables.read("cases"))


@pytest.fixture(scope="module")
def mixed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edited_copy(repository, tmp_path_factory.mktemp("policy") / "mixed", MIXED)


def test_the_lists_are_those_of_two_whole_nights(
    first_night: Night, new_district: Callable[..., District], five_feeds: Path, mixed: Path
) -> None:
    district, done = first_night
    other = night_under(with_ids_of(district, new_district()), mixed, "other")
    before = left_behind(district.warehouse)
    rehearsal = rehearse(asked(district, five_feeds, changed_dirs=(mixed,)), silent)
    assert left_behind(district.warehouse) == before
    night = rehearsal.newest
    told = night.comparison
    assert keys(told.entering) == flagged(other) - flagged(done)
    assert keys(told.leaving) == flagged(done) - flagged(other)
    # So that the two lists are not equal by being empty.
    assert {(DRIVER.household, DRIVER.id_number, "CL-01")} == {key[:3] for key in keys(told.leaving)}
    both = {(one.household, one.id_number, "FC-01") for one in (FARMER, WIFE)}
    assert both == {key[:3] for key in keys(told.entering)}
    by_hand = compare(judged(done), judged(other), AS_OF)
    assert_frame_equal(told.changes, by_hand.changes)
    assert_frame_equal(told.visits, by_hand.visits)
    assert {("GS-01", "VERIFY", "LEAD")} == set(
        told.changes.filter(pl.col("aspect") == "action").select("rule_id", "before", "after").iter_rows()
    )
    assert night.is_policy_of_night
    assert night.recomputed_otherwise == 0
    assert not night.gates_after
    assert (night.after.version, rehearsal.replaces) == (other.night.policy.version, True)
