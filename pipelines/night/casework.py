"""Casework: income, grace and cases from tonight's findings, and the books of the night.

What belongs here: gathering what the pure functions of `pipelines.domain` take, and storing what they give.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import polars as pl

from pipelines.domain.books import Equation, books
from pipelines.domain.case_findings import case_findings
from pipelines.domain.case_identity import LAST_CASES
from pipelines.domain.cases import Circumstances, build_cases
from pipelines.domain.counting import COUNTING_FEEDS, not_counting
from pipelines.domain.grace import project
from pipelines.domain.income import household_income
from pipelines.domain.income_policy import IncomePolicy, IncomePolicyError
from pipelines.domain.ledger import member_ledger
from pipelines.domain.ledger_entries import ledger_entries
from pipelines.domain.memory import Remembered
from pipelines.domain.policy import PolicyError, PolicyInForce
from pipelines.domain.rule_counts import rule_counts
from pipelines.night.judging import SUPPRESSED, assessment, findings_last_night, found_tonight, matched_of
from pipelines.night.metrics import METRICS, feeds_metrics, night_metrics
from pipelines.night.night import ROSTER, Night
from pipelines.night.verdicts import counting_tonight
from warehouse.publication import night_before, read_published

# A step over large tables reads what it looks at and nothing else: unpacking the rest costs more than the step.
MEMBER_COLUMNS: Final = ("household_id", "id_number", "name", "relation", "declared", "rigid_expense")
FINDING_COLUMNS: Final = (
    "finding_id",
    "household_id",
    "id_number",
    "rule_id",
    "outcome",
    "feed",
    "snapshot_date",
    "pension_amount",
    "wage_amount",
    "income_proof",
    "fingerprint",
)
"""What of a finding the income is reckoned and told from."""
CASE_COLUMNS: Final = ("household_id", "rule_id", "outcome", "assessed_outcome", "action", "fact_date", "change")
COUNTED_COLUMNS: Final = ("household_id", "rule_id", "outcome", "change")


def income_policy(policy: PolicyInForce) -> IncomePolicy:
    """The parameters of income and grace in force; what is unset stays so, and the cases say it.

    Raises:
        PolicyError: a value that the arithmetic does not hold for.
    """
    try:
        return IncomePolicy(
            urban_standard=policy.amount("dibao_standard_urban"),
            rural_standard=policy.amount("dibao_standard_rural"),
            margin=policy.ratio("margin_multiple"),
            grace_months=policy.months_if_set("grace_months"),
            has_branch_b=policy.is_switched_on("grace_branch_b"),
            branch_b_conflict="；".join(policy.overridden_by_switch("grace_branch_b")),
            grace_repeat_months=policy.months_if_set("grace_repeat_months"),
            wage_deduction=policy.ratio("employment_cost_rate"),
            rigid_expense_cap=policy.amount("rigid_expense_cap"),
        )
    except IncomePolicyError as error:
        place = policy.place_of(error.parameter)
        raise PolicyError(f"{place}profile {policy.profile}: {error}") from None


def reckon_income(night: Night) -> dict[str, pl.DataFrame]:
    """Make the income ledger of the members, its lines, and the income of the households from tonight's findings.

    Returns:
        The tables by name, as they are stored.
    """
    policy = income_policy(night.policy)
    gone = not_counting(matched_of(night, COUNTING_FEEDS), night.policy, night.as_of)
    findings = counting_tonight(night, found_tonight(night, FINDING_COLUMNS))
    households = night.tables.read("households", ("household_id", "benefit"))
    ledger = member_ledger(night.tables.read("members", MEMBER_COLUMNS), findings, gone, policy)

    def kept(table: str, frame: pl.DataFrame) -> pl.DataFrame:
        # The next steps look at incomes alone; the others would push tonight's findings out of memory, which come next.
        night.tables.write(table, frame, is_read_soon=table == "income")
        return frame

    # Each of these keeps one processor busy: made and written side by side.
    with ThreadPoolExecutor() as beside:
        tables = {
            "ledger": beside.submit(kept, "ledger", ledger),
            "ledger_entries": beside.submit(lambda: kept("ledger_entries", ledger_entries(ledger, findings))),
            "income": beside.submit(lambda: kept("income", household_income(households, ledger, policy))),
        }
    return {name: made.result() for name, made in tables.items()}


def raising_findings(night: Night) -> pl.DataFrame:
    """Tonight's findings that make cases."""
    return case_findings(night.tables.read("findings", CASE_COLUMNS))


def project_grace(night: Night, households: pl.DataFrame, raising: pl.DataFrame) -> pl.DataFrame:
    """How the evidenced income of households stands to the standard, and the grace it would lead to.

    Args:
        night: the night, its income reckoned.
        households: those that are asked about, rows of its table `households`.
        raising: its findings that make cases.
    """
    return project(
        households,
        night.tables.read("income"),
        raising,
        income_policy(night.policy),
        night.as_of,
        has_income_column=bool(night.tables.read_facts(ROSTER)["has_declared_income"]),
        estimates=[one.rule_id for one in night.rulebook.judged_after_income()],
    )


def open_cases(night: Night) -> pl.DataFrame:
    """Make the cases of the night and store them."""
    households, income = night.tables.read("households"), night.tables.read("income")
    raising = raising_findings(night)
    with_a_case = households.join(raising, on="household_id", how="semi", maintain_order="left")
    grace = project_grace(night, with_a_case, raising)
    cases = build_cases(
        Circumstances(households, income, grace, income_policy(night.policy)),
        raising,
        last_cases(night),
        night.as_of,
        night.secret,
    )
    night.tables.write("cases", cases)
    return cases


def last_cases(night: Night) -> pl.DataFrame:
    """The cases of the night before, empty before the first."""
    folder = night_before(night.vault, night.as_of, night.profile)
    return pl.DataFrame(schema=LAST_CASES) if folder is None else read_published(night.vault, folder, "cases")


def count_rules(night: Night) -> tuple[pl.DataFrame, list[Equation]]:
    """Count the night per rule, draw up its books, and store both; with them what gates compare from night to night.

    Canaries are in none of it.
    """
    night = night.without_canaries()
    # Persons of the feeds and findings of the rules have nothing in common but a night.
    with ThreadPoolExecutor(1, "feeds") as beside:
        feeds = beside.submit(feeds_metrics, night)
        counts, equations = _counted(night)
    night.tables.write("rule_counts", counts)
    night.tables.write_facts("books", {"books": [one.as_fact() for one in equations]})
    night.tables.write_facts(METRICS, night_metrics(night, feeds.result()))
    return counts, equations


def _counted(night: Night) -> tuple[pl.DataFrame, list[Equation]]:
    """The counts per rule, and the books."""
    remembered = Remembered(
        night.tables.read("findings", COUNTED_COLUMNS),
        night.tables.read("resolved_findings"),
        night.tables.read("history"),
        night.tables.read(SUPPRESSED),
    )
    counts = rule_counts(remembered, assessment(night), night.as_of)
    roster = night.tables.read_facts(ROSTER)
    equations = books(
        counts,
        remembered,
        findings_last_night(night, remembered.findings),
        roster_households=int(roster["households"]),
        out_of_scope=int(roster["out_of_scope"]),
    )
    return counts, equations
