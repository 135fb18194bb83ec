"""The stages of a night in their order, for those who run a whole one without Dagster: rehearsals and tests.

What belongs here: the order, once. The nightly job has the same stages as assets; a stage that is added there is added
here, and the tests of whole nights hold the two together.
"""

from pipelines.domain.books import Equation
from pipelines.night.casework import count_rules, open_cases, reckon_income
from pipelines.night.judging import judge, judge_household, judged_feeds, remember_night
from pipelines.night.night import Night


def judge_and_count(night: Night) -> list[Equation]:
    """Everything that depends on the policy: from matched rows to findings, income, cases and the books of the night."""
    for feed in judged_feeds(night):
        judge(night, feed)
    reckon_income(night)
    judge_household(night)
    remember_night(night)
    open_cases(night)
    return count_rules(night)[1]
