"""A small published night to work on: three households, four findings, one of them suppressed, one gone."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from pipelines.casework.night import PublishedNight, published_night
from pipelines.domain.case_state import CASE_STATES
from warehouse.events.address import EventAddress
from warehouse.events.content import Seal
from warehouse.events.migrating import make_sqlite_store
from warehouse.events.store import EventStore, open_events
from warehouse.publication import publish
from warehouse.session import Vault

AS_OF = date(2026, 9, 22)
PROFILE = "caojie-core"
_FINDING = {
    "finding_id": pl.String,
    "household_id": pl.String,
    "town": pl.String,
    "rule_id": pl.String,
    "outcome": pl.String,
    "fact_date": pl.Date,
    "feed": pl.String,
    "snapshot_date": pl.Date,
    "first_seen": pl.Date,
    "statement": pl.String,
    "name": pl.String,
}


def finding(finding_id: str, household: str, rule: str = "CL-01", fact: date | None = None) -> tuple[object, ...]:
    day = date(2026, 9, 1)
    return (finding_id, household, "甲镇", rule, "flagged", fact, "vehicle", day, AS_OF, f"说明{finding_id}", "张三")


RAISED = [finding("f1", "H1"), finding("f2", "H1", "SB-01"), finding("f3", "H2", "SW-01", date(2026, 8, 31))]
HELD = [finding("f4", "H3")]


def tables() -> dict[str, pl.DataFrame]:
    findings = pl.DataFrame(RAISED, schema=_FINDING, orient="row")
    held = pl.DataFrame(HELD, schema=_FINDING, orient="row")
    every = pl.concat([findings, held])
    memory = every.select(
        "finding_id",
        fingerprint=pl.lit("a"),
        assessed_outcome=pl.lit("flagged"),
        material=pl.concat_str("rule_id", pl.lit("\x1fstatus_letters=A")),
    )
    cases = pl.DataFrame(
        {
            "case_id": ["c1", "c2"],
            "household_id": ["H1", "H2"],
            "head_name": ["张三", "欧阳四"],
            "town": ["甲镇", "乙镇"],
            "risk": ["red", "orange"],
            "opened_on": [AS_OF, AS_OF],
            "statement": ["全户说明", "全户说明"],
            "rules": [["CL-01", "SB-01"], ["SW-01"]],
            "grace_from": [date(2026, 10, 1), None],
            "grace_to": [date(2027, 3, 31), None],
        }
    )
    history = pl.DataFrame({"finding_id": ["gone"]})
    resolved = findings.clear().with_columns(resolved_reason=pl.lit(None, dtype=pl.String))
    return {
        "findings": findings,
        "suppressed_findings": held,
        "resolved_findings": resolved,
        "memory": memory,
        "cases": cases,
        "history": history,
        "case_states": pl.DataFrame(schema=CASE_STATES),
    }


MANIFEST = {
    "profile": PROFILE,
    "feeds": {"vehicle": {"snapshot_date": "2026-09-10"}},
    "terms": {"answer_working_days": 15, "death_answer_months": 3, "grace_notice_months": 1},
}
OpenNight = Callable[..., PublishedNight]


class ReadOnce(PublishedNight):
    """A published night that reads each of its tables once: it never changes, and a test looks at it many times."""

    @cached_property
    def _tables(self) -> dict[str, pl.DataFrame]:
        return {}

    def table(self, name: str) -> pl.DataFrame:
        """A published table."""
        if name not in self._tables:
            self._tables[name] = super().table(name)
        return self._tables[name]


def opened(root: Path) -> Vault:
    return Vault(root, None, threads=1, memory_limit="200MB")


def published(vault: Vault, as_of: date = AS_OF, fingerprint: str = "a", gone: str = "gone") -> PublishedNight:
    made = tables()
    made["findings"] = made["findings"].filter(pl.col("finding_id") != gone)
    made["history"] = pl.DataFrame({"finding_id": [gone]})
    made["memory"] = made["memory"].with_columns(fingerprint=pl.lit(fingerprint))
    publish(vault, as_of, f"run{as_of:%m%d}", made, MANIFEST)
    return published_night(vault, PROFILE)


@pytest.fixture(scope="session")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the night, to be copied: publishing takes longer than most tests."""
    root = tmp_path_factory.mktemp("casework") / "warehouse"
    published(opened(root))
    return root


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store without an event, to be copied: bringing one to the schema takes longer than most tests."""
    folder = tmp_path_factory.mktemp("events") / "events"
    made = EventAddress.of_warehouse(folder.parent).path
    assert made is not None
    make_sqlite_store(made, Seal(None))
    return folder


@pytest.fixture
def vault(one_night: Path, tmp_path: Path) -> Vault:
    copytree(one_night, tmp_path / "warehouse", symlinks=True)
    return opened(tmp_path / "warehouse")


@pytest.fixture
def publish_night(vault: Vault) -> OpenNight:
    """Publish the night once more, on a later date and with other facts."""
    return lambda as_of, fingerprint, gone="gone": published(vault, as_of, fingerprint, gone)


@pytest.fixture
def night(vault: Vault) -> PublishedNight:
    opened = published_night(vault, PROFILE)
    return ReadOnce(opened.vault, opened.folder, opened.manifest)


@pytest.fixture
def store(vault: Vault) -> EventStore:
    return open_events(EventAddress.of_warehouse(vault.root), vault.key)
