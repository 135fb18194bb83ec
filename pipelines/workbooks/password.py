"""The password that opens a workbook, from a file of its own.

What belongs here: reading that file. A password never stands in a command line, where every process of the machine
shows it, and in no message.
"""

import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PasswordFileError(Exception):
    """A password file that cannot be used: says what was expected, what was found and what to do."""


def read_password_file(path: Path) -> str:
    """The password: the file's only line.

    Raises:
        PasswordFileError: missing, open to others, empty, or more than one line.
    """
    name = path.name
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise PasswordFileError(
            f"the password file {name} cannot be read: expected a UTF-8 file with one line, the password; check the path"
        ) from None
    if mode & _OTHERS:
        found = f"{stat.S_IMODE(mode):04o}"
        raise PasswordFileError(
            f"the password file {name} is open to others (expected mode 0600, found {found}): chmod 600 it"
        )
    if not text or "\n" in text:
        raise PasswordFileError(f"the password file {name} must hold one line, the password, and nothing else")
    return text
