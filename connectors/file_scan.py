"""One pass over a file: its checksum, and the encoding of a text file."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from connectors.csv_text import EncodingProbe

_CHUNK = 8 << 20


@dataclass(frozen=True)
class FileScan:
    """What one pass told. `probe` is None for files that are no plain text."""

    sha256: str
    size: int
    probe: EncodingProbe | None


def scan_file(stream: BinaryIO, *, is_text: bool) -> FileScan:
    """Read a stream to its end once, for all that needs every byte of it."""
    digest, probe, size = hashlib.sha256(), EncodingProbe() if is_text else None, 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if probe is not None:
            probe.update(chunk)
    return FileScan(digest.hexdigest(), size, probe)
