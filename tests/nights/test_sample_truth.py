"""The sample district's truth against whole nights: nothing planted is missed, nothing else is found."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.sample.city import write_sample
from tests.nights.conftest import District
from tests.nights.district import AS_OF

COMPARED = ["household_id", "id_number", "rule_id", "record_key", "outcome"]


@pytest.mark.parametrize(("persons", "is_dirty"), [(1500, False), (700, True)])
def test_a_night_finds_exactly_what_was_planted(tmp_path: Path, repository: Path, persons, is_dirty):
    inbox = tmp_path / "inbox"
    write_sample(inbox, persons, 11, AS_OF, is_dirty)
    night = District(inbox, tmp_path / "warehouse", repository).run()
    found = night.table("findings").select(COMPARED).sort(COMPARED)
    assert found.height > 50
    assert found.equals(pl.read_parquet(inbox / "truth.parquet").select(COMPARED).sort(COMPARED))
