"""``hedui sample``: the same arguments, the same files; nothing written over."""

from pathlib import Path

import pytest

from pipelines.cli import main


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_sample_has_every_feed_and_its_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--persons", "60", "--seed", "3", "--as-of", "2026-09-22"]
    assert main(["sample", "--out", str(tmp_path / "a"), *arguments]) == 0
    shown = capsys.readouterr().err
    assert "60 roster persons on 2026-09-22" in shown
    assert "truth.parquet" in shown
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert {"roster", "social_insurance", "vehicle", "property", "business", "truth.parquet"} <= names
    assert main(["sample", "--out", str(tmp_path / "b"), *arguments]) == 0
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_sample_is_not_written_over_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sample", "--out", str(tmp_path / "a"), "--persons", "30", "--seed", "3", "--as-of", "2026-09-22"]
    assert main(arguments) == 0
    capsys.readouterr()
    assert main(arguments) == 2
    assert "An error of ours" not in capsys.readouterr().err


def test_a_file_in_the_way_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert main(["sample", "--out", str(tmp_path / "a"), "--persons", "3", "--seed", "3", "--as-of", "2026-09-22"]) == 2
