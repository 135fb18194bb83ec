"""Districts for the tests of whole nights: before the first night, after it, and after one of the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import pytest

from tests.made_once import made_once
from tests.nights.canaries import deliver_mess
from tests.nights.district import AS_OF, DAYS, deliver_all
from tests.nights.driver import PROFILE, District, Done
from tests.nights.office import Office, open_office


@pytest.fixture(scope="session")
def five_feeds(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The contracts of the five feeds that the district delivers: every further feed makes each night longer."""
    folder = tmp_path_factory.mktemp("feeds")
    for feed in DAYS:
        copy(repository / "data" / "feeds" / f"{feed}.yml", folder)
    return folder


@pytest.fixture(autouse=True)
def only_five_feeds(five_feeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test of this folder, and no other, runs its nights on them."""
    monkeypatch.setenv("HEDUI_FEEDS_DIRS", str(five_feeds))


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
def office(district: District, tmp_path: Path) -> Office:
    """The office of a copy of the district, where workbooks come back to."""
    return open_office(district, tmp_path)


@pytest.fixture
def new_district(tmp_path: Path, repository: Path) -> Callable[..., District]:
    """A district before its first night; feeds replaced by name."""

    def make(name: str = "new", key_file: Path | None = None, **changed: object) -> District:
        root = tmp_path / name
        return District(deliver_all(root / "inbox", **changed), root / "warehouse", repository, key_file)

    return make


@dataclass(frozen=True)
class Place:
    """Where the command line is tried: an inbox, a warehouse, and folders of its own for whatever it leaves."""

    root: Path
    key_file: Path | None = None

    @property
    def warehouse(self) -> Path:
        """The warehouse."""
        return self.root / "warehouse"

    def told(self, *words: object) -> list[str]:
        """The words after `hedui` for a command on this warehouse."""
        return [*map(str, words), "--warehouse", str(self.warehouse)]

    def nightly(self, as_of: object = AS_OF) -> list[str]:
        """The words for one night."""
        return self.told("nightly", "--inbox", self.root / "inbox", "--as-of", as_of, "--profile", PROFILE)

    def environment(self) -> dict[str, str]:
        """The environment of a process of its own: nothing of ours in it, every warning shown."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEDUI_", "DAGSTER_"))}
        kept["HEDUI_FEEDS_DIRS"] = os.environ["HEDUI_FEEDS_DIRS"]
        own = {name: str(self.root / folder) for name, folder in (("TMPDIR", "tmp"), ("HOME", "home"))}
        key = {"HEDUI_KEY_FILE": str(self.key_file)} if self.key_file else {}
        return kept | own | key | {"PYTHONWARNINGS": "always", "COLUMNS": "400"}

    def start(self, words: list[str]) -> "subprocess.Popen[bytes]":
        """Start `hedui` in a process of its own."""
        for folder in ("tmp", "home", "cwd"):
            (self.root / folder).mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())", *words],
            env=self.environment(),
            cwd=self.root / "cwd",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


Messy = tuple[Place, bytes, bytes]
OUTPUT, COMPLAINTS = "output", "complaints"


@pytest.fixture(scope="session")
def messy_night(tmp_path_factory: pytest.TempPathFactory, five_feeds: Path) -> Messy:
    """A night of the command line over an inbox where everything goes wrong: where it was, what it said."""

    def make(folder: Path) -> None:
        place = Place(folder / "place")
        deliver_mess(place.root / "inbox")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HEDUI_FEEDS_DIRS", str(five_feeds))
            process = place.start(place.nightly())
        with process:
            output, complaints = process.communicate(timeout=300)
        assert process.returncode == 0, complaints.decode()
        (folder / OUTPUT).write_bytes(output)
        (folder / COMPLAINTS).write_bytes(complaints)

    folder = made_once(tmp_path_factory, "messy", make)
    return Place(folder / "place"), (folder / OUTPUT).read_bytes(), (folder / COMPLAINTS).read_bytes()
