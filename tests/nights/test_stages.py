"""The stages of a night without Dagster, and the nightly job: the same steps, so that both leave the same behind."""

from pathlib import Path

from tests.nights.conftest import Messy
from tests.nights.district import AS_OF
from tests.nights.driver import PROFILE, District, Done


def left_by(warehouse: Path) -> set[str]:
    """The tables and accounts of a night, by name."""
    folder = warehouse / "nights" / AS_OF.isoformat() / PROFILE
    return {path.name for path in folder.iterdir()}


def published_by(warehouse: Path) -> set[str]:
    """The published tables, by name."""
    return {path.name for path in (warehouse / "published" / "current").resolve().glob("*.parquet")}


def test_the_job_has_every_stage_and_no_other(first_night: tuple[District, Done], messy_night: Messy) -> None:
    plain, job = first_night[0].warehouse, messy_night[0].warehouse
    # The job has a step for the rules of every feed, also where none of them is switched on; the stages pass it over.
    assert left_by(job) - left_by(plain) == {"findings_roster.arrow"}
    assert left_by(plain) <= left_by(job)
    assert published_by(plain) == published_by(job)
