"""Judging: every switched-on rule of a feed over its matched rows, to findings.

What belongs here: the order of the steps, and that all rules over one subject share one pass. What does not: any single
step. The same function judges a whole district or one shard of it: households never look across shards.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.findings import findings_of, ordered
from pipelines.domain.policy import UnsetParameterError
from pipelines.domain.rule import Rule, Subject, Verdict
from pipelines.domain.rulebook import Rulebook, rulebook
from pipelines.domain.standing import fires_column, predicate, standing_hits

T = TypeVar("T")
R = TypeVar("R")


def judge_feed(feed: str, context: NightContext, secret: bytes, book: Rulebook | None = None) -> pl.DataFrame:
    """Findings of all switched-on rules judged with a feed: flagged, undetermined and exempt ones.

    Args:
        feed: name of the feed.
        context: the night; a feed without matched rows in it was not assessed and gives no findings, which is never
            to be read as clear.
        secret: key of the finding ids.
        book: the rules; by default those that ship.

    Returns:
        One row per household, person, rule and record key, in the columns and order of `findings.FINDINGS`.

    A rule that cannot judge without a parameter that is unset gives none either: it was not assessed
    (`unset_parameters`).
    """
    return _judge((rulebook() if book is None else book).judged_with(feed), context, secret)


def judge_after_income(context: NightContext, secret: bytes, book: Rulebook | None = None) -> pl.DataFrame:
    """Findings of all switched-on rules that look at tonight's findings or income, of whatever feed.

    Args:
        context: the night with what is reckoned; a rule whose feed has no matched rows in it gives no findings.
        secret: key of the finding ids.
        book: the rules; by default those that ship.

    Returns:
        As `judge_feed`.

    Raises:
        LookupError: the context has no income.
        PolicyError: the policy lacks a parameter that a rule needs.
    """
    return _judge((rulebook() if book is None else book).judged_after_income(), context, secret)


def _judge(rules: Iterable[Rule], context: NightContext, secret: bytes) -> pl.DataFrame:
    """Findings of those of the rules that are switched on and whose feed was assessed."""
    by_subject: dict[Subject, list[Rule]] = {}
    for one in rules:
        feeds = (one.feed, *one.subject.needs)
        if all(context.has_feed(feed) for feed in feeds) and context.policy.is_rule_on(one.rule_id):
            by_subject.setdefault(one.subject, []).append(one)
    parts = _side_by_side(lambda group: _judge_subject(group, context, secret), by_subject.values())
    return ordered(part for of_subject in parts for part in of_subject)


def unset_parameters(rules: Iterable[Rule], context: NightContext) -> dict[str, str]:
    """The rules that cannot judge because a parameter is unset: rule → parameter. They were not assessed.

    Args:
        rules: rules in force over feeds of the context.
        context: the night; only the policy and the columns of its frames matter, so that empty frames will do.
    """
    missing: dict[str, str] = {}
    for one in rules:
        try:
            one.judge(context)
            one.subject.candidates(context)
        except UnsetParameterError as error:
            missing[one.rule_id] = error.parameter
    return missing


def _judge_subject(rules: Sequence[Rule], context: NightContext, secret: bytes) -> list[pl.DataFrame]:
    """Findings of rules that share a subject: one pass marks the rows, each rule then works on those it marked."""
    verdicts = [(one, verdict) for one in rules if (verdict := _verdict(one, context)) is not None]
    if not verdicts:
        return []
    marks = [predicate(one, verdict, context) for one, verdict in verdicts]
    fired = pl.any_horizontal(pl.col(fires_column(one)).fill_null(value=True) for one, _ in verdicts)
    try:
        rows = rules[0].subject.candidates(context)
    except UnsetParameterError:
        return []
    candidates = rows.with_columns(marks).filter(fired).collect()
    # A rule that marked none of the rows has nothing to tell, and its sentences need not be built. Of a night without a
    # household they are built all the same: on such a one rules are tried before a real night (rule_trial).
    told = [pair for pair in verdicts if context.households.is_empty() or _marks(candidates, pair[0])]
    return _side_by_side(
        lambda pair: findings_of(standing_hits(candidates, *pair, context), *pair, context, secret), told
    )


def _side_by_side(task: Callable[[T], R], things: Collection[T]) -> list[R]:
    """The task of each thing, in their order. Much of judging keeps one processor busy, and what is judged is apart."""
    if len(things) < 2:  # noqa: PLR2004  nothing to do meanwhile
        return [task(one) for one in things]
    with ThreadPoolExecutor(min(len(things), pl.thread_pool_size())) as beside:
        return list(beside.map(task, things))


def _marks(candidates: pl.DataFrame, one: Rule) -> bool:
    """Whether the rule marked a row, or could not tell of one."""
    return bool(candidates.get_column(fires_column(one)).fill_null(value=True).any())


def _verdict(one: Rule, context: NightContext) -> Verdict | None:
    """The rule's verdict; None where it cannot judge because a parameter is unset."""
    try:
        return one.judge(context)
    except UnsetParameterError:
        return None
