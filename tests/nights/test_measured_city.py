"""What `make bench` measures with: the city, the floors, pandas, and the reading of times find what a night finds.

A bench whose floors did other work than the night would tell nothing. No test looks at how long anything takes.
"""

import csv
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.cli.progress import Progress
from pipelines.cli.screen import Screen
from tests.benchmarks import figures, floors, pandas_night
from tests.benchmarks.city import cached_city, write_city, write_edition
from tests.benchmarks.city_feeds import FEEDS
from tests.benchmarks.process import FailedError, Line, measured
from tests.benchmarks.report import put_into, tables
from tests.benchmarks.stages import Share, Stage, compare_share, landing_share, seconds_by_step, stages_of
from tests.nights.driver import District, Done

SIZE = 0.0008
LATER = date(2026, 9, 24)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    write_city(folder, SIZE, lambda _: None, processes=1)
    return folder


@pytest.fixture(scope="module")
def night(city: Path, tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Done:
    """A night over the city."""
    return District(city / "inbox", tmp_path_factory.mktemp("city") / "warehouse", repository).run()


def test_the_floors_find_the_rows_that_the_night_finds(night: Done, tmp_path: Path) -> None:
    warehouse = night.night.vault.root
    floors.write_parquet(warehouse, tmp_path)
    matched = {feed.name: night.night.tables.read(f"matched_{feed.name}").height for feed in FEEDS}

    assert floors.compare(warehouse, "duckdb") == matched
    assert floors.compare(warehouse, "parquet", tmp_path) == matched
    assert all(matched.values())


def test_pandas_flags_the_same_households(night: Done, city: Path) -> None:
    flagged = night.table("findings").filter(pl.col("outcome") == "flagged")
    ours = {rule: sorted(set(found["household_id"])) for (rule,), found in flagged.group_by("rule_id")}

    theirs = pandas_night.rules(pandas_night.matched(pandas_night.with_ids(pandas_night.read(city / "inbox"))))

    assert {rule: households for rule, households in theirs.items() if households} == ours
    assert {"SB-01", "SB-03", "CL-02", "CL-03", "FC-01"} <= set(ours)


@pytest.mark.parametrize("types", ["inferred", "given", "uncompressed"])
def test_the_landing_floor_reads_every_clean_row(city: Path, tmp_path: Path, types: str) -> None:
    expected = {feed.name: int(feed.rows * SIZE) for feed in FEEDS} | {"roster": 800}

    assert floors.landing(city / "clean", tmp_path / "floor.duckdb", types) == expected


def test_what_is_delivered_dirty_is_what_the_clean_file_says(night: Done) -> None:
    """A row with a wrong check digit is set aside, one that stands twice counts once; every other is kept."""
    for feed in FEEDS:
        books = night.states[feed.name].used[0].books
        rows = int(feed.rows * SIZE)
        assert books.read == rows + len(range(7, rows, 1000))
        assert books.read == books.kept + books.quarantined + books.duplicate
        assert 0 < books.quarantined < books.read // 200
        assert books.duplicate > 0


def test_a_later_edition_differs_in_one_row_of_a_hundred(city: Path) -> None:
    write_edition(city, SIZE, LATER, lambda _: None, is_delta=True)
    write_edition(city, SIZE, LATER, lambda _: None, is_delta=False)

    for feed in FEEDS:
        before = rows_of(city / "inbox" / feed.name)
        changed, whole = rows_of(city / "delta" / feed.name), rows_of(city / "changed" / feed.name)
        assert len(whole) == len(before)
        new = [row for old, row in zip(before, whole, strict=True) if old != row]
        assert {tuple(row) for row in new} == {tuple(row) for row in changed[1:]}
        assert len(new) == len(changed) - 1 == pytest.approx(len(before) / 100, rel=0.1, abs=3)


def rows_of(folder: Path) -> list[list[str]]:
    (file,) = folder.glob("*/*.csv")
    with file.open(encoding="gb18030", newline="") as stream:
        return list(csv.reader(stream))


def test_a_city_is_made_once(tmp_path: Path) -> None:
    told: list[str] = []
    place = cached_city(tmp_path, 0.00002, told.append, processes=1)
    first = len(told)
    assert cached_city(tmp_path, 0.00002, told.append, processes=1) == place
    assert len(told) == first > 0

    (place / "city.json").write_text('{"size": 2e-05, "digest": "another"}', encoding="utf-8")
    cached_city(tmp_path, 0.00002, told.append, processes=1)
    assert len(told) == 2 * first


def test_the_lines_of_progress_are_read_as_they_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(Screen(markup=False, highlight=False, emoji=False, soft_wrap=True)) as progress:
        progress("log", "night of 2026-09-22, profile caojie-core")
        for step in ("roster", "roster_contract", "roster_households", "published_night"):
            progress("step", step)
            progress("done", step)
    lines = [Line(place, place / 2, text) for place, text in enumerate(capsys.readouterr().out.splitlines())]

    assert [stage.name for stage in stages_of(lines)] == [
        *("roster", "roster_contract", "roster_households", "published_night")
    ]
    with pytest.raises(LookupError, match="roster_households"):
        landing_share(stages_of(lines[:3]))


def test_times_of_landing_and_compare() -> None:
    stages = [
        Stage("vehicle", 4.0, 10.0, 3.0, 9.0),
        Stage("property", 5.0, 12.0, 4.0, 15.0),
        Stage("vehicle_contract", 13.0, 14.0, 15.5, 16.0),
        Stage("roster_households", 15.0, 16.0, 17.0, 18.0),
        Stage("published_night", 18.0, 20.0, 19.0, 21.0),
        Stage("workbooks", 20.0, 30.0, 21.0, 31.0),
    ]

    assert landing_share(stages) == Share(9.0, 13.0)  # 4 to 12 and 13 to 14: what overlaps counts once, gaps do not
    assert compare_share(stages) == Share(5.0, 4.0)
    assert seconds_by_step(stages)["property"] == {"wall": 7.0, "cpu": 11.0}


def test_processor_time_before_a_step_is_not_its_own() -> None:
    """Eight of the ten seconds from the first line to the end of the step were before it began."""
    lines = [
        Line(2.0, 1.0, "   0.0 s    night of 2026-09-22"),
        Line(12.0, 11.0, "told beside   10.0 s  ✓ business  2.0 s"),
    ]

    assert stages_of(lines) == [Stage("business", 10.0, 12.0, 9.0, 11.0)]


def run(wall: float, cpu: float = 1.0, **more: object) -> dict[str, object]:
    return {"wall": wall, "cpu": cpu, "peak_mb": 500.0, "others": 0.0, **more}


def a_round(**more: dict[str, object]) -> dict[str, dict[str, object]]:
    floor = {"floor_landing_inferred": run(12.0), "floor_landing_given": run(10.0), "floor_compare_duckdb": run(2.0)}
    parts = {"landing": {"wall": 20.0, "cpu": 20.0}, "compare": {"wall": 3.0, "cpu": 3.0}, "steps": {}}
    return {**floor, "full": run(30.0, **parts), "same": run(8.0, **parts), **more}


def test_a_figure_is_the_median_and_is_held_against_its_limits() -> None:
    rounds = [a_round(unchanged=run(wall)) for wall in (2.0, 3.1, 3.0)]

    told = {one["figure"]: one for one in figures.judged(rounds)}

    assert (told["compare"]["value"], told["compare"]["verdict"]) == (1.5, "aim")
    assert (told["landing"]["value"], told["landing"]["verdict"]) == (2.0, "aim")
    assert (told["night"]["value"], told["night"]["verdict"]) == (2.5, "must")
    assert (told["unchanged"]["value"], told["unchanged"]["verdict"]) == (0.1, "must")
    assert told["delta"]["verdict"] == "not measured"


@pytest.mark.parametrize(("value", "verdict"), [(1.1, "must"), (1.1001, "missed"), (None, "not measured")])
def test_at_a_limit_a_figure_holds(value: float | None, verdict: str) -> None:
    scaling = next(one for one in figures.FIGURES if one.name == "scaling")
    assert scaling.verdict(value) == verdict


@pytest.mark.parametrize(("value", "verdict"), [(20.0, "must"), (19.9, "missed")])
def test_where_more_is_better(value: float, verdict: str) -> None:
    pandas = next(one for one in figures.FIGURES if one.name == "pandas_files")
    assert pandas.verdict(value) == verdict


def test_a_line_through_two_sizes() -> None:
    """Fixed 10 s and 20 s at the size of 0.05: 410 s for the whole city, of which the floors take 240."""
    other = run(10.0 + 80.0, landing={"wall": 80.0}, compare={"wall": 3.0 + 9.0})
    told = figures.reckoned(a_round(other_size=other), 0.05, "wall")

    assert told["night"] == pytest.approx((10.0 + 400.0) / 240.0)
    assert told["compare"] == pytest.approx(60.0 / 40.0)
    assert figures.reckoned(a_round(other_size=other), 1.0, "wall") == {}


def test_the_tables_tell_a_machine_that_was_not_quiet() -> None:
    quiet = a_round(floor_compare_parquet=run(4.0), unchanged=run(2.0))
    rounds = [{name: {**told, "others": 1.5} for name, told in quiet.items()}]
    machine = {"cores": 2, "processor": "some", "memory_gb": 24, "kernel": "6", "python": "3.11"}
    versions = dict.fromkeys(("duckdb", "polars", "dagster"), "1")
    told = {"size": 0.05, "commit": "c0ffee", "on": "2026-09-22", "machine": {**machine, **versions}}
    told |= {"figures": figures.judged(rounds), "rounds": rounds, "reckoned_for_the_city": [{"wall": {}, "cpu": {}}]}

    page = "Before\n<!-- begin measured at 0.05 -->\nof last week\n<!-- end measured at 0.05 -->\nafter\n"

    shown = put_into(page, told)

    assert shown.startswith("Before\n<!-- begin measured at 0.05 -->")
    assert shown.endswith("<!-- end measured at 0.05 -->\nafter\n")
    assert "of last week" not in shown
    assert tables(told) in shown
    with pytest.raises(ValueError, match="measured at 1 -->"):
        put_into(page, told | {"size": 1.0})

    assert "NOT QUIET (1.5 cores" in shown
    assert "NOT QUIET" not in tables(told | {"rounds": [quiet]})
    assert "holds (must)" in shown
    assert "not measured" in shown


def test_a_program_is_measured_with_what_it_starts(tmp_path: Path) -> None:
    """A child that takes 60 MB and works: both count although the parent does nothing."""
    child = "kept = bytearray(60_000_000); sum(range(6_000_000)); print('done')"
    file = tmp_path / "child.py"
    file.write_text(child, encoding="utf-8")
    heard: list[str] = []
    done = measured([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, {str(file)!r}])"])
    assert done.text == "done"
    assert done.peak_mb > 60
    assert done.cpu > 0

    with pytest.raises(FailedError, match="ended with 3"):
        measured([sys.executable, "-c", "print('told'); raise SystemExit(3)"], hear=heard.append)
    assert heard == ["told"]
