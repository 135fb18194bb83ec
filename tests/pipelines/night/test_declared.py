"""What is declared is read once, and again as soon as a file is another."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from connectors.strict_yaml import DeclarationError
from pipelines.night.declared import contracts_of, declared, marks


def test_a_changed_file_is_read_again(repository: Path, tmp_path: Path) -> None:
    feeds, policy = (copytree(repository / "data" / name, tmp_path / name) for name in ("feeds", "policy"))
    ask = ("caojie-core", date(2026, 9, 22), (feeds,), (policy,), ())
    first = declared(*ask)
    assert declared(*ask) is first
    assert {"CL-01", "SB-01"} <= first.needs.keys()
    file = policy / "caojie" / "vehicle.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("名下有汽车", "名下有轿车"), encoding="utf-8")
    assert declared(*ask).policy.rules["CL-01"].title == "名下有轿车"
    (feeds / "death.yml").write_text("nonsense", encoding="utf-8")
    for _ in range(2):  # a mistake is not forgotten either
        with pytest.raises(DeclarationError, match=r"death\.yml"):
            declared(*ask)


def test_what_was_given_cannot_be_changed_for_others(feeds_dir: Path) -> None:
    contracts_of((feeds_dir,)).clear()
    assert "roster" in contracts_of((feeds_dir,))
    assert marks((feeds_dir / "nowhere",)) == ()
