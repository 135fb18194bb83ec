"""Which directories make up a changed policy: an edited copy stands in place, any other is added over."""

from pathlib import Path
from shutil import copytree

import pytest

from connectors.strict_yaml import DeclarationError
from pipelines.night.changed_policy import read_policies
from pipelines.night.stored_nights import RehearsalError

PROFILE = "caojie-core"


@pytest.fixture(scope="module")
def shipped(repository: Path) -> Path:
    return repository / "data" / "policy"


def test_another_profile_of_the_same_policy(shipped: Path) -> None:
    pair = read_policies((shipped,), PROFILE, (), "caojie-people")
    assert (pair.before.name, pair.after.name, pair.replaces) == (PROFILE, "caojie-people", False)


def test_an_edited_copy_stands_in_place(shipped: Path, tmp_path: Path) -> None:
    copy = copytree(shipped, tmp_path / "copy")
    (copy / "caojie" / "further.yml").write_text("layer: caojie\ntitle: 草街街道\n", encoding="utf-8")
    pair = read_policies((shipped,), PROFILE, (copy,), None)
    assert (pair.after.name, pair.replaces) == (PROFILE, True)


def test_a_lower_layer_is_added_over(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "cars.yml").write_text(
        "layer: trial\ntitle: 试行\nrules:\n  CL-01:\n    - is_on: false\n", encoding="utf-8"
    )
    (tmp_path / "profiles.yml").write_text(
        "profiles:\n  caojie-core:\n    title: 试行\n    layers: [national, chongqing, caojie, trial]\n    sections: [core]\n",
        encoding="utf-8",
    )
    pair = read_policies((shipped,), PROFILE, (tmp_path,), None)
    assert not pair.replaces
    rules = {one.layer for one in pair.after.layers} - {one.layer for one in pair.before.layers}
    assert rules == {"trial"}


@pytest.mark.parametrize("which", ["missing", "empty", "file"])
def test_a_directory_by_mistake_is_told(shipped: Path, tmp_path: Path, which: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RehearsalError, match=r"--policy: expected a folder with policy files"):
        read_policies((shipped,), PROFILE, (tmp_path / which,), None)


def test_a_copy_with_a_mistake_is_told_with_file_and_line(shipped: Path, tmp_path: Path) -> None:
    copy = copytree(shipped, tmp_path / "copy")
    path = copy / "caojie" / "vehicle.yml"
    path.write_text(path.read_text("utf-8").replace("layer: caojie", "layre: caojie"), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"vehicle\.yml:\d"):
        read_policies((shipped,), PROFILE, (copy,), None)
