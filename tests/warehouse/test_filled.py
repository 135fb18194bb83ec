"""Where a column is empty."""

from collections.abc import Callable
from datetime import date

from warehouse.filled import empty_by_file
from warehouse.load_report import LoadReport
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore


def test_empty_cells_are_counted_by_file(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"), ("B", "", "2"), ("C", None, "3"))
    [landed] = SnapshotStore(vault).list("vehicle")
    [(file, number)] = empty_by_file(vault, landed, "plate").items()
    assert number == 2
    assert file
    assert empty_by_file(vault, landed, "id_number") == {}


def test_what_counts_as_empty_too_is_counted(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"), ("B", "", "2"), ("C", "unknown", "3"))
    [landed] = SnapshotStore(vault).list("vehicle")
    assert sum(empty_by_file(vault, landed, "plate", "unknown").values()) == 2
    assert sum(empty_by_file(vault, landed, "plate").values()) == 1
