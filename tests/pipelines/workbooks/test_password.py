"""Password files: one line, for one's own eyes."""

from pathlib import Path

import pytest

from pipelines.workbooks.password import PasswordFileError, read_password_file


def password_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "book.password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", ["密码-1", "密码-1\n", "密码-1\r\n", "\ufeff密码-1"])
def test_the_only_line_is_the_password(tmp_path: Path, content: str) -> None:
    assert read_password_file(password_file(tmp_path, content.encode())) == "密码-1"


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [(b"a", 0o640, "0640"), (b"", 0o600, "one line"), (b"\n", 0o600, "one line"), (b"a\nb", 0o600, "one line"),
     (b"\xff\xfe\x00", 0o600, "UTF-8")],
)  # fmt: skip
def test_what_is_no_password_file(tmp_path: Path, content: bytes, mode: int, told: str) -> None:
    with pytest.raises(PasswordFileError, match=told):
        read_password_file(password_file(tmp_path, content, mode))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PasswordFileError, match="check the path"):
        read_password_file(tmp_path / "gone")
