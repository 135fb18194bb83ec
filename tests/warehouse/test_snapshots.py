import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import WarehouseError
from warehouse.load_report import Books, LoadReport
from warehouse.natural_keys import Keys
from warehouse.publication import sweep
from warehouse.session import Vault, frame
from warehouse.snapshots import SnapshotStore

DAY = date(2026, 9, 21)
CANARY = "CANARY-HANMEIMEI"
LANDING = """
import sys, time
from datetime import date
from pathlib import Path
import polars as pl
from warehouse.keys import Key
from warehouse.natural_keys import Keys
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore
key = Key(bytes.fromhex(sys.argv[2])) if sys.argv[2] else None
store = SnapshotStore(Vault(Path(sys.argv[1]), key, threads=1, memory_limit="500MB"))
empty = {"part_no": pl.Int32, "source_row": pl.Int64, "field": pl.String, "reason": pl.String, "raw": pl.String}
with store.writer("vehicle", date(2026, 9, 21), "aaaaaaaaaaaaaaaa", {"id_number": pl.String()},
                  Keys((("id_number",),))) as writer:
    for turn in range(6):  # a transaction of four, and two in the one behind it
        number = pl.int_range(turn * 100_000, (turn + 1) * 100_000, eager=True)
        rows = pl.DataFrame({"id_number": "CANARY-HANMEIMEI" + number.cast(pl.String),
                             "part_no": pl.repeat(1, 100_000, dtype=pl.Int32, eager=True), "source_row": number})
        writer.append(rows, pl.DataFrame(schema=empty))
    if sys.argv[3] == "finished":
        writer.finish([{"part_no": 1, "source_file": "a.csv", "sha256": "x", "rows_read": 600_000, "skipped": {}}], [])
    print("ready", flush=True)
    time.sleep(60)
"""


def names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in (root / "snapshots").rglob("*") if path.is_file())


def table(vault: Vault, name: str) -> pl.DataFrame:
    [snapshot] = SnapshotStore(vault).list("vehicle")
    with vault.connect() as con:
        vault.attach(con, snapshot.path, "s", read_only=True)
        return frame(con, f"FROM s.{name}")


def test_a_landed_delivery_is_found_and_its_books_balance(vault: Vault, land: Callable[..., LoadReport]) -> None:
    report = land(
        DAY, ("A", "p", None), ("A", "p", None), ("A", "q", "1"), ("A", "q", None), bad_households=("H1", None)
    )
    assert report.books == Books(read=6, kept=2, duplicate=1, superseded=1, quarantined=2)
    assert report.books.balance()
    store = SnapshotStore(vault)
    assert store.find("vehicle", DAY, "aaaaaaaaaaaaaaaa") == report
    [snapshot] = store.list("vehicle")
    assert (snapshot.report, snapshot.mode, snapshot.alias) == (report, "full", "vehicle_2026-09-21-aaaaaaaaaaaa")
    assert names(vault.root) == [
        "snapshots/vehicle/2026-09-21-aaaaaaaaaaaa.duckdb",
        "snapshots/vehicle/2026-09-21-aaaaaaaaaaaa.json",
    ]


def test_only_the_same_delivery_is_found(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(DAY, ("A", "p", None))
    store = SnapshotStore(vault)
    assert store.find("vehicle", DAY, "aaaaaaaaaaaa-another-one") is None
    assert store.find("vehicle", DAY, "bbbbbbbbbbbbbbbb") is None
    assert store.find("vehicle", date(2026, 9, 20), "aaaaaaaaaaaaaaaa") is None
    assert store.find("property", DAY, "aaaaaaaaaaaaaaaa") is None
    assert store.list("property") == []


def test_the_tables_of_a_snapshot(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(DAY, ("A", "p", "unknown"), ("B", "", None), asked=("A", "B", "A"), bad_households=("H1",), mode="response")
    assert table(vault, "rows").columns == ["id_number", "plate", "vin", "on", "value", "part_no", "source_row"]
    assert table(vault, "rows").schema["value"] == pl.Decimal(18, 4)
    assert table(vault, "requested").rows() == [("A",), ("B",)]
    assert table(vault, "quarantine").rows() == [(1, 900, "id_number", "check_digit", "{}", "H1")]
    assert table(vault, "parts").rows(named=True) == [
        {"part_no": 1, "source_file": "2026-09-21.csv", "sheet": None, "sha256": "sha-2026-09-21", "rows_read": 3},
    ]
    profile = {row["field"]: row for row in table(vault, "profile").rows(named=True)}
    assert profile["plate"] == {"field": "plate", "unparsed": 0, "rows": 2, "filled": 1, "unknown": 0}
    assert profile["vin"] == {"field": "vin", "unparsed": None, "rows": 2, "filled": 1, "unknown": 1}
    assert profile["value"]["filled"] == 0


def test_the_report_has_the_profile_over_the_rows_kept(land: Callable[..., LoadReport]) -> None:
    report = land(DAY, ("A", "p", "x"), ("A", "p", "x"))
    assert {"field": "plate", "unparsed": 0, "rows": 1, "filled": 1, "unknown": 0} in report.fields


def test_an_empty_delivery_lands(vault: Vault, land: Callable[..., LoadReport]) -> None:
    assert land(DAY).books == Books()
    assert table(vault, "rows").is_empty()


def test_a_delivery_without_sheets_or_quarantine_of_households_lands(vault: Vault, keys: Keys) -> None:
    schema = {"id_number": pl.String(), "plate": pl.String(), "vin": pl.String()}
    with SnapshotStore(vault).writer("vehicle", DAY, "abc", schema, keys) as writer:
        report = writer.finish([], [])
    assert report.books.balance()
    assert table(vault, "parts").is_empty()


def test_a_schema_may_bring_the_places_along(
    vault: Vault, keys: Keys, batch: Callable[..., pl.DataFrame], quarantine: Callable[..., pl.DataFrame]
) -> None:
    rows = batch(("A", "p", None))
    with SnapshotStore(vault).writer("vehicle", DAY, "abc", dict(rows.schema), keys) as writer:
        writer.append(rows, quarantine().drop("household_id"))
        writer.finish([], [])
    assert table(vault, "rows").rows() == rows.rows()


def test_leaving_without_finish_leaves_nothing(
    vault: Vault, keys: Keys, batch: Callable[..., pl.DataFrame], quarantine: Callable[..., pl.DataFrame]
) -> None:
    rows = batch(("A", "p", None))
    with SnapshotStore(vault).writer("vehicle", DAY, "abc", dict(rows.schema), keys) as writer:
        writer.append(rows, quarantine())
    assert names(vault.root) == []


def test_an_error_after_finish_leaves_nothing(
    vault: Vault, keys: Keys, batch: Callable[..., pl.DataFrame], quarantine: Callable[..., pl.DataFrame]
) -> None:
    def interrupted() -> None:
        with SnapshotStore(vault).writer("vehicle", DAY, "abc", dict(batch().schema), keys) as writer:
            writer.append(batch(("A", "p", None)), quarantine())
            writer.finish([], [])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(vault.root) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (pl.col("on").cast(pl.String), "on"),
        (pl.col("source_row").cast(pl.Int32), "source_row"),
        (pl.lit("x").alias("surplus"), "surplus"),
        (pl.col("value").cast(pl.Decimal(18, 2)), "value"),
    ],
)
def test_a_batch_of_another_shape_is_refused(
    vault: Vault,
    keys: Keys,
    batch: Callable[..., pl.DataFrame],
    quarantine: Callable[..., pl.DataFrame],
    change: pl.Expr,
    wrong: str,
) -> None:
    rows = batch((CANARY, "p", None))
    with SnapshotStore(vault).writer("vehicle", DAY, "abc", dict(rows.schema), keys) as writer:
        with pytest.raises(WarehouseError, match=f"unexpected: {wrong}$") as caught:
            writer.append(rows.with_columns(change), quarantine())
        assert CANARY not in str(caught.value)
        with pytest.raises(WarehouseError, match=r"unexpected: raw$"):
            writer.append(rows, quarantine().drop("raw"))


def test_a_key_of_fields_that_the_contract_lacks_is_refused(vault: Vault, keys: Keys) -> None:
    store = SnapshotStore(vault)
    with (
        pytest.raises(WarehouseError, match="vin"),
        store.writer("vehicle", DAY, "abc", {"id_number": pl.String(), "plate": pl.String()}, keys),
    ):
        pass


def test_a_refusal_is_a_report_alone(vault: Vault, land: Callable[..., LoadReport]) -> None:
    store = SnapshotStore(vault)
    report = store.refuse("vehicle", DAY, "bbbb", "full", "应有 12 行，实有 11 行", {"ignored_files": ["说明.docx"]})
    assert (report.status, report.books) == ("refused", Books())
    assert store.find("vehicle", DAY, "bbbb") == report
    assert store.list("vehicle") == []
    landed = land(date(2026, 9, 20), ("A", "p", None))
    assert store.reports("vehicle") == [landed, report]
    assert [snapshot.report for snapshot in store.list("vehicle")] == [landed]


def test_a_corrected_delivery_of_one_date_comes_after_the_first(vault: Vault, land: Callable[..., LoadReport]) -> None:
    first = land(DAY, ("A", "p", None), checksum="ffff")
    second = land(DAY, ("A", "q", None), checksum="0000")
    earlier = land(date(2026, 9, 1), ("A", "q", None), checksum="eeee")
    found = SnapshotStore(vault).list("vehicle")
    assert [snapshot.report for snapshot in found] == [earlier, first, second]


def test_landing_again_replaces(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(DAY, ("A", "p", None))
    again = land(DAY, ("A", "p", None), ("B", "p", None))
    assert [snapshot.report for snapshot in SnapshotStore(vault).list("vehicle")] == [again]


def test_a_snapshot_whose_data_is_gone_is_landed_again(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(DAY, ("A", "p", None))
    store = SnapshotStore(vault)
    store.list("vehicle")[0].path.unlink()
    assert store.find("vehicle", DAY, "aaaaaaaaaaaaaaaa") is None
    assert store.list("vehicle") == []


def test_a_second_name_without_its_report_is_made_once_more(vault: Vault, land: Callable[..., LoadReport]) -> None:
    """A kill in between left it. To rename one name of a file over another of the same file does nothing at all."""
    land(DAY, ("A", "p", None))
    store, later = SnapshotStore(vault), date(2026, 9, 22)
    [first] = store.list("vehicle")
    told = store.land_again(first, later)
    first.path.with_name(f"{later}-aaaaaaaaaaaa.json").unlink()
    assert store.find("vehicle", later, first.checksum) is None
    assert store.land_again(first, later) == told
    assert names(vault.root) == [
        f"snapshots/vehicle/{day}-aaaaaaaaaaaa{ending}" for day in (DAY, later) for ending in (".duckdb", ".json")
    ]
    assert first.path.stat().st_nlink == 2


def test_a_damaged_report_is_told(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(DAY, ("A", "p", None))
    path = SnapshotStore(vault).list("vehicle")[0].path.with_suffix(".json")
    path.write_text('{"status": "landed"}')
    with pytest.raises(WarehouseError, match=r"vehicle/2026-09-21-aaaaaaaaaaaa\.json cannot be read"):
        SnapshotStore(vault).list("vehicle")


@pytest.mark.parametrize(("feed", "checksum"), [("../x", "abc"), ("vehicle", "../../x"), ("", "abc"), ("vehicle", "")])
def test_names_cannot_leave_the_folder(vault: Vault, feed: str, checksum: str) -> None:
    with pytest.raises(WarehouseError):
        SnapshotStore(vault).refuse(feed, DAY, checksum, "full", "")


def test_snapshots_are_private_and_without_plaintext(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(DAY, *((f"{CANARY}{row}", CANARY, None) for row in range(5000)), bad_households=(CANARY,))
    files = [path for path in vault.root.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    found = [path.suffix for path in files if CANARY.encode() in path.read_bytes()]
    assert found == ([".duckdb"] if vault.key is None else [])


@pytest.mark.parametrize("moment", ["appending", "finished"])
def test_a_kill_while_landing_leaves_no_snapshot(vault: Vault, land: Callable[..., LoadReport], moment: str) -> None:
    before = land(date(2026, 9, 1), ("A", "p", None))
    key = vault.key.secret.hex() if vault.key else ""
    with subprocess.Popen(
        [sys.executable, "-c", LANDING, str(vault.root), key, moment], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert sweep(vault) == 0, "what a living process writes is left alone"
        process.send_signal(signal.SIGKILL)
    left = [path for path in vault.root.rglob("*") if ".part-" in path.name]
    assert left
    if vault.key is not None:
        assert not any(CANARY.encode() in path.read_bytes() for path in vault.root.rglob("*") if path.is_file())
    assert [snapshot.report for snapshot in SnapshotStore(vault).list("vehicle")] == [before]
    assert sweep(vault) >= 1
    assert not [path for path in vault.root.rglob("*") if ".part-" in path.name]
    assert land(DAY, ("A", "p", None)).books.kept == 1
