"""Districts for the tests of whole nights: before the first night, and after it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.nights.district import deliver_all
from tests.nights.driver import District, Done


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[District, Done]:
    """The literal district after its first night. Shared: tests copy it, see `district`."""
    root = tmp_path_factory.mktemp("first")
    district = District(deliver_all(root / "inbox"), root / "warehouse", repository)
    return district, district.run()


@pytest.fixture
def district(first_night: tuple[District, Done], tmp_path: Path) -> District:
    """A copy of the district after its first night, to go on with."""
    return first_night[0].copied_to(tmp_path)


@pytest.fixture
def new_district(tmp_path: Path, repository: Path) -> Callable[..., District]:
    """A district before its first night; feeds replaced by name."""

    def make(name: str = "new", key_file: Path | None = None, **changed: object) -> District:
        root = tmp_path / name
        return District(deliver_all(root / "inbox", **changed), root / "warehouse", repository, key_file)

    return make
