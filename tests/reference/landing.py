"""The rows of one snapshot after cleaning, and what became of each (feeds.md section 2)."""

import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pyarrow import ArrowInvalid

from tests.reference import cleaning
from tests.reference.cleaning import OtherDocument, Quarantine, Unparsed
from tests.reference.contract import Feed, Field
from tests.reference.files import TYPES, Refused, Table, find_table, read_sheets
from tests.reference.manifest import check_manifest, read_manifest
from tests.reference.natural_keys import natural_key

Row = dict[str, Any]


@dataclass
class Landed:
    """A snapshot in use: its kept rows in (file, sheet, row) order and the fates of the others."""

    snapshot: date
    present: set[str]
    kept: list[Row] = field(default_factory=list)
    rows: int = 0
    quarantined: int = 0
    skipped: int = 0
    duplicate: int = 0
    superseded: int = 0
    kept_in_books: int = 0
    incomplete: set[str] = field(default_factory=set)
    asked: set[str] | None = None  # of whom the answers on hand speak; None: of everybody


def read_snapshot(folder: Path, feed: Feed, day: date, as_of: date) -> Landed:
    """Read, clean, quarantine, drop duplicates and superseded rows.

    Raises:
        Refused: as feeds.md says.
    """
    manifest = read_manifest(folder)
    files = sorted(f for f in folder.iterdir() if f.name.endswith(TYPES) and f.name != manifest.get("requested"))
    tables: list[Table] = []
    rows_of: dict[str, int] = {}
    for file in files:
        try:
            sheets = read_sheets(file.name, file.read_bytes(), feed)
        except (zipfile.BadZipFile, UnicodeDecodeError, ArrowInvalid):
            raise Refused("a file that does not open") from None
        found = [find_table(sheet, feed) for sheet in sheets]
        tables += [table for table in found if table]
        rows_of[file.name] = sum(len(table.rows) for table in found if table)
    if not tables:
        raise Refused("no table")
    check_manifest(folder, manifest, rows_of)
    landed = Landed(day, set().union(*(table.present for table in tables)), rows=sum(rows_of.values()))
    clean: list[Row] = []
    for table in tables:
        for number, raw in table.rows:
            try:
                row = clean_row(raw, table.units, feed, as_of)
            except OtherDocument:
                landed.skipped += 1
                continue
            except Quarantine:
                landed.quarantined += 1
                if feed.name == "roster":
                    landed.incomplete.add(cleaning.clean_text(raw["household_id"]))
                continue
            clean.append({**row, "_file": table.sheet.file, "_sheet": table.sheet.sheet, "_row": number, "_day": day})
    landed.incomplete.discard("")
    # max_bad_share: above 2 % of the rows, and at least 20 of them
    if landed.quarantined >= 20 and landed.quarantined * 100 > landed.rows * 2:
        raise Refused("too many rows are quarantined")
    _keep(landed, clean, feed)
    return landed


def clean_row(raw: dict[str, str], units: dict[str, str], feed: Feed, as_of: date) -> Row:
    """Every field of the contract, cleaned; a column that is absent gives an empty value.

    Raises:
        Quarantine: for an unreadable ID (of marriage: two), an empty household_id, garbage in a required date.
        OtherDocument: for a row that is about no resident ID.
    """
    row: Row = {}
    fates: list[Exception] = []
    bad_dates: list[str] = []
    for f in feed.fields:
        try:
            row[f.name] = clean_value(raw.get(f.name, ""), f, units.get(f.name, ""), as_of)
        except (Quarantine, OtherDocument) as fate:
            row[f.name] = None
            fates.append(fate)
        except Unparsed:
            # refused: what is not empty and no date in a required date; elsewhere it becomes null
            bad_dates += [f.name] if f.required and f.kind in ("date", "month") else []
            row[f.name] = None
    _judge_ids(feed, fates)  # another kind of document is skipped, whatever else its row holds
    if bad_dates:
        raise Quarantine(bad_dates[0])
    if "household_id" in row and row["household_id"] == "":
        raise Quarantine("household_id")
    if feed.name == "vehicle":
        row["plate_no"] = cleaning.clean_plate(raw.get("plate_no", ""), row["issuing_office"])
        row["plate_type"] = cleaning.clean_plate_type(row["plate_type"])
        row["vehicle_type"] = cleaning.clean_vehicle_type(row["vehicle_type"])
        row["status"] = cleaning.clean_vehicle_status(row["status"])
    return row


def _judge_ids(feed: Feed, fates: list[Exception]) -> None:
    """What unreadable IDs mean for the row: its only one decides, of two both must be gone.

    Raises:
        Quarantine: for a row about nobody.
        OtherDocument: for a row that is about no resident ID.
    """
    ids = sum(f.kind == "id" for f in feed.fields)
    if not fates or len(fates) < ids:
        return  # marriage: "the row is kept for the other side with that ID unknown"
    raise fates[0] if ids == 1 else Quarantine("both IDs")  # "where both are, it is quarantined"


def clean_value(text: str, f: Field, unit: str, as_of: date) -> object:
    """One value by the type of its field; `unit` is what its header says in brackets."""
    if f.kind == "id":
        return cleaning.clean_id(text, as_of)
    if f.kind == "code":
        return cleaning.clean_code(text, f.codes, required=f.required)
    if f.kind == "money":
        named = [u for u in ("万元", "元") if u in unit]
        return cleaning.clean_number(text, named[0] if named else f.unit)
    if f.kind == "dec":
        return cleaning.clean_number(text, None)
    ways = {
        "name": cleaning.clean_name,
        "text": cleaning.clean_text,
        "date": cleaning.clean_date,
        "month": cleaning.clean_month,
    }
    return ways[f.kind](text)


def _keep(landed: Landed, clean: list[Row], feed: Feed) -> None:
    """Duplicates kept once at their last place; of one natural key the last row."""
    last_of_content: dict[tuple[object, ...], int] = {}
    for place, row in enumerate(clean):
        last_of_content[_content(row)] = place
    once = [row for place, row in enumerate(clean) if last_of_content[_content(row)] == place]
    landed.duplicate = len(clean) - len(once)
    last_of_key: dict[tuple[object, ...], int] = {}
    for place, row in enumerate(once):
        key = natural_key(feed, row)
        if key is not None:
            last_of_key[key] = place
    for place, row in enumerate(once):
        key = natural_key(feed, row)
        if key is None or last_of_key[key] == place:
            landed.kept.append({**row, "_order": place})
        else:
            landed.superseded += 1


def _content(row: Row) -> tuple[object, ...]:
    # 发证机关 is no field of the contract: it only completes the plate
    return tuple(value for name, value in row.items() if not name.startswith("_") and name != "issuing_office")
