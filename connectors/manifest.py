"""Manifests: what a department says about a delivery, held against what arrived (feeds.md section 1)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.headers import shown
from connectors.parts import UnusableFileError

MANIFEST = "manifest.json"
Mode = Literal["full", "delta", "response"]


class ManifestFile(BaseModel):
    """What is promised of one file; data rows without titles, blanks, totals and notes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sha256: str | None = Field(default=None, pattern=r"^[0-9A-Fa-f]{64}$")
    rows: int | None = Field(default=None, ge=0)


class Manifest(BaseModel):
    """What is promised of a delivery. What a department adds (who, when, which system) is its own and not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    rows: int | None = Field(default=None, ge=0)
    files: dict[str, ManifestFile] | None = None
    mode: Mode = "full"
    requested: str | None = Field(default=None, description="the file with the persons whom a response answers for")


def read_manifest(path: Path) -> Manifest:
    """A manifest, strictly.

    Raises:
        UnusableFileError: no JSON in UTF-8, a key twice, a wrong value, or a list
            of requested persons without the mode `response` and the reverse.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
        manifest = Manifest.model_validate(content)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise UnusableFileError(f"{MANIFEST}: expected JSON in UTF-8, found none; correct it or take it out") from None
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, one['loc'][:1]))}: {one['msg']}" for one in error.errors(include_url=False)
        )
        raise UnusableFileError(
            f"{MANIFEST}: expected rows, files (sha256, rows), mode, requested; found: {told}"
        ) from None
    if (manifest.mode == "response") != (manifest.requested is not None):
        raise UnusableFileError(
            f"{MANIFEST}: expected mode response together with requested (the list of persons asked about), found mode "
            f"{manifest.mode} {'with' if manifest.requested else 'without'} it"
        )
    return manifest


def files_mistake(manifest: Manifest, checksums: Mapping[str, str]) -> str | None:
    """Why the files that the manifest names are not those of the delivery; None when they are.

    A file that the manifest does not name is no violation (feeds.md section 1: a missing file, another checksum,
    another row count); it is read, and counts towards the rows that the manifest promises in all.

    Args:
        manifest: What was promised.
        checksums: Name → SHA-256 of every file of the folder.
    """
    if manifest.requested is not None and manifest.requested not in checksums:
        return f"{MANIFEST} names the request list {manifest.requested}, found no such file; deliver it too"
    if manifest.files is None:
        return None
    missing = sorted(set(manifest.files) - set(checksums))
    if missing:
        return f"{MANIFEST} names {', '.join(missing)}, found no such file; deliver the snapshot again"
    for name, promised in sorted(manifest.files.items()):
        if promised.sha256 is not None and promised.sha256.lower() != checksums[name]:
            return (
                f"{name}: expected SHA-256 {promised.sha256.lower()} as in {MANIFEST}, found {checksums[name]}; "
                "deliver the file again"
            )
    return None


def rows_mistake(manifest: Manifest, found: Mapping[str, int]) -> str | None:
    """Why the data rows read (file → rows) are not as many as the manifest says; None when they are."""
    for name, promised in sorted((manifest.files or {}).items()):
        rows = found.get(name, 0)
        if promised.rows is not None and promised.rows != rows and name != manifest.requested:
            return f"{name}: expected {promised.rows} data rows as in {MANIFEST}, found {rows}"
    total = sum(found.values())
    if manifest.rows is not None and manifest.rows != total:
        return f"expected {manifest.rows} data rows as in {MANIFEST}, found {total}"
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys stand once."""
    keys = [key for key, _ in pairs]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise UnusableFileError(f"{MANIFEST}: {', '.join(map(shown, doubled))} stands twice; keep one")
    return dict(pairs)
