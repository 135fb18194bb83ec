"""A narrowed content answers as the whole one does, plain and encrypted: drawn snapshots, persons and guests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal, assert_series_equal

from tests.warehouse.conftest import SCHEMA
from warehouse import parquet_copies
from warehouse.content import Content, Guests, attached, effective_content, feed_rows, not_queried
from warehouse.errors import WarehouseError
from warehouse.narrowed import (
    ASKED,
    WANTED,
    attached_narrowed,
    keys_of,
    reading_session,
    rows_about,
    rows_keyed,
    speaks_for_others,
)
from warehouse.natural_keys import Keys
from warehouse.parquet_copies import FILES, copied, copies_folder, key_of, remove_copies_of_the_gone
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore

AS_OF = date(2026, 9, 22)
PEOPLE = [f"P{number}" for number in range(9)]
MODES = ("full", "delta", "response")


def draw(chance: Random, land, modes: Sequence[str]) -> None:
    """Deliveries one after another, in which the same people, plates and vins come up again and again."""
    for place, mode in enumerate(modes):
        rows = [
            (
                chance.choice([*PEOPLE, None]),
                chance.choice(["A1", "A2", "", None]),
                chance.choice(["V1", "V2", "", None]),
            )
            for _ in range(chance.randrange(0, 14))
        ]
        asked = tuple(chance.sample(PEOPLE, 4)) if mode == "response" else ()
        land(AS_OF - timedelta(days=20 - place), *rows, mode=mode, checksum=f"{place:016x}", asked=asked)


def content_of(vault: Vault) -> Content | None:
    return effective_content(SnapshotStore(vault).list("vehicle"), AS_OF, 35).content


def narrowed(vault: Vault, content: Content, keys: Keys, subjects: tuple[str, ...], ids: pl.Series, shared: Path):
    """What workers find, file by file: rows by alias."""
    folder, key = copies_folder(shared, b"secret"), key_of(vault)
    wanted = ids.cast(pl.String).drop_nulls().unique().alias("id").to_frame()
    files = {one.alias: copied(vault, one, folder) for one in content.snapshots}
    with reading_session(key, "200MB", WANTED, wanted) as con:
        found = {alias: [rows_about(con, str(path), key, subjects) for path in paths] for alias, paths in files.items()}
    with vault.connect() as con:
        asked = keys_of(con, [pl.concat(rows) for rows in found.values()], keys)
    later = [one.alias for one, is_later in zip(content.snapshots, speaks_for_others(content), strict=True) if is_later]
    with reading_session(key, "200MB", ASKED, asked) as con:
        for alias in later:
            found[alias] += [rows_keyed(con, str(path), key, keys) for path in files[alias]]
    return {alias: pl.concat(rows) for alias, rows in found.items()}


def both(vault: Vault, content: Content, keys: Keys, subjects: tuple[str, ...], ids: pl.Series, shared: Path) -> None:
    """Ask the whole content and the narrowed one the same."""
    answers = []
    rows = narrowed(vault, content, keys, subjects, ids, shared)
    for is_narrow in (False, True):
        with vault.connect() as con:
            one = attached_narrowed(vault, con, content, rows) if is_narrow else attached(vault, con, content)
            with one:
                answers.append((feed_rows(con, content, keys, subjects, ids), not_queried(con, content, ids)))
    (whole, unasked), (narrow, narrow_unasked) = answers
    assert_frame_equal(narrow, whole)
    assert_series_equal(narrow_unasked, unasked)


@pytest.mark.parametrize("seed", range(5))
def test_a_narrowed_content_answers_as_the_whole_does(vault, keys, land, batch, tmp_path, seed):
    chance = Random(seed)  # noqa: S311 - drawn, not secret
    draw(chance, land, [chance.choice(MODES) for _ in range(chance.randrange(1, 5))])
    content = content_of(vault)
    if content is None:
        return
    if chance.random() < 0.5:
        guests = batch(("P1", "A1", None), ("G1", "A9", None), part_no=0)
        content = replace(content, guests=Guests(guests, pl.Series(["P1", "G1", "G2"]), "guests"))
    subjects = chance.choice((("id_number",), ("id_number", "vin"), ("plate",)))
    ids = pl.Series([*chance.sample(PEOPLE, 3), "G1", "G2", "A1", "V2", None])
    both(vault, content, keys, subjects, ids, tmp_path / "shared")
    both(vault, content, Keys((("plate",),)), subjects, ids, tmp_path / "shared")


def test_a_later_row_of_another_person_with_the_key_is_found(vault, land, tmp_path):
    land(AS_OF - timedelta(days=3), ("P1", "A1", "V1"), checksum="1" * 16)
    land(AS_OF - timedelta(days=2), ("P2", "A1", "V1"), ("P3", "A2", None), mode="delta", checksum="2" * 16)
    keys, ids = Keys((("plate",),)), pl.Series(["P1"])
    content = content_of(vault)
    rows = narrowed(vault, content, keys, ("id_number",), ids, tmp_path / "shared")
    assert [one.get_column("id_number").to_list() for one in rows.values()] == [["P1"], ["P2"]]
    both(vault, content, keys, ("id_number",), ids, tmp_path / "shared")


def test_a_copy_is_written_once_in_a_folder_of_the_warehouse(vault, land, tmp_path):
    land(AS_OF, ("P1", "A1", None), ("P2", "A2", None))
    (snapshot,) = SnapshotStore(vault).list("vehicle")
    folder = copies_folder(tmp_path / "shared", b"secret")
    (file,) = copied(vault, snapshot, folder)
    assert file.parent.name == snapshot.path.stem
    assert copies_folder(tmp_path / "shared", b"other") != folder
    before = file.stat()
    assert copied(vault, snapshot, folder) == (file,)
    assert file.stat() == before
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    content = file.read_bytes()
    assert (b"P1" in content) == (vault.key is None)
    # It is understood by itself: whence each row came stands in it.
    if vault.key is None:
        told = pl.read_parquet(file)
        assert told.select("source_file", "source_sha256", "stored_place").rows()[0] == (
            f"{AS_OF}.csv",
            f"sha-{AS_OF}",
            0,
        )
        assert set(SCHEMA) < set(told.columns)


@pytest.mark.parametrize("name", ["data_0.parquet", "data_1.parquet", FILES])
def test_a_copy_of_which_somebody_took_a_file_is_written_anew(vault, land, tmp_path, monkeypatch, name):
    """Rows that stood in it would be missing, and whom they are about would be read as clear."""
    monkeypatch.setattr(parquet_copies, "GROUP_ROWS", 2048)
    monkeypatch.setattr(parquet_copies, "FILE_GROUPS", 1)
    land(AS_OF, *((f"P{place:05}", f"A{place}", None) for place in range(5000)))
    (snapshot,) = SnapshotStore(vault).list("vehicle")
    folder = copies_folder(tmp_path / "shared", b"secret")
    files = copied(vault, snapshot, folder)
    assert len(files) > 2
    sizes = [one.stat().st_size for one in files]
    (files[0].parent / name).unlink()
    again = copied(vault, snapshot, folder)
    assert (again, len(list(files[0].parent.iterdir()))) == (files, len(files) + 1)
    assert [one.stat().st_size for one in again] == sizes
    files[1].write_bytes(b"cut off")
    assert [one.stat().st_size for one in copied(vault, snapshot, folder)] == sizes
    assert not list(tmp_path.rglob("*.part-*"))


def test_copies_of_snapshots_that_are_gone_are_removed(vault, land, tmp_path):
    land(AS_OF, ("P1", "A1", None))
    land(AS_OF - timedelta(days=1), ("P1", "A1", None), checksum="b" * 16)
    folder = copies_folder(tmp_path / "shared", b"secret")
    assert remove_copies_of_the_gone(vault, folder) == 0
    old, new = SnapshotStore(vault).list("vehicle")
    for one in (old, new):
        copied(vault, one, folder)
    assert remove_copies_of_the_gone(vault, folder) == 0
    old.path.unlink()
    assert remove_copies_of_the_gone(vault, folder) == 1
    assert [one.name for one in (folder / "vehicle").iterdir()] == [new.path.stem]


def test_a_shared_folder_that_is_none_is_told(vault, land, tmp_path):
    land(AS_OF, ("P1", "A1", None))
    (snapshot,) = SnapshotStore(vault).list("vehicle")
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="check HEDUI_SHARED_FOLDER"):
        copied(vault, snapshot, tmp_path / "file" / "shared")
