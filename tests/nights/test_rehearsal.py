"""Rehearsals against whole nights: what they say is what two nights under two policies give, and they leave nothing."""

import hashlib
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.domain.rehearsal import Judged, compare
from pipelines.night.rehearsal import rehearse
from pipelines.night.rehearsal_page import warnings
from pipelines.night.rehearsal_tables import blind_rules
from pipelines.night.rehearsal_workbook import verdict_line
from pipelines.night.rehearsed import Request
from pipelines.night.stored_nights import RehearsalError
from tests.nights.changed_policies import CARS_OFF, MIXED, edited_copy, night_under, with_ids_of
from tests.nights.district import (
    AS_OF,
    DRIVER,
    FARMER,
    NEXT,
    PEOPLE,
    SPOUSE,
    WIFE,
    WORKER,
    deliver,
    insurance,
    roster_rows,
    vehicle,
)
from tests.nights.driver import District, Done
from tests.nights.test_verdicts_of_people import people_say
from warehouse.files import sweep_folder
from warehouse.keys import new_key_file

Night = tuple[District, Done]
KEY = ("household_id", "id_number", "rule_id", "record_key")


def asked(district: District, feeds: Path, **more: object) -> Request:
    policy = district.repository / "data" / "policy"
    return Request(district.open().vault, (feeds,), (policy,), **more)


def silent(_event: str, _detail: str) -> None:
    """Nobody watches."""


def left_behind(warehouse: Path) -> dict[str, str]:
    """Every file of the warehouse with its checksum, and every folder that may be left empty."""
    return {
        str(path.relative_to(warehouse)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(warehouse.rglob("*"))
    }


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


def test_several_nights_follow_each_other(
    district: District, new_district: Callable[..., District], five_feeds: Path, mixed: Path, first_night: Night
) -> None:
    """On the second night the vehicles are late: what the first said of them is carried over, by either policy."""
    other = with_ids_of(district, new_district())
    nights = [(first_night[1], night_under(other, mixed, "other1"))]
    for one in (district, other):
        deliver(one.inbox, "roster", roster_rows(), day=NEXT)
        deliver(one.inbox, "social_insurance", [insurance(SPOUSE, 缴费基数="6000"), insurance(WORKER)], day=NEXT)
        rmtree(one.inbox / "vehicle")
    nights.append((district.run(NEXT), night_under(other, mixed, "other2", as_of=NEXT)))
    rehearsal = rehearse(asked(district, five_feeds, changed_dirs=(mixed,), nights=3), silent)
    assert (rehearsal.asked, [one.as_of for one in rehearsal.nights]) == (3, [AS_OF, NEXT])
    for night, (done, changed) in zip(rehearsal.nights, nights, strict=True):
        by_hand = compare(judged(done), judged(changed), night.as_of)
        for table in ("entering", "leaving", "changes", "visits"):
            assert_frame_equal(getattr(night.comparison, table), getattr(by_hand, table))
        assert keys(night.comparison.entering) == flagged(changed) - flagged(done)
        assert night.recomputed_otherwise == 0
    outcomes = rehearsal.newest.comparison.findings.select("rule_id", "outcome_before", "outcome_after").rows()
    assert ("CL-01", "not_assessed", None) in outcomes
    assert blind_rules(rehearsal.nights[0]) == []
    blind = ["CL-02 名下有摩托车（机动车缺失）", "CL-03 车辆已注销（机动车缺失）"]
    assert blind_rules(rehearsal.newest) == blind
    told = " ".join(warnings(rehearsal))
    assert "要求彩排 3 夜，仓库中只有 2 夜" in told
    assert all(one in told for one in blind)


def test_of_an_encrypted_warehouse_nobody_can_be_read_while_it_is_rehearsed_on(
    new_district: Callable[..., District], five_feeds: Path, repository: Path, tmp_path: Path
) -> None:
    new_key_file(tmp_path / "hedui.key")
    district = new_district(key_file=tmp_path / "hedui.key")
    district.run()
    seen: set[str] = set()

    def look(event: str, _detail: str) -> None:
        place = district.warehouse / "tmp"
        for path in (path for path in place.rglob("*") if event == "log" and path.is_file()):
            seen.add(path.name)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert not any(one.id_number.encode() in path.read_bytes() for one in PEOPLE)

    changed = edited_copy(repository, tmp_path / "changed", [CARS_OFF])
    night = rehearse(asked(district, five_feeds, changed_dirs=(changed,)), look).newest
    assert {key[1] for key in keys(night.comparison.leaving)} == {DRIVER.id_number}
    assert {"members.arrow", "findings.arrow"} <= seen
    assert not list((district.warehouse / "tmp").iterdir())


@pytest.mark.parametrize("changed", ["nothing", "a file of comments"])
def test_nobody_enters_or_leaves_where_nothing_changes(
    first_night: Night, five_feeds: Path, tmp_path: Path, changed: str
) -> None:
    district, _ = first_night
    request = asked(district, five_feeds, changed_profile="caojie-core")
    if changed != "nothing":
        (tmp_path / "caojie").mkdir()
        (tmp_path / "caojie" / "remark.yml").write_text(
            "# Nothing.\nlayer: caojie\ntitle: 草街街道\n", encoding="utf-8"
        )
        request = asked(district, five_feeds, changed_dirs=(tmp_path,))
    night = rehearse(request, silent).newest
    assert night.changes == ()
    told = night.comparison
    assert (told.entering.height, told.leaving.height, told.changes.height) == (0, 0, 0)


def test_policy_files_that_changed_since_are_told_and_never_mixed_in(
    first_night: Night, five_feeds: Path, repository: Path, tmp_path: Path
) -> None:
    """The night was published with cars; today's files have none: both sides are then without."""
    district, _ = first_night
    today = edited_copy(repository, tmp_path / "today", [CARS_OFF])
    request = Request(district.open().vault, (five_feeds,), (today,), changed_profile="caojie-core")
    night = rehearse(request, silent).newest
    assert not night.is_policy_of_night
    assert night.recomputed_otherwise == 2  # a car that is flagged, and one that is undetermined
    assert "CL-01" not in night.comparison.findings["rule_id"].to_list()
    assert night.comparison.leaving.is_empty()


def test_snapshots_that_are_gone_are_an_error_that_names_them(
    district: District, five_feeds: Path, mixed: Path
) -> None:
    [snapshot] = (district.warehouse / "snapshots" / "vehicle").glob("*.duckdb")
    snapshot.unlink()
    with pytest.raises(RehearsalError, match=r"night 2026-09-22: .*vehicle 2026-09-21.*fewer or later nights"):
        rehearse(asked(district, five_feeds, changed_dirs=(mixed,)), silent)
    assert not [path for path in (district.warehouse / "tmp").iterdir() if path.name.startswith("rehearsal")]


def test_a_delivery_that_landed_since_changes_nothing(district: District, five_feeds: Path, mixed: Path) -> None:
    """A better file for the same day came after the night: the night is judged on what it had."""
    deliver(district.inbox, "vehicle", [vehicle(WORKER)])
    later = district.run(NEXT)
    assert (WORKER.household, "CL-01", "flagged") in later.outcomes()
    night = rehearse(asked(district, five_feeds, changed_dirs=(mixed,), until=AS_OF), silent).newest
    assert {key[1] for key in keys(night.comparison.leaving)} == {DRIVER.id_number}


def test_a_rehearsal_that_is_stopped_leaves_nothing(first_night: Night, five_feeds: Path, mixed: Path) -> None:
    district, _ = first_night

    def stop(event: str, detail: str) -> None:
        if event == "log" and "policy in use" in detail:
            raise KeyboardInterrupt

    before = left_behind(district.warehouse)
    with pytest.raises(KeyboardInterrupt):
        rehearse(asked(district, five_feeds, changed_dirs=(mixed,)), stop)
    assert left_behind(district.warehouse) == before


def test_what_a_killed_rehearsal_leaves_is_swept_by_the_next_night(first_night: Night) -> None:
    district, _ = first_night
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = district.warehouse / "tmp" / f"rehearsal.part-{gone.pid}-1"
    (left / "before" / "published").mkdir(parents=True)
    published = next((district.warehouse / "published").glob("2*"))
    (left / "before" / "published" / published.name).symlink_to(published, target_is_directory=True)
    before = left_behind(published)
    assert sweep_folder(district.warehouse, leave=("dagster",)) >= 1
    assert not left.exists()
    assert left_behind(published) == before


def test_verdicts_of_people_are_replayed_and_suppress_on_both_sides(
    district: District, five_feeds: Path, mixed: Path
) -> None:
    """Cars off would drop what people confirmed; what they cleared is raised on neither side."""
    people_say(district, DRIVER.household, "CL-01", "属实-不符合条件", effective_month=date(2026, 10, 1))
    people_say(district, WORKER.household, "SB-01", "属实-可豁免")
    first = rehearse(asked(district, five_feeds, changed_dirs=(mixed,)), silent)
    assert first.verdicts == 2
    assert first.newest.contradicted.select("conclusion", "contradiction").rows() == [
        ("属实-不符合条件", "drops_confirmed")
    ]
    assert verdict_line(first) == "共回放 2 条核查结论，与拟改口径相矛盾 1 条"
    district.run(NEXT)
    second = rehearse(asked(district, five_feeds, changed_dirs=(mixed,), nights=2), silent)
    assert [night.recomputed_otherwise for night in second.nights] == [0, 0]
    told = second.newest.comparison.findings.select("household_id", "rule_id").rows()
    assert (WORKER.household, "SB-01") not in told
    assert verdict_line(second) == "共回放 2 条核查结论，与拟改口径相矛盾 1 条"
