import copy
import os
import threading
from dataclasses import replace

import polars as pl
import pytest

from warehouse.errors import WarehouseError
from warehouse.session import Vault, frame, store
from warehouse.sql import name

ATTACHED = "SELECT count(*) AS n FROM duckdb_databases() WHERE NOT internal"


def idle(vault: Vault) -> int:
    return len(vault._idle._idle)


def test_a_session_begins_as_new_on_an_engine_that_was_used(vault: Vault) -> None:
    with vault.connect() as con:
        first = con
        con.execute("CREATE TEMP TABLE mine AS SELECT 1 AS a")
        con.execute("BEGIN TRANSACTION")
        con.register("given", pl.DataFrame({"a": [1]}).to_arrow())
        vault.attach(con, vault.root / "one.duckdb", "one", read_only=False)
    assert idle(vault) == 1
    with vault.connect() as con:
        assert con is not first
        assert idle(vault) == 0
        assert frame(con, ATTACHED).item() == 1
        assert frame(con, "SELECT count(*) FROM duckdb_tables()").item() == 0
        assert frame(con, "SELECT count(*) FROM duckdb_views() WHERE NOT internal").item() == 0
        con.execute("BEGIN TRANSACTION")
    assert idle(vault) == 1


def test_sessions_at_once_do_not_see_each_other(vault: Vault) -> None:
    with vault.connect() as one, vault.connect() as other:
        one.execute("CREATE TABLE t AS SELECT 1 AS a")
        assert frame(other, "SELECT count(*) FROM duckdb_tables()").item() == 0


def test_an_engine_with_something_left_in_memory_is_not_kept(vault: Vault) -> None:
    with vault.connect() as con:
        store(con, name("t"), pl.DataFrame({"a": [1]}))
    assert idle(vault) == 0


def test_an_engine_whose_session_failed_is_not_kept(vault: Vault) -> None:
    with pytest.raises(WarehouseError), vault.connect() as con:
        con.execute("SELECT * FROM nowhere")
    assert idle(vault) == 0


def test_an_engine_that_spilled_is_not_kept_and_leaves_nothing(vault: Vault) -> None:
    small = replace(vault, threads=1, memory_limit="60MB")
    with small.connect() as con:
        sql = "SELECT md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS b FROM range(1500000) t(i)"
        con.execute(f"CREATE TEMP TABLE big AS {sql}")
        assert any((vault.root / "tmp").iterdir())
    assert idle(small) == 0
    assert list((vault.root / "tmp").iterdir()) == []


def test_a_file_that_was_replaced_is_read_as_it_is_now(vault: Vault) -> None:
    path = vault.root / "one.duckdb"
    for value in (1, 2):
        aside = vault.root / f"aside-{value}.duckdb"
        with vault.connect() as con:
            vault.attach(con, aside, "one", read_only=False)
            store(con, name("one", "t"), pl.DataFrame({"a": [value]}))
        aside.replace(path)
        with vault.connect(will_write=False) as con:
            vault.attach(con, path, "one", read_only=True)
            assert frame(con, "SELECT a FROM one.t").item() == value
    assert idle(vault) == 1


def test_a_reader_first_and_a_writer_after_on_the_same_engine(vault: Vault) -> None:
    with vault.connect(will_write=False):
        pass
    with vault.connect() as con:
        assert idle(vault) == 0
        vault.attach(con, vault.root / "one.duckdb", "one", read_only=False)
        store(con, name("one", "t"), pl.DataFrame({"a": [1]}))


def test_engines_go_to_no_other_process_and_no_other_vault(vault: Vault) -> None:
    with vault.connect():
        pass
    assert idle(vault) == 1
    assert idle(copy.deepcopy(vault)) == 0
    assert idle(replace(vault, threads=1)) == 0
    assert vault == replace(vault)
    child = os.fork()
    if child == 0:  # pragma: no cover  the child's end
        os._exit(0 if vault._idle.take() is None else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_threads_take_an_engine_each(vault: Vault) -> None:
    wrong: list[object] = []

    def write(number: int) -> None:
        for turn in range(5):
            path = vault.root / f"{number}-{turn}.duckdb"
            with vault.connect() as con:
                vault.attach(con, path, "mine", read_only=False)
                store(con, name("mine", "t"), pl.DataFrame({"a": [number]}))
                if frame(con, "SELECT a FROM mine.t").item() != number:
                    wrong.append(path)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert idle(vault) <= 4
