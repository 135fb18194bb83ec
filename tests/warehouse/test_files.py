import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.files import (
    create_file,
    is_safe_name,
    move_into_place,
    private_files,
    private_folder,
    sweep_folder,
    write_file,
    written_aside,
)


def test_a_file_appears_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "facts.json"
    write_file(target, b"{}")
    assert target.read_bytes() == b"{}"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    assert [path.name for path in target.parent.iterdir()] == ["facts.json"]


def test_what_is_not_moved_is_removed(tmp_path: Path) -> None:
    with written_aside(tmp_path / "x.duckdb") as aside:
        aside.write_bytes(b"half")
        aside.with_name(f"{aside.name}.wal").write_bytes(b"half")
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    write_file(tmp_path / "x", b"old")
    with pytest.raises(FileNotFoundError), written_aside(tmp_path / "x") as aside:
        move_into_place(aside.with_name("never written"), tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"old"


def test_a_folder_is_moved_with_all_it_holds(tmp_path: Path) -> None:
    with written_aside(tmp_path / "night") as aside:
        private_folder(aside / "deep")
        (aside / "deep" / "file").write_text("x")
        move_into_place(aside, tmp_path / "done")
    assert (tmp_path / "done" / "deep" / "file").read_text() == "x"


def test_create_file_refuses_what_is_there(tmp_path: Path) -> None:
    create_file(tmp_path / "x", b"first")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "x", b"second")
    assert (tmp_path / "x").read_bytes() == b"first"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_umask_is_restored_by_the_last_holder(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with private_files():
            with private_files():
                pass
            (tmp_path / "inside").touch()
        (tmp_path / "after").touch()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "inside").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "after").stat().st_mode) == 0o644


def test_sweep_takes_only_what_dead_processes_left(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / f"x.duckdb.part-{dead.pid}-1").touch()
    (tmp_path / "folder" / f"x.duckdb.part-{dead.pid}-1.wal").touch()
    (tmp_path / f".aside-run.part-{dead.pid}-2").mkdir()
    (tmp_path / f".aside-run.part-{dead.pid}-2" / "findings.parquet").touch()
    (tmp_path / f"of-an-earlier-process-with-our-number.part-{os.getpid()}-999999").touch()
    (tmp_path / f"alive.part-{os.getppid()}-1").touch()
    (tmp_path / "kept.duckdb").touch()
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster" / f"theirs.part-{dead.pid}-1").touch()
    with written_aside(tmp_path / "busy") as aside:
        aside.touch()
        assert sweep_folder(tmp_path, leave=("dagster",)) == 4
        assert aside.exists()
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"kept.duckdb", f"alive.part-{os.getppid()}-1", f"theirs.part-{dead.pid}-1"}
    assert sweep_folder(tmp_path / "absent") == 0


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", ".hidden", "a" * 81, "a b", "a\n"])
def test_names_that_cannot_name_a_file(name: str) -> None:
    assert not is_safe_name(name)


@pytest.mark.parametrize("name", ["vehicle", "caojie-2024", "rule_counts", "A.b-1"])
def test_names_that_can(name: str) -> None:
    assert is_safe_name(name)
