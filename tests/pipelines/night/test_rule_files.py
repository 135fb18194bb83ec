"""Rules from folders: found, told with file and line where one is wrong, and gone from the process afterwards."""

import sys
from pathlib import Path

import pytest

from connectors.strict_yaml import DeclarationError
from pipelines.domain.rulebook import rulebook
from pipelines.night.rule_files import load_rulebook, place_of

GOOD = '''\
"""Ships."""
import polars as pl

from pipelines.domain.rule import Subject, Verdict, rule

SHIPS = Subject("vehicle", "船舶数据", lambda night: night.rows("vehicle"))


@rule("CB-99", over=SHIPS, material=("vin",))
def owned_ship(night):
    """A ship."""
    return Verdict(pl.lit(True), pl.col("vin"), pl.lit("名下有船"), ())
'''


def written(folder: Path, **modules: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def test_without_folders_the_book_is_the_shipped_one() -> None:
    assert load_rulebook() is rulebook()


def test_a_folder_adds_its_rules_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", ships=GOOD)
    before = set(sys.modules)
    book = load_rulebook([folder])
    assert set(book) - set(rulebook()) == {"CB-99"}
    assert list(book) == sorted(book)
    assert book.of("vehicle")[0].rule_id == "CB-99"
    assert "CB-99" not in rulebook()
    assert {name for name in set(sys.modules) - before if "hedui_rules" in name} == set()
    assert [path.name for path in folder.iterdir()] == ["ships.py"]


def test_a_changed_module_is_read_again_and_another_book_keeps_what_it_had(tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", ships=GOOD)
    first = load_rulebook([folder])
    written(folder, ships=GOOD.replace("CB-99", "CB-98"))
    assert "CB-98" in load_rulebook([folder])
    assert "CB-99" in first


def test_modules_of_a_folder_share_code_and_import_shipped_rules(tmp_path: Path) -> None:
    shared = GOOD.partition("@rule")[0]
    more = "from ._shared import SHIPS, Verdict, pl, rule\nfrom pipelines.domain.rules.vehicle import owned_car\n"
    folder = written(tmp_path / "rules", _shared=shared, ships=more + "@rule" + GOOD.partition("@rule")[2])
    written(folder, test_ships="raise AssertionError('tests are not rules')")
    assert set(load_rulebook([folder])) - set(rulebook()) == {"CB-99"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import polars\n\ndef broken(:\n", "rules/ships.py:3: expected Python, found: invalid syntax"),
        ("\nimport no_such_module\n", "rules/ships.py:2: expected a module that can be imported, found ModuleNotFound"),
        ("x = 1\nraise SystemExit(0)\n", "rules/ships.py:2: expected a module that can be imported, found SystemExit"),
        ("def f():\n    return 1 / 0\n\nf()\n", "rules/ships.py:2: .* found ZeroDivisionError: division by zero"),
        (
            GOOD.replace("CB-99", "CL-01"),
            r"rules/ships.py:9: .* found CL-01 a second time, the first is .*vehicle.py:\d+",
        ),
        (GOOD + GOOD.partition("\n\n\n")[2].replace("owned_ship", "other_ship"), r"CB-99 a second time"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        load_rulebook([written(tmp_path / "rules", ships=text)])


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_without_a_module_is_a_mistake(tmp_path: Path, is_there: bool) -> None:
    folder = written(tmp_path / "rules") if is_there else tmp_path / "rules"
    with pytest.raises(DeclarationError, match=r"expected rules \(\*.py\) in this folder, found none"):
        load_rulebook([folder])


def test_one_id_in_two_folders_is_a_mistake(tmp_path: Path) -> None:
    folders = [written(tmp_path / name, ships=GOOD) for name in ("one", "two")]
    with pytest.raises(DeclarationError, match=r"two/ships.py:9: .*the first is .*one/ships.py:9"):
        load_rulebook(folders)


def test_the_place_of_a_shipped_rule_is_its_function() -> None:
    assert place_of(rulebook()["CL-01"]).startswith("domain/rules/vehicle.py:")
