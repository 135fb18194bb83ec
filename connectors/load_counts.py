"""What reading a delivery counted: per sheet, per field, and together. Counts and positions only, never a value."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.manifest import Mode


@dataclass(frozen=True)
class PartReport:
    """One sheet of one file. `rows_read` counts every row but the header: clean + quarantined + skipped.

    `data_rows` are those a manifest counts, the rows of the sheet without titles, blanks, totals, notes and repeated
    headers; a row of a wide roster is one of them and is read as several. `is_dated` tells that a row would be read
    otherwise on a later snapshot date (a birth that was still to come).
    """

    part_no: int
    source_file: str
    sheet: str | None
    sha256: str
    encoding: str | None
    delimiter: str | None
    header_row: int
    rows_read: int
    data_rows: int
    skipped: Mapping[str, int]
    quarantined: Mapping[str, int]
    unknown_columns: tuple[str, ...]
    is_dated: bool = False


@dataclass
class FieldReport:
    """One field over the clean rows of a delivery: rows = filled + unknown + unparsed + empty.

    `unknown` counts codes that are not in the contract (and empty ones of a required column), `unparsed` texts that
    became null, `bad_check` kept values with a wrong check character.
    """

    field: str
    kind: str
    is_required: bool
    is_present: bool = False
    rows: int = 0
    filled: int = 0
    unknown: int = 0
    unparsed: int = 0
    bad_check: int = 0


@dataclass(frozen=True)
class DeliveryReport:
    """One delivery, after its last row."""

    parts: tuple[PartReport, ...]
    fields: tuple[FieldReport, ...]
    has_manifest: bool
    mode: Mode
    ignored_files: tuple[str, ...] = ()
    requested_unreadable: int = 0

    @property
    def data_rows(self) -> int:
        """Data rows of all files."""
        return sum(part.data_rows for part in self.parts)

    @property
    def quarantined(self) -> int:
        """Quarantined rows of all files."""
        return sum(sum(part.quarantined.values()) for part in self.parts)
