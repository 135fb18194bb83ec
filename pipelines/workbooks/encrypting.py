"""Encrypting a finished workbook, so that it opens with a password alone (agile encryption, as Office writes it).

What belongs here: the encryption of one file. The password comes from `password`.
"""

import io
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile


def encrypt(plain: io.BytesIO, target: Path, password: str) -> None:
    """Write the encrypted form of a workbook.

    Args:
        plain: the workbook, in memory: it never touches the disk.
        target: a file that is not there yet.
        password: what opens it.
    """
    plain.seek(0)
    with target.open("xb") as sink:
        OOXMLFile(plain).encrypt(password, sink)
