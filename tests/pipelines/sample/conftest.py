"""One small sample of each kind, written once."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import Contract, load_contracts
from connectors.delivery import DeliveryReader
from connectors.inbox import find_deliveries
from connectors.load_counts import DeliveryReport
from pipelines.sample.city import write_sample
from pipelines.sample.report import SampleReport

AS_OF = date(2026, 9, 22)
CONTRACTS = Path(__file__).parents[3] / "data" / "feeds"
PERSONS = 700


@dataclass(frozen=True)
class Written:
    """A sample on disk."""

    folder: Path
    report: SampleReport

    @property
    def truth(self) -> pl.DataFrame:
        """The findings due."""
        return pl.read_parquet(self.folder / "truth.parquet")

    def read(self, feed: str, contract: Contract) -> tuple[pl.DataFrame, DeliveryReport]:
        """What the connectors make of the snapshot that a night uses: clean rows, and their counts."""
        day = self.report.feeds[feed].snapshot_date
        delivery = next(one for one in find_deliveries(self.folder, feed, AS_OF) if one.snapshot_date == day)
        reader = DeliveryReader(delivery, contract)
        rows = pl.concat([batch.clean for batch in reader.batches()])
        return rows, reader.report()

    def snapshot(self, feed: str) -> Path:
        """The folder of the snapshot that a night uses."""
        return self.folder / feed / self.report.feeds[feed].snapshot_date.isoformat()

    def rows(self, feed: str) -> pl.DataFrame:
        """A clean feed's rows as they stand in its one csv file."""
        return pl.read_csv(self.snapshot(feed) / f"{feed}.csv", infer_schema=False)


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return load_contracts(CONTRACTS)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("clean") / "inbox"
    return Written(folder, write_sample(folder, PERSONS, 7, AS_OF))


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("dirty") / "inbox"
    return Written(folder, write_sample(folder, PERSONS, 7, AS_OF, dirty=True))
