"""Asset checks of the landed feeds: the contract suite and the books, one step per feed.

What belongs here: Dagster alone. What is judged stands in `assessment`, the pages in `data_docs`.
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from connectors.contract import Contract
from pipelines.checks.assessment import Assessment
from pipelines.checks.books import Account
from pipelines.checks.data_docs import write_results
from pipelines.checks.judge import ExpectationError
from pipelines.checks.kinds import KIND_ZH, KindResult, blocking_kinds, by_kind
from pipelines.checks.landed import assess_landed
from pipelines.checks.suites import contract_suite
from pipelines.discretion import discreet
from pipelines.night.landing import undelivered
from pipelines.night.night import Night
from pipelines.partitions import as_of_date
from pipelines.resources import NightResource

BOOKS_BALANCE = "books_balance"
PARTITION_TAG = "dagster/partition"


def build_contract_checks(contracts: Mapping[str, Contract]) -> list[dg.AssetChecksDefinition]:
    """One multi-check per feed, on the asset of the feed's name."""
    return [_feed_checks(contract) for contract in contracts.values()]


def _feed_checks(contract: Contract) -> dg.AssetChecksDefinition:
    """The checks of one feed. Blocking where a failure would make the night's flags wrong."""
    feed = contract.feed
    specs = [
        dg.AssetCheckSpec(kind, asset=feed, description=KIND_ZH[kind], blocking=is_blocking)
        for kind, is_blocking in blocking_kinds(contract_suite(contract)).items()
    ]
    books = dg.AssetCheckSpec(
        BOOKS_BALANCE, asset=feed, description="平账：读入 = 入库 + 重复 + 替代 + 隔离 + 跳过", blocking=True
    )

    @dg.multi_asset_check(specs=[*specs, books], name=f"{feed}_contract", required_resource_keys={"night"})
    def contract_checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with discreet():
            assessment = _assessed(_night(context), contract)
        yield from (_check_result(one, assessment) for one in by_kind(assessment.results))
        yield _books_result(assessment.accounts, feed)

    return contract_checks


def _assessed(night: Night, contract: Contract) -> Assessment:
    """Judge one feed and write its results pages.

    Raises:
        dagster.Failure: The suite could not be judged; an error of ours, whose message holds no value.
    """
    try:
        assessment = assess_landed(night, contract)
    except ExpectationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    absent = {feed: night.contracts[feed].title for feed in undelivered(night.inbox, night.feeds, night.as_of)}
    write_results(night.vault.root, assessment, absent)
    return assessment


def _check_result(result: KindResult, assessment: Assessment) -> dg.AssetCheckResult:
    """A kind's result in Dagster's terms; metadata are counts, shares, dates, column names and our own words."""
    return dg.AssetCheckResult(
        check_name=result.kind,
        asset_key=assessment.feed,
        passed=result.passed,
        severity=dg.AssetCheckSeverity.ERROR if result.holds_the_night else dg.AssetCheckSeverity.WARN,
        description=result.note or None,
        metadata={**result.told(), "snapshot_date": assessment.snapshot_date or "—"},
    )


def _books_result(accounts: Sequence[Account], asset: str) -> dg.AssetCheckResult:
    """Accounts as a check: both sides of each in the metadata."""
    return dg.AssetCheckResult(
        check_name=BOOKS_BALANCE,
        asset_key=asset,
        passed=all(one.holds for one in accounts),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={f"account_{number}": one.text for number, one in enumerate(accounts, 1)},
    )


def _night(context: dg.AssetCheckExecutionContext) -> Night:
    """The night of the run's comparison date.

    Raises:
        dagster.Failure: The run has no comparison date, as when checks are started on their own.
    """
    resource: NightResource = context.op_execution_context.resources.night
    if PARTITION_TAG not in context.run.tags:
        raise dg.Failure(
            "expected a run of one night (a partition, its comparison date), found a run without one: "
            "materialize the feed's asset for that night, its checks run with it",
            allow_retries=False,
        )
    return resource.open(as_of_date(context.run.tags[PARTITION_TAG]))
