from collections.abc import Callable

import polars as pl
import pytest

from warehouse.errors import WarehouseError
from warehouse.natural_keys import Keys
from warehouse.session import Vault, frame, store


def key_columns(vault: Vault, keys: Keys, rows: pl.DataFrame) -> list[tuple[object, ...]]:
    with vault.connect() as con:
        store(con, "rows", rows)
        return frame(con, f"SELECT {keys.columns()} FROM rows").rows()  # noqa: S608  names only


def test_the_first_alternative_with_a_value_applies(
    vault: Vault, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    rows = batch(("A", "p", "v"), ("A", None, "v"), ("A", "", "v"), ("A", None, None), ("A", "p", None))
    assert keys.names == ("key_kind", "key_1", "key_2")
    assert key_columns(vault, keys, rows) == [(1, "p", "A"), (2, "v", "A"), (2, "v", "A"), (0, "", ""), (1, "p", "A")]


def test_the_last_alternative_applies_always_when_merging(vault: Vault, batch: Callable[..., pl.DataFrame]) -> None:
    merging = Keys((("plate", "id_number"), ("vin", "on", "id_number")))
    rows = batch(("A", "p", "v"), ("A", None, "v"), ("A", None, None))
    assert merging.names == ("key_kind", "key_1", "key_2", "key_3")
    assert key_columns(vault, merging, rows) == [(1, "p", "A", ""), (2, "v", "", "A"), (2, "", "", "A")]


def test_one_alternative_applies_always_when_merging(vault: Vault, batch: Callable[..., pl.DataFrame]) -> None:
    only = Keys((("plate", "value"),))
    assert key_columns(vault, only, batch(("A", "p", None), ("A", None, None))) == [(1, "p", ""), (1, "", "")]


def test_one_alternative_can_leave_rows_without_a_key(vault: Vault, batch: Callable[..., pl.DataFrame]) -> None:
    only = Keys((("plate",),), keyless="keep")
    assert key_columns(vault, only, batch(("A", "p", None), ("A", None, None))) == [(1, "p"), (0, "")]


@pytest.mark.parametrize("alternatives", [(), ((),), (("a",), ())])
def test_a_key_of_nothing_is_refused(alternatives: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(WarehouseError):
        Keys(alternatives)
