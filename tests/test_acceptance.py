"""The acceptance sets: fictional districts with what an independent reading of the rules gives for them, exactly."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.cli import main

AS_OF = "2026-09-22"
PROFILES = {"clean": "caojie-core", "messy": "caojie-core", "people": "caojie-people"}
MONEY = {"income_standard", "income_declared", "income_evidenced"}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def comparable(rows: list[dict[str, str]], columns: list[str]) -> list[tuple[object, ...]]:
    """The rows in the columns compared, numbers as numbers, in an order of their own."""

    def value(row: dict[str, str], column: str) -> object:
        text = row[column]
        return Decimal(text) if column in MONEY and text else text

    return sorted((tuple(value(row, column) for column in columns) for row in rows), key=repr)


def hedui(*arguments: object) -> None:
    assert main([str(one) for one in arguments]) == 0


@pytest.fixture(scope="module", params=sorted(PROFILES))
def night(request, acceptance: Path, tmp_path_factory) -> tuple[Path, Path]:
    """An acceptance set, and the warehouse after a night over it."""
    expected = acceptance / request.param
    warehouse = tmp_path_factory.mktemp(request.param) / "warehouse"
    places = ("--inbox", expected / "inbox", "--warehouse", warehouse)
    hedui("nightly", *places, "--as-of", AS_OF, "--profile", PROFILES[request.param])
    return expected, warehouse


@pytest.mark.parametrize(("what", "file"), [("findings", "expected_findings.csv"), ("cases", "expected_cases.csv")])
def test_exports_are_exactly_as_expected(night, tmp_path, what, file):
    expected, warehouse = night
    out = tmp_path / f"{what}.csv"
    hedui("export", what, "--format", "csv", "--out", out, "--warehouse", warehouse, "--clear-ids")
    wanted = read(expected / file)
    columns = list(wanted[0])
    assert comparable(read(out), columns) == comparable(wanted, columns)


def test_rows_and_quarantine_are_exactly_as_expected(night):
    expected, warehouse = night
    feeds = json.loads((warehouse / "published/current/manifest.json").read_text())["feeds"]
    wanted = {
        row["feed"]: (int(row["rows"]), int(row["quarantined"])) for row in read(expected / "expected_counts.csv")
    }
    found = {feed: (told["data_rows"], told["quarantined"]) for feed, told in feeds.items()}
    assert found == wanted
