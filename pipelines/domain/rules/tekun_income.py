"""What somebody with tekun has (特困人员的收入和财产): TK-01 and TK-02, policy.md 1.11.

What belongs here: income and property that say that a person is not without means. What does not: whether the person
can work (`tekun_ability`), who has to support (`tekun_obligors`). tekun has no grace (policy.md 2.5).
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, amount_below, becomes
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.money import plain
from pipelines.domain.phrases import label_of, words
from pipelines.domain.roster_candidates import household_rows, member_rows
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.standards import require_standards
from pipelines.domain.vocabulary import Action, Outcome
from pipelines.domain.wages import WAGE_BAND

LABEL: Final = "救助对象名册及本次核对"
PROPERTY_AREAS: Final = ("CL", "FC", "GS", "JR", "BX", "NJ", "CB")
"""The areas of the catalogue that tell of property: vehicles, housing, business, money, insurance, machines, vessels."""

NOT_HELD: Final = ("CL-03", "FC-06", "GS-05")
"""Rules of these areas about what is deregistered, disposed of, or closed."""

_PENSION_PAID, _RESIDENT = "SB-03", "resident/"
_PERSON: Final = ["household_id", "id_number"]
_CERTAIN, _STANDARD = pl.col("certain"), pl.col("income_standard")
_EXEMPT_PENSION: Final = "exempt_basic_pension"


def supported_incomes(night: NightContext) -> pl.LazyFrame:
    """One row per counting, covered member with tekun: the income that the feeds prove, in 毫 a month.

    `proven`: pension and wage less the employment cost. `resident`: the part of it that is a resident pension, of which
    the basic pension set by the centre does not count. `certain`: what counts whatever is open.
    """
    reckoned = night.after_income()
    is_resident = (
        (pl.col("rule_id") == _PENSION_PAID)
        & (pl.col("outcome") == Outcome.FLAGGED.value)
        & pl.col("record_key").str.starts_with(_RESIDENT)
    )
    resident = (
        reckoned.findings.lazy().filter(is_resident).group_by(_PERSON).agg(resident=pl.col("pension_amount").sum())
    )
    earned = pl.col("wage").fill_null(0) - pl.col("deduction").fill_null(0)
    ledger = (
        reckoned.ledger.lazy()
        .filter("counts")
        .select(*_PERSON, "evidenced", proven=pl.col("pension").fill_null(0) + earned)
    )
    # What is set already is taken off each pension; what is not set cannot be, so the whole pension is open.
    is_open = night.policy.value(_EXEMPT_PENSION) is None
    return (
        member_rows(night)
        .filter("is_tekun", "is_covered")
        .join(ledger, on=_PERSON, how="inner")
        .join(resident, on=_PERSON, how="left")
        .join(reckoned.income.lazy().select("household_id", "income_standard"), on="household_id", how="left")
        .with_columns(certain=pl.col("proven") - (pl.col("resident").fill_null(0) if is_open else 0))
        .with_columns(income_band=pl.col("evidenced") // WAGE_BAND)
    )


INCOMES = Subject(ROSTER, LABEL, supported_incomes, after_income=True)


@rule("TK-01", over=INCOMES, material=("income_band", "income_standard"))
def supported_with_income(night: NightContext) -> Verdict:
    """Somebody with tekun whose income reaches the dibao standard (特困人员有收入).

    Clause: 民发〔2021〕43号 第六条、第二十四条第（四）项. The basic pension set by the centre, medical insurance, 优抚 and
    old-age allowances do not count; where a declared income may hold them, it is open.
    """
    require_standards(night.policy)
    below = amount_below(_STANDARD)
    is_certain, is_proven = _CERTAIN >= _STANDARD, pl.col("proven") >= _STANDARD
    return Verdict(
        fires=decided(flagged=is_certain, undetermined=pl.col("evidenced") >= _STANDARD),
        record_key=pl.lit("income"),
        found=words(
            "为特困人员，",
            pl.when(is_certain)
            .then(words("比对到的月收入", plain(_CERTAIN), "元"))
            .otherwise(words("月收入（含申报和未扣除的部分）", plain(pl.col("evidenced")), "元")),
            "，不低于当地低保标准",
            plain(_STANDARD),
            "元",
        ),
        evidence=(
            Evidence("income_counted", "≥", plain(_STANDARD), value=plain(_CERTAIN)),
            Evidence("income_evidenced", "=", value=plain(pl.col("evidenced"))),
            Evidence("declared", "=", value=plain(pl.col("declared")), when=pl.col("declared").is_not_null()),
        ),
        open_fields=(
            OpenField(
                _EXEMPT_PENSION,
                "城乡居民养老金中不计入的基础养老金额度未设置",
                is_proven & ~is_certain,
                plain(pl.col("resident")),
            ),
            OpenField(
                "declared",
                "申报收入未分项，可能含优抚待遇、高龄津贴等不计入的部分",
                ~is_proven,
                plain(pl.col("declared")),
            ),
        ),
        hints={"中央确定的基础养老金、医疗保险待遇、优抚待遇和高龄津贴不计入": pl.lit(value=True)},
        changes=(
            Change(words("核实后本人每月应计收入低于", below.shown, "元"), {"certain": below, "evidenced": below}),
        ),
    )


def supported_owners(night: NightContext) -> pl.LazyFrame:
    """One row per tekun household of which tonight's findings tell property; leads and what is gone are left out.

    `held`: the rules that tell it. `listed`: one line of evidence for each finding.
    """
    titles = {rule_id: one.title for rule_id, one in night.policy.rules.items()}
    item = pl.struct(
        field=pl.lit("finding"),
        value=words(pl.col("rule_id"), " ", label_of(pl.col("rule_id"), titles)),
        op=pl.lit("="),
        threshold=words(pl.col("feed"), " ", pl.col("snapshot_date")),
    )
    told = (
        night.after_income()
        .findings.lazy()
        .filter(
            pl.col("outcome") == Outcome.FLAGGED.value,
            pl.col("action") != Action.LEAD.value,
            pl.col("rule_id").str.head(2).is_in(PROPERTY_AREAS),
            ~pl.col("rule_id").is_in(NOT_HELD),
        )
        .sort("household_id", "rule_id", "id_number", "record_key")
        .group_by("household_id", maintain_order=True)
        .agg(
            listed=item,
            held=pl.col("rule_id").unique().sort().str.join(","),
            owned=label_of(pl.col("rule_id"), titles).unique(maintain_order=True).str.join("、"),
            worst_grade=pl.col("grade").max(),
            latest=pl.col("fact_date").max(),
        )
    )
    return (
        household_rows(night)
        .filter("is_tekun")
        .join(told, on="household_id", how="inner")
        .with_columns(grade="worst_grade")
    )


OWNERS = Subject(ROSTER, LABEL, supported_owners, after_income=True)


@rule("TK-02", over=OWNERS, material=("held",))
def supported_with_property(_night: NightContext) -> Verdict:
    """A tekun household of which the feeds tell property (特困人员有财产), on whatever rule of this night.

    Clause: 民发〔2021〕43号 第七条: which property is too much is set by the city.
    """
    return Verdict(
        fires=pl.col("held") != "",
        record_key=pl.col("household_id"),
        fact_date=pl.col("latest"),
        found=words("（户主）为特困供养家庭，本次核对发现财产线索：", pl.col("owned")),
        evidence=(Evidence("own_benefit", "in", "tekun_central,tekun_scattered"),),
        listed=pl.col("listed"),
        hints={"财产标准由设区的市规定，残疾人代步车等除外": pl.lit(value=True)},
        changes=(Change("所列各项财产线索均已按各自的消除情形核清", {"held": becomes("")}),),
    )
