"""What is made once for all processes that share the tests."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.made_once import copied_from, made_once


def test_the_first_makes_it_and_the_others_copy_it(tmp_path: Path) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> None:
        calls.append(folder)
        (folder / "night").mkdir()
        (folder / "night" / "current").symlink_to("first")

    own = [tmp_path / name for name in "abc"]
    with ThreadPoolExecutor(3) as three:
        list(three.map(lambda one: copied_from(tmp_path / "shared", one, make), own))
    assert len(calls) == 1
    assert [(one / "night" / "current").readlink() for one in own] == [Path("first")] * 3


def test_what_could_not_be_made_is_tried_again(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise ValueError("not made")

    with pytest.raises(ValueError, match="not made"):
        copied_from(tmp_path / "shared", tmp_path / "own", fail)
    copied_from(tmp_path / "shared", tmp_path / "own", lambda folder: (folder / "whole").touch())
    assert [one.name for one in (tmp_path / "own").iterdir()] == ["whole"]


def test_a_process_that_is_alone_makes_its_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    first, second = (made_once(tmp_path_factory, "alone", lambda folder: (folder / "it").touch()) for _ in range(2))
    assert first != second
    assert (first / "it").exists()
    assert (second / "it").exists()
