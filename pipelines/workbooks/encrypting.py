"""Encrypting a finished workbook, so that it opens with a password alone (agile encryption, as Office writes it).

What belongs here: the encryption of one file. The password comes from `password`.
"""

from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile


def encrypt(plain: Path, target: Path, password: str) -> None:
    """Write the encrypted form of a workbook.

    Args:
        plain: the workbook; its owner removes it.
        target: a file that is not there yet.
        password: what opens it.
    """
    with plain.open("rb") as source, target.open("xb") as sink:
        OOXMLFile(source).encrypt(password, sink)
