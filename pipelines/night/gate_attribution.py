"""What explains most of a gate that trips: tonight's deliveries beside those of the night before.

What belongs here: finding both sides and putting the sentence together. How two deliveries are compared stands in
`pipelines.domain.attribution`. Where something of the night before is gone (its tables may be deleted), what is left
explains what it can: an explanation that cannot be given must not change what becomes of a night.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import polars as pl

from connectors.contract import UNKNOWN, Contract
from connectors.reasons import Reason, Skip
from pipelines.domain.attribution import (
    Delivered,
    columns_explained,
    file_of_more,
    moved_most,
    rows_explained,
)
from pipelines.domain.gate_history import History
from pipelines.domain.gate_judgement import fields_beyond, towns_beyond
from pipelines.domain.gates import BREAKER, FEED_ROWS, FILL_RATE, MATCH_RATE, ROSTER_ROWS, Gate, Limits, NightMetrics
from pipelines.domain.vocabulary import Outcome
from pipelines.night.canaries import real_tables
from pipelines.night.night import ROSTER, Night
from pipelines.night.stored_nights import StoredNight
from warehouse.errors import WarehouseError
from warehouse.filled import empty_by_file
from warehouse.load_report import LoadReport
from warehouse.publication import read_published
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore
from warehouse.tables import NightTables

SENTENCES: Final = 2
"""Of each kind of explanation only the largest are told: who has to decide reads three lines, not thirty."""

CODED_FORMS: Final = frozenset({"plate_type", "vehicle_type", "vehicle_status"})
"""Texts that are read by a code list of their own; what stands in no list is `unknown`, as with codes."""


@dataclass(frozen=True)
class Explaining:
    """What an explanation is made from.

    Attributes:
        night: tonight, without canaries.
        published: the warehouse of the nights before, with their snapshots and tables.
        earlier: those nights, the newest first.
        tonight: tonight's metrics.
        history: what the gates judged by.
        limits: the limits.
    """

    night: Night
    published: Vault
    earlier: Sequence[StoredNight]
    tonight: NightMetrics
    history: History
    limits: Limits
    _columns_told: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def explained(self, gate: Gate) -> Gate:
        """A gate with what explains most of it; one that passed is given back as it is."""
        if gate.passed:
            return gate
        told: list[str] = []
        if gate.kind in (ROSTER_ROWS, FEED_ROWS):
            told = self._rows(ROSTER if gate.kind == ROSTER_ROWS else gate.name.removesuffix("_rows"))
        elif gate.kind == FILL_RATE:
            told = self._fill(gate.name.removesuffix("_fill"))
        elif gate.kind == MATCH_RATE:
            told = self._matches(gate.name.removesuffix("_match_rate"))
        elif gate.kind == BREAKER:
            told = self._flags(gate.name.removesuffix("_breaker"))
        return replace(gate, attribution="；".join(told) or "未见突出的文件或列")

    def _rows(self, feed: str) -> list[str]:
        """A feed's rows: its files and what was set aside, then the columns whose values are spread otherwise."""
        now, then = self._deliveries(feed)
        files = rows_explained(now, then)[:SENTENCES] if then else []
        return [*files, *self._columns(feed)]

    def _fill(self, feed: str) -> list[str]:
        """A required column that is filled less often: in which file, and what the load report says of it."""
        metrics, contract = self.tonight.feeds[feed], self.night.contracts[feed]
        worst = fields_beyond(metrics, self.history.of_feed(feed, metrics.mark), self.limits)[0]
        is_code = contract.by_name[worst].kind == "code"
        snapshots = self.night.snapshots.list(feed)
        used = {(one.snapshot_date, one.checksum) for one in self.night.state(feed).used}
        empty: Counter[str] = Counter()
        for snapshot in (one for one in snapshots if (one.snapshot_date, one.checksum) in used):
            empty.update(empty_by_file(self.night.vault, snapshot, worst, UNKNOWN if is_code else ""))
        [(file, number), *_] = empty.most_common(1) or [("", 0)]
        column, kind = named(contract, worst), "空值或未识别代码" if is_code else "空值"
        told = [f"列 {column}：{empty.total():,} 个{kind}中 {number:,} 个在文件 {file}"] if number else []
        now, then = self._deliveries(feed)
        own = [one for one in (columns_explained(now, then) if then else []) if one.startswith(f"列 {column}：")]
        return [*told, *own[:SENTENCES]]

    def _matches(self, feed: str) -> list[str]:
        """Those in scope who stand in a feed: the column of IDs and others in the load reports, the files, the values."""
        now, then = self._deliveries(feed)
        found = [*rows_explained(now, then)[:1], *columns_explained(now, then)[:1]] if then else []
        return [*found, *self._columns(feed)]

    def _flags(self, rule_id: str) -> list[str]:
        """A rule's additional findings: the files they come from, the column that moved, a policy that changed."""
        told: list[str] = []
        last = self.earlier[0] if self.earlier else None
        towns = towns_beyond(self.tonight.flagged[rule_id], self.history.of_rule(rule_id), self.limits)
        own = (pl.col("rule_id") == rule_id) & (pl.col("outcome") == Outcome.FLAGGED)
        flagged = self.night.tables.read("findings").filter(own & pl.col("town").fill_null("").is_in(towns))
        flagged = flagged.join(self._last_findings.filter(own), on="finding_id", how="anti")
        told += file_of_more(flagged.get_column("source_file").fill_null("").to_list())
        for feed in flagged.get_column("feed").unique().sort():
            now, then = self._deliveries(feed)
            told += [*self._columns(feed), *(columns_explained(now, then)[:1] if then else [])]
        if last is not None and last.policy_version != self.night.policy.version:
            told.append(f"当夜政策与 {last.as_of} 不同")
        return told

    @cached_property
    def _last_findings(self) -> pl.DataFrame:
        """What the night before published; nothing where there was none, or where it cannot be read."""
        told = ("finding_id", "rule_id", "outcome")
        if self.earlier:
            with suppress(WarehouseError):
                return read_published(self.published, self.earlier[0].folder, "findings").select(told)
        return pl.DataFrame(schema=dict.fromkeys(told, pl.String))

    def _deliveries(self, feed: str) -> tuple[Delivered, Delivered | None]:
        """Tonight's delivery of a feed, and the newest other one that an earlier night used."""
        now = self.night.state(feed).used
        own = {one.checksum for one in now}
        contract = self.night.contracts.get(feed)
        for night in self.earlier:
            marks = night.marks(feed)
            if marks and {checksum for _, checksum in marks} != own:
                store = SnapshotStore(self.published)
                found = [store.find(feed, date.fromisoformat(day), checksum) for day, checksum in marks]
                then = [one for one in found if one is not None]
                return delivered(now, contract), delivered(then, contract) if then else None
        return delivered(now, contract), None

    def _columns(self, feed: str) -> list[str]:
        """The column of a feed's rows about the roster's people whose values are spread most differently."""
        if feed not in self._columns_told:  # many rules of one feed may trip in one night
            self._columns_told[feed] = self._moved_columns(feed)
        return self._columns_told[feed]

    def _moved_columns(self, feed: str) -> list[str]:
        """The sentence about a feed's columns, worked out."""
        contract = self.night.contracts.get(feed)
        last = self.earlier[0] if self.earlier else None
        if contract is None or last is None:
            return []
        table = "roster_rows" if feed == ROSTER else f"matched_{feed}"
        before = real_tables(NightTables(self.published, last.as_of, last.profile))
        if not before.has(table) or not self.night.tables.has(table):
            return []
        fields = [one.name for one in contract.fields]
        try:
            now, then = (tables.read(table) for tables in (self.night.tables, before))
        except WarehouseError:
            return []
        names = [name for name in fields if name in now.columns]
        moved = moved_most(now.select(names), then, codes_of(contract))
        if moved is None:
            return []
        rows = "名册" if feed == ROSTER else f"{contract.title}（{feed}）比中行"
        return [replace(moved, column=named(contract, moved.column)).told(rows)]


def delivered(reports: Sequence[LoadReport], contract: Contract | None) -> Delivered:
    """What the snapshots in use came to, in counts."""
    files: Counter[str] = Counter()
    aside: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = {}
    for report in reports:
        aside.update({"重复": report.books.duplicate, "被后来的行替代": report.books.superseded})
        for part in report.parts:
            files[str(part["source_file"])] += int(part["rows_read"])
            for kind, rows in {**part.get("quarantined", {}), **part.get("skipped", {})}.items():
                aside[set_aside_label(str(kind))] += int(rows)
        for told in report.fields:
            column = named(contract, str(told["field"])) if contract else str(told["field"])
            counts.setdefault(column, Counter()).update(_counted(told))
    day = str(reports[0].snapshot_date) if reports else ""
    return Delivered(
        day, files, aside, {key: share for name, one in counts.items() for key, share in _shares(name, one)}
    )


def codes_of(contract: Contract) -> list[str]:
    """The columns that hold code names of the contract's own lists."""
    return [one.name for one in contract.fields if one.kind == "code" or one.form in CODED_FORMS]


def named(contract: Contract, field: str) -> str:
    """A column as staff and developers know it: our name, and the one that staff read."""
    return f"{field}（{contract.by_name[field].label_zh}）" if field in contract.by_name else field


def set_aside_label(kind: str) -> str:
    """Why a row was not kept, as staff read it; what an older program called otherwise keeps its name."""
    labels: dict[str, str] = {str(one): one.label_zh for kinds in (Reason, Skip) for one in kinds}
    return labels.get(kind, kind)


def _counted(told: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(told.get(name) or 0) for name in ("rows", "filled", "unknown", "unparsed", "bad_check")}


def _shares(name: str, counts: Mapping[str, int]) -> list[tuple[tuple[str, str], float]]:
    """A column's shares: of its rows, or of the values written in it."""
    written = counts["filled"] + counts["unparsed"]
    wholes = {
        "填报率": (counts["filled"], counts["rows"]),
        "未识别代码": (counts["unknown"], counts["filled"]),
        "无法解析": (counts["unparsed"], written),
        "校验位不符": (min(counts["bad_check"], counts["filled"]), counts["filled"]),
    }
    return [((name, what), part / whole) for what, (part, whole) in wholes.items() if whole]
