"""The metrics of a night: what the gates and the health page compare from night to night. Counts only, no person.

What belongs here: counting what the night has already read: load reports, matched rows, findings. No feed is read
again; only where deltas or answers make up a feed are its rows counted where they lie. What the numbers mean for the
publication is in `pipelines.domain.gates`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.domain.distinct import distinct, distinct_in_both
from pipelines.domain.vocabulary import Outcome
from pipelines.night.matching import content_of, matched_feeds
from pipelines.night.night import ROSTER, Night
from warehouse.content import attached, count_rows
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys

PLACES = 6
"""Shares are kept to a millionth: finer than one row of the largest feed says nothing about a delivery."""

METRICS = "metrics"
"""The facts under which a night keeps them, and their place in its manifest."""

FRESH = "fresh"


WHO = ("household_id", "id_number")

FLAGGED_COLUMNS = ("household_id", "rule_id", "outcome", "town")
"""What is looked at of a finding; the household tells canaries."""


def night_metrics(night: Night, feeds: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics of a night, as its manifest keeps them.

    Args:
        night: the night, its rules counted.
        feeds: the metrics of its feeds (`feeds_metrics`).

    Returns:
        `roster_rows`: rows of the roster's content, active and stopped. `feeds`: one entry per feed assessed tonight,
        the roster among them (`feed_metrics`). `flagged`: per rule assessed tonight the flagged findings by town; a
        town that is not named has none.
    """
    return {
        "roster_rows": feeds.get(ROSTER, {}).get("rows"),
        "feeds": feeds,
        "flagged": flagged_by_town(night.tables.read("rule_counts"), night.tables.read("findings", FLAGGED_COLUMNS)),
    }


def feeds_metrics(night: Night) -> dict[str, Any]:
    """The metrics of every feed assessed tonight, the roster among them."""
    scope = Scope(night)
    return {feed: feed_metrics(night, feed, scope) for feed in (ROSTER, *night.feeds) if night.state(feed).is_assessed}


class Scope:
    """Whom the feeds could match tonight: the members in scope, by person or by household."""

    def __init__(self, night: Night) -> None:
        """Read who they are; they are counted when a feed asks."""
        self._members = night.tables.read("members", WHO)
        self._counted: dict[str, int] = {}

    def size(self, who: str) -> int:
        """Persons or households in scope, each once, by the column that names them."""
        if who not in self._counted:
            self._counted[who] = distinct(self._members.get_column(who))
        return self._counted[who]

    def found_in(self, matched: pl.Series, who: str) -> int:
        """How many of them stand among matched rows, each counted once."""
        return distinct_in_both(matched, self._members.get_column(who))


def feed_metrics(night: Night, feed: str, scope: Scope) -> dict[str, Any]:
    """The metrics of one assessed feed.

    Args:
        night: the night.
        feed: the feed.
        scope: whom it could match.

    Returns:
        `snapshot_date` and `checksum` of the newest snapshot in use; `rows` of the content in use (with deltas: not of
        the delta's file); `matched_persons` with at least one row, `persons` in scope and the `match_rate` of the two
        (households for a feed that names no person; all null for the roster and for a feed that no rule looks at);
        `fill`: required field → share of the kept rows that have it, null where there is no row. An empty cell of a
        required code is kept as `unknown` and counts as empty here, as does a code that no list names.
    """
    state, fields = night.state(feed), night.contracts[feed].fields
    newest = state.report
    return {
        "snapshot_date": state.snapshot_date.isoformat() if state.snapshot_date else None,
        "checksum": newest.checksum if newest else None,
        "rows": content_rows(night, feed),
        **matched_metrics(night, feed, scope),
        "fill": fill_shares(state.used, {one.name: one.kind == "code" for one in fields if one.is_required}),
    }


def content_rows(night: Night, feed: str) -> int:
    """Rows of a feed as the night uses it: those of the full snapshot, with what deltas and answers put in their place."""
    used = night.state(feed).used
    if len(used) == 1:
        return used[0].books.kept
    content = content_of(night, feed)
    if content is None:
        return 0
    contract = night.contracts[feed]
    keys, subjects = Keys(contract.keys, contract.keyless), contract.subjects
    with night.vault.connect(will_write=False) as con, attached(night.vault, con, content):
        return count_rows(con, content, keys, subjects)


def matched_metrics(night: Night, feed: str, scope: Scope) -> dict[str, int | float | None]:
    """How many of those in scope have a row in the feed, each counted once."""
    if feed not in matched_feeds(night):
        return {"matched_persons": None, "persons": None, "match_rate": None}
    who = "id_number" if night.contracts[feed].subjects else "household_id"
    # The household is read in any case: canaries are told by it.
    matched = night.tables.read(f"matched_{feed}", list(dict.fromkeys(("household_id", who))))
    # Whoever was only in the night for its own purposes and has left the members is not counted either.
    found, persons = scope.found_in(matched.get_column(who), who), scope.size(who)
    return {"matched_persons": found, "persons": persons, "match_rate": share(found, persons)}


def fill_shares(used: Sequence[LoadReport], required: Mapping[str, bool]) -> dict[str, float | None]:
    """The share of the kept rows that have each required field, over all snapshots in use.

    Args:
        used: load reports of the snapshots in use.
        required: required field → whether it holds codes; of those, what is `unknown` is not filled.
    """
    counted = dict.fromkeys(required, (0, 0))
    for told in (field for report in used for field in report.fields if field["field"] in counted):
        filled, rows = counted[told["field"]]
        lost = int(told["unknown"]) if required[told["field"]] else 0
        counted[told["field"]] = (filled + int(told["filled"]) - lost, rows + int(told["rows"]))
    return {field: share(filled, rows) for field, (filled, rows) in counted.items()}


def flagged_by_town(counts: pl.DataFrame, findings: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Flagged findings per rule and town, for the rules that were assessed; a rule that found nothing has no town.

    Args:
        counts: the night's `rule_counts`.
        findings: the night's `findings`.
    """
    assessed = counts.filter(pl.col("feed_status") == FRESH).get_column("rule_id").sort()
    told: dict[str, dict[str, int]] = {rule_id: {} for rule_id in assessed}
    flagged = (
        findings.filter(pl.col("outcome") == Outcome.FLAGGED)
        .with_columns(pl.col("town").fill_null(""))
        .group_by("rule_id", "town")
        .len()
        .sort("rule_id", "town")
    )
    for rule_id, town, number in flagged.iter_rows():
        if rule_id in told:
            told[rule_id][town] = number
    return told


def share(part: int, whole: int) -> float | None:
    """`part` of `whole` to a millionth, None where there is no whole."""
    return round(part / whole, PLACES) if whole else None
