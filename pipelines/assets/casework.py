"""Casework and publication assets: income, memory of the night before, cases, counts, and the published night."""

from collections.abc import Container, Iterator, Sequence

import dagster as dg

from pipelines.assets.gate_checks import gate_check_results, gate_check_specs
from pipelines.assets.health import HEALTH_PAGE_CHECK, page_check, page_metadata
from pipelines.assets.metadata import outcome_counts, table_metadata
from pipelines.discretion import discreet
from pipelines.domain.counting import COUNTING_FEEDS
from pipelines.domain.rulebook import Rulebook, feeds_of
from pipelines.night.canaries import without_canaries
from pipelines.night.canary_answers import account_of_canaries, ask_canaries
from pipelines.night.casework import count_rules, open_cases, reckon_income
from pipelines.night.drawing import start_drawing
from pipelines.night.held_words import held_account
from pipelines.night.judging import CHANGES, judge_household, remember_night
from pipelines.night.night import ROSTER
from pipelines.night.page_maker import page_maker
from pipelines.night.publishing import gates, publish_night, published_tables
from pipelines.partitions import NIGHTS, as_of_date
from pipelines.resources import NightResource
from warehouse.publication import read_manifest

HELD = 3
"""Exit code of a night that a gate holds (contract.md)."""


def findings_of_feeds(judged: Sequence[str]) -> list[str]:
    """The tables of what the rules found in each feed."""
    return [f"findings_{feed}" for feed in judged]


def income_asset(judged: Sequence[str], contracts: Container[str]) -> dg.AssetsDefinition:
    """The assets that reckon the income of members and households from what was declared and what findings prove."""
    sources = [
        "verdicts",
        *findings_of_feeds(judged),
        *(f"matched_{feed}" for feed in COUNTING_FEEDS if feed in contracts),
    ]

    @dg.multi_asset(
        name="household_income",
        specs=[
            dg.AssetSpec(
                "ledger",
                deps=["members", *sources],
                group_name="casework",
                description="One row per household member: declared and evidenced income.\n\n收入台账。",
            ),
            dg.AssetSpec(
                "ledger_entries",
                deps=["members", *sources],
                group_name="casework",
                description="One row per household member and amount: where it comes from, how sure it is, and whether "
                "it counts.\n\n收入台账明细。",
            ),
            dg.AssetSpec(
                "income",
                deps=["members", "households", *sources],
                group_name="casework",
                description="One row per household in scope: income per head, declared and evidenced, and the standard."
                "\n\n家庭月人均收入。",
            ),
        ],
        partitions_def=NIGHTS,
    )
    def household_income(
        context: dg.AssetExecutionContext, night: NightResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with discreet():
            tables = reckon_income(night.open(as_of_date(context.partition_key)))
        for name, frame in tables.items():
            yield dg.MaterializeResult(asset_key=name, metadata=table_metadata(frame))

    return household_income


def findings_household_asset(judged: Sequence[str], contracts: Container[str], book: Rulebook) -> dg.AssetsDefinition:
    """The asset that judges by the rules which look at tonight's findings and income."""
    feeds = sorted(feeds_of(book.judged_after_income()))
    looked_at = [feed for feed in feeds if feed != ROSTER and feed in contracts]

    @dg.asset(
        group_name="findings",
        deps=["households", "members", "ledger", "income", "verdicts", *findings_of_feeds(judged)]
        + [f"matched_{feed}" for feed in looked_at],
        partitions_def=NIGHTS,
        kinds={"polars"},
        description="One row per household, person, rule and record that a rule spoke about after the income was "
        "reckoned.\n\n家庭疑点：收入核算之后判断的规则。",
    )
    def findings_household(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
        with discreet():
            frame = judge_household(night.open(as_of_date(context.partition_key)))
        return dg.MaterializeResult(metadata={**table_metadata(frame), **outcome_counts(frame)})

    return findings_household


def remembered_asset(judged: Sequence[str]) -> dg.AssetsDefinition:
    """The assets in which tonight's findings meet those of the night before."""
    sources = [*findings_of_feeds(judged), "findings_household", "verdicts"]

    @dg.multi_asset(
        name="remembered_findings",
        specs=[
            dg.AssetSpec(
                "findings",
                deps=sources,
                group_name="findings",
                description="One row per household, person, rule and record: tonight's findings with their evidence, new, "
                "persisting, changed or reopened, and those that could not be assessed tonight.\n\n疑点。",
            ),
            dg.AssetSpec(
                "resolved_findings",
                deps=sources,
                group_name="findings",
                description="One row per finding of the night before that is gone, with the reason.\n\n已消失的疑点。",
            ),
            dg.AssetSpec(
                "suppressed_findings",
                deps=sources,
                group_name="findings",
                description="One row per finding that people cleared: judged every night, not raised while nothing changes."
                "\n\n核清暂不提示的疑点。",
            ),
            dg.AssetSpec(
                "finding_changes",
                deps=sources,
                group_name="findings",
                description="One row per changed or reopened finding and field: before and after, since last night and "
                "since the verdict.\n\n疑点变化明细。",
            ),
        ],
        partitions_def=NIGHTS,
    )
    def remembered(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[dg.MaterializeResult[None]]:
        with discreet():
            opened = night.open(as_of_date(context.partition_key))
            told = remember_night(opened)
            account = opened.tables.read(CHANGES)
        changes = {
            f"rows_{name}": n
            for name, n in without_canaries(told.findings).group_by("change").len().sort("change").iter_rows()
        }
        yield dg.MaterializeResult(asset_key="findings", metadata={**table_metadata(told.findings), **changes})
        yield dg.MaterializeResult(asset_key="resolved_findings", metadata=table_metadata(told.resolved))
        yield dg.MaterializeResult(asset_key="suppressed_findings", metadata=table_metadata(told.suppressed))
        yield dg.MaterializeResult(asset_key="finding_changes", metadata=table_metadata(account))

    return remembered


@dg.asset(
    group_name="casework",
    deps=["findings", "income", "households"],
    partitions_def=NIGHTS,
    kinds={"polars"},
    description="One row per household with something open: suggested action, risk, income, grace period.\n\n案件。",
)
def cases(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
    """Make the cases of the night."""
    start_drawing()  # of the health page, four steps on: its engine takes as long as they do
    with discreet():
        frame = open_cases(night.open(as_of_date(context.partition_key)))
    risks = {f"cases_{name}": n for name, n in without_canaries(frame).group_by("risk").len().sort("risk").iter_rows()}
    return dg.MaterializeResult(metadata={**table_metadata(frame), **risks})


@dg.asset(
    group_name="casework",
    deps=["findings", "cases", "case_states", "members"],
    partitions_def=NIGHTS,
    kinds={"polars"},
    description="One row per fictional household that goes along: whether it could be asked, and which answers were "
    "wrong.\n\n金丝雀家庭：答案已知的虚构家庭。",
)
def canaries(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
    """Ask the canaries; from here on they are in nothing that is counted or published."""
    with discreet():
        opened = night.open(as_of_date(context.partition_key))
        ask_canaries(opened)
        told = account_of_canaries(opened)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": told["households"], "asked": told["asked"], "wrong": len(told["wrong"])}
    )


@dg.asset(
    group_name="casework",
    deps=["findings", "resolved_findings", "suppressed_findings", "households", "members", "canaries"],
    partitions_def=NIGHTS,
    kinds={"polars"},
    description="One row per rule: findings by outcome and change, households assessed and not assessed.\n\n规则统计。",
)
def rule_counts(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
    """Count the night per rule and draw up its books."""
    with discreet():
        frame, equations = count_rules(night.open(as_of_date(context.partition_key)))
    broken = [one.name for one in equations if not one.holds]
    return dg.MaterializeResult(
        metadata={**table_metadata(frame), "equations": len(equations), "equations_broken": len(broken)}
    )


@dg.asset(
    group_name="publication",
    deps=[
        "findings",
        "resolved_findings",
        "suppressed_findings",
        "finding_changes",
        "cases",
        "canaries",
        "case_states",
        "rule_counts",
        "ledger",
        "ledger_entries",
    ],
    partitions_def=NIGHTS,
    kinds={"parquet", "duckdb"},
    check_specs=[*gate_check_specs(), HEALTH_PAGE_CHECK],
    description="One folder a night: Parquet and DuckDB files, manifest, rule counts and the health page; "
    "`published/current` points at the newest.\n\n已发布的核对结果。",
)
def published_night(
    context: dg.AssetExecutionContext, night: NightResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Write the night aside, audit it, and let `current` point at it; or hold it."""
    with discreet():
        opened = night.open(as_of_date(context.partition_key))
        with page_maker(opened.vault) as page:
            tables = published_tables(opened)
            checked = gates(opened, tables)
            publication = publish_night(opened, context.run.run_id, tables, checked, page.files)
    yield page_check(page)
    yield from gate_check_results(checked)
    manifest = read_manifest(publication.folder)
    if publication.problems:
        told = [gate.told() for gate in checked]
        raise dg.Failure(
            description=held_account(str(opened.as_of), context.run.run_id, told),
            metadata={
                "exit_code": HELD,
                "folder": publication.folder.name,
                **page_metadata(publication, manifest),
            },
            allow_retries=False,
        )
    counts = manifest["counts"]
    yield dg.MaterializeResult(
        metadata={
            "folder": publication.folder.name,
            "is_current": publication.is_current,
            "dagster/row_count": counts["findings"],
            **counts,
            **page_metadata(publication, manifest),
        }
    )
