"""What a manifest says of a snapshot, and whether it is true (feeds.md section 1)."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.reference.files import Refused


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, empty where there is none.

    Raises:
        Refused: where it is no JSON.
    """
    path = folder / "manifest.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
    except ValueError:
        raise Refused("a manifest that cannot be read") from None


def check_manifest(folder: Path, manifest: dict[str, Any], rows_of: dict[str, int]) -> None:
    """Hold the manifest against the data rows of each file.

    Raises:
        Refused: for a missing file, another checksum, another row count.
    """
    for name, says in (manifest.get("files") or {}).items():
        if not (folder / name).exists():
            raise Refused("a missing file")
        if (
            says.get("sha256") is not None
            and says["sha256"] != hashlib.sha256((folder / name).read_bytes()).hexdigest()
        ):
            raise Refused("another checksum")
        if says.get("rows") is not None and says["rows"] != rows_of.get(name, says["rows"]):
            raise Refused("another row count")
    if manifest.get("rows") is not None and manifest["rows"] != sum(rows_of.values()):
        raise Refused("another row count")


def requested(folder: Path, manifest: dict[str, Any]) -> set[str]:
    """The IDs of a request list, one a row."""
    lines = (folder / manifest["requested"]).read_text(encoding="utf-8-sig").splitlines()
    return {line.strip() for line in lines if line.strip()[:17].isdigit()}
