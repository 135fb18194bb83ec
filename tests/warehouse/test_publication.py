import hashlib
import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse import published_files
from warehouse.errors import WarehouseError
from warehouse.keys import Key
from warehouse.publication import current, held, night_before, publish, read_manifest, read_published, sweep
from warehouse.session import Vault, store

AS_OF = date(2026, 9, 22)
CANARY = "CANARY-HANMEIMEI"
MANIFEST = {"profile": "caojie-2024", "counts": {"findings": 2}}
STEP = {"field": "状态", "value": CANARY, "op": "=", "threshold": None}
FINDINGS = pl.DataFrame(
    {
        "id_number": [CANARY, None],
        "amount": [Decimal("620.00"), None],
        "members": [3, None],
        "clears_with": [["购房合同", "其他"], []],
        "evidence": [[STEP, STEP], None],
        "fact_date": [date(2026, 1, 31), None],
    },
    schema_overrides={
        "amount": pl.Decimal(12, 2),
        "members": pl.Int32,
        "evidence": pl.List(pl.Struct(dict.fromkeys(STEP, pl.String))),
    },
)
TABLES = {"findings": FINDINGS, "cases": FINDINGS.clear(), "rule_counts": pl.DataFrame({"rule_id": ["CL-01"]})}
READING = """
import sys, duckdb
con = duckdb.connect()
option = f", ENCRYPTION_KEY '{sys.argv[2]}'" if sys.argv[2] else ""
con.execute(f"ATTACH '{sys.argv[1]}' AS cases (READ_ONLY{option})")
for _ in sys.stdin:
    print(con.execute("SELECT count(*) FROM cases.findings").fetchall()[0][0], flush=True)
con.close()
"""
PUBLISHING = """
import sys, time
from datetime import date
from pathlib import Path
import polars as pl
from warehouse import files, publication, published_files
from warehouse.keys import Key
from warehouse.session import Vault
def stop(*ignored, **options):
    print("ready", flush=True)
    time.sleep(60)
moment = sys.argv[3]
if moment == "writing":
    published_files.verify = stop
if moment == "renamed":
    publication.make_current = stop
if moment == "linking":
    Path.symlink_to = stop
key = Key(bytes.fromhex(sys.argv[2])) if sys.argv[2] else None
rows = pl.DataFrame({"id_number": ["CANARY-HANMEIMEI"] * 200_000})
publication.publish(Vault(Path(sys.argv[1]), key, threads=1), date(2026, 9, 23), "deadbeef", {"findings": rows},
                    {"profile": "caojie-2024"}, stop if moment == "audit" else None)
"""


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_night_is_published(vault: Vault) -> None:
    assert current(vault) is None
    done = publish(vault, AS_OF, "0123456789abcdef", TABLES, MANIFEST)
    assert done.folder == vault.root / "published" / "2026-09-22-01234567"
    assert done.is_current
    assert not done.is_held
    assert current(vault) == done.folder
    assert (vault.root / "published" / "current").readlink() == Path("2026-09-22-01234567")
    expected = {"findings.parquet", "cases.parquet", "rule_counts.parquet", "cases.duckdb", "manifest.json"}
    assert {path.name for path in done.folder.iterdir()} == expected


def test_tables_survive_with_their_types(vault: Vault) -> None:
    folder = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    for table, rows in TABLES.items():
        assert_frame_equal(read_published(vault, folder, table), rows)
    with vault.connect() as con:
        vault.attach(con, folder / "cases.duckdb", "cases", read_only=True)
        assert con.execute("SELECT count(*), sum(amount) FROM cases.findings").fetchall() == [(2, Decimal("620.00"))]


def test_the_manifest_says_what_was_handed_in_and_when_it_came(vault: Vault) -> None:
    first = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    second = publish(vault, date(2026, 9, 23), "run2", TABLES, MANIFEST).folder
    told = {**MANIFEST, "as_of": "2026-09-22", "run_id": "run1", "publication_no": 1}
    assert read_manifest(first) == json.loads((first / "manifest.json").read_text()) == told
    assert read_manifest(second)["publication_no"] == 2


def test_everything_is_private_and_encrypted_with_a_key(vault: Vault) -> None:
    folder = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    for path in vault.root.rglob("*"):
        if not path.is_symlink():
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    found = {path.name for path in files(folder) if CANARY.encode() in path.read_bytes()}
    assert (CANARY.encode() in (folder / "cases.duckdb").read_bytes()) == (vault.key is None)
    assert found <= (set() if vault.key else {"cases.duckdb", "findings.parquet"})


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_parquet_is_the_same_over_reruns_and_threads(tmp_path: Path, threads: int) -> None:
    """Without a key. Encryption draws fresh random numbers, so there the content is the same, not the bytes."""
    number = pl.int_range(120_000, eager=True)
    rows = pl.DataFrame({"n": number, "name": "某" + (number % 997).cast(pl.String), "rules": [["CL-01"]] * 120_000})
    tables = {"findings": rows}
    once = publish(Vault(tmp_path / "a", threads=1), AS_OF, "run1", tables, MANIFEST).folder
    vault = Vault(tmp_path / "b", threads=threads, memory_limit="300MB")
    assert hashes(publish(vault, AS_OF, "run2", tables, MANIFEST).folder) == hashes(once)
    assert hashes(publish(vault, AS_OF, "run3", tables, MANIFEST).folder) == hashes(once)
    assert_frame_equal(read_published(vault, once, "findings"), rows)


def test_a_published_folder_never_changes(vault: Vault) -> None:
    first = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    before = {path: path.read_bytes() for path in files(first)}
    again = publish(vault, AS_OF, "run1", {"findings": FINDINGS.clear()}, MANIFEST)
    assert again.folder.name == "2026-09-22-run1-2"
    assert current(vault) == again.folder
    assert {path: path.read_bytes() for path in files(first)} == before


def test_a_past_night_run_again_does_not_move_current_back(vault: Vault) -> None:
    newest = publish(vault, AS_OF, "run1", TABLES, MANIFEST)
    past = publish(vault, date(2026, 9, 21), "run2", TABLES, MANIFEST)
    assert not past.is_current
    assert past.folder.exists()
    assert current(vault) == newest.folder
    same_day = publish(vault, AS_OF, "run3", TABLES, MANIFEST)
    assert same_day.is_current
    assert current(vault) == same_day.folder


def test_the_night_before(vault: Vault) -> None:
    days = {day: date(2026, 9, day) for day in (18, 19, 20, 21, 22)}
    assert night_before(vault, days[22], "caojie-2024") is None
    publish(vault, days[20], "zzzz", TABLES, MANIFEST)
    latest = publish(vault, days[20], "aaaa", TABLES, MANIFEST).folder
    publish(vault, days[18], "bbbb", TABLES, MANIFEST)
    publish(vault, days[21], "cccc", TABLES, {**MANIFEST, "profile": "caojie-core"})
    publish(vault, days[22], "dddd", TABLES, MANIFEST)
    assert night_before(vault, days[22], "caojie-2024") == latest
    assert night_before(vault, days[21], "caojie-2024") == latest
    before = night_before(vault, days[20], "caojie-2024")
    assert before is not None
    assert before.name == "2026-09-18-bbbb"
    assert night_before(vault, days[18], "caojie-2024") is None
    assert night_before(vault, days[22], "other") is None


def test_a_damaged_old_night_does_not_stop_the_next(vault: Vault) -> None:
    first = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    (first / "manifest.json").write_text("{")
    second = publish(vault, date(2026, 9, 23), "run2", TABLES, MANIFEST)
    assert current(vault) == second.folder
    assert night_before(vault, date(2026, 9, 24), "caojie-2024") == second.folder
    assert night_before(vault, date(2026, 9, 23), "caojie-2024") is None


def test_an_audit_sees_the_finished_folder_and_can_hold_it(vault: Vault) -> None:
    first = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    seen: list[pl.DataFrame] = []

    def audit(folder: Path) -> list[str]:
        seen.append(read_published(vault, folder, "findings"))
        assert (folder / "manifest.json").exists()
        return ["名册行数 -40 %"]

    done = publish(vault, date(2026, 9, 23), "run2", TABLES, MANIFEST, audit)
    assert done.problems == ("名册行数 -40 %",)
    assert done.is_held
    assert done.folder == vault.root / "held" / "2026-09-23-run2"
    assert_frame_equal(seen[0], FINDINGS)
    assert current(vault) == first
    assert night_before(vault, date(2026, 9, 24), "caojie-2024") == first
    assert_frame_equal(read_published(vault, done.folder, "findings"), FINDINGS)
    assert publish(vault, date(2026, 9, 23), "run3", TABLES, MANIFEST, lambda folder: []).is_current  # noqa: ARG005  an audit takes the folder


def test_further_files_lie_beside_the_tables_of_published_and_held_nights(vault: Vault) -> None:
    asked = []

    def pages() -> dict[str, bytes]:
        asked.append("page")
        return {"health.html": b"<p>"}

    done = publish(vault, AS_OF, "aaaaaaaa", TABLES, MANIFEST, files=pages)
    stopped = publish(vault, AS_OF, "bbbbbbbb", TABLES, MANIFEST, lambda _: ["no"], files=pages)
    for folder in (done.folder, stopped.folder):
        page = folder / "health.html"
        assert page.read_bytes() == b"<p>"
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stopped.is_held
    assert asked == ["page", "page"]


def test_a_page_that_fails_publishes_nothing(vault: Vault) -> None:
    def pages() -> dict[str, bytes]:
        raise WarehouseError("no page")

    with pytest.raises(WarehouseError, match="no page"):
        publish(vault, AS_OF, "aaaaaaaa", TABLES, MANIFEST, files=pages)
    assert current(vault) is None
    assert list((vault.root / "published").iterdir()) == []


@pytest.mark.parametrize("file", ["../health.html", "manifest.json", "findings.parquet", ".hidden"])
def test_a_further_file_takes_no_other_place(vault: Vault, file: str) -> None:
    with pytest.raises(WarehouseError, match="further file"):
        publish(vault, AS_OF, "aaaaaaaa", TABLES, MANIFEST, files=lambda: {file: b""})
    assert current(vault) is None


def test_a_night_can_be_held_outright(vault: Vault) -> None:
    done = held(vault, AS_OF, "run1", TABLES, MANIFEST)
    assert done.is_held
    assert not done.is_current
    assert done.folder == vault.root / "held" / "2026-09-22-run1"
    assert current(vault) is None
    assert stat.S_IMODE(done.folder.stat().st_mode) == 0o700


def test_an_audit_that_fails_publishes_nothing(vault: Vault) -> None:
    def audit(folder: Path) -> list[str]:
        raise RuntimeError(folder.name)

    with pytest.raises(RuntimeError):
        publish(vault, AS_OF, "run1", TABLES, MANIFEST, audit)
    assert list((vault.root / "published").iterdir()) == []


def test_tables_that_do_not_read_back_publish_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published_files, "store", lambda con, table, rows: store(con, table, rows.head(1)))
    with pytest.raises(WarehouseError, match="findings: wrote 2 rows, read back"):
        publish(vault, AS_OF, "run1", TABLES, MANIFEST)
    assert current(vault) is None
    assert list((vault.root / "published").iterdir()) == []


@pytest.mark.parametrize(("run_id", "table"), [("../evil", "findings"), ("", "findings"), ("run1", "../evil")])
def test_names_cannot_leave_the_folder(vault: Vault, run_id: str, table: str) -> None:
    with pytest.raises(WarehouseError):
        publish(vault, AS_OF, run_id, {table: FINDINGS}, MANIFEST)
    assert not list(vault.root.rglob("*evil*"))


def test_a_missing_table_and_a_damaged_manifest_are_told(vault: Vault) -> None:
    folder = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    with pytest.raises(WarehouseError, match="2026-09-22-run1 has no table absent"):
        read_published(vault, folder, "absent")
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(WarehouseError, match="damaged"):
        read_manifest(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(WarehouseError, match="no readable manifest"):
        read_manifest(folder)


def test_parquet_of_another_key_is_refused_without_its_values(tmp_path: Path) -> None:
    theirs = Vault(tmp_path / "a", Key(b"a" * 32))
    ours = Vault(tmp_path / "b", Key(b"b" * 32))
    folder = publish(theirs, AS_OF, "run1", TABLES, MANIFEST).folder
    with pytest.raises(WarehouseError) as caught:
        read_published(ours, folder, "findings")
    assert ours.parquet_key() not in str(caught.value)


def test_a_reader_keeps_the_night_it_opened_while_the_next_is_published(vault: Vault) -> None:
    publish(vault, AS_OF, "run1", TABLES, MANIFEST)
    path = vault.root / "published" / "current" / "cases.duckdb"
    key = vault.database_key() if vault.key else ""
    with subprocess.Popen(
        [sys.executable, "-c", READING, str(path), key], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask() -> str:
            print(file=reader.stdin, flush=True)
            return reader.stdout.readline().strip() if reader.stdout else ""

        assert ask() == "2"
        publish(vault, date(2026, 9, 23), "run2", {"findings": FINDINGS.head(1)}, MANIFEST)
        assert ask() == "2"
        reader.stdin.close()
        assert reader.wait() == 0
    folder = current(vault)
    assert folder is not None
    assert read_published(vault, folder, "findings").height == 1


@pytest.mark.parametrize("moment", ["writing", "audit", "renamed", "linking"])
def test_a_kill_at_any_moment_leaves_the_previous_publication(vault: Vault, moment: str) -> None:
    vault = replace(vault, threads=1)
    before = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    key = vault.key.secret.hex() if vault.key else ""
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHING, str(vault.root), key, moment], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    assert current(vault) == before
    assert_frame_equal(read_published(vault, before, "findings"), FINDINGS)
    if vault.key is not None:
        assert not any(CANARY.encode() in path.read_bytes() for path in files(vault.root))
    sweep(vault)
    assert not [path for path in vault.root.rglob("*") if ".part-" in path.name]
    assert current(vault) == before
    after = publish(vault, date(2026, 9, 23), "deadbeef", TABLES, MANIFEST)
    assert current(vault) == after.folder


def test_a_database_is_opened_read_only_by_anyone(vault: Vault) -> None:
    folder = publish(vault, AS_OF, "run1", TABLES, MANIFEST).folder
    if vault.key is None:
        con = duckdb.connect(str(folder / "cases.duckdb"), read_only=True)
        assert con.execute("SELECT count(*) FROM findings").fetchall() == [(2,)]
        con.close()


def test_sweep_of_an_absent_warehouse_does_nothing(vault: Vault, land: Callable[..., object]) -> None:
    assert sweep(vault) == 0
    land(AS_OF, ("A", "p", None))
    assert sweep(vault) == 0
