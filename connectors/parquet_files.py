"""Parquet files: typed columns, read in batches of rows.

What belongs here: streaming a Parquet file as raw batches. Its column names are the header and count as row 1.
"""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.contract import Contract
from connectors.headers import Mismatch, match_header
from connectors.parts import Opened, Part, Source, UnusableFileError, cell_names, numbered

_ROW_BYTES = 128
_FEWEST_ROWS = 1_000


def read_parquet(source: Source, contract: Contract, slice_bytes: int) -> Opened:
    """A Parquet file as one part.

    Raises:
        UnusableFileError: no Parquet file, an encrypted one, or column names that are no header of the contract.
    """
    try:
        with source.opened() as stream:
            names = list(pq.ParquetFile(stream).schema_arrow.names)
    except (pa.ArrowException, OSError):
        raise UnusableFileError(
            f"{source.name}: expected a Parquet file, found none that opens; export it again"
        ) from None
    header = match_header(names, contract)
    if isinstance(header, Mismatch):
        raise UnusableFileError(f"{source.name}: {header.message}")

    def batches() -> Iterator[pl.DataFrame]:
        return _rows(source, len(names), max(_FEWEST_ROWS, slice_bytes // _ROW_BYTES))

    part = Part(source_file=source.name, sheet=None, sha256=source.sha256, header_row=1, header=header, batches=batches)
    return Opened([part])


def _rows(source: Source, width: int, batch_rows: int) -> Iterator[pl.DataFrame]:
    next_row = 2
    try:
        with source.opened() as stream:
            for batch in pq.ParquetFile(stream).iter_batches(batch_size=batch_rows):
                renamed = pa.Table.from_batches([batch]).rename_columns(cell_names(width))
                cells = pl.from_arrow(renamed)
                if isinstance(cells, pl.DataFrame) and cells.height:
                    yield numbered(cells, next_row)
                    next_row += cells.height
    except (pa.ArrowException, OSError):
        raise UnusableFileError(f"{source.name}: damaged after row {next_row - 1}; export it again") from None
