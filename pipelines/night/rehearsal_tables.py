"""What the report of a rehearsal shows: figures, sentences and tables, the same for the page, the workbook and the screen.

What belongs here: choosing and wording, in Chinese. What does not: how a page or a workbook looks. Tables by name are
masked here unless clear IDs were asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from pipelines.domain.case_statement import BENEFIT_LABEL, PROJECTION_LABEL
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.policy_difference import KIND_LABEL
from pipelines.domain.rehearsal import CHANGED, MOVED
from pipelines.domain.rehearsal_groups import (
    Moves,
    by_rule,
    households_by,
    moves,
    persons_by_age,
    persons_by_sex,
    standing_of,
)
from pipelines.domain.vocabulary import ACTION_LABEL, OUTCOME_LABEL
from pipelines.night.exports import masked
from pipelines.night.household_mask import household_key
from pipelines.night.labels import COLUMN_LABELS, FEED_STATUS_LABELS, RISK_LABELS
from pipelines.night.rehearsed import Rehearsal, RehearsedNight

VISIT_MINUTES: Final = "visit_minutes"
"""The parameter: minutes of reviewers per household visit."""

ASPECT_LABELS: Final[Mapping[str, str]] = {
    "outcome": "比对结果",
    "action": "疑点建议",
    "case": "案件",
    "suggested_action": "案件建议",
    "risk": "风险等级",
    "projection": "收入研判",
    "grace": "渐退期",
}
MOVED_LABELS: Final[Mapping[str, str]] = {
    **COLUMN_LABELS,
    "household_moves": "全户变动",
    "outcome_before": "现行口径结果",
    "outcome_after": "拟改口径结果",
    "action_before": "现行口径建议",
    "action_after": "拟改口径建议",
    "subject": "对象",
    "aspect": "变化项",
    "before": "现行口径",
    "after": "拟改口径",
}
NONE: Final = "无"
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "outcome": {str(key): label for key, label in OUTCOME_LABEL.items()},
    "action": {str(key): label for key, label in ACTION_LABEL.items()},
    "suggested_action": {str(key): label for key, label in ACTION_LABEL.items()},
    "case": {"open": "有"},
    "risk": RISK_LABELS,
    "projection": PROJECTION_LABEL,
}


@dataclass(frozen=True)
class Visits:
    """Households to visit under either policy, and what that costs.

    Attributes:
        moves: distinct households over all nights of the rehearsal.
        minutes_before: minutes a visit under the policy in use; None where unset.
        minutes_after: the same under the changed policy.
    """

    moves: Moves
    minutes_before: Decimal | None
    minutes_after: Decimal | None

    @property
    def extra_hours(self) -> Decimal | None:
        """Hours of reviewers more than before, to a tenth; None where no minutes are set."""
        if self.minutes_before is None or self.minutes_after is None:
            return None
        minutes = self.moves.after * self.minutes_after - self.moves.before * self.minutes_before
        return (minutes / 60).quantize(Decimal("0.1"))


def visits(rehearsal: Rehearsal) -> Visits:
    """Visits over all nights: a household is visited once, however many nights it stands there."""
    every = pl.concat([one.comparison.visits for one in rehearsal.nights])
    once = every.group_by("household_id").agg(pl.col("was_there", "is_there").any())
    newest = rehearsal.newest
    return Visits(moves(once, "was_there", "is_there"), *map(_minutes, (newest.before, newest.after)))


def _minutes(policy: PolicyInForce) -> Decimal | None:
    return policy.value(VISIT_MINUTES)


@dataclass(frozen=True)
class NightFigures:
    """The figures of one night: households, persons and findings on the flagged list, and undetermined findings."""

    households: Moves
    persons: Moves
    findings: Moves
    undetermined: Moves


def figures(night: RehearsedNight) -> NightFigures:
    """Count one night."""
    findings = night.comparison.findings
    open_on_sides = findings.select(
        was=pl.col("outcome_before").eq_missing(pl.lit("undetermined")),
        now=pl.col("outcome_after").eq_missing(pl.lit("undetermined")),
    )
    return NightFigures(
        households=moves(standing_of(findings, "household_id")),
        persons=moves(standing_of(findings, "id_number")),
        findings=moves(findings),
        undetermined=moves(open_on_sides, "was", "now"),
    )


def rules_table(night: RehearsedNight) -> pl.DataFrame:
    """One row per rule that either policy switches on: findings, households, undetermined, and whether it was assessed."""
    sides = {
        side: counts.select("rule_id", "undetermined", "exempt", "feed", "feed_status", "households_not_assessed")
        for side, counts in (("before", night.counts_before), ("after", night.counts_after))
    }
    either = sides["before"].join(sides["after"], on="rule_id", how="full", coalesce=True, suffix="_after")
    titles = {rule_id: one.title for policy in (night.before, night.after) for rule_id, one in policy.rules.items()}
    moved = by_rule(night.comparison.findings)
    numbers = ("before", "after", "entering", "leaving")
    counts = [*numbers, *(f"{name}_households" for name in numbers)]
    return (
        either.join(moved, on="rule_id", how="left")
        .with_columns(
            pl.col(counts).fill_null(0),
            title=pl.col("rule_id").replace_strict(titles, default="", return_dtype=pl.String),
            is_on_before=pl.col("feed").is_not_null(),
            is_on_after=pl.col("feed_after").is_not_null(),
            status=pl.coalesce("feed_status_after", "feed_status"),
            not_assessed=pl.coalesce("households_not_assessed_after", "households_not_assessed"),
        )
        .sort("rule_id")
    )


def group_tables(night: RehearsedNight) -> dict[str, pl.DataFrame]:
    """Counts by town, benefit, both together, age and sex; keys in Chinese."""
    findings = night.comparison.findings
    households = night.households.with_columns(_label("benefit", BENEFIT_LABEL))
    return {
        "镇街": households_by(households, findings, "town"),
        "救助类别": households_by(households, findings, "benefit"),
        "镇街·救助类别": households_by(households, findings, "town", "benefit"),
        "年龄": persons_by_age(night.members, findings, night.as_of),
        "性别": persons_by_sex(night.members, findings),
    }


def change_counts(night: RehearsedNight) -> pl.DataFrame:
    """How often each aspect changes from what to what: `aspect, before, after, len`; grace periods without their dates."""
    changes = night.comparison.changes.with_columns(
        pl.when(pl.col("aspect") == "grace").then(pl.col(side).str.slice(0, 1)).otherwise(pl.col(side)).alias(side)
        for side in ("before", "after")
    )
    order = pl.col("aspect").cast(pl.Enum(list(ASPECT_LABELS.values())))
    counted = worded(changes).group_by("aspect", "before", "after").len()
    return counted.sort(order, "len", "before", "after", descending=[False, True, False, False])


def blind_rules(night: RehearsedNight) -> list[str]:
    """Rules of the changed policy of which the night says nothing, because data or a parameter is not there."""
    titles = {state.feed: (state.title, state.status) for state in night.states}
    table = rules_table(night).filter(pl.col("is_on_after"), pl.col("status") != "fresh")
    told = []
    for row in table.iter_rows(named=True):
        needed = (row["feed_after"], *night.needs.get(row["rule_id"], ()))
        away = [(title, status) for title, status in (titles.get(feed, (feed, "absent")) for feed in needed)]
        why = [f"{title}{FEED_STATUS_LABELS.get(status, status)}" for title, status in away if status != "fresh"]
        reason = "、".join(why) or FEED_STATUS_LABELS.get(row["status"], row["status"])
        told.append(f"{row['rule_id']} {row['title']}（{reason}）")
    return told


def lists(rehearsal: Rehearsal, which: str, *, clear_ids: bool) -> pl.DataFrame:
    """The lists by name: `entering`, `leaving` or `changes` of all nights, newest night first, in Chinese.

    ID numbers are masked unless clear ones were asked for.
    """
    schema = CHANGED if which == "changes" else MOVED
    frames = [getattr(one.comparison, which) for one in reversed(rehearsal.nights)]
    rows = pl.concat([pl.DataFrame(schema=schema), *frames])
    rows = rows if clear_ids else masked(rows, household_key(rehearsal.secret))
    shown = worded(rows) if which == "changes" else _moved_worded(rows)
    return shown.rename({name: MOVED_LABELS[name] for name in shown.columns})


def worded(changes: pl.DataFrame) -> pl.DataFrame:
    """Changes with their codes in Chinese."""
    aspect = pl.col("aspect")
    told = {}
    for side in ("before", "after"):
        text = pl.col(side)
        for name, labels in _CODES.items():
            text = pl.when(aspect == name).then(pl.col(side).replace(dict(labels))).otherwise(text)
        told[side] = text.fill_null(NONE)
    return changes.with_columns(
        _label("benefit", BENEFIT_LABEL),
        subject=pl.col("subject").replace({"finding": "疑点", "case": "案件"}),
        **told,
    ).with_columns(aspect.replace(dict(ASPECT_LABELS)))


def _moved_worded(rows: pl.DataFrame) -> pl.DataFrame:
    sides = ("before", "after")
    return rows.with_columns(
        _label("benefit", BENEFIT_LABEL),
        *(_label(f"outcome_{side}", _CODES["outcome"]).fill_null(NONE) for side in sides),
        *(_label(f"action_{side}", _CODES["action"]).fill_null("") for side in sides),
        household_moves=pl.when("household_moves").then(pl.lit("是")).otherwise(pl.lit("否")),
    ).drop("finding_id")


def difference_table(rehearsal: Rehearsal) -> pl.DataFrame:
    """What the policies say differently, side by side, with the nights on which they do."""
    names = ("类别", "名称", "规则名称", "变化项", "现行口径", "拟改口径")
    every = [
        (KIND_LABEL[one.kind], one.name, one.title, one.aspect, one.before, one.after, night.as_of)
        for night in rehearsal.nights
        for one in night.changes
    ]
    schema = {**dict.fromkeys(names, pl.String()), "as_of": pl.Date()}
    first, last = pl.col("as_of").min().dt.to_string(), pl.col("as_of").max().dt.to_string()
    span = pl.when(first == last).then(first).otherwise(pl.concat_str(first, pl.lit(" 至 "), last))
    rows = pl.DataFrame(every, schema=schema, orient="row")
    return rows.group_by(names, maintain_order=True).agg(span.alias("适用比对日"))


def _label(column: str, labels: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace(dict(labels))
