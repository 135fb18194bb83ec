"""A literal night in a warehouse, and an office program to open workbooks with."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.workbooks.material import Material
from pipelines.workbooks.reading import read_material
from tests.pipelines.workbooks.literal_night import AS_OF, manifest, tables
from warehouse.publication import publish
from warehouse.session import Vault

Reread = Callable[[Path, str], Path]


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


@pytest.fixture
def resaved(tmp_path: Path) -> Reread:
    """Open a workbook in LibreOffice and save it in a format; needs the program, by HEDUI_OFFICE in the gate."""
    program = os.environ.get("HEDUI_OFFICE") or shutil.which("soffice")
    if program is None:
        pytest.skip("no office program: set HEDUI_OFFICE or install LibreOffice")

    def save(path: Path, kind: str) -> Path:
        out = tmp_path / "resaved"
        profile = f"-env:UserInstallation=file://{tmp_path / 'office'}"
        command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(out), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=170)
        return next(out.glob(f"{path.stem}*"))

    return save
