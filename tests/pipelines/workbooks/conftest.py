"""A literal night in a warehouse."""

from pathlib import Path

import pytest

from pipelines.workbooks.material import Material
from pipelines.workbooks.reading import read_material
from tests.pipelines.workbooks.literal_night import AS_OF, manifest, tables
from warehouse.publication import publish
from warehouse.session import Vault


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """A warehouse that no test writes to but by handing out."""
    return Vault(tmp_path_factory.mktemp("literal") / "warehouse", None, threads=1, memory_limit="500MB")


@pytest.fixture(scope="session")
def night_folder(vault: Vault) -> Path:
    """The published literal night."""
    return publish(vault, AS_OF, "0123456789ab", tables(), manifest()).folder


@pytest.fixture(scope="session")
def material(vault: Vault, night_folder: Path) -> Material:
    """What is handed out of it, masked."""
    return read_material(vault, night_folder, clear_ids=False)
