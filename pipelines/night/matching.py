"""Matching: the roster's people in a feed, found where the data lies (DuckDB), then graded.

What belongs here: which snapshots a night reads, and the frames that leave them. Which rows of the roster make a
household, and how names are compared, stands in `pipelines.domain`.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl

from pipelines.domain.distinct import distinct
from pipelines.domain.households import households_of, members_of
from pipelines.domain.matching import HOUSEHOLD_ID, named_persons, named_rows
from pipelines.domain.roster_rows import roster_rows_of, shared_members_of
from pipelines.night.canaries import without_canaries
from pipelines.night.engine import Asked
from pipelines.night.masking import masked_texts
from pipelines.night.matched_rows import completed, matched_rows, no_match
from pipelines.night.night import ROSTER, Night
from warehouse.content import Content, attached, effective_content, feed_rows, not_queried, quarantined_households
from warehouse.natural_keys import Keys


def content_of(night: Night, feed: str) -> Content | None:
    """What the night uses of a feed: its snapshots, and the canaries that go along; None where it is not assessed."""
    state = night.state(feed)
    if not state.is_assessed:
        return None
    chosen = {(report.snapshot_date, report.checksum) for report in state.used}
    snapshots = [one for one in night.snapshots.list(feed) if (one.snapshot_date, one.checksum) in chosen]
    content = effective_content(snapshots, night.as_of, state.max_age_days).content
    if content is None or night.canaries is None:
        return content
    return replace(content, guests=night.canaries.guests(feed))


def take_roster(night: Night) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make the night's households and members from the roster and store them as tables; give the real ones.

    Also stores what rules look up in the roster itself (`roster_rows`, `shared_members`), which household_ids stand in
    quarantined rows, and the facts `roster`: how many households the roster holds, how many of them are out of scope,
    and whether it tells incomes at all.
    """
    content = content_of(night, ROSTER)
    if content is None:
        raise LookupError("the roster was not landed; a night without it cannot begin")
    contract = night.contracts[ROSTER]
    with night.vault.connect() as con, attached(night.vault, con, content):
        rows = feed_rows(con, content, Keys(contract.keys, contract.keyless), contract.subjects, None)
        unreadable = quarantined_households(con, content)
    rows = completed(contract, rows)
    # Most of this keeps one processor busy: three tables are made and written side by side.
    with ThreadPoolExecutor() as beside:
        to_write = beside.submit(lambda: night.tables.write("roster_rows", roster_rows_of(rows), is_read_soon=False))
        to_count = beside.submit(lambda: distinct(without_canaries(rows).get_column("household_id")))
        to_gather = beside.submit(_take_households, night, rows, unreadable)
        members = members_of(rows)
        night.tables.write("members", members)
        households, delivered = to_gather.result(), to_count.result()
        to_write.result()
    night.tables.write("shared_members", shared_members_of(members, households))
    night.tables.write("unreadable_households", unreadable.to_frame())
    real = without_canaries(households)
    present = {field["field"] for report in night.state(ROSTER).used for field in report.fields if field["is_present"]}
    facts = {
        "households": delivered,
        "out_of_scope": delivered - real.height,
        "has_declared_income": "monthly_income" in present,
    }
    night.tables.write_facts(ROSTER, facts)
    return real, without_canaries(members)


def _take_households(night: Night, rows: pl.DataFrame, unreadable: pl.Series) -> pl.DataFrame:
    """The night's households, made of roster rows and stored."""
    households = households_of(rows, night.as_of, unreadable)
    # What is counted by town is shown: on pages, in accounts, as names of files. A town's name needs nobody's number.
    households = households.with_columns(masked_texts(households.get_column("town")))
    night.tables.write("households", households)
    return households


def matched_feeds(night: Night) -> list[str]:
    """Feeds with a contract that are to be matched before any is judged: a rule may look at other feeds beside its own."""
    return [feed for feed in night.rulebook.feeds_to_match() if feed in night.contracts and feed != ROSTER]


def match_feed(night: Night, feed: str) -> pl.DataFrame:
    """Find the members in one feed and store `matched_<feed>` and the persons whom the feed was not asked about.

    A feed about several persons in one row is matched on each side, one about none by household. A feed that is not
    assessed leaves an empty table, without a look at the roster: its rules are told as not assessed, never as clear.
    """
    contract = night.contracts[feed]
    content = content_of(night, feed)
    if content is None:
        matched, unasked = no_match(contract), pl.Series("id_number", [], dtype=pl.String)
    else:
        members = night.tables.read("members")
        ids = members.get_column("id_number")
        keys, subjects = Keys(contract.keys, contract.keyless), contract.subjects or (HOUSEHOLD_ID,)
        asked = Asked(keys, subjects, ids if contract.subjects else members.get_column(HOUSEHOLD_ID))
        with night.vault.connect() as con, night.engine.opened(night.vault, con, content, asked, night.secret):
            rows = feed_rows(con, content, keys, subjects, asked.ids)
            unasked = not_queried(con, content, ids)
        matched = matched_rows(contract, members, completed(contract, rows))
        for field, other in night.rulebook.persons_looked_up(feed):
            _look_up(night, feed, named_persons(matched, field), other)
    night.tables.write(f"matched_{feed}", matched)
    night.tables.write(f"not_queried_{feed}", unasked.to_frame())
    return matched


def looked_up_table(feed: str, other: str) -> str:
    """The name of the table that holds what `other` says about persons whom `feed` names."""
    return f"looked_up_{feed}_{other}"


def _look_up(night: Night, feed: str, named: pl.DataFrame, other: str) -> None:
    """Find the persons whom a feed names in another feed and store what it holds; nothing where it is not assessed."""
    content = content_of(night, other)
    if content is None:
        return
    contract, ids = night.contracts[other], named.get_column("id_number")
    asked = Asked(Keys(contract.keys, contract.keyless), contract.subjects, ids)
    with night.vault.connect() as con, night.engine.opened(night.vault, con, content, asked, night.secret):
        rows = feed_rows(con, content, asked.keys, asked.subjects, ids)
        unasked = not_queried(con, content, ids)
    night.tables.write(looked_up_table(feed, other), named_rows(named, completed(contract, rows), unasked))
