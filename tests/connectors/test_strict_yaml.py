"""Declarations are read strictly: one bad file for each message, with the line a person has to look at."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from connectors.strict_yaml import DeclarationError, read_declaration, shown_path, validated


class Threshold(BaseModel):
    """A model as a policy file would have it."""

    model_config = ConfigDict(extra="forbid")
    name: str
    months: int
    codes: dict[str, list[str]] = {}


class Lax(BaseModel):
    """A model that would let a misspelt key pass."""

    name: str


def written(folder: Path, text: str) -> Path:
    path = folder / "data" / "feeds" / "vehicle.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_values_keep_their_plain_meaning(tmp_path):
    text = "a: 5\nb: 1.5\nc: true\nd: 2026-09-22\ne: '01'\nf:\ng: [是, 否]\nh: yes\ni: 渝A\n"
    declaration = read_declaration(written(tmp_path, text))
    assert declaration.data == {
        "a": 5,
        "b": 1.5,
        "c": True,
        "d": date(2026, 9, 22),
        "e": "01",
        "f": None,
        "g": ["是", "否"],
        "h": "yes",
        "i": "渝A",
    }


def test_every_entry_has_its_line(tmp_path):
    declaration = read_declaration(
        written(tmp_path, "name: x\nfields:\n  - name: a\n  - name: b\n    codes:\n      k: v\n")
    )
    assert declaration.where() == "data/feeds/vehicle.yml:1"
    assert declaration.where("fields", 1, "codes", "k") == "data/feeds/vehicle.yml:6"
    assert declaration.where("fields", 1, "codes", "unknown") == "data/feeds/vehicle.yml:5"
    assert declaration.where("nothing") == "data/feeds/vehicle.yml:1"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice, first in line 1"),
        ("a:\n  b: 1\n  b: 2\n", 3, "'b' stands twice"),
        ("a: 01\n", 1, "01 looks like an octal number"),
        ("a: 08\n", 1, "08 looks like an octal number"),
        ("a: 0o7\n", 1, "0o7 looks like an octal number"),
        ("ok: 1\na: 0x1F\n", 2, "0x1F looks like something else"),
        ("a: 1_000\n", 1, "1_000 looks like something else"),
        ("a: 12:30\n", 1, "12:30 looks like something else"),
        ("a: 2026-02-30\n", 1, "2026-02-30 is no day of the calendar"),
        ("a: .inf\n", 1, "looks like something else"),
        ("a: !!python/name:os.system\n", 1, "looks like something else"),
        ("01: a\n", 1, "octal"),
        ("2026-01-01: a\n", 1, "expected a text as key"),
        ("true: a\n", 1, "expected a text as key"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: 1\n b: 2\n", 2, "expected YAML"),
        ("a: [1\n", 2, "expected YAML"),
        ("- a\n", 1, "expected a mapping"),
        ("", 1, "expected a mapping"),
        ("just text\n", 1, "expected a mapping"),
    ],
)
def test_what_yaml_would_guess_is_an_error_with_its_line(tmp_path, text, line, found):
    with pytest.raises(DeclarationError) as refused:
        read_declaration(written(tmp_path, text))
    message = str(refused.value)
    assert message.startswith(f"data/feeds/vehicle.yml:{line}: ")
    assert found in message


def test_a_file_that_is_missing_or_no_utf8_is_named(tmp_path):
    with pytest.raises(DeclarationError, match=r"^data/feeds/none\.yml:1: .*FileNotFoundError"):
        read_declaration(tmp_path / "data" / "feeds" / "none.yml")
    path = written(tmp_path, "")
    path.write_bytes("名: 值".encode("gb18030"))
    with pytest.raises(DeclarationError, match="UTF-8"):
        read_declaration(path)


def test_a_valid_declaration_becomes_its_model(tmp_path):
    declaration = read_declaration(written(tmp_path, "name: 回溯\nmonths: 36\n"))
    assert validated(declaration, Threshold) == Threshold(name="回溯", months=36)


def test_every_mistake_becomes_one_line(tmp_path):
    text = "months: soon\ncodes:\n  a:\n    - 1\nspelt_wrnog: 1\n"
    with pytest.raises(DeclarationError) as refused:
        validated(read_declaration(written(tmp_path, text)), Threshold)
    lines = str(refused.value).splitlines()
    assert len(lines) == 4
    assert any(line.startswith("data/feeds/vehicle.yml:1: name: expected a value, found none") for line in lines)
    assert any(line.startswith("data/feeds/vehicle.yml:1: months: ") and "'soon'" in line for line in lines)
    assert any(line.startswith("data/feeds/vehicle.yml:4: codes.a.0: ") for line in lines)
    assert any(line.startswith("data/feeds/vehicle.yml:5: spelt_wrnog: unknown key") for line in lines)


def test_a_model_that_lets_unknown_keys_pass_is_refused(tmp_path):
    with pytest.raises(TypeError, match="forbid"):
        validated(read_declaration(written(tmp_path, "name: x\n")), Lax)


def test_a_path_is_shown_without_the_machine():
    assert shown_path(Path("/somewhere/of/mine/data/policy/national/a.yml")) == "data/policy/national/a.yml"
    assert shown_path(Path("/somewhere/of/mine/a.yml")) == "of/mine/a.yml"
    assert shown_path(Path("/a.yml")) == "a.yml"


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ("{a: ", "}")])
def test_brackets_within_brackets_without_end_are_told(tmp_path: Path, opens: str, closes: str) -> None:
    path = tmp_path / "deep.yml"
    path.write_text(f"a: {opens * 20_000}1{closes * 20_000}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"deep.yml:1: expected a few levels of entries, found hundreds"):
        read_declaration(path)
