"""What all tests share: where the acceptance sets stand, if they are there; a PostgreSQL for those who need one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.order import longest_first
from tests.postgres import Cluster, running_cluster

# A busy machine must not fail a property: how long an example takes says nothing about whether it holds.
settings.register_profile("hedui", deadline=None, print_blob=True)
settings.load_profile("hedui")

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-xdist, where it is there, hand the files out in the order of `tests.order`."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items[:] = longest_first(items)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def feeds_dir() -> Path:
    """The contracts as they ship."""
    return REPOSITORY / "data" / "feeds"


@pytest.fixture(scope="session")
def acceptance() -> Path:
    """The acceptance sets: `HEDUI_ACCEPTANCE`, else a folder beside the checkout."""
    named = os.environ.get("HEDUI_ACCEPTANCE")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "acceptance"
    if not (folder / "clean" / "inbox").is_dir():
        if named:
            pytest.fail(f"HEDUI_ACCEPTANCE: expected a folder with clean/inbox, found none in {folder}; correct it")
        # They are handed out apart from the project: a checkout alone is whole without them.
        pytest.skip("the acceptance sets are not here; name their folder in HEDUI_ACCEPTANCE")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL, started for the first test that asks for it."""
    with running_cluster() as cluster:
        yield cluster
