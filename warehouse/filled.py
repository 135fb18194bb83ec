"""Where a snapshot's column is empty: which files hold its empty cells. For explanations, asked only when one is due."""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from warehouse.session import Vault, frame
from warehouse.snapshots import Snapshot
from warehouse.sql import name, text


def empty_by_file(vault: Vault, snapshot: Snapshot, field: str, also: str = "") -> dict[str, int]:
    """Count the kept rows in which a field is empty, by file; a file without any is not named.

    Args:
        vault: The warehouse.
        snapshot: The snapshot.
        field: One of its contract's fields.
        also: A value that counts as empty too, such as the name of unknown codes.
    """
    rows, parts = name(snapshot.alias, "rows"), name(snapshot.alias, "parts")
    query = f"""
        SELECT p.source_file AS file, count(*) AS empty
        FROM {rows} r LEFT JOIN {parts} p ON p.part_no = r.part_no
        WHERE coalesce(CAST(r.{name(field)} AS VARCHAR), '') IN ('', {text(also)})
        GROUP BY ALL ORDER BY empty DESC, file
    """
    with vault.connect(will_write=False) as con:
        vault.attach(con, snapshot.path, snapshot.alias, read_only=True)
        found = frame(con, query)
    return {str(file): int(number) for file, number in found.iter_rows()}
