"""What every published night is called, without opening its manifest: its date, its number, its profile.

Belongs here: a small index beside the published nights. It only remembers: a night counts because its folder is there,
an entry counts while its manifest is the file that was read, and where the index is missing, damaged or old it is made
again. Does not belong here: anything else that manifests tell.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import WarehouseError
from warehouse.files import write_file

INDEX = "nights.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Brief:
    """One published night.

    Attributes:
        folder: the name of its folder.
        as_of: its comparison date, YYYY-MM-DD.
        publication_no: its number among all publications.
        profile: its policy profile; None where its manifest names none.
        mark: what tells its manifest from another file of the name: inode, time of change in ns, size.
    """

    folder: str
    as_of: str
    publication_no: int
    profile: str | None
    mark: tuple[int, int, int]


class PublishedIndex:
    """The index of one warehouse.

    Args:
        area: the folder of published nights.
        manifest: the name of a manifest.
    """

    def __init__(self, area: Path, manifest: str) -> None:
        self._area = area
        self._manifest = manifest

    def nights(self, *, keep: bool = False) -> list[Brief]:
        """Give every published night; only those that the index does not know are opened.

        A damaged manifest must not stop the nights to come: its night is left out.

        Args:
            keep: whether to write the index where it has changed; for those who change the warehouse anyway.
        """
        known = self._known()
        found = []
        for path in sorted(self._area.glob(f"[0-9]*/{self._manifest}")):
            with suppress(WarehouseError, OSError):
                mark = _mark(path)
                kept = known.get(path.parent.name)
                brief = kept if kept is not None and kept.mark == mark else _read(path, mark)
                found.append(brief)
        if keep and found and {one.folder: one for one in found} != known:
            self._keep(found)
        return found

    def _known(self) -> dict[str, Brief]:
        """What the index holds; nothing where it cannot be read."""
        try:
            told = json.loads((self._area / INDEX).read_bytes())
            if told["format"] != FORMAT:
                return {}
            briefs = [Brief(**{**one, "mark": tuple(one["mark"])}) for one in told["nights"]]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return {one.folder: one for one in briefs}

    def _keep(self, nights: list[Brief]) -> None:
        """Write the index; without it the manifests are read the next time."""
        told = {"format": FORMAT, "nights": [asdict(one) for one in nights]}
        with suppress(OSError, WarehouseError):
            write_file(self._area / INDEX, json.dumps(told).encode() + b"\n")


def _read(path: Path, mark: tuple[int, int, int]) -> Brief:
    """What a manifest tells of its night.

    Raises:
        WarehouseError: it is damaged, or tells no date or number.
    """
    try:
        told: Mapping[str, Any] = json.loads(path.read_bytes())
        profile = told.get("profile")
        return Brief(
            path.parent.name,
            str(told["as_of"]),
            int(told["publication_no"]),
            None if profile is None else str(profile),
            mark,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WarehouseError(f"the night {path.parent.name} has no readable {path.name}: restore the folder") from None


def _mark(path: Path) -> tuple[int, int, int]:
    told = path.stat()
    return told.st_ino, told.st_mtime_ns, told.st_size
