"""Judging: the rules of each feed on its matched rows, those that look at the income, the memory of the night before.

What belongs here: gathering what the pure functions of `pipelines.domain` take, and storing what they give.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from pipelines.domain.assessment import FRESH, NEEDED, NOT_QUERIED, RULES, UNSET, Assessment
from pipelines.domain.context import NightContext, Reckoned
from pipelines.domain.finding_changes import finding_changes
from pipelines.domain.findings import FINDINGS, no_findings
from pipelines.domain.judge import judge_after_income
from pipelines.domain.memory import HISTORY, LastNight, Remembered, no_last_night, remember
from pipelines.domain.rule import Rule
from pipelines.domain.rulebook import feeds_of
from pipelines.domain.rules.marriage import FEED as MARRIAGE
from pipelines.domain.rules.marriage import spouses_to_ask
from pipelines.night.canaries import without_canaries
from pipelines.night.labels import COLUMN_LABELS, MATERIAL_LABELS
from pipelines.night.masking import masked_text
from pipelines.night.matching import looked_up_table
from pipelines.night.night import ROSTER, Night
from pipelines.night.verdicts import cleared_tonight, counting_tonight, standing_tonight
from warehouse.publication import night_before, read_published

FINDINGS_AFTER_INCOME = "findings_household"
"""The table of what the rules found that look at tonight's findings and income."""

ABSENT = "absent"
"""The status of a feed of which nothing was delivered, or that has no contract."""

SUPPRESSED = "suppressed_findings"
"""The table of findings that people cleared: judged every night, not raised."""

CHANGES = "finding_changes"
"""The table of what changed in findings, field by field."""

REQUEST_LIST = "request_list"
"""The table of persons beyond the roster about whom the departments are to be asked (rules.md section 4, HY-01)."""


def matched_of(night: Night, feeds: Iterable[str]) -> dict[str, pl.DataFrame]:
    """The matched rows of those of the feeds that were assessed tonight."""
    return {feed: night.tables.read(f"matched_{feed}") for feed in feeds if is_assessed(night, feed)}


def is_assessed(night: Night, feed: str) -> bool:
    """Whether a feed was assessed tonight; one without a contract never is."""
    return feed in night.contracts and night.state(feed).is_assessed


def context_of(night: Night, feed: str) -> NightContext:
    """What the rules of a feed may look at tonight: its rows, those of the feeds beside it, and the roster."""
    looked_up = {
        other: night.tables.read(looked_up_table(feed, other))
        for _, other in night.rulebook.persons_looked_up(feed)
        if is_assessed(night, other)
    }
    beside = {other for one in switched_on(night, night.rulebook.judged_with(feed)) for other in one.subject.beside}
    return replace(_context_over(night, (feed, *sorted(beside - {feed}))), looked_up=looked_up)


def _context_over(night: Night, feeds: Iterable[str]) -> NightContext:
    """The roster, and the matched rows of those of the feeds that were assessed tonight."""
    others = [feed for feed in feeds if feed != ROSTER]
    return NightContext(
        as_of=night.as_of,
        policy=night.policy,
        households=night.tables.read("households"),
        members=night.tables.scan("members"),
        matched=matched_of(night, others),
        not_queried={feed: night.tables.read(f"not_queried_{feed}") for feed in others if is_assessed(night, feed)},
        has_declared_income=bool(night.tables.read_facts(ROSTER)["has_declared_income"]),
        roster=night.tables.scan("roster_rows"),
        shared=night.tables.scan("shared_members"),
        titles={feed: contract.title for feed, contract in night.contracts.items()},
    )


def judge(night: Night, feed: str) -> pl.DataFrame:
    """Judge one feed by the rules that are switched on and store `findings_<feed>`.

    Nothing of the roster is read for a feed that was not assessed or that no rule in force judges.
    """
    if is_assessed(night, feed) and switched_on(night, night.rulebook.judged_with(feed)):
        context = context_of(night, feed)
        findings = night.engine.judge(feed, context, night.secret, night.rulebook)
        if feed == MARRIAGE:
            night.tables.write(REQUEST_LIST, spouses_to_ask(context))
    else:
        findings = no_findings()
    night.tables.write(f"findings_{feed}", findings)
    return findings


def found_tonight(night: Night, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Tonight's findings of the feeds, before anything is remembered: what the income is reckoned from.

    What an earlier run of this night left of a feed that is away by now is not tonight's.

    Args:
        night: the night, its feeds judged.
        columns: those of `findings.FINDINGS` that are looked at; by default all.
    """
    names = FINDINGS.names() if columns is None else columns
    assessed = [feed for feed in judged_feeds(night) if is_assessed(night, feed)]
    found = [night.tables.read(f"findings_{feed}", columns) for feed in assessed]
    return pl.concat([no_findings().select(names), *found])


def judge_household(night: Night) -> pl.DataFrame:
    """Judge by the rules that look at tonight's findings or income, and store `findings_household`.

    Nothing is read where no such rule is switched on.
    """
    rules = switched_on(night, night.rulebook.judged_after_income())
    findings = no_findings()
    if rules:
        # A record that people proved to be somebody else's must not make another rule speak either.
        reckoned = Reckoned(
            counting_tonight(night, found_tonight(night)), night.tables.read("ledger"), night.tables.read("income")
        )
        context = replace(_context_over(night, sorted(feeds_of(rules))), reckoned=reckoned)
        findings = judge_after_income(context, night.secret, night.rulebook)
    night.tables.write(FINDINGS_AFTER_INCOME, findings)
    return findings


def switched_on(night: Night, rules: Iterable[Rule]) -> list[Rule]:
    """Those of the rules that are in force."""
    return [one for one in rules if night.policy.is_rule_on(one.rule_id)]


def request_list(night: Night) -> pl.DataFrame | None:
    """The real persons whom tonight adds to the request lists; None where no rule that adds any was judged."""
    is_judged = is_assessed(night, MARRIAGE) and bool(switched_on(night, night.rulebook.judged_with(MARRIAGE)))
    return without_canaries(night.tables.read(REQUEST_LIST)) if is_judged else None


def feeds_in_use(night: Night) -> frozenset[str]:
    """The feeds that the rules in force look at; another one is not missed where nobody delivers it."""
    return feeds_of(switched_on(night, night.rulebook.values()))


def judged_feeds(night: Night) -> list[str]:
    """Feeds with a contract that a rule in force judges, in the order of their names."""
    return [
        feed
        for feed in night.rulebook.feeds_with_rules()
        if feed in night.contracts and switched_on(night, night.rulebook.of(feed))
    ]


def assessment(night: Night) -> Assessment:
    """What was looked at tonight, and what was not; of real households."""
    on = {one.rule_id: one for one in switched_on(night, night.rulebook.values())}
    rules = [
        {
            "rule_id": rule_id,
            "rule_version": night.policy.rule_version(rule_id),
            "feed": one.feed,
            "feed_status": status_of(night, one),
            "snapshot_date": night.state(one.feed).snapshot_date if one.feed in night.contracts else None,
        }
        for rule_id, one in on.items()
    ]
    needed = [(rule_id, feed) for rule_id, one in on.items() for feed in one.subject.needs]
    unasked = [
        night.tables.read(f"not_queried_{feed}").select(feed=pl.lit(feed), id_number="id_number")
        for feed in sorted({*judged_feeds(night), *(feed for _, feed in needed)} - {ROSTER})
        if is_assessed(night, feed)
    ]
    return Assessment(
        households=without_canaries(night.tables.read("households", ("household_id",))),
        members=without_canaries(night.tables.read("members", ("household_id", "id_number"))),
        rules=pl.DataFrame(rules, schema=RULES),
        not_queried=pl.concat([pl.DataFrame(schema=NOT_QUERIED), *unasked]),
        unreadable_households=night.tables.read("unreadable_households").get_column("household_id"),
        after_income=frozenset(one.rule_id for one in night.rulebook.judged_after_income()),
        needed=pl.DataFrame(needed, schema=NEEDED, orient="row"),
    )


def status_of(night: Night, one: Rule) -> str:
    """The status of a rule's feed, or of the first feed it needs that is not fresh; without a contract: absent.

    Where all are fresh and the policy lacks what the rule cannot do without: unset.
    """
    feeds = (one.feed, *one.subject.needs)
    found = [night.state(feed).status if feed in night.contracts else ABSENT for feed in feeds]
    return next((status for status in found if status != FRESH), UNSET if one.rule_id in night.unset_rules else FRESH)


def last_night(night: Night, tonight: pl.DataFrame) -> LastNight:
    """What the newest published night before as_of under the same profile left behind."""
    folder = night_before(night.vault, night.as_of, night.profile)
    if folder is None:
        return no_last_night(tonight)
    kept = read_published(night.vault, folder, "memory")
    told = {
        name: read_published(night.vault, folder, name).join(kept, on="finding_id", how="left")
        # A night of an older version of the programme suppressed nothing.
        for name in ("findings", SUPPRESSED)
        if name == "findings" or (folder / f"{SUPPRESSED}.parquet").exists()
    }
    history = read_published(night.vault, folder, "history").cast(HISTORY)
    return LastNight(told["findings"], history, *(told[name] for name in told if name == SUPPRESSED))


def findings_last_night(night: Night, tonight: pl.DataFrame) -> LastNight:
    """What the night before left behind as the books count it: its findings without what they are remembered by."""
    before = no_last_night(tonight)
    folder = night_before(night.vault, night.as_of, night.profile)
    return before if folder is None else replace(before, findings=read_published(night.vault, folder, "findings"))


def remember_night(night: Night) -> Remembered:
    """Compare tonight's findings with the night before; what verdicts clear is suppressed.

    Stores `findings`, `resolved_findings`, `suppressed_findings`, `finding_changes` and `history`.
    """
    tonight = pl.concat([found_tonight(night), night.tables.read(FINDINGS_AFTER_INCOME)])
    before = last_night(night, tonight)
    remembered = remember(tonight, before, assessment(night), night.as_of, cleared_tonight(night))
    night.tables.write("findings", remembered.findings)
    night.tables.write("resolved_findings", remembered.resolved)
    night.tables.write(SUPPRESSED, remembered.suppressed)
    night.tables.write(CHANGES, account_of_changes(night, remembered, before))
    night.tables.write("history", remembered.history)
    return remembered


def account_of_changes(night: Night, remembered: Remembered, before: LastNight) -> pl.DataFrame:
    """What changed field by field; identity and account numbers among the values are masked, as in statements."""
    earlier = [
        one.select(name for name in ("finding_id", "fingerprint", "material", "valid_until") if name in one.columns)
        for one in (before.findings, before.suppressed)
        if "material" in one.columns
    ]
    none = pl.DataFrame(schema={"finding_id": pl.String, "fingerprint": pl.String, "material": pl.String})
    labels = {
        feed: {**COLUMN_LABELS, **MATERIAL_LABELS, **{one.name: one.label_zh for one in contract.fields}}
        for feed, contract in night.contracts.items()
    }
    told = finding_changes(
        remembered.findings, pl.concat([none, *earlier], how="diagonal"), standing_tonight(night), labels
    )
    return told.with_columns(masked_text(pl.col("before")), masked_text(pl.col("after")))
