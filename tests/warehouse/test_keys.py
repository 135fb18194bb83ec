import stat
from pathlib import Path

import pytest

from warehouse.errors import KeyFileError
from warehouse.keys import Key, derive, identity_key, new_key_file, read_key_file


def test_a_new_key_file_is_private_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "hedui.key"
    new_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_key_file(path).secret) == 32


def test_two_new_keys_differ(tmp_path: Path) -> None:
    new_key_file(tmp_path / "a")
    new_key_file(tmp_path / "b")
    assert read_key_file(tmp_path / "a") != read_key_file(tmp_path / "b")


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "hedui.key"
    new_key_file(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="not overwritten"):
        new_key_file(path)
    assert path.read_bytes() == before


def test_a_new_key_file_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="folder"):
        new_key_file(tmp_path / "absent" / "hedui.key")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o777, 0o601])
def test_a_key_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "hedui.key"
    new_key_file(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"expected mode 0600, found {mode:04o}.*chmod 600"):
        read_key_file(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"!!!!", "damaged"),
        (b"c2hvcnQ=\n", "damaged"),
        (b"A" * 4096, "damaged"),
        (b"\xff\xfe\x00", "damaged"),
    ],
)
def test_a_damaged_key_file_is_refused_without_its_content(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "hedui.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=told) as caught:
        read_key_file(path)
    assert "AAAA" not in str(caught.value)
    assert "c2hvcnQ" not in str(caught.value)


def test_a_missing_key_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key_file(tmp_path / "absent")
    with pytest.raises(KeyFileError, match="is not a file"):
        read_key_file(tmp_path)


def test_a_key_never_shows_itself() -> None:
    key = Key(b"secretsecretsecretsecretsecret!!")
    assert "secret!" not in f"{key!r} {key} {[key]}"


def test_derived_keys_depend_on_key_and_purpose_alone() -> None:
    key = Key(b"a" * 32)
    assert derive(key, "x") == derive(Key(b"a" * 32), "x")
    assert len({derive(key, "x"), derive(key, "y"), derive(Key(b"b" * 32), "x")}) == 3
    assert len(derive(key, "x")) == 32


def test_derivation_is_hkdf_of_rfc_5869() -> None:
    """Nobody may change it: every finding id and every encrypted file hangs on it."""
    expected = "55d93f8d165c4ae085e2158540d431500e094c724726464a7ebd39dbac3cac3b"
    assert derive(Key(bytes(range(32))), "finding identity").hex() == expected


def test_the_identity_of_findings_outlives_the_process_without_a_key(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    first = identity_key(root, None)
    assert identity_key(root, None) == first
    assert stat.S_IMODE((root / "identity.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert identity_key(tmp_path / "other", None) != first


def test_with_a_key_the_identity_needs_no_file(tmp_path: Path) -> None:
    assert identity_key(tmp_path, Key(b"a" * 32)) == identity_key(tmp_path / "elsewhere", Key(b"a" * 32))
    assert list(tmp_path.iterdir()) == []
