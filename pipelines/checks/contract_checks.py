"""Asset checks of the landed feeds: the contract suite and the books, one step per feed.

What belongs here: Dagster alone. What is judged stands in `assessment`, the pages in `data_docs`.
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from connectors.contract import Contract
from pipelines.checks.assessment import Assessment
from pipelines.checks.books import Account, night_accounts
from pipelines.checks.data_docs import write_results
from pipelines.checks.landed import assess_landed
from pipelines.checks.results import CheckResult
from pipelines.checks.suites import contract_suite
from pipelines.night.night import Night
from pipelines.partitions import as_of_date
from pipelines.resources import NightResource

BOOKS_BALANCE = "books_balance"
PARTITION_TAG = "dagster/partition"


def build_contract_checks(contracts: Mapping[str, Contract]) -> list[dg.AssetChecksDefinition]:
    """One multi-check per feed, on the asset of the feed's name."""
    return [_feed_checks(contract) for contract in contracts.values()]


def build_night_books_check(asset: str) -> dg.AssetChecksDefinition:
    """The night's accounts of households and findings, as one blocking check on an asset."""

    @dg.asset_check(
        asset=asset,
        name=BOOKS_BALANCE,
        description="平账：户数、疑点数左右相等，否则不发布",
        blocking=True,
        required_resource_keys={"night"},
    )
    def night_books(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return _books_result(night_accounts(_night(context).tables.read_facts("books")), asset)

    return night_books


def _feed_checks(contract: Contract) -> dg.AssetChecksDefinition:
    """The checks of one feed. Blocking where a failure would make the night's flags wrong."""
    feed = contract.feed
    specs = [
        dg.AssetCheckSpec(one.name, asset=feed, description=one.description, blocking=one.severity == "critical")
        for one in contract_suite(contract)
    ]
    books = dg.AssetCheckSpec(
        BOOKS_BALANCE, asset=feed, description="平账：读入 = 入库 + 重复 + 替代 + 隔离 + 跳过", blocking=True
    )

    @dg.multi_asset_check(specs=[*specs, books], name=f"{feed}_contract", required_resource_keys={"night"})
    def contract_checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        night = _night(context)
        assessment = assess_landed(night, contract)
        write_results(night.vault.root, assessment)
        yield from (_check_result(one, assessment) for one in assessment.results)
        yield _books_result(assessment.accounts, feed)

    return contract_checks


def _check_result(result: CheckResult, assessment: Assessment) -> dg.AssetCheckResult:
    """A result in Dagster's terms; metadata are counts, dates and our own words."""
    return dg.AssetCheckResult(
        check_name=result.expectation.name,
        asset_key=assessment.feed,
        passed=result.passed,
        severity=dg.AssetCheckSeverity.ERROR if result.holds_the_night else dg.AssetCheckSeverity.WARN,
        description=result.note or None,
        metadata={
            "status": result.status,
            "observed": result.observed_text,
            "expected": result.expected_text,
            "snapshot_date": assessment.snapshot_date or "—",
        },
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
