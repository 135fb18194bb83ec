"""Nights with a key: everything works with it, nothing without it, and nothing in the warehouse tells of anybody."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from pipelines.cli import main
from tests.nights.canaries import everything_told, found_in
from tests.nights.conftest import Place
from tests.nights.district import DRIVER, EXPECTED, WORKER, deliver_all
from tests.nights.driver import District, Done
from warehouse.keys import new_key_file


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Place, Done]:
    """A district with a key, after its first night."""
    root = tmp_path_factory.mktemp("keyed")
    new_key_file(root / "hedui.key")
    place = Place(root, root / "hedui.key")
    district = District(deliver_all(root / "inbox"), place.warehouse, repository, place.key_file)
    return place, district.run()


@pytest.fixture
def place(keyed: tuple[Place, Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """The same, with the key in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDUI_KEY_FILE", str(keyed[0].key_file))
    return keyed[0]


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file and link below a folder with its checksum."""
    return {
        str(path): path.readlink().name if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    } | {str(path): "" for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()}


def test_no_byte_of_the_warehouse_tells_of_anybody(keyed: tuple[Place, Done]) -> None:
    place, done = keyed
    assert done.outcomes() == EXPECTED
    assert DRIVER.id_number in done.table("findings").get_column("id_number")
    assert found_in(everything_told(place.warehouse, but=())) == []
    assert not (place.warehouse / "identity.key").exists()


def test_status_says_that_it_is_encrypted_with_and_without_the_key(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HEDUI_KEY_FILE", "NOT_SET"):
        assert main(place.told("status")) == 0
        assert "The files that hold persons are encrypted." in capsys.readouterr().out
        monkeypatch.delenv(name, raising=False)


def test_status_says_where_nothing_is_encrypted(
    district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["status", "--warehouse", str(district.warehouse)]) == 0
    assert "not encrypted" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["findings", "cases", "queue", "quarantine"])
def test_exports_read_with_the_key_and_are_masked(place: Place, tmp_path: Path, what: str) -> None:
    out = tmp_path / f"{what}.csv"
    assert main(place.told("export", what, "--format", "csv", "--out", out)) == 0
    text = out.read_text(encoding="utf-8")
    assert WORKER.id_number not in text
    if what != "quarantine":
        assert f"{WORKER.id_number[:6]}********{WORKER.id_number[-4:]}" in text


def test_clear_numbers_are_exported_and_the_record_names_nobody(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "findings.parquet"
    assert main(place.told("export", "findings", "--format", "parquet", "--out", out, "--clear-ids")) == 0
    assert WORKER.id_number in pl.read_parquet(out).get_column("id_number")
    [line] = (place.warehouse / "audit" / "exports.jsonl").read_text(encoding="utf-8").splitlines()
    assert found_in({"record": line.encode()}) == []
    assert '"what": "findings"' in line


@pytest.mark.parametrize("key", ["another", "none", "missing", "damaged", "open to others"])
@pytest.mark.parametrize("command", ["nightly", "export"])
def test_without_the_right_key_nothing_starts_and_no_byte_changes(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    key: str,
    command: str,
) -> None:
    file = tmp_path / "other.key"
    if key in ("another", "open to others"):
        new_key_file(file)
    if key == "open to others":
        file.chmod(0o640)
    if key == "damaged":
        file.write_text("bm90IGEga2V5", encoding="utf-8")
        file.chmod(0o600)
    if key == "none":
        monkeypatch.delenv("HEDUI_KEY_FILE")
    else:
        monkeypatch.setenv("HEDUI_KEY_FILE", str(file))
    before = bytes_of(place.warehouse)
    out = tmp_path / "cases.csv"
    words = place.nightly() if command == "nightly" else place.told("export", "cases", "--format", "csv", "--out", out)
    assert main(words) == 2
    complaint = capsys.readouterr().err
    assert "key" in complaint
    assert "Traceback" not in complaint
    assert bytes_of(place.warehouse) == before
    assert not out.exists()


def test_a_key_for_a_warehouse_without_one_is_refused(
    district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_key_file(tmp_path / "hedui.key")
    monkeypatch.setenv("HEDUI_KEY_FILE", str(tmp_path / "hedui.key"))
    monkeypatch.chdir(tmp_path)
    before = bytes_of(district.warehouse)
    assert main(Place(district.inbox.parent).nightly()) == 2
    assert "this warehouse is not encrypted" in capsys.readouterr().err
    assert bytes_of(district.warehouse) == before
