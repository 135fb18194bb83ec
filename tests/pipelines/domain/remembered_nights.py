"""Nights told by short keys for the tests of memory, verdicts and books: findings, what was looked at, what became of them."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from pipelines.domain.assessment import NEEDED, NOT_QUERIED, RULES, Assessment
from pipelines.domain.memory import LastNight, Remembered, no_last_night, remember
from pipelines.domain.suppression import CLEARANCES

MONDAY = date(2026, 9, 21)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
FINDINGS = {
    "as_of": pl.Date,
    "household_id": pl.String,
    "id_number": pl.String,
    "rule_id": pl.String,
    "outcome": pl.String,
    "record_key": pl.String,
    "finding_id": pl.String,
    "fingerprint": pl.String,
    "snapshot_date": pl.Date,
}
SWITCHED_ON = {"CL-01": "vehicle", "FC-01": "property"}


def found(*keys: str, fingerprint: str = "a", outcome: str = "flagged", as_of: date = MONDAY) -> pl.DataFrame:
    """Findings by short keys: `H1/P1/CL-01`."""
    return pl.DataFrame(
        [
            {
                "as_of": as_of,
                **dict(zip(("household_id", "id_number", "rule_id"), key.split("/"), strict=True)),
                "outcome": outcome,
                "record_key": "r",
                "finding_id": key,
                "fingerprint": fingerprint,
                "snapshot_date": as_of,
            }
            for key in keys
        ],
        schema=FINDINGS,
    )


def assessment(
    people: dict[str, list[str]] | None = None,
    status: dict[str, str] | None = None,
    *,
    rules: dict[str, str] | None = None,
    not_queried: list[tuple[str, str]] | None = None,
    unreadable: list[str] | None = None,
    after_income: frozenset[str] = frozenset(),
    needed: list[tuple[str, str]] | None = None,
) -> Assessment:
    people = {"H1": ["P1", "P2"], "H2": ["P3"]} if people is None else people
    statuses = {"vehicle": "fresh", "property": "fresh", **(status or {})}
    on = SWITCHED_ON if rules is None else rules
    return Assessment(
        households=pl.DataFrame({"household_id": list(people)}, schema={"household_id": pl.String}),
        members=pl.DataFrame(
            [(household, person) for household, persons in people.items() for person in persons],
            schema={"household_id": pl.String, "id_number": pl.String},
            orient="row",
        ),
        rules=pl.DataFrame(
            [(rule, "1", feed, statuses[feed], MONDAY) for rule, feed in on.items()], schema=RULES, orient="row"
        ),
        not_queried=pl.DataFrame(not_queried or [], schema=NOT_QUERIED, orient="row"),
        unreadable_households=pl.Series("household_id", unreadable or [], dtype=pl.String),
        after_income=after_income,
        needed=pl.DataFrame(needed or [], schema=NEEDED, orient="row"),
    )


def after(night: Remembered) -> LastNight:
    return LastNight(night.findings, night.history, night.suppressed)


def monday(*keys: str, **more: Any) -> Remembered:
    tonight = found(*keys, **more)
    return remember(tonight, no_last_night(tonight), assessment(), MONDAY)


def changes(night: Remembered) -> dict[str, str]:
    return dict(night.findings.select("finding_id", "change").iter_rows())


def reasons(night: Remembered) -> dict[str, str]:
    return dict(night.resolved.select("finding_id", "resolved_reason").iter_rows())


def cleared(*keys: str, fingerprint: str = "a") -> pl.DataFrame:
    """Clearing verdicts that hold."""
    return pl.DataFrame(
        [(key, fingerprint, "属实-可豁免", MONDAY, date(2027, 9, 21), f"e {key}") for key in keys],
        schema=CLEARANCES,
        orient="row",
    )


def ids(frame: pl.DataFrame) -> list[str]:
    return frame["finding_id"].to_list()
