"""A small published night, literal, made through the warehouse's own publication."""

import os
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copy2, copytree
from typing import Any

import polars as pl
import pytest

from tests.pipelines.literal_publication import AS_OF, land, literal_manifest, literal_tables
from warehouse.keys import new_key_file, read_key_file
from warehouse.publication import publish
from warehouse.session import Vault

RUN = "0123456789ab"


@pytest.fixture(scope="session")
def session_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the key by which every encrypted warehouse of these tests is written."""
    path = tmp_path_factory.mktemp("key") / "hedui.key"
    new_key_file(path)
    return path


@pytest.fixture(scope="session")
def literal_night(tmp_path_factory: pytest.TempPathFactory, session_key: Path) -> Callable[[str], Path]:
    """The published folder of the literal night, of an open or an encrypted warehouse: made once, to be copied."""

    @cache
    def of(kind: str) -> Path:
        vault = vault_of(tmp_path_factory.mktemp(kind), kind, session_key)
        return publish(vault, AS_OF, RUN, literal_tables(), literal_manifest()).folder

    return of


def vault_of(folder: Path, kind: str, session_key: Path) -> Vault:
    """The warehouse of a folder, `open` or `encrypted`; its key lies beside it."""
    key = None
    if kind == "encrypted":
        copy2(session_key, folder)
        key = read_key_file(folder / session_key.name)
    return Vault(folder / "warehouse", key, threads=1, memory_limit="500MB")


@pytest.fixture(params=["open", "encrypted"])
def night_vault(request: pytest.FixtureRequest, tmp_path: Path, session_key: Path) -> Vault:
    return vault_of(tmp_path, request.param, session_key)


@pytest.fixture
def published_night(night_vault: Vault, literal_night: Callable[[str], Path]) -> Callable[..., Path]:
    """Publish the literal night, on any date and with other entries in its manifest.

    As it is, into a warehouse that is not there yet, it is a copy: publishing takes longer than most tests.
    """

    def make(as_of: date = AS_OF, run_id: str = RUN, **more: Any) -> Path:
        if (as_of, run_id, more) == (AS_OF, RUN, {}) and not night_vault.root.exists():
            folder = literal_night("encrypted" if night_vault.key else "open")
            made = folder.parent.parent
            copytree(made, night_vault.root, symlinks=True)
            return night_vault.root / folder.relative_to(made)
        return publish(night_vault, as_of, run_id, literal_tables(), literal_manifest() | more).folder

    return make


@pytest.fixture
def landed(night_vault: Vault) -> Callable[[str, date, str, list[str]], None]:
    """Land a snapshot with rows set aside: feed, date, checksum, raw texts."""

    def make(feed: str, day: date, checksum: str, raws: list[str]) -> None:
        land(night_vault, feed, day, checksum, raws)

    return make


@pytest.fixture
def old_rows(night_vault: Vault, landed: Callable[..., None], published_night: Callable[..., Path]) -> Path:
    """The one snapshot whose time is over, beside a published night that does not need it: its file."""
    published_night()
    day = date(2026, 1, 1)
    landed("vehicle", day, "ab" * 8, [])
    rows = night_vault.root / "snapshots" / "vehicle" / f"{day}-{'ab' * 6}.duckdb"
    for path in (rows, rows.with_suffix(".json")):
        os.utime(path, (1_760_000_000, 1_760_000_000))
    return rows


@pytest.fixture
def night_manifest() -> dict[str, Any]:
    return literal_manifest()


@pytest.fixture
def night_tables() -> dict[str, pl.DataFrame]:
    return literal_tables()
