"""What was handed out in the rows of a workbook, written anew from the published night that it names.

What belongs here: finding that night and writing its rows again. Where it is gone, the seals alone tell that a row was
changed, not what. What depends on the moment of writing (state, dates of dispatch, answers) is left out: it cannot be
told from the night.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import PolicyError
from pipelines.workbooks.layout import COLUMNS
from pipelines.workbooks.queue_books import Declarations
from pipelines.workbooks.reading import read_material
from pipelines.workbooks.rows import checklist
from pipelines.workbooks.seal import Meta, seal_key
from pipelines.workbooks.tampering import Expected
from warehouse.errors import WarehouseError
from warehouse.files import is_safe_name
from warehouse.keys import identity_key
from warehouse.publication import MANIFEST, read_manifest
from warehouse.session import Vault

OF_THE_MOMENT: Final = frozenset({"town", "dispatched_on", "due_on", "case_state"})
TOLD_BY_THE_NIGHT: Final = tuple(
    column.key for column in COLUMNS if column.is_sealed and column.filler is None and column.key not in OF_THE_MOMENT
)
"""Columns whose cells can be written again."""


def written_of(vault: Vault, declarations: Declarations) -> Callable[[Meta], Expected]:
    """What was handed out, for a workbook's account; nothing is read before it is asked for.

    Args:
        vault: the warehouse.
        declarations: where the words of a workbook are declared.
    """

    def of(meta: Meta) -> Expected:
        return lambda wanted: _rows(vault, declarations, meta.night, frozenset(wanted))

    return of


def _rows(
    vault: Vault, declarations: Declarations, night: str, wanted: frozenset[str]
) -> Mapping[str, Mapping[str, Sequence[object]]] | None:
    """Finding → key → what may have been written: identity numbers masked or clear."""
    folder = vault.root / "published" / night
    if not is_safe_name(night) or not (folder / MANIFEST).exists():
        return None
    key = seal_key(identity_key(vault.root, vault.key))
    found: dict[str, dict[str, list[object]]] = {}
    try:
        words = declarations.words(read_manifest(folder))
        for clear_ids in (False, True):
            rows = checklist(read_material(vault, folder, clear_ids=clear_ids), words, key)
            for row in rows.filter(rows["finding_id"].is_in(sorted(wanted))).iter_rows(named=True):
                cells = found.setdefault(row["finding_id"], {name: [] for name in TOLD_BY_THE_NIGHT})
                for name, possible in cells.items():
                    if row[name] not in possible:
                        possible.append(row[name])
    except (DeclarationError, PolicyError, WarehouseError):
        # The night is of another policy or program, or damaged: what it said cannot be told again.
        return None
    return found
