"""The acceptance sets: as many data rows and quarantined rows as expected, for every feed that has a contract."""

import csv
from collections import Counter
from datetime import date

import pytest

from connectors.contract import load_contracts
from connectors.delivery import DeliveryReader
from connectors.inbox import find_deliveries

AS_OF = date(2026, 9, 22)


@pytest.mark.parametrize("name", ["clean", "messy", "people"])
@pytest.mark.parametrize("slice_bytes", [1 << 25, 1 << 12])
def test_rows_and_quarantine_are_as_expected(acceptance, feeds_dir, name, slice_bytes):
    contracts = load_contracts(feeds_dir)
    with (acceptance / name / "expected_counts.csv").open(encoding="utf-8") as stream:
        expected = {row["feed"]: (int(row["rows"]), int(row["quarantined"])) for row in csv.DictReader(stream)}
    found = {}
    for feed in set(expected) & set(contracts):
        [delivery] = find_deliveries(acceptance / name / "inbox", feed, AS_OF)
        reader = DeliveryReader(delivery, contracts[feed], slice_bytes)
        seen = Counter()
        for batch in reader.batches():
            seen["clean"] += batch.clean.height
            seen["quarantined"] += batch.quarantine.height
        report = reader.report()
        read = sum(part.rows_read for part in report.parts)
        skipped = sum(sum(part.skipped.values()) for part in report.parts)
        assert read == seen["clean"] + seen["quarantined"] + skipped
        assert report.quarantined == seen["quarantined"]
        found[feed] = (report.data_rows, report.quarantined)
    assert found == {feed: counts for feed, counts in expected.items() if feed in contracts}
