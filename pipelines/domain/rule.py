"""How a rule is written: one function that turns the policy into expressions over candidate rows.

What belongs here: the form of a rule and of its verdict. What does not: any particular rule (`rules/`), what becomes of
a verdict (`standing`, `evidence`, `statement`, `findings`).

    @rule("CL-03", over=VEHICLES, material=("status_letters", "vehicle_class"))
    def deregistered_vehicle(night: NightContext) -> Verdict: ...

A predicate is a Polars expression with three values: true, false, null. Null means *undetermined* and is reported; it
never clears and never flags. Thresholds, clauses, documents and actions come from the policy, never from the function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from pipelines.domain.clearing import Change
from pipelines.domain.context import NightContext

EVIDENCE_ITEM = pl.Struct({"field": pl.String, "value": pl.String, "op": pl.String, "threshold": pl.String})
NO_DATE = pl.lit(None, dtype=pl.Date)
NO_AMOUNT = pl.lit(None, dtype=pl.Int64)
Proof = Literal["A", "B", "C"]


def _own_rows(_night: NightContext) -> pl.LazyFrame:
    """Stands for the matched rows of the subject's feed, as they are."""
    raise LookupError("a subject gives its own rows")


@dataclass(frozen=True)
class Subject:
    """The candidate rows that rules are judged over; all rules over one subject are judged in one pass.

    Attributes:
        feed: the feed that the finding names.
        label: what the people who read it call that feed; by default the title of its contract.
        candidates: builds the rows: `household_id, id_number, roster_name, name, grade`, provenance, and whatever the
            predicates look at. One row per matched record, per person or per household, as the rules need; by default
            the matched rows as they are.
        beside: other feeds whose matched rows it looks at where they were assessed.
        needs: those of the feeds beside without which nothing can be said: while one of them is absent the rules are
            not assessed, as while their own feed is.
        looked_up: fields of the feed that name persons beyond the household, and the feeds in which these are looked
            up where they were assessed. Not after the income, when several feeds are looked at together.
        after_income: judged once every feed is judged and the income is reckoned, because the rules look at tonight's
            findings, ledger or income (`NightContext.after_income`). What they find brings no amount: the income is
            reckoned already. They are counted under `feed` and not assessed while it is absent.
        whole_district: the rows can be told from the whole district alone, because something in them depends on other
            households: such rules are never judged shard by shard (`shards.cut`).
    """

    feed: str
    label: str = ""
    candidates: Callable[[NightContext], pl.LazyFrame] = _own_rows
    beside: tuple[str, ...] = ()
    looked_up: tuple[tuple[str, str], ...] = ()
    after_income: bool = False
    needs: tuple[str, ...] = ()
    whole_district: bool = False

    def __post_init__(self) -> None:
        """Take the feed's own rows where nothing else is said; refuse what a night could not bring."""
        if self.candidates is _own_rows:
            object.__setattr__(self, "candidates", lambda night: night.rows(self.feed))
        if not set(self.needs) <= set(self.beside):
            raise ValueError(
                f"subject over {self.feed}: expected every feed of needs among those beside, found "
                f"{', '.join(sorted(set(self.needs) - set(self.beside)))} missing; name it there too"
            )
        if self.after_income and self.looked_up:
            raise ValueError(
                f"subject over {self.feed}: expected looked_up or after_income, found both; "
                "look the persons up in a subject that is judged with its feed"
            )


@dataclass(frozen=True)
class Evidence:
    """One line of evidence: a field's value, and what it was held against.

    Attributes:
        value: text; by default the field's own column.
        when: where the line is shown; everywhere by default.
    """

    field: str
    op: str
    threshold: str | pl.Expr = ""
    value: pl.Expr | None = None
    when: pl.Expr | None = None

    def expression(self) -> pl.Expr:
        """The line as a struct."""
        value = pl.col(self.field).cast(pl.String) if self.value is None else self.value
        threshold = pl.lit(self.threshold) if isinstance(self.threshold, str) else self.threshold
        return pl.struct(
            field=pl.lit(self.field),
            value=value.fill_null(""),
            op=pl.lit(self.op),
            threshold=threshold.cast(pl.String).fill_null(""),
        )


@dataclass(frozen=True)
class OpenField:
    """A field that decides the rule and is empty or unknown.

    Attributes:
        phrase: how a sentence says it, e.g. 机动车状态为空或无法识别.
        where: the rows on which it is what leaves the rule undetermined.
        value: what stands in the field; by default its own column.
    """

    field: str
    phrase: str
    where: pl.Expr
    value: pl.Expr | None = None


@dataclass(frozen=True)
class Verdict:
    """What a rule says of every candidate row, as expressions over the subject's columns.

    Attributes:
        fires: true flags, false does nothing, null is undetermined.
        record_key: what tells records of one person apart (contract.md).
        found: what was found, as the middle of a sentence.
        evidence: lines of evidence, in order.
        listed: further lines as a list column, for rules that name several records.
        fact_date: when it became true; null where the rule has none.
        exempt: reason → the rows that would be flagged and are exempt by it.
        open_fields: what may leave the rule undetermined.
        hints: words to add → where.
        changes: the smallest changes of fact that clear a finding, as alternatives; each one does by itself.
        cases: name of a policy variant → the rows that are such a case.
        pension_amount: 毫 a flagged row brings into the income as pension.
        wage_amount: 毫 a flagged row brings into the income as wage.
    """

    fires: pl.Expr
    record_key: pl.Expr
    found: pl.Expr
    evidence: tuple[Evidence, ...]
    changes: tuple[Change, ...] = ()
    listed: pl.Expr | None = None
    fact_date: pl.Expr = NO_DATE
    exempt: Mapping[str, pl.Expr] = field(default_factory=dict)
    open_fields: tuple[OpenField, ...] = ()
    hints: Mapping[str, pl.Expr] = field(default_factory=dict)
    cases: Mapping[str, pl.Expr] = field(default_factory=dict)
    pension_amount: pl.Expr = NO_AMOUNT
    wage_amount: pl.Expr = NO_AMOUNT


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue.

    Attributes:
        material: columns of the subject that make up the fingerprint (casework.md section 1).
        is_spared_in_grace: whether a household in its grace period is exempt from it (rules.md section 5).
        proof: how sure the income is that it brings: A a record of payment or a certificate, B a contribution base or
            a tax return, C imputed; None where it brings none.
    """

    rule_id: str
    subject: Subject
    material: tuple[str, ...]
    is_spared_in_grace: bool
    judge: Callable[[NightContext], Verdict]
    description: str
    proof: Proof | None = None

    @property
    def feed(self) -> str:
        """The feed whose rows it judges."""
        return self.subject.feed


def rule(
    rule_id: str, *, over: Subject, material: tuple[str, ...], spared_in_grace: bool = False, proof: Proof | None = None
) -> Callable[[Callable[[NightContext], Verdict]], Rule]:
    """Make a rule of a function; the rulebook finds it in its module."""

    def declare(judge: Callable[[NightContext], Verdict]) -> Rule:
        return Rule(rule_id, over, material, spared_in_grace, judge, judge.__doc__ or "", proof)

    return declare


def decided(*, flagged: pl.Expr, undetermined: pl.Expr) -> pl.Expr:
    """A predicate from its two halves: true where flagged, else null where undetermined, else false.

    A half that is itself null on a row does not hold there.
    """
    return pl.when(flagged).then(pl.lit(value=True)).when(undetermined).then(None).otherwise(pl.lit(value=False))
