"""Names, texts and types as SQL.

Belongs here: quoting, which makes it safe to put SQL together from names of tables, fields and files. Values of
persons never stand in SQL; they go in as frames or parameters (`warehouse.session`).
"""

from collections.abc import Mapping

import polars as pl

from warehouse.errors import WarehouseError

TYPES: Mapping[type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Date: "DATE",
    pl.Int64: "BIGINT",
    pl.Int32: "INTEGER",
    pl.Boolean: "BOOLEAN",
}


def name(*parts: str) -> str:
    """Quote an SQL name, qualified where several parts are given."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def text(value: str) -> str:
    """Quote an SQL text."""
    return "'" + value.replace("'", "''") + "'"


def sql_type(dtype: pl.DataType) -> str:
    """Give the DuckDB type of a column of a clean batch (docs/architecture.md).

    Raises:
        WarehouseError: the type is none of those that cross this wall.
    """
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    found = TYPES.get(type(dtype))
    if found is None:
        raise WarehouseError(f"a column of type {dtype} cannot be stored: expected text, date, integer or decimal")
    return found
