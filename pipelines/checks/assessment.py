"""One feed's checks on one night: from what was landed to results.

What belongs here: choosing what can be judged. A feed with no snapshot in use is not assessed; its suite is listed all
the same, so that nobody takes silence for a pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.contract import Contract
from pipelines.checks.books import Account, snapshot_accounts
from pipelines.checks.expectations import judge
from pipelines.checks.profile import Report, missing_columns, profile_feed
from pipelines.checks.results import CheckResult, judged, unjudged
from pipelines.checks.suites import contract_suite

Facts = Mapping[str, Any]
"""What landing wrote down: status, snapshot_date, age_days, messages, used (load reports, newest first)."""

WHY_NOT: Mapping[str, str] = {
    "stale": "数据已过期，本次未核",
    "refused": "交付被拒收，本次未核",
    "absent": "没有可用交付，本次未核",
}


@dataclass(frozen=True)
class Assessment:
    """The checks of one feed on one comparison date."""

    feed: str
    title: str
    as_of: date
    status: str
    snapshot_date: str | None
    age_days: int | None
    messages: Sequence[str]
    results: Sequence[CheckResult]
    accounts: Sequence[Account]
    account_of_gx: Mapping[str, Any] | None


def assess(
    contract: Contract,
    facts: Facts,
    as_of: date,
    *,
    previous: Report | None = None,
    key_duplicates: int | None = None,
) -> Assessment:
    """Judge a feed's contract suite on what was landed of it.

    Args:
        contract: The feed's contract.
        facts: What landing wrote down. Only a `fresh` feed with a load report is judged.
        as_of: Comparison date.
        previous: Load report of the snapshot before the one in use, None when there is none.
        key_duplicates: Natural keys that more than one stored row of the snapshot has; None where nobody counted.

    Raises:
        ExpectationError: A fault of ours in suite or profile.
    """
    suite = contract_suite(contract)
    reports: list[Report] = list(facts["used"])
    messages = [str(one) for one in facts["messages"]]
    account_of_gx = None
    if facts["status"] == "fresh" and reports:
        profile = profile_feed(
            contract, reports[0], as_of, previous=previous, notices=len(messages), key_duplicates=key_duplicates
        )
        judgement = judge(contract.feed, suite, profile)
        results = [
            _with_note(one, contract, reports[0], messages) for one in judged(suite, profile, judgement.verdicts)
        ]
        account_of_gx = judgement.account
    else:
        results = unjudged(suite, facts["age_days"], WHY_NOT[str(facts["status"])])
    return Assessment(
        feed=contract.feed,
        title=contract.title,
        as_of=as_of,
        status=str(facts["status"]),
        snapshot_date=facts["snapshot_date"],
        age_days=facts["age_days"],
        messages=messages,
        results=results,
        accounts=snapshot_accounts(reports),
        account_of_gx=account_of_gx,
    )


def _with_note(result: CheckResult, contract: Contract, report: Report, messages: Sequence[str]) -> CheckResult:
    """Add what the number alone does not say: which columns are missing, what was told about the deliveries."""
    notes = {"required_columns": "、".join(missing_columns(contract, report)), "newest_delivery": "；".join(messages)}
    note = notes.get(result.expectation.name, "")
    return result if result.passed else CheckResult(result.expectation, result.status, result.observed, note)
