"""What shows that somebody is at work now: contributions paid lately (rules.md sections 4 and 5).

What belongs here: the months that SB-01's wage base and GJJ-01 share. What does not: which wage counts (`ledger`).
"""

from datetime import date
from typing import Final

from pipelines.domain.context import NightContext
from pipelines.domain.dates import first_of_month, months_before
from pipelines.domain.money import HAO_PER_YUAN

WAGE_BAND: Final = 500 * HAO_PER_YUAN
"""A wage that moves within a band is the same finding (casework.md section 1)."""

GREATEST_AMOUNT: Final = 10**14
"""10 billion 元 in 毫. A larger one is a misprint, taken as this so that no sum overflows."""


def earliest_recent_month(night: NightContext) -> date:
    """The first day of the month three months before as_of's: a contribution for it or later is a recent one."""
    return months_before(first_of_month(night.as_of), night.policy.months("wage_recency_months"))
