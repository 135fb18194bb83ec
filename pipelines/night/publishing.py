"""Publishing: the night's tables into a folder of their own, audited, then `current` moves.

What belongs here: which tables are published in which columns, the manifest, and the gates that hold a night. How a
folder appears all at once stands in `warehouse.publication`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import polars as pl

from pipelines.domain.findings import FINDINGS
from pipelines.domain.gates import CANARIES, FEED_BOOKS, NIGHT_BOOKS, Gate
from pipelines.domain.memory import HISTORY, RESOLUTION, SUPPRESSION
from pipelines.night.canary_answers import ADVICE, account_of_canaries, canaries_left
from pipelines.night.case_states import STATES, terms_of
from pipelines.night.gating import history_gates
from pipelines.night.health import HEALTH, health_facts
from pipelines.night.judging import CHANGES, REQUEST_LIST, SUPPRESSED, feeds_in_use, request_list
from pipelines.night.metrics import METRICS
from pipelines.night.night import ROSTER, Night
from pipelines.night.policy_review import asked_and_unset
from pipelines.night.state import FeedState
from pipelines.night.verdicts import EVENTS
from warehouse.load_report import LoadReport
from warehouse.publication import Publication, publish
from warehouse.session import Vault
from warehouse.tables import NightTables

INTERNAL_COLUMNS = ("fingerprint", "pension_amount", "wage_amount", "income_proof", "material")
"""What the night and the next one need of a finding beyond the columns of contract.md."""

FINDING_COLUMNS = (
    *(name for name in FINDINGS.names() if name not in INTERNAL_COLUMNS),
    "change",
    "first_seen",
    "nights_seen",
)
"""The columns of findings in contract.md, in its order."""

MEMORY = ("finding_id", *INTERNAL_COLUMNS, "assessed_outcome")
"""What the next night remembers a finding by."""


LEDGER = ("ledger", "ledger_entries")
"""The tables of incomes."""

Tables = Mapping[str, pl.DataFrame]
"""The tables of a night as others get them, by name."""

Pages = Callable[[Mapping[str, Any]], Mapping[str, bytes]]
"""Manifest → further files of the night's folder, name → content."""


def gates(night: Night, tables: Tables, published: Vault | None = None) -> list[Gate]:
    """Every gate of the night: its books, those of every snapshot it uses, and what differs from earlier nights.

    Args:
        night: the night, counted.
        tables: what is to be published of it (`published_tables`).
        published: the warehouse whose published nights it is compared with; by default its own.
    """
    return [*book_gates(night, tables), *history_gates(night.without_canaries(), published or night.vault)]


def book_gates(night: Night, tables: Tables) -> list[Gate]:
    """The gates that show an error of ours: the books of the night, its canaries, the books of every snapshot it uses."""
    equations = night.tables.read_facts("books")["books"]
    broken = [one for one in equations if not one["holds"]]
    told = "; ".join(f"{one['name']}: {one['left']} ≠ {one['right']}" for one in broken)
    night_books = Gate(NIGHT_BOOKS, not broken, told or f"{len(equations)} equations hold")
    canaries = [] if night.canaries is None else [canary_gate(night, tables)]
    return [night_books, *canaries, *(snapshot_gate(state) for state in states(night) if state.used)]


def canary_gate(night: Night, tables: Tables) -> Gate:
    """Every canary was told right, and none of them is left in what is published."""
    told = account_of_canaries(night)
    left = canaries_left(tables, night)
    said = []
    if told["wrong"]:
        wrong = "; ".join(one["told"] for one in told["wrong"])
        said += [f"{len(told['wrong'])} wrong: {wrong}", ADVICE]
    if left:
        said.append(f"rows of canaries are left in {', '.join(left)}; this is an error of ours, report it")
    return Gate(CANARIES, not said, "; ".join(said) or f"{told['asked']} of {told['households']} households asked")


def snapshot_gate(state: FeedState) -> Gate:
    """Nothing is lost: read = kept + duplicate + superseded + quarantined + skipped, in every snapshot in use."""
    lost = [one for one in state.used if not one.books.balance()]
    detail = "; ".join(f"{one.snapshot_date}: {one.books.model_dump()}" for one in lost)
    return Gate(f"{state.feed}_books", not lost, detail or f"{len(state.used)} snapshots balance", kind=FEED_BOOKS)


def states(night: Night) -> list[FeedState]:
    """The state of every feed, the roster first; one of which nothing came only where a rule looks at it."""
    in_use = feeds_in_use(night)
    found = [night.state(feed) for feed in (ROSTER, *night.feeds)]
    return [state for state in found if state.status != "absent" or state.messages or state.feed in in_use]


def publish_night(
    night: Night, run_id: str, tables: Tables, checked: list[Gate], pages: Pages | None = None
) -> Publication:
    """Publish tonight's tables, or hold them where a gate fails.

    Re-running a night on the same snapshots gives byte-identical Parquet: no table holds a run's name or time.

    Args:
        night: the night, counted.
        run_id: the run that made it.
        tables: its tables (`published_tables`).
        checked: its gates, over these tables.
        pages: makes further files of its manifest, such as the health page; no person may stand in them.
    """
    problems = [f"{gate.name}: {gate.detail}" for gate in checked if not gate.passed]
    canaries = account_of_canaries(night)
    account = manifest(night.without_canaries(), run_id, checked, tables) | {"canaries": canaries}
    return publish(
        night.vault,
        night.as_of,
        run_id,
        tables,
        account,
        audit=lambda _folder: problems,
        files=(lambda: pages(account)) if pages else None,
    )


def published_tables(night: Night) -> Tables:
    """The tables of contract.md, and what the next night remembers by, of real households alone."""
    whole, night = night.tables, night.without_canaries()
    findings = night.tables.read("findings")
    to_ask = request_list(night)
    resolved, suppressed = night.tables.read("resolved_findings"), night.tables.read(SUPPRESSED)
    cases, case_states = night.tables.read("cases"), night.tables.read(STATES)
    # Real households alone are among them, so that canaries' incomes are left out with those nobody reads.
    spoken_of = _households(findings, suppressed, cases, case_states)
    return {
        "findings": findings.select(FINDING_COLUMNS),
        "cases": cases,
        "rule_counts": night.tables.read("rule_counts"),
        "resolved_findings": resolved.select(*FINDING_COLUMNS, *RESOLUTION.names()),
        SUPPRESSED: suppressed.select(*FINDING_COLUMNS, *SUPPRESSION.names()),
        CHANGES: night.tables.read(CHANGES),
        STATES: case_states,
        **_incomes(whole, spoken_of),
        "memory": pl.concat([findings.select(MEMORY), suppressed.select(MEMORY)]),
        "history": night.tables.read("history").select(HISTORY.names()),
        **({} if to_ask is None else {REQUEST_LIST: to_ask}),
    }


def _incomes(tables: NightTables, households: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The income ledger of some households, in its order, read side by side: it is two of the largest tables.

    The incomes of families of whom nothing is said are nobody's to read.
    """
    wanted = households.lazy()
    told = pl.collect_all(
        tables.scan(name).join(wanted, on="household_id", how="semi", maintain_order="left") for name in LEDGER
    )
    return dict(zip(LEDGER, told, strict=True))


def _households(*tables: pl.DataFrame) -> pl.DataFrame:
    """The households that stand in any of the tables, each once."""
    return pl.concat(table.select("household_id") for table in tables).unique()


def manifest(night: Night, run_id: str, checked: list[Gate], tables: Tables) -> dict[str, Any]:
    """The account of the night: what it used, what it counted, what was checked. No value of a person."""
    return {
        "run_id": run_id,
        "as_of": night.as_of.isoformat(),
        "profile": night.profile,
        "code_version": version("hedui"),
        "policy_version": night.policy.version,
        "unset_parameters": list(asked_and_unset(night.policy, night.needs)),
        "unset_rules": night.unset_rules,
        "encrypted": night.vault.key is not None,
        "engine": night.engine.name,
        "feeds": {state.feed: feed_account(state) for state in states(night)},
        "gates": [gate.told() for gate in checked],
        METRICS: night.tables.read_facts(METRICS),
        HEALTH: health_facts(night),
        EVENTS: night.tables.read_facts(EVENTS),
        "terms": asdict(terms_of(night.policy)),
        "counts": {
            "households": night.tables.read("households", ("household_id",)).height,
            "persons": night.tables.read("members", ("household_id",)).height,
            **{name: frame.height for name, frame in tables.items() if name not in ("memory", "history")},
        },
    }


def feed_account(state: FeedState) -> dict[str, Any]:
    """A feed in the manifest: dates, files, checksums and books summed over the snapshots in use."""
    books = [one.books for one in state.used]
    newest = state.report
    return {
        "title": state.title,
        "status": state.status,
        "snapshot_date": state.snapshot_date.isoformat() if state.snapshot_date else None,
        "age_days": state.age_days,
        "max_age_days": state.max_age_days,
        "mode": newest.mode if newest else None,
        "checksum": newest.checksum if newest else None,
        "has_manifest": newest.has_manifest if newest else None,
        "snapshots": [{"snapshot_date": one.snapshot_date.isoformat(), "checksum": one.checksum} for one in state.used],
        "files": [account for one in state.used for account in file_accounts(one)],
        "rows_read": sum(one.read for one in books),
        "data_rows": sum(part["data_rows"] for one in state.used for part in one.parts),
        "kept": sum(one.kept for one in books),
        "quarantined": sum(one.quarantined for one in books),
        "skipped": sum(one.skipped for one in books),
        "duplicate": sum(one.duplicate for one in books),
        "superseded": sum(one.superseded for one in books),
        "messages": state.messages,
    }


def file_accounts(report: LoadReport) -> list[dict[str, Any]]:
    """One entry per file of a snapshot: its rows summed over sheets."""
    accounts: dict[str, dict[str, Any]] = {}
    for part in report.parts:
        told = accounts.setdefault(
            part["source_file"], {"name": part["source_file"], "sha256": part["sha256"], "rows": 0}
        )
        told["rows"] += part["rows_read"]
    return list(accounts.values())
