"""What the tests of deliveries share: a small feed, its contract, and folders that look like an inbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import Contract
from connectors.delivery import DeliveryReader
from connectors.identity import id_check_digit
from connectors.inbox import find_deliveries
from connectors.load_counts import DeliveryReport

DAY = date(2026, 9, 22)


def person_number(number: int) -> str:
    """A right identity number that belongs to nobody."""
    first_17 = f"999999{1950 + number % 50}0101{number // 50 % 1000:03}"
    return first_17 + id_check_digit(first_17)


@pytest.fixture(scope="session")
def person() -> Callable[[int], str]:
    """Right identity numbers that belong to nobody, by number."""
    return person_number


@pytest.fixture(scope="session")
def line() -> Callable[..., str]:
    """Rows of the small feed, by number."""

    def written(
        number: int, name: str = "某人", status: str = "1", day: str = "2023-08-05", money: str = "12.5"
    ) -> str:
        return f"{person_number(number)},{name},{status},{day},{money}"

    return written


@pytest.fixture(scope="session")
def contract() -> Contract:
    """A feed of five columns, one of each kind that can go wrong."""
    fields = [
        {"name": "id_number", "kind": "id", "is_required": True, "label_zh": "身份证号", "headers": ["身份证号"]},
        {"name": "name", "kind": "name", "label_zh": "姓名", "headers": ["姓名"]},
        {
            "name": "status",
            "kind": "code",
            "is_required": True,
            "label_zh": "状态",
            "headers": ["状态"],
            "codes": {"active": ["1", "正常"], "closed": ["2", "注销"]},
        },
        {"name": "registered_on", "kind": "date", "is_required": True, "label_zh": "日期", "headers": ["登记日期"]},
        {"name": "amount", "kind": "money", "label_zh": "金额", "headers": ["金额"]},
    ]
    return Contract.model_validate(
        {
            "feed": "small",
            "title": "小表",
            "department": "某局",
            "grain": "每人一行",
            "description": "测试",
            "keys": [["id_number"]],
            "fields": fields,
        }
    )


@dataclass(frozen=True)
class Read:
    """A delivery that was read to its end."""

    clean: pl.DataFrame
    quarantine: pl.DataFrame
    report: DeliveryReport
    requested: pl.Series | None
    heights: list[int]

    def reasons(self) -> dict[int, str]:
        """Source row → reason of quarantine."""
        return dict(zip(self.quarantine["source_row"].to_list(), self.quarantine["reason"].to_list(), strict=True))

    def rows(self) -> list[int]:
        """The source rows of the clean rows."""
        return self.clean["source_row"].to_list()

    def skipped(self) -> dict[str, int]:
        """Kind → rows, over all parts."""
        counts: dict[str, int] = {}
        for part in self.report.parts:
            for kind, count in part.skipped.items():
                counts[kind] = counts.get(kind, 0) + count
        return counts


@pytest.fixture
def deliver(tmp_path: Path, contract: Contract) -> Callable[..., Read]:
    """Write files into a snapshot folder, read the delivery, and check that its books balance."""

    def read(files: dict[str, bytes | str], slice_bytes: int = 1 << 20, contract: Contract = contract) -> Read:
        folder = tmp_path / "inbox" / contract.feed / DAY.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        [delivery] = find_deliveries(tmp_path / "inbox", contract.feed, DAY)
        reader = DeliveryReader(delivery, contract, slice_bytes)
        batches = list(reader.batches())
        clean = pl.concat([batch.clean for batch in batches])
        quarantine = pl.concat([batch.quarantine for batch in batches])
        report = reader.report()
        skipped = sum(sum(part.skipped.values()) for part in report.parts)
        assert sum(part.rows_read for part in report.parts) == clean.height + quarantine.height + skipped
        heights = [batch.clean.height + batch.quarantine.height for batch in batches]
        return Read(clean, quarantine, report, reader.requested(), heights)

    return read
