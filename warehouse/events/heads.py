"""Where the chain of events led when nights looked at it.

Belongs here: reading the heads that published and held nights keep in their manifests. Whoever cuts the end off the
chain, or writes it anew, cannot change those. Does not belong here: the chain itself.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from warehouse.events.event import Head

AREAS = ("published", "held")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class RecordedHeads:
    """What nights say of the chain.

    Attributes:
        heads: One a night that took events into account.
        nights: How many nights were looked at.
        unreadable: How many of them have no manifest that can be read.
    """

    heads: tuple[Head, ...]
    nights: int
    unreadable: int


def recorded_heads(root: Path) -> RecordedHeads:
    """Read the heads that the nights of a warehouse keep (`"events": {"seq", "digest"}`); no key is needed."""
    folders = [path for area in AREAS for path in sorted((root / area).glob("[0-9]*")) if path.is_dir()]
    heads, unreadable = [], 0
    for folder in folders:
        try:
            told = json.loads((folder / MANIFEST).read_bytes()).get("events")
            if told is not None:
                heads.append(Head(int(told["seq"]), str(told["digest"])))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            unreadable += 1
    return RecordedHeads(tuple(heads), len(folders), unreadable)
