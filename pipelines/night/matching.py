"""Matching: the roster's people in a feed, found where the data lies (DuckDB), then graded.

What belongs here: which snapshots a night reads, and the frames that leave them. Which rows of the roster make a
household, and how names are compared, stands in `pipelines.domain`.
"""

import polars as pl

from connectors.contract import schema
from pipelines.domain.households import active_rows, households_of, members_of
from pipelines.domain.matching import match
from pipelines.night.night import ROSTER, Night
from warehouse.content import Content, attached, effective_content, feed_rows, not_queried, quarantined_households
from warehouse.natural_keys import Keys

PROVENANCE_TYPES = {
    "snapshot_date": pl.Date(),
    "source_file": pl.String(),
    "source_row": pl.Int64(),
    "source_sha256": pl.String(),
    "has_manifest": pl.Boolean(),
    "delivery_order": pl.Int64(),
}


def content_of(night: Night, feed: str) -> Content | None:
    """The snapshots that the night uses of a feed, or None where the feed is not assessed."""
    state = night.state(feed)
    if not state.is_assessed:
        return None
    chosen = {report.checksum for report in state.used}
    snapshots = [one for one in night.snapshots.list(feed) if one.checksum in chosen]
    return effective_content(snapshots, night.as_of, state.max_age_days).content


def take_roster(night: Night) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make the night's households and members from the roster and store them as tables.

    Also stores the facts `roster`: how many households the roster holds, how many of them are out of scope, which
    household_ids stand in quarantined rows, and whether the roster tells incomes at all.
    """
    content = content_of(night, ROSTER)
    if content is None:
        raise LookupError("the roster was not landed; a night without it cannot begin")
    contract = night.contracts[ROSTER]
    with night.vault.connect() as con, attached(night.vault, con, content):
        rows = feed_rows(con, content, Keys(contract.keys, contract.keyless), contract.subjects, None)
        unreadable = quarantined_households(con, content)
    households = households_of(rows, night.as_of, unreadable)
    members = members_of(rows)
    present = {field["field"] for report in night.state(ROSTER).used for field in report.fields if field["is_present"]}
    night.tables.write("households", households)
    night.tables.write("members", members)
    night.tables.write("unreadable_households", unreadable.to_frame())
    night.tables.write_facts(
        ROSTER,
        {
            "households": rows.get_column("household_id").n_unique(),
            "out_of_scope": rows.get_column("household_id").n_unique()
            - active_rows(rows).get_column("household_id").n_unique(),
            "has_declared_income": "monthly_income" in present,
        },
    )
    return households, members


def match_feed(night: Night, feed: str) -> pl.DataFrame:
    """Find the members in one feed and store `matched_<feed>` and the persons whom the feed was not asked about.

    A feed that is not assessed leaves an empty table: its rules are told as not assessed, never as clear.
    """
    contract = night.contracts[feed]
    members = night.tables.read("members")
    content = content_of(night, feed)
    unasked = pl.Series("id_number", [], dtype=pl.String)
    if content is None:
        rows = pl.DataFrame(schema={**schema(contract), **PROVENANCE_TYPES})
    else:
        ids = members.get_column("id_number")
        with night.vault.connect() as con, attached(night.vault, con, content):
            rows = feed_rows(con, content, Keys(contract.keys, contract.keyless), contract.subjects, ids)
            unasked = not_queried(con, content, ids)
    matched = match(members, rows)
    night.tables.write(f"matched_{feed}", matched)
    night.tables.write(f"not_queried_{feed}", unasked.to_frame())
    return matched
