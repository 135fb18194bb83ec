"""A health page that cannot be made, or not drawn, is a warning: the night goes on, and nothing of a value is told."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.health import glance, page_check, page_metadata
from pipelines.night.drawing import Drawing
from pipelines.night.health import PAGE
from pipelines.night.page_maker import PageMaker, page_maker
from tests.pipelines.night.healthy import manifest, night
from warehouse.publication import Publication
from warehouse.session import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "warehouse", None, threads=1, memory_limit="200MB")


def test_the_page_is_made_with_its_charts(vault: Vault) -> None:
    with page_maker(vault) as maker:
        files = maker.files(manifest())
    assert list(files) == [PAGE]
    assert b"<svg" in files[PAGE]
    assert page_check(maker).passed
    assert page_check(maker).metadata["problems"].value == "none"


def test_a_page_without_charts_is_published_and_warned_of(vault: Vault, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("raise SystemExit(1)")
    with Drawing(program) as drawing:
        maker = PageMaker(vault, drawing)
        files = maker.files(manifest())
    assert b"<svg" not in files[PAGE]
    assert "图未能生成" in files[PAGE].decode()
    check = page_check(maker)
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "ended with code 1" in str(check.metadata["problems"].value)


def test_a_page_that_cannot_be_made_holds_nothing_and_quotes_nothing(vault: Vault, tmp_path: Path) -> None:
    with Drawing(tmp_path / "none.py") as drawing:
        maker = PageMaker(vault, drawing)
        assert maker.files({"as_of": "512390198607250559", "profile": "p"}) == {}
    problem = str(page_check(maker).metadata["problems"].value)
    assert problem.startswith("the page could not be made: ValueError at pipelines/night/health.py:")
    assert "512390198607250559" not in problem
    assert not page_check(maker).passed


def test_dagster_is_given_the_page_and_its_first_counts(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    assert "health_page" not in page_metadata(publication, manifest())
    (tmp_path / PAGE).write_text("")
    assert page_metadata(publication, manifest())["health_page"] == dg.MetadataValue.path(str(tmp_path / PAGE))
    lines = glance(night(22).manifest).splitlines()
    assert lines[0].startswith("| 命中 | 豁免 | 待定 |")
    assert lines[2].startswith("| 7 | 2 | 0 |")
