"""Judging: every switched-on rule of a feed over its matched rows, to findings.

What belongs here: the order of the steps, and that all rules over one subject share one pass. What does not: any single
step. The same function judges a whole district or one shard of it: households never look across shards.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.findings import findings_of, no_findings, ordered
from pipelines.domain.rule import Rule, Subject
from pipelines.domain.rulebook import rules_of
from pipelines.domain.standing import fires_column, predicate, standing_hits


def judge_feed(feed: str, context: NightContext, secret: bytes) -> pl.DataFrame:
    """Findings of all switched-on rules of a feed: flagged, undetermined and exempt ones.

    Args:
        feed: name of the feed.
        context: the night; a feed without matched rows in it was not assessed and gives no findings, which is never
            to be read as clear.
        secret: key of the finding ids.

    Returns:
        One row per household, person, rule and record key, in the columns and order of `findings.FINDINGS`.

    Raises:
        PolicyError: the policy lacks a parameter that a rule needs.
    """
    if not context.has_feed(feed):
        return no_findings()
    by_subject: dict[Subject, list[Rule]] = {}
    for one in rules_of(feed):
        if context.policy.is_rule_on(one.rule_id):
            by_subject.setdefault(one.subject, []).append(one)
    return ordered(part for rules in by_subject.values() for part in _judge_subject(rules, context, secret))


def _judge_subject(rules: Sequence[Rule], context: NightContext, secret: bytes) -> list[pl.DataFrame]:
    """Findings of rules that share a subject: one pass marks the rows, each rule then works on those it marked."""
    verdicts = [(one, one.judge(context)) for one in rules]
    marks = [predicate(one, verdict, context) for one, verdict in verdicts]
    fired = pl.any_horizontal(pl.col(fires_column(one)).fill_null(value=True) for one in rules)
    candidates = rules[0].subject.candidates(context).with_columns(marks).filter(fired).collect()
    return [
        findings_of(standing_hits(candidates, one, verdict, context), one, verdict, context, secret)
        for one, verdict in verdicts
    ]
