"""The stages of a night in their order, for those who run a whole one without Dagster: rehearsals and tests.

What belongs here: the order, once. The nightly job has the same stages as assets; a stage that is added there is added
here, and the tests of whole nights hold the two together.
"""

from pipelines.domain.books import Equation
from pipelines.night.canary_answers import ask_canaries
from pipelines.night.case_states import state_cases
from pipelines.night.casework import count_rules, open_cases, reckon_income
from pipelines.night.judging import judge, judge_household, judged_feeds, remember_night
from pipelines.night.landing import land_feed
from pipelines.night.matching import match_feed, matched_feeds, take_roster
from pipelines.night.night import ROSTER, Night
from pipelines.night.publishing import gates, publish_night, published_tables
from pipelines.night.state import FeedState
from pipelines.night.verdicts import take_verdicts
from warehouse.publication import Publication


def land_all(night: Night) -> dict[str, FeedState]:
    """Land every feed, the roster first; what was found for each."""
    return {feed: land_feed(night, feed) for feed in (ROSTER, *night.feeds)}


def compute(night: Night) -> list[Equation]:
    """Everything between landing and publication: the roster, its people in each feed, findings, cases, the books."""
    take_roster(night)
    for feed in matched_feeds(night):
        match_feed(night, feed)
    return judge_and_count(night)


def judge_and_count(night: Night) -> list[Equation]:
    """Everything that depends on the policy: from matched rows to findings, income, cases and the books of the night."""
    for feed in judged_feeds(night):
        judge(night, feed)
    take_verdicts(night)
    reckon_income(night)
    judge_household(night)
    remember_night(night)
    open_cases(night)
    state_cases(night)
    ask_canaries(night)
    return count_rules(night)[1]


def publish(night: Night, run_id: str) -> Publication:
    """Publish a night that is counted, or hold it where a gate says so."""
    tables = published_tables(night)
    return publish_night(night, run_id, tables, gates(night, tables))
