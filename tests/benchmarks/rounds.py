"""One round of measuring: every floor and every kind of night once, each a fresh process, alternating.

Belongs here: what is run, in which order, on which data. What the numbers are held against stands in `figures`.

The nights of a round share one new warehouse and follow each other as nights do: from files (22 September), the same
night again, the next day with nothing delivered, the day after with the same files delivered again, then the changed
rows of each table as deltas, then all rows of which one in a hundred changed.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.city import AS_OF, DELIVERED, Tell, write_edition
from tests.benchmarks.process import Measured, measured
from tests.benchmarks.stages import compare_share, landing_share, seconds_by_step, stages_of

Round = dict[str, dict[str, Any]]

AGAIN, DELTA, CHANGED = (DELIVERED + timedelta(days=days) for days in (2, 3, 4))
DISTRICT_PERSONS = 10_003
TELL_EVERY = 20.0
"""Seconds between two lines about a program that runs."""
CORE = {"HEDUI_PROFILE": "caojie-core", "HEDUI_WORKBOOKS": "false"}
PARTS = ("night", "later", "scaling", "district", "pandas")
"""What may be measured apart: floors and a night from files, always; the nights after it; another size; the district;
pandas."""


class Kept(Round):
    """A round that is kept after each measurement: a city takes hours, and an error must not lose what is there."""

    def __init__(self, keep: Callable[[], None]) -> None:
        super().__init__()
        self._keep = keep

    def __setitem__(self, name: str, run: dict[str, Any]) -> None:
        """Take a measurement."""
        super().__setitem__(name, run)
        self._keep()


@dataclass(frozen=True)
class Bench:
    """Where a round reads and writes.

    Attributes:
        city: the city's folder.
        size: its size.
        other: the city held against it for scaling: four times as large, or a quarter where it is the whole.
        twentieth: the city that pandas is measured on.
        district: an inbox of 10,003 persons in scope, dirty, as `hedui sample` writes it.
        work: a folder of the bench's own, on the same file system as the cities; emptied.
        tell: told what is being run.
    """

    city: Path
    size: float
    other: Path | None
    twentieth: Path | None
    district: Path | None
    work: Path
    tell: Tell


def one_round(bench: Bench, parts: tuple[str, ...], told: Round) -> None:
    """Measure everything that is asked for once, into `told`."""
    clean, floor_file = bench.city / "clean", bench.work / "floor.duckdb"
    with _emptied(bench.work):
        warehouse = bench.work / "warehouse"
        inbox = bench.work / "inbox"
        _add(bench.city / "inbox", inbox)
        told["floor_landing_inferred"] = _floor(bench, "landing", clean, floor_file, "inferred")
        told["full"] = _night(bench, "a night from files", inbox, warehouse, 0)
        told["floor_landing_given"] = _floor(bench, "landing", clean, floor_file, "given")
        told["floor_landing_uncompressed"] = _floor(bench, "landing", clean, floor_file, "uncompressed")
        floor_file.unlink()
        told["floor_compare_duckdb"] = _floor(bench, "compare", warehouse, "duckdb")
        told["same"] = _night(bench, "the same night again", inbox, warehouse, 0)
        _program(bench, "floors", "parquet", warehouse, bench.work / "parquet")
        told["floor_compare_parquet"] = _floor(bench, "compare", warehouse, "parquet", bench.work / "parquet")
        if "later" in parts:
            _later_nights(bench, inbox, warehouse, told)
    if "scaling" in parts and bench.other is not None:
        with _emptied(bench.work):
            told["other_size"] = _night(bench, "a night at the other size", bench.other / "inbox", warehouse, 0)
    if "district" in parts and bench.district is not None:
        with _emptied(bench.work):
            told["district"] = _hedui(bench, "a district", bench.district, warehouse, 0, {})
    if "pandas" in parts and bench.twentieth is not None:
        _pandas(bench, bench.twentieth, told)


def _later_nights(bench: Bench, inbox: Path, warehouse: Path, told: Round) -> None:
    """The nights after the first, on its warehouse."""
    told["unchanged"] = _night(bench, "the next night, nothing delivered", inbox, warehouse, 1)
    for feed in (bench.city / "inbox").iterdir():
        _link(feed / DELIVERED.isoformat(), inbox / feed.name / AGAIN.isoformat())
    told["redelivered"] = _night(bench, "the same files delivered again", inbox, warehouse, 2)
    _add(write_edition(bench.city, bench.size, DELTA, bench.tell, is_delta=True), inbox)
    told["delta"] = _night(bench, "1 % changed, as deltas", inbox, warehouse, 3)
    _add(write_edition(bench.city, bench.size, CHANGED, bench.tell, is_delta=False), inbox)
    told["changed"] = _night(bench, "1 % changed, as whole files", inbox, warehouse, 4)


def _pandas(bench: Bench, city: Path, told: Round) -> None:
    """Pandas over the twentieth, and ours over the same if that is not what was measured anyhow."""
    with _emptied(bench.work):
        if city != bench.city:
            told["twentieth"] = _night(bench, "a night of a twentieth", city / "inbox", bench.work / "warehouse", 0)
        bench.tell("  pandas over the twentieth …")
        _read_once(city / "inbox")
        run, result = _program(bench, "pandas_night", city / "inbox")
        bench.tell(f"    {run.wall:.1f} s, {run.cpu:.1f} s of work, {run.peak_mb:.0f} MB")
        told["pandas"] = {**_of(run), **result}


def _night(bench: Bench, what: str, inbox: Path, warehouse: Path, days: int) -> dict[str, Any]:
    """One night under the core rules, without workbooks, with the time of its parts."""
    return _hedui(bench, what, inbox, warehouse, days, CORE)


def _hedui(
    bench: Bench, what: str, inbox: Path, warehouse: Path, days: int, environment: dict[str, str]
) -> dict[str, Any]:
    as_of = (AS_OF + timedelta(days=days)).isoformat()
    bench.tell(f"  {what} ({as_of}) …")
    _read_once(inbox)
    places = ("--inbox", str(inbox), "--warehouse", str(warehouse), "--as-of", as_of)
    script = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]
    # Settings of whoever measures must not change what is measured.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HEDUI_", "DAGSTER_"))}
    run = measured([*script, "nightly", *places], {**own, **environment}, _heard(bench))
    bench.tell(f"    {run.wall:.1f} s, {run.cpu:.1f} s of work, {run.peak_mb:.0f} MB")
    stages = stages_of(run.lines)
    try:
        landing, compared = landing_share(stages), compare_share(stages)
    except LookupError as error:
        # What rests on the parts of this night is then not measured; the rest of a long round is.
        bench.tell(f"{run.text}\n{error}")
        return _of(run)
    return {
        **_of(run),
        "landing": {"wall": landing.wall, "cpu": landing.cpu},
        "compare": {"wall": compared.wall, "cpu": compared.cpu},
        "steps": seconds_by_step(stages),
    }


def _floor(bench: Bench, *told: object) -> dict[str, Any]:
    """One floor; the time it tells itself, without Python's start."""
    bench.tell(f"  floor: {told[0]}, {told[2] if told[0] == 'compare' else f'types {told[3]}'} …")
    _read_once(bench.city / "clean" if told[0] == "landing" else Path(str(told[1])) / "snapshots")
    run, result = _program(bench, "floors", *told)
    bench.tell(f"    {result['wall']:.1f} s, {result['cpu']:.1f} s of work")
    return {**result, "peak_mb": run.peak_mb, "others": run.others}


def _program(bench: Bench, module: str, *told: object) -> tuple[Measured, dict[str, Any]]:
    """A module of the benchmarks as a fresh process; its last line is JSON."""
    run = measured([sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, told)], hear=_heard(bench))
    last = run.lines[-1].text if run.lines else "{}"
    return run, json.loads(last) if last.startswith("{") else {}


def _of(run: Measured) -> dict[str, Any]:
    return {"wall": run.wall, "cpu": run.cpu, "peak_mb": run.peak_mb, "others": run.others}


def _heard(bench: Bench) -> Callable[[str], None]:
    """Pass on what a program tells, a line every so often."""
    last = time.monotonic()

    def hear(line: str) -> None:
        nonlocal last
        if time.monotonic() - last > TELL_EVERY:
            bench.tell(f"      {line.strip()}")
            last = time.monotonic()

    return hear


def _read_once(folder: Path) -> None:
    """Read every file of a folder, so that neither side waits for the disk."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb", buffering=0) as stream:
            while stream.read(64 << 20):
                pass


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """A folder that is empty before and gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add(source: Path, inbox: Path) -> None:
    """Deliver everything of an inbox to another one, without copying a file."""
    for feed in sorted(path for path in source.iterdir() if path.is_dir()):
        for day in feed.iterdir():
            _link(day, inbox / feed.name / day.name)


def _link(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for file in source.iterdir():
        os.link(file, target / file.name)
