"""The pages that tell how to add a feed and a rule, followed to the letter: what stands on them is what works."""

import json
import re
import shlex
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import Contract, Field
from pipelines.cli import main
from pipelines.domain.rulebook import rulebook

FILE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PUBLISHED = Path("warehouse/published/current")


def followed(page: Path, folder: Path) -> list[list[str]]:
    """Write the files of a page below a folder; the words of its commands."""
    text = page.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    lines = [line for block in SHELL.findall(text) for line in block.splitlines()]
    assert all(line.startswith("hedui ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_feed_is_added_by_its_page(place: Path, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in followed(repository / "docs" / "add-a-feed.md", place):
        assert main(words) == 0, capsys.readouterr().err
    manifest = json.loads((PUBLISHED / "manifest.json").read_text(encoding="utf-8"))
    told = manifest["feeds"]["dividends"]
    assert (told["status"], told["title"], told["kept"], told["quarantined"]) == ("fresh", "集体经济分红", 4, 0)
    checks = json.loads(Path("warehouse/checks/2026-09-22/dividends.json").read_text(encoding="utf-8"))
    assert checks["summary"]["critical"] == 0
    assert {"required_columns", "key_unique", "ids_valid", "freshness"} <= {
        one["kind"] for one in checks["expectations"]
    }
    assert "dividends" in capsys.readouterr().out


def test_a_rule_is_added_by_its_page(
    place: Path, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed(repository / "docs" / "add-a-feed.md", place)
    check, scenario, nightly, export = followed(repository / "docs" / "add-a-rule.md", place)
    assert main(check) == 0, capsys.readouterr().out
    assert main(scenario) == 0, capsys.readouterr().out
    assert "0 个与预期不同" in capsys.readouterr().out
    for name in ("feeds", "rules", "policy"):  # the same by the environment
        at = nightly.index(f"--{name}")
        monkeypatch.setenv(f"HEDUI_{name.upper()}", nightly.pop(at + 1))
        nightly.pop(at)
    assert main(nightly) == 0, capsys.readouterr().err
    assert main(export) == 0
    found = pl.read_parquet(PUBLISHED / "findings.parquet").filter(rule_id="FH-01")
    assert dict(found.select("household_id", "outcome").iter_rows()) == {
        "F1": "flagged",
        "F2": "exempt",
        "F3": "undetermined",
    }
    [flagged] = found.filter(household_id="F1").to_dicts()
    assert flagged["statement"].startswith("集体经济分红数据（2026-09-20）显示，周桂兰领取集体经济分红3500元")
    assert "该笔分红不超过3000元" in flagged["clears_with"]
    assert Path("findings.csv").is_file()
    assert "FH-01" not in rulebook()  # another night of this process knows nothing of it
    monkeypatch.delenv("HEDUI_RULES")
    assert main(nightly) == 2
    assert "policy/hechuan/dividends.yml" in capsys.readouterr().err


def test_the_pages_name_every_key(repository: Path) -> None:
    text = (repository / "docs" / "add-a-feed.md").read_text(encoding="utf-8")
    keys = {*Contract.model_fields, *Field.model_fields} - {"fields"}
    assert [key for key in sorted(keys) if f"`{key}" not in text] == []
