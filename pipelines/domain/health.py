"""The health of a night in counts: outcomes per rule, what people answered, what is suppressed, where cases stand.

What belongs here: counting tables that the night has made, into plain values that its manifest keeps, so that the health
page and `hedui status` need neither a key nor the store of events. Counts and dates alone: no person, no household. What
earlier nights say beside it stands in `health_history`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import polars as pl

from pipelines.domain.verdict import CLEARING, CONFIRMING

RULE_FIELDS: Final = (
    *("flagged", "exempt", "undetermined", "not_assessed", "suppressed", "resolved", "households_clear"),
    *("new", "persisting", "changed", "reopened", "households_in_scope", "households_not_assessed"),
)
"""What is kept of a rule's counts: the seven outcomes, the changes, and the households behind them."""

SOON_DAYS: Final = 30
"""A suppression that ends within so many days is told apart: somebody will have to look again."""


@dataclass(frozen=True, slots=True)
class Precision:
    """When a rule counts as imprecise: below `floor` confirmed over at least `verdicts`; None where unset: never."""

    floor: Fraction | None
    verdicts: int | None


def rule_facts(counts: pl.DataFrame, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rules of the night, one entry each, ordered by rule.

    Args:
        counts: the night's `rule_counts`.
        titles: rule → its name in Chinese.
    """
    kept = [name for name in RULE_FIELDS if name in counts.columns]
    absent: dict[str, Any] = dict.fromkeys(set(RULE_FIELDS) - set(kept), 0)
    return [
        {name: row[name] for name in ("rule_id", "feed", "feed_status", *kept)}
        | absent
        | {"title": titles.get(row["rule_id"], "")}
        for row in counts.sort("rule_id").iter_rows(named=True)
    ]


def answer_facts(answers: pl.DataFrame, precision: Precision, as_of: date) -> dict[str, Any]:
    """What people answered, per rule and per night.

    Args:
        answers: standing verdicts, columns of `suppression.STANDING`.
        precision: when a rule is named as imprecise.
        as_of: the comparison date.

    Returns:
        `rules`: rule → `verdicts`, `confirmed`, `cleared`, `median_days` (from first seen to the investigation, null where
        that is not known); `nights`: night → verdicts entered after it, of the last 30 days; `imprecise`: rules.
    """
    conclusion, days = pl.col("conclusion"), (pl.col("decided_on") - pl.col("first_seen")).dt.total_days()
    rules = {
        row.pop("rule_id"): row
        for row in answers.filter(pl.col("rule_id").is_not_null())
        .group_by("rule_id")
        .agg(
            verdicts=pl.len(),
            confirmed=conclusion.is_in([str(one) for one in CONFIRMING]).sum(),
            cleared=conclusion.is_in([str(one) for one in CLEARING]).sum(),
            median_days=days.clip(0).median().round(1),
        )
        .sort("rule_id")
        .to_dicts()
    }
    recent = answers.filter(pl.col("known_after") > as_of - timedelta(days=SOON_DAYS))
    nights = recent.group_by("known_after").len().sort("known_after")
    return {
        "verdicts": answers.height,
        "confirmed": sum(one["confirmed"] for one in rules.values()),
        "rules": rules,
        "nights": {night.isoformat(): number for night, number in nights.iter_rows()},
        "imprecise": [
            rule for rule, one in rules.items() if is_imprecise(one["verdicts"], one["confirmed"], precision)
        ],
        "floor": None if precision.floor is None else float(precision.floor),
        "at_least": precision.verdicts,
    }


def is_imprecise(verdicts: int, confirmed: int, precision: Precision) -> bool:
    """Whether too few verdicts on a rule confirmed what it found; exactly at the floor is enough."""
    if precision.floor is None or precision.verdicts is None or verdicts < max(1, precision.verdicts):
        return False
    return Fraction(confirmed, verdicts) < precision.floor


def suppression_facts(suppressed: pl.DataFrame, as_of: date) -> dict[str, Any]:
    """The suppression debt: findings that are there, not raised, and come back.

    Args:
        suppressed: findings that are suppressed tonight, with what cleared them: `rule_id`, `decided_on`,
            `valid_until`. One comes back on the day after the last.
        as_of: the comparison date.

    Returns:
        `findings`: how many; `rules`: by rule; `months`: by the month in which they come back (`""` where no end is
        known); `soon`: how many come back within 30 days; `oldest`: day of the oldest verdict, or None.
    """
    back = pl.col("valid_until") + pl.duration(days=1)
    told = suppressed.with_columns(month=back.dt.strftime("%Y-%m").fill_null(""))
    soon = told.filter(back <= as_of + timedelta(days=SOON_DAYS)).height
    oldest = told.get_column("decided_on").min()
    return {
        "findings": told.height,
        "rules": dict(told.group_by("rule_id").len().sort("rule_id").iter_rows()),
        "months": dict(told.group_by("month").len().sort("month").iter_rows()),
        "soon": soon,
        "oldest": oldest.isoformat() if isinstance(oldest, date) else None,
    }


def case_facts(states: pl.DataFrame) -> dict[str, Any]:
    """Where the cases stand.

    Args:
        states: columns of `case_state.CASE_STATES`.

    Returns:
        `states`: state → cases, those that left tonight included; `overdue`: open cases past the date they are due;
        `towns`: town that has to answer → `open`, `overdue`. Counts by town are exact: a page without names withholds
        the small ones.
    """
    is_overdue = (pl.col("overdue_days") > 0).fill_null(value=False)
    is_open = states.filter(pl.col("closed_reason").is_null())
    towns = (
        is_open.with_columns(town=pl.coalesce("handled_by", "town").fill_null(""))
        .group_by("town")
        .agg(open=pl.len(), overdue=is_overdue.sum())
        .sort("town")
    )
    return {
        "states": dict(states.group_by("state").len().sort("state").iter_rows()),
        "overdue": is_open.filter(is_overdue).height,
        "towns": {row.pop("town"): row for row in towns.to_dicts()},
    }
