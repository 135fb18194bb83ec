"""The program: exit codes, plain sentences, and no traceback whatever happens."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from polars.exceptions import PanicException

from pipelines.cli import main
from pipelines.cli.boundary import Session, exit_code_of, guarded_run, keep_account, unexpected
from pipelines.night.exports import ExportError
from pipelines.settings import SettingsError
from warehouse.errors import KeyFileError, WarehouseError, WarehouseKeyError

PERSON = "512390198607250559"


def failing() -> None:
    try:
        {}[PERSON]
    except KeyError:
        raise ValueError(f"could not parse {PERSON}") from None


def caught() -> ValueError:
    try:
        failing()
    except ValueError as error:
        return error
    raise AssertionError


def test_help_names_every_command_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("sample", "nightly", "export", "status", "ui", "key"):
        assert f"\n  {command} " in shown
    assert "hedui nightly --inbox inbox --warehouse warehouse --as-of 2026-09-22" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["nightly", "--bogus"],
        ["nightly"],
        ["nightly", "--inbox", "not-there"],
        ["nightly", "--as-of", "2026-02-30"],
        ["export", "everything", "--format", "csv", "--out", "x"],
        ["export", "queue", "--format", "pdf", "--out", "x"],
        ["export", "queue", "--format", "csv"],
        ["export", "queue", "--format", "csv", "--out", "x", "--warehouse", "not-there"],
        ["export", "queue", "--format", "csv", "--out", "."],
        ["status", "--warehouse", "not-there"],
        ["sample", "--out", "x", "--persons", "0", "--seed", "1", "--as-of", "2026-09-22"],
        ["sample", "--out", "x", "--persons", "10", "--seed", "1"],
        ["ui", "--port", "0", "--warehouse", "x"],
    ],
)
def test_wrong_usage_is_exit_2_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.strip()
    assert "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == []


def test_settings_come_from_the_file_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hedui.toml").write_text("warehose = 'w'\n")
    assert main(["status"]) == 2
    assert "warehose is no setting; did you mean warehouse?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError(""), 2),
        (ExportError(""), 2),
        (KeyFileError(""), 2),
        (WarehouseKeyError(""), 2),
        (WarehouseError(""), 1),
        (ValueError(""), None),
        (OSError(""), None),
    ],
)
def test_errors_that_we_foresaw_have_their_exit_code(error: Exception, code: int | None) -> None:
    assert exit_code_of(error) == code


def test_an_error_that_we_did_not_foresee_tells_type_and_place_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded_run(failing, Session(tmp_path)) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("An error of ours: ValueError in pipelines/cli/test_app.py:")
    assert PERSON not in shown
    account = next((tmp_path / "accounts").iterdir())
    assert str(account) in shown.replace("\n", "")


def test_the_account_names_every_error_of_the_chain_and_no_value(tmp_path: Path) -> None:
    path = keep_account(caught(), Session(tmp_path))
    kept = path.read_text()
    assert "builtins.ValueError" in kept
    assert "builtins.KeyError" in kept
    assert "in failing" in kept
    assert PERSON not in kept
    assert str(Path.home()) not in kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_warehouse_the_account_goes_to_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert str(tmp_path) in unexpected(caught(), Session(tmp_path / "not-there"))


def interrupted() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_gives_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded_run(interrupted, Session()) == 130
    assert capsys.readouterr().err.startswith("stopped")


@pytest.mark.parametrize("arguments", [["--help"], ["status", "--warehouse", "."]])
def test_a_reader_that_goes_away_gives_no_traceback(tmp_path: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"]
    done = subprocess.run(
        [*command, *arguments], stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, check=False, text=True
    )
    os.close(writing)
    assert done.stderr == ""


def test_help_answers_without_polars_duckdb_or_dagster() -> None:
    told = "import sys; from pipelines.cli import main; main(['--help']); print(sorted({'polars','duckdb','dagster'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_new_key_is_private_and_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "new", str(tmp_path / "hedui.key")]) == 0
    content = (tmp_path / "hedui.key").read_bytes()
    assert stat.S_IMODE((tmp_path / "hedui.key").stat().st_mode) == 0o600
    assert content.decode().strip() not in capsys.readouterr().err
    assert main(["key", "new", str(tmp_path / "hedui.key")]) == 2
    assert (tmp_path / "hedui.key").read_bytes() == content


def test_a_panic_of_polars_is_an_error_of_ours_without_its_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def panicking() -> None:
        raise PanicException(PERSON)

    assert guarded_run(panicking, Session(tmp_path)) == 1
    shown = capsys.readouterr()
    assert "An error of ours: PanicException" in shown.out + shown.err
    (account,) = (tmp_path / "accounts").iterdir()
    assert PERSON not in shown.out + shown.err + account.read_text(encoding="utf-8")
