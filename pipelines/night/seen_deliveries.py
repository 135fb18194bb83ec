"""What the warehouse remembers of the files of the inbox: `<warehouse>/scans/<feed>.json`; whether they are still as read.

What belongs here: reading and writing that memory, and asking whether a delivery stayed the same while it was read. The
memory is a convenience: where it is lost, damaged or cannot be written, files are read again, and nothing else changes. It
holds names, sizes, times and checksums, as load reports do.
"""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from connectors.contract import Contract
from connectors.delivery import checksum
from connectors.inbox import Delivery
from connectors.refusal import Refusal
from connectors.seen_files import Seen, looked_at, looks, recall, remembered
from warehouse.files import write_file


def known_checksum(root: Path, delivery: Delivery, contract: Contract) -> str:
    """The checksum of a delivery, without reading again the large files that are as they were.

    Args:
        root: The warehouse.
        delivery: The delivery.
        contract: Its feed's contract.

    Raises:
        Refusal: a file cannot be opened.
    """
    path = root / "scans" / f"{delivery.feed}.json"
    known = _read(path)
    before = looks(delivery, time.time_ns())
    recall(delivery, known)
    mark = checksum(delivery, contract)
    new = {place: seen for place, seen in remembered(delivery, before).items() if known.get(place) != seen}
    if new:
        # Folders that have left the inbox are forgotten with the next new file.
        there = {place: seen for place, seen in known.items() if (delivery.folder.parent / place).exists()}
        content = {place: seen.model_dump() for place, seen in (there | new).items()}
        with suppress(OSError):
            write_file(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n")
    return mark


def is_as_read(delivery: Delivery, before: Mapping[str, Seen | None], contract: Contract, mark: str) -> bool:
    """Whether a delivery is still the one whose checksum was worked out: what was read is then what the checksum says.

    Args:
        delivery: The delivery.
        before: What its files looked like before its checksum was asked for (`looked_at`).
        contract: Its feed's contract.
        mark: The checksum.
    """
    if looked_at(delivery) == before:
        return True
    # A back-up that links to a file, or rights that are changed, leave the content as it was: it is read once more.
    with suppress(Refusal):
        return checksum(replace(delivery, scans={}), contract) == mark
    return False


def _read(path: Path) -> dict[str, Seen]:
    """What is remembered; nothing where the file is missing or damaged."""
    try:
        content = json.loads(path.read_bytes())
        return {place: Seen.model_validate(seen) for place, seen in content.items()}
    except (OSError, ValueError, AttributeError, ValidationError):
        return {}
