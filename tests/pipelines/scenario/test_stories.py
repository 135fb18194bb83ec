"""The families' stories in tests/scenarios: each must come true, with the clause it rests on."""

from functools import cache
from pathlib import Path

import pytest

from connectors.contract import load_contracts
from pipelines.domain.rulebook import rulebook
from pipelines.scenario.differences import differences
from pipelines.scenario.night import Stage
from pipelines.scenario.reading import read_scenes, story_files
from pipelines.scenario.scene import Scene

ROOT = Path(__file__).parents[3]
STORIES = ROOT / "tests" / "scenarios"
CONTRACTS = load_contracts(ROOT / "data" / "feeds")


@cache
def scenes() -> list[Scene]:
    return [
        scene
        for file in story_files([STORIES])
        for scene in read_scenes(file, CONTRACTS, rulebook(), default_profile="caojie-2024")
    ]


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(CONTRACTS, (ROOT / "data" / "policy",), rulebook())


@pytest.mark.parametrize("scene", scenes(), ids=lambda scene: scene.name)
def test_story_comes_true(scene: Scene, stage: Stage) -> None:
    assert differences(scene, stage.tell(scene)) == []


def test_there_are_at_least_sixty_stories() -> None:
    assert len(scenes()) >= 60


def test_names_of_stories_differ() -> None:
    names = [scene.name for scene in scenes()]
    assert len(set(names)) == len(names)
