"""How many threads land a delivery changes nothing of what stands afterwards."""

from datetime import date
from pathlib import Path

import pytest

from connectors import delivery as deliveries
from connectors.identity import id_check_digit
from connectors.inbox import find_deliveries
from pipelines.night import landing, reading
from pipelines.night.night import Night
from pipelines.resources import night_resource
from pipelines.settings_reading import load_settings
from warehouse.session import frame

AS_OF = date(2026, 9, 22)
DAY = "2026-09-21"


def line(number: int) -> str:
    """A row of the feed; some of them wrong, some standing twice, some superseding another."""
    first_17 = f"999999{1950 + number % 40}0101{number // 50 % 1000:03}"
    person = "123" if number % 97 == 5 else first_17 + id_check_digit(first_17)
    return f"{person},某人{number % 7},渝A·{number % 300:05},小型汽车,小型轿车,正常,2023-8-{1 + number % 28}"


def opened(folder: Path, inbox: Path, threads: int) -> Night:
    settings = load_settings({"inbox": str(inbox), "warehouse": str(folder), "threads": str(threads)}, {}, None)
    night = night_resource(settings).open(AS_OF)
    night.vault.open()
    return night


def landed(night: Night) -> tuple[object, ...]:
    """All that stands of the feed: the report, and every table in its order."""
    report = landing.land_feed(night, "vehicle").used[0]
    [snapshot] = night.snapshots.list("vehicle")
    with night.vault.connect() as con:
        night.vault.attach(con, snapshot.path, "s", read_only=True)
        tables = [
            frame(con, f"SELECT * FROM s.{table} ORDER BY rowid").rows()  # noqa: S608  literals
            for table in ("rows", "parts", "quarantine", "profile")
        ]
    return report, *tables


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "vehicle" / DAY
    folder.mkdir(parents=True)
    header = "证件号码,机动车所有人,号牌号码,号牌种类,车辆类型,机动车状态,初次登记日期"
    lines = "\n".join([header, *(line(number) for number in range(2000)), ""])
    (folder / "机动车.csv").write_bytes(lines.encode("gb18030"))
    return tmp_path / "inbox"


def test_threads_and_slices_never_change_what_stands(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = landed(opened(tmp_path / "alone", inbox, threads=1))
    monkeypatch.setattr(reading, "LARGE_BYTES", 0)
    assert landed(opened(tmp_path / "two", inbox, threads=2)) == alone
    monkeypatch.setattr(deliveries.DeliveryReader.__init__, "__defaults__", (5000,))
    assert landed(opened(tmp_path / "slices", inbox, threads=2)) == alone


def test_a_refusal_while_reading_ahead_leaves_nothing_of_the_snapshot(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGE_BYTES", 0)
    monkeypatch.setattr(deliveries.DeliveryReader.__init__, "__defaults__", (5000,))
    [delivery] = find_deliveries(inbox, "vehicle", AS_OF)
    with delivery.files[0].open("ab") as stream:
        stream.write(b"\xff\xff\n")
    night = opened(tmp_path / "warehouse", inbox, threads=2)
    state = landing.land_feed(night, "vehicle")
    assert state.status == "refused"
    assert "neither at byte" in state.messages[0]
    assert [path.suffix for path in (tmp_path / "warehouse" / "snapshots").rglob("*") if path.is_file()] == [".json"]
