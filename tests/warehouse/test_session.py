import os
import stat
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse.errors import WarehouseError, WarehouseKeyError
from warehouse.keys import Key
from warehouse.session import Vault, append, frame, store
from warehouse.sql import name, sql_type, text

CANARY = "CANARY-HANMEIMEI"
EVIDENCE = pl.List(pl.Struct({"field": pl.String, "value": pl.String, "op": pl.String, "threshold": pl.String}))
EVERY_TYPE = {
    "text": pl.String,
    "day": pl.Date,
    "money": pl.Decimal(12, 2),
    "exact": pl.Decimal(18, 4),
    "count": pl.Int32,
    "row": pl.Int64,
    "flag": pl.Boolean,
    "at": pl.Datetime("us"),
    "rules": pl.List(pl.String),
    "evidence": EVIDENCE,
}


def every_type() -> pl.DataFrame:
    step = {"field": "状态", "value": None, "op": "=", "threshold": "A"}
    full = ["渝A", date(2026, 9, 22), Decimal("0.10"), Decimal("0.0001"), 1, 2**40, True, datetime(2026, 1, 1, 1)]  # noqa: DTZ001  no zone is stored
    rows = [[*full, ["CL-01", "FC-01"], [step, step]], [None] * 10, [*full, [], []]]
    return pl.DataFrame(rows, schema=EVERY_TYPE, orient="row")


def files_and_folders(root: Path) -> list[Path]:
    return [root, *root.rglob("*")]


def write_one(vault: Vault) -> Path:
    path = vault.root / "one.duckdb"
    with vault.connect() as con:
        vault.attach(con, path, "one", read_only=False)
        store(con, name("one", "t"), pl.DataFrame({"name": [CANARY] * 1000}))
    return path


def attach_sql(vault: Vault, path: Path) -> str:
    key = f", ENCRYPTION_KEY '{vault.database_key()}'" if vault.key else ""
    return f"ATTACH '{path}' AS x (READ_ONLY{key})"


def test_frames_keep_types_and_order(vault: Vault) -> None:
    rows = every_type()
    with vault.connect() as con:
        store(con, name("t"), rows)
        assert_frame_equal(frame(con, "SELECT * FROM t"), rows)
        assert_frame_equal(frame(con, "SELECT * FROM t WHERE false"), rows.clear())
        store(con, name("t"), rows.clear())
        assert_frame_equal(frame(con, "SELECT * FROM t"), rows.clear())


def test_what_is_searched_for_comes_in_the_order_of_the_query(vault: Vault) -> None:
    rows = pl.DataFrame({"n": range(300_000), "text": ["渝", None] * 150_000})
    with vault.connect() as con:
        store(con, "t", rows)
        found = frame(con, "SELECT * FROM t WHERE n % 3 = ?", (1,), is_search=True)
        assert_frame_equal(found, rows.filter(pl.col("n") % 3 == 1))
        assert_frame_equal(frame(con, "SELECT * FROM t WHERE n < 0", is_search=True), rows.clear())
    with pytest.raises(WarehouseError, match="ConversionException") as told, vault.connect() as con:
        frame(con, f"SELECT CAST('{CANARY}' AS INTEGER)", is_search=True)
    assert CANARY not in str(told.value)


def test_append_matches_columns_by_name(vault: Vault) -> None:
    with vault.connect() as con:
        store(con, name("t"), pl.DataFrame({"a": ["1"], "b": ["2"]}))
        append(con, name("t"), pl.DataFrame({"b": ["4"], "a": ["3"]}))
        append(con, name("t"), pl.DataFrame(schema={"a": pl.String, "b": pl.String}))
        assert frame(con, "SELECT a, b FROM t").rows() == [("1", "2"), ("3", "4")]


def test_a_column_without_a_type_is_refused(vault: Vault) -> None:
    with vault.connect() as con, pytest.raises(WarehouseError, match="without a type: b"):
        store(con, name("t"), pl.DataFrame({"a": [1], "b": [None]}))


@pytest.mark.parametrize("value", [[[]], [{"a": None}], [[{"a": "x", "b": None}]]])
def test_a_nested_part_without_a_type_is_refused(vault: Vault, value: list[object]) -> None:
    with vault.connect() as con, pytest.raises(WarehouseError, match="without a type: a"):
        store(con, name("t"), pl.DataFrame({"a": value}))


def test_parameters_are_bound(vault: Vault) -> None:
    with vault.connect() as con:
        assert frame(con, "SELECT ? AS x", ["it's"]).item() == "it's"


def test_quoting() -> None:
    assert name("a", 'b"c') == '"a"."b""c"'
    assert text("it's") == "'it''s'"


def test_types_at_the_wall() -> None:
    assert [sql_type(dtype()) for dtype in (pl.String, pl.Date, pl.Int64)] == ["VARCHAR", "DATE", "BIGINT"]
    assert sql_type(pl.Decimal(18, 4)) == "DECIMAL(18,4)"
    with pytest.raises(WarehouseError, match="Float64"):
        sql_type(pl.Float64())


def test_errors_of_duckdb_keep_their_values_to_themselves(vault: Vault) -> None:
    with pytest.raises(WarehouseError, match="ConversionException") as caught, vault.connect() as con:
        con.execute(f"SELECT CAST('{CANARY}' AS INTEGER)")
    error: BaseException | None = caught.value
    assert CANARY not in str(error)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nothing_is_loaded_from_the_network_and_no_python_variable_is_read(vault: Vault) -> None:
    with vault.connect() as con:
        settings = dict(con.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert settings["autoinstall_known_extensions"] == "false"
    assert settings["autoload_known_extensions"] == "false"
    assert settings["enable_progress_bar"] == "false"
    assert settings["python_enable_replacements"] == "false"
    assert settings["temp_file_encryption"] == str(vault.key is not None).lower()
    assert Path(settings["temp_directory"]).is_relative_to(vault.root / "tmp")


def test_everything_is_private_and_nothing_is_left_in_tmp(vault: Vault) -> None:
    write_one(vault)
    for path in files_and_folders(vault.root):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert list((vault.root / "tmp").iterdir()) == []


def test_spilled_rows_are_private_and_encrypted_with_a_key(vault: Vault) -> None:
    small = Vault(vault.root, vault.key, threads=1, memory_limit="60MB")
    with small.connect() as con:
        sql = "SELECT ? || i AS a, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS b FROM range(1500000) t(i)"
        con.execute(f"CREATE TEMP TABLE big AS {sql}", [f"{CANARY}-"])
        spilled = [path for path in (vault.root / "tmp").rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in spilled) > 10_000_000
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in spilled)
        found = any(CANARY.encode() in path.read_bytes() for path in spilled)
    assert found == (vault.key is None)


def test_no_plaintext_in_files_with_a_key(vault: Vault) -> None:
    path = write_one(vault)
    assert (CANARY.encode() in path.read_bytes()) == (vault.key is None)
    with vault.connect() as con:
        vault.attach(con, path, "one", read_only=True)
        assert frame(con, "SELECT count(*) FROM one.t").item() == 1000


@pytest.mark.parametrize("second", [None, Key(b"z" * 32)], ids=["no key", "another key"])
def test_a_key_that_does_not_fit_touches_nothing(vault: Vault, second: Key | None) -> None:
    if second == vault.key:
        return
    write_one(vault)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files_and_folders(vault.root)}
    with pytest.raises(WarehouseKeyError), Vault(vault.root, second).connect():
        pass
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files_and_folders(vault.root)} == before


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (Key(b"a" * 32), None, "no key was given: set HEDUI_KEY_FILE"),
        (Key(b"a" * 32), Key(b"b" * 32), "not the key of the warehouse"),
        (None, Key(b"b" * 32), "not encrypted: unset HEDUI_KEY_FILE"),
    ],
)
def test_the_error_says_what_to_do(tmp_path: Path, first: Key | None, second: Key | None, told: str) -> None:
    Vault(tmp_path / "w", first).open()
    with pytest.raises(WarehouseKeyError, match=told):
        Vault(tmp_path / "w", second).open()


def test_a_file_encrypted_otherwise_than_its_warehouse_is_refused(tmp_path: Path) -> None:
    vaults = [Vault(tmp_path / "plain"), Vault(tmp_path / "a", Key(b"a" * 32)), Vault(tmp_path / "b", Key(b"b" * 32))]
    files = [write_one(vault) for vault in vaults]
    for vault in vaults:
        for path in files:
            if path.parent == vault.root:
                continue
            with vault.connect() as con, pytest.raises(WarehouseKeyError, match="does not open with the key"):
                vault.attach(con, path, "one", read_only=True)


def test_missing_and_damaged_files_are_told(vault: Vault) -> None:
    vault.open()
    (vault.root / "damaged.duckdb").write_bytes(b"no database" * 1000)
    with vault.connect() as con:
        with pytest.raises(WarehouseError, match="is missing"):
            vault.attach(con, vault.root / "absent.duckdb", "x", read_only=True)
        with pytest.raises(WarehouseError):
            vault.attach(con, vault.root / "damaged.duckdb", "x", read_only=True)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 1, "encrypted": true}', "\x00"])
def test_a_damaged_marker_is_told(vault: Vault, content: str) -> None:
    vault.open()
    (vault.root / "warehouse.json").write_text(content)
    with pytest.raises(WarehouseError, match="cannot be read: restore"):
        vault.open()


def test_a_marker_of_another_format_is_told(vault: Vault) -> None:
    vault.open()
    (vault.root / "warehouse.json").write_text('{"format": 2, "encrypted": false, "check": ""}')
    with pytest.raises(WarehouseError, match="format 2, expected 1"):
        vault.open()


def test_a_marker_lost_over_data_is_not_made_anew(vault: Vault) -> None:
    (vault.root / "snapshots").mkdir(parents=True)
    with pytest.raises(WarehouseError, match="missing"):
        vault.open()
    assert not (vault.root / "warehouse.json").exists()


def test_a_root_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(WarehouseError, match="cannot be used") as caught:
            Vault(root).open()
        assert str(tmp_path) not in str(caught.value)


def test_two_sessions_read_one_file(vault: Vault) -> None:
    path = write_one(vault)
    with vault.connect() as one, vault.connect() as two:
        vault.attach(one, path, "one", read_only=True)
        vault.attach(two, path, "one", read_only=True)
        assert frame(two, "SELECT count(*) FROM one.t").item() == 1000


def test_a_reader_outside_opens_files_with_the_database_key(vault: Vault) -> None:
    path = write_one(vault)
    outside = duckdb.connect()
    outside.execute(attach_sql(vault, path))
    assert outside.execute("SELECT count(*) FROM x.t").fetchall() == [(1000,)]
    outside.close()


def test_without_encryption_there_is_no_database_key(tmp_path: Path) -> None:
    with pytest.raises(WarehouseKeyError):
        Vault(tmp_path).database_key()


def test_a_session_closes_its_files_after_an_error(vault: Vault) -> None:
    path = write_one(vault)
    with pytest.raises(WarehouseError), vault.connect() as con:
        con.execute("; ".join([attach_sql(vault, path), "SELECT * FROM absent"]))
    opened = [link.resolve() for link in Path("/proc/self/fd").iterdir()]
    assert path not in opened


LYING_ASKEW = """
import struct
import duckdb, polars as pl, pyarrow as pa
from warehouse.session import registered
data = pa.py_buffer(b"x" + struct.pack("100q", *range(100))).slice(1)
table = pa.table({"n": pa.Array.from_buffers(pa.int64(), 100, [None, data])})
pl.DataFrame.to_arrow = lambda *_anything, **_more: table
with duckdb.connect() as con, registered(con, pl.DataFrame()) as view:
    print(con.execute(f"SELECT sum(n) FROM {view} WHERE n > 5").fetchall())
"""


def test_a_buffer_that_lies_askew_in_memory_is_no_word_on_the_terminal() -> None:
    """Polars takes some of a compressed file's as they lie; Arrow would warn of each, in the middle of a night."""
    kept = {name: value for name, value in os.environ.items() if name != "ACERO_ALIGNMENT_HANDLING"}
    done = subprocess.run(
        [sys.executable, "-c", LYING_ASKEW], env=kept, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[(4935,)]\n", "")
