"""Exports: what of a published night is handed on, to whom it may be shown, and in which order.

Here belongs choosing the rows and masking them. How a frame becomes a file stands in ``export_files``, who asked for
clear numbers in ``export_audit``. Everything read here is a published night or a snapshot, never a running night.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from pipelines.night.household_mask import household_key, masked_household
from pipelines.night.masking import masked_evidence, masked_id, masked_name, masked_raw, masked_text
from warehouse.keys import identity_key
from warehouse.publication import MANIFEST, current, read_manifest, read_published
from warehouse.session import Vault, frame
from warehouse.snapshots import Snapshot, SnapshotStore

What = Literal["findings", "cases", "quarantine", "queue"]
WHATS: tuple[What, ...] = get_args(What)
ID_COLUMNS = ("id_number", "head_id_number")
NO_TEXT = frozenset({"finding_id", "case_id", "fingerprint", "source_sha256"})
"""Marks of ours in hexadecimal digits: nobody's number, and of no use once cut."""
OF_HOUSEHOLDS = frozenset({"record_key", "statement", "clears_with"})
"""Columns in which rules about the roster name households."""
RISK_ORDER = ("red", "orange", "yellow")
ROSTER = "roster"

QUARANTINE = pl.Schema(
    {
        "feed": pl.String(),
        "snapshot_date": pl.Date(),
        "source_file": pl.String(),
        "sheet": pl.String(),
        "source_row": pl.Int64(),
        "field": pl.String(),
        "reason": pl.String(),
        "reason_label": pl.String(),
        "raw": pl.String(),
    }
)
"""Grain: one row per quarantined row of the snapshots that the night used, as the department delivered it."""

QUARANTINE_SQL = """
SELECT p.source_file, p.sheet, q.source_row, q.field, q.reason, q.raw
FROM snapshot.quarantine AS q LEFT JOIN snapshot.parts AS p USING (part_no)
ORDER BY q.part_no, q.source_row
"""


class ExportError(Exception):
    """An export that cannot be made as asked: says what was expected, what was found and what to do."""


@dataclass(frozen=True)
class FeedWords:
    """What an export must know of the contracts, which it does not read itself.

    Attributes:
        id_headers: by feed, the headers under which identity numbers stand.
        reasons: reasons of quarantine and their Chinese labels.
    """

    id_headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


def night_to_export(vault: Vault, as_of: date | None = None, profile: str | None = None) -> Path:
    """Find the published night to export: the current one, or the latest of a comparison date or a profile.

    Args:
        vault: the warehouse.
        as_of: only nights of this comparison date.
        profile: only nights of this profile.

    Raises:
        ExportError: nothing is published, or nothing of that date and profile.
    """
    latest = current(vault)
    if latest is None:
        raise ExportError("nothing is published in this warehouse yet: run hedui nightly first, or check --warehouse")
    if as_of is None and profile is None:
        return latest
    nights = {folder.parent: read_manifest(folder.parent) for folder in vault.root.glob(f"published/[0-9]*/{MANIFEST}")}
    fitting = [
        (str(told["as_of"]), int(told["publication_no"]), folder)
        for folder, told in nights.items()
        if (as_of is None or told["as_of"] == as_of.isoformat()) and (profile is None or told["profile"] == profile)
    ]
    if not fitting:
        asked = ", ".join(str(one) for one in (as_of, profile) if one is not None)
        there = ", ".join(sorted({f"{told['as_of']} {told['profile']}" for told in nights.values()}))
        raise ExportError(f"no night of {asked} is published; published: {there}")
    return max(fitting)[2]


def exported(
    vault: Vault, folder: Path, what: What, *, town: str | None, clear_ids: bool, words: FeedWords
) -> pl.DataFrame:
    """Give the rows of an export, masked unless clear IDs were asked for.

    Args:
        vault: the warehouse.
        folder: a published night.
        what: findings, cases, queue (cases to send out, the most urgent first), or quarantine.
        town: only this town's rows.
        clear_ids: leave identity numbers readable; the caller writes the record of it.
        words: what the contracts say, for quarantine.

    Raises:
        ExportError: the town is unknown, or quarantine was asked for by town.
    """
    if what == "quarantine":
        if town is not None:
            raise ExportError("quarantined rows belong to a feed, not to a town: leave out --town")
        return quarantined(vault, read_manifest(folder), words, clear_ids=clear_ids)
    rows = read_published(vault, folder, "findings" if what == "findings" else "cases")
    if town is not None:
        rows = of_town(rows, town)
    if what == "queue":
        rows = queue(rows)
    return rows if clear_ids else masked(rows, household_key(identity_key(vault.root, vault.key)))


def queue(cases: pl.DataFrame) -> pl.DataFrame:
    """Give the cases to send out: red, orange, yellow; within a risk the greatest amount at risk first.

    Grey cases (nothing but leads) are looked at in the next periodic review and are left out (rules.md section 6).
    """
    rank = pl.col("risk").replace_strict(RISK_ORDER, range(len(RISK_ORDER)), default=None, return_dtype=pl.Int8)
    return (
        cases.filter(pl.col("risk").is_in(RISK_ORDER))
        .with_columns(rank=rank)
        .sort(["rank", "amount_at_risk", "household_id"], descending=[False, True, False], nulls_last=True)
        .drop("rank")
    )


def of_town(rows: pl.DataFrame, town: str) -> pl.DataFrame:
    """Keep a town's rows.

    Raises:
        ExportError: no row names the town; the message lists the towns there are.
    """
    found = rows.filter(pl.col("town") == town.strip())
    if found.is_empty():
        towns = rows["town"].drop_nulls().unique().sort().to_list()
        there = masked_name("、".join(name for name in towns if name)) or "none"
        raise ExportError(f"--town: no row of this night is in a town of that name; towns of this night: {there}")
    return found


def masked(rows: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Mask every identity number of findings or cases: in columns of their own, in household ids, in any other text.

    Args:
        rows: findings or cases, or tables made of them.
        key: of `household_mask.household_key`: households whose ids are numbers of persons stay apart.
    """
    return rows.with_columns(_masked(rows.schema, name, key) for name in rows.columns if name not in NO_TEXT)


def _masked(schema: pl.Schema, name: str, key: bytes) -> pl.Expr:
    """One column masked, whatever it holds."""
    column, kind = pl.col(name), schema[name]
    households = partial(masked_household, key=key)
    if name in ID_COLUMNS:
        return masked_id(name)
    if name == "household_id":
        return households(column)
    if name == "evidence":
        return masked_evidence(name, households)
    # Sentences and keys about the roster name other households; staff must find them.
    is_of_roster = pl.lit(value=False)
    if name in OF_HOUSEHOLDS and "feed" in schema:
        is_of_roster = pl.col("feed").eq_missing(pl.lit(ROSTER))
    if name == "record_key":
        is_of_roster |= column == pl.col("household_id")
    if kind == pl.List(pl.String):
        named = pl.when(is_of_roster).then(column.list.eval(households(pl.element())))
        return named.otherwise(column.list.eval(masked_text(pl.element()))).alias(name)
    if kind != pl.String:
        return column
    named = pl.when(is_of_roster).then(households(pl.when(is_of_roster).then(column)))
    return named.otherwise(masked_text(column)).alias(name)


def quarantined(vault: Vault, manifest: Mapping[str, Any], words: FeedWords, *, clear_ids: bool) -> pl.DataFrame:
    """Give the raw rows that were set aside in the snapshots a night used, for the departments to fix.

    Raises:
        ExportError: a snapshot that the night used is no longer in the warehouse.
    """
    tables = [pl.DataFrame(schema=QUARANTINE)]
    with vault.connect() as con:
        for feed, told in sorted(manifest.get("feeds", {}).items()):
            for snapshot in _used(vault, feed, told):
                vault.attach(con, snapshot.path, "snapshot", read_only=True)
                rows = frame(con, QUARANTINE_SQL)
                con.execute("DETACH snapshot")
                if not clear_ids:
                    headers = words.id_headers.get(feed, ())
                    rows = rows.with_columns(masked_raw("raw", headers), masked_text(pl.col("source_file", "sheet")))
                label = pl.col("reason").replace_strict(dict(words.reasons), default=None, return_dtype=pl.String)
                day = pl.lit(snapshot.snapshot_date)
                rows = rows.with_columns(feed=pl.lit(feed), snapshot_date=day, reason_label=label)
                tables.append(rows.select(QUARANTINE.names()).cast(QUARANTINE))
    return pl.concat(tables)


def _used(vault: Vault, feed: str, told: Mapping[str, Any]) -> list[Snapshot]:
    """The snapshots of a feed that a night used: those its manifest names, one or several (full and deltas)."""
    if told.get("status") != "fresh":
        return []
    # One delivery may come again under another date: the date tells the two apart.
    wanted = {(str(one["snapshot_date"]), str(one["checksum"])) for one in told.get("snapshots") or [told]}
    landed = {(str(one.snapshot_date), one.checksum): one for one in SnapshotStore(vault).list(feed)}
    missing = wanted - landed.keys()
    if missing:
        raise ExportError(
            f"{feed}: expected {len(wanted)} snapshots that the night used, {len(missing)} are no longer in the "
            "warehouse (retention); export the current night, or restore the snapshot"
        )
    return [landed[mark] for mark in sorted(wanted)]
