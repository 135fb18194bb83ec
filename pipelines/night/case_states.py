"""States of the night's cases: where each one stands, and when it is due (casework.md section 3).

What belongs here: gathering what `pipelines.domain.case_state` takes, and storing what it gives.
"""

from typing import Final

import polars as pl

from pipelines.domain.case_state import CASE_STATES, TonightsCases, case_states
from pipelines.domain.deadlines import Terms
from pipelines.domain.policy import PolicyError, PolicyInForce
from pipelines.night.night import Night
from pipelines.night.verdicts import desk_tonight
from pipelines.night.working_days import working_days
from warehouse.publication import night_before, read_published

STATES: Final = "case_states"
"""The table of where cases stand."""


FINDING_COLUMNS: Final = (
    "finding_id",
    "fingerprint",
    "household_id",
    "rule_id",
    "outcome",
    "assessed_outcome",
    "fact_date",
    "first_seen",
    "change",
)
"""What of a finding tells where its case stands."""


def terms_of(policy: PolicyInForce) -> Terms:
    """How long people have; a time that is unset sets no deadline.

    Raises:
        PolicyError: one is no whole number of 1 or more.
    """
    days = policy.months_if_set("answer_working_days")
    death = policy.months_if_set("death_answer_months")
    grace = policy.months_if_set("grace_notice_months")
    for name, value in (("answer_working_days", days), ("death_answer_months", death), ("grace_notice_months", grace)):
        if value is not None and value < 1:
            raise PolicyError(
                f"{policy.place_of(name)}profile {policy.profile}, parameter {name} on {policy.as_of}: "
                f"expected a whole number of 1 or more, found {value}"
            )
    return Terms(days, death, grace)


def state_cases(night: Night) -> pl.DataFrame:
    """Tell where the cases of the night stand, and store it."""
    tonight = TonightsCases(
        cases=night.tables.read("cases"),
        findings=night.tables.read("findings", FINDING_COLUMNS),
        resolved=night.tables.read("resolved_findings"),
        households=night.tables.read("households", ("household_id", "latest_grace_to")),
        last_states=last_states(night),
    )
    calendar = working_days(night.as_of.year)
    states = case_states(tonight, desk_tonight(night), terms_of(night.policy), calendar, night.as_of)
    night.tables.write(STATES, states)
    return states


def last_states(night: Night) -> pl.DataFrame:
    """The states of the night before; empty before the first, and after a night of an older version."""
    folder = night_before(night.vault, night.as_of, night.profile)
    if folder is None or not (folder / f"{STATES}.parquet").exists():
        return pl.DataFrame(schema=CASE_STATES)
    return read_published(night.vault, folder, STATES)
