"""hedui against a second reading of the spec (tests/reference): the acceptance sets, and drawn cities."""

import csv
import os
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tests.reference.compare import compare
from tests.reference.delivery import write_city
from tests.reference.reading import Reading, night

# Cities of eleven feeds; HEDUI_REFERENCE_SEEDS=first:last draws others, as many as you have patience for.
FIRST, LAST = (int(n) for n in os.environ.get("HEDUI_REFERENCE_SEEDS", "400:402").split(":"))
SEEDS = range(FIRST, LAST + 1)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def reading_of(inbox: Path) -> Reading:
    reading = night(inbox, date(2026, 9, 22), people=inbox.parent.name == "people")
    assert reading is not None
    return reading


@pytest.mark.parametrize("name", ["clean", "messy", "people"])
@pytest.mark.parametrize("what", ["findings", "cases", "counts"])
def test_the_reading_gives_the_acceptance_sets_exactly(acceptance, name, what):
    reading = reading_of(acceptance / name / "inbox")
    expected = rows(acceptance / name / f"expected_{what}.csv")
    found = [{column: row[column] for column in expected[0]} for row in getattr(reading, what)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize("seed", [2, 203])
def test_hedui_reads_a_drawn_city_as_the_spec_does(tmp_path, seed):
    as_of = write_city(tmp_path / "inbox", seed, people=False)
    lines, _ = compare(tmp_path / "inbox", tmp_path / "warehouse", as_of, "caojie-core")
    assert lines == []


@pytest.mark.parametrize("seed", SEEDS)
def test_hedui_reads_a_drawn_city_of_people_as_the_spec_does(tmp_path, seed):
    as_of = write_city(tmp_path / "inbox", seed)
    lines, _ = compare(tmp_path / "inbox", tmp_path / "warehouse", as_of, "caojie-people")
    assert lines == []
