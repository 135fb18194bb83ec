"""``hedui ui``: what Dagster's processes are given. That they start and stop is tried by hand (docs/operations.md)."""

import socket
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.cli.ui import child_environment
from pipelines.settings import Settings
from pipelines.settings_reading import load_settings


def test_children_get_the_settings_one_instance_and_no_telemetry(tmp_path: Path) -> None:
    settings = Settings(inbox=tmp_path, warehouse=tmp_path / "w", profile="caojie-core")
    environ = child_environment(tmp_path / "home", settings, {"PATH": "/bin", "HEDUI_AS_OF": "2026-09-22"})
    assert environ["PATH"] == "/bin"
    assert environ["DAGSTER_HOME"] == str(tmp_path / "home")
    assert environ["DAGSTER_DISABLE_TELEMETRY"] == "1"
    assert load_settings({}, environ, None) == settings


def test_a_date_is_not_handed_on_because_the_schedule_says_which_night() -> None:
    settings = load_settings({"as_of": "2026-09-22"}, {}, None)
    assert "HEDUI_AS_OF" not in child_environment(Path("home"), settings, {"HEDUI_AS_OF": "2026-09-22"})


def test_a_port_in_use_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["ui", "--warehouse", str(tmp_path / "w"), "--port", str(port)]) == 2
    assert f"{port} on 127.0.0.1 is in use" in capsys.readouterr().err
    assert not (tmp_path / "w").exists()
