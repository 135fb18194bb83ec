"""The lines of the income ledger (收入台账明细): every amount with where it comes from, how sure it is, and whether it counts.

What belongs here: telling the arithmetic of rules.md section 5 line by line, so that a reader can add it up: the counted
lines of a household sum to its evidenced income. What does not: that arithmetic itself (`ledger`, `income`).
Amounts are 毫 (1/10000 元) per month; deductions are negative.
"""

from typing import Final

import polars as pl

from pipelines.domain.ledger import MOST
from pipelines.domain.ordering import in_order
from pipelines.domain.vocabulary import Outcome

DECLARED, PENSION, WAGE = "declared", "pension", "wage"
EMPLOYMENT_COST, RIGID_EXPENSE = "employment_cost", "rigid_expense"

PROOF_LABEL: Final = {"A": "A 发放记录或单位证明", "B": "B 缴费基数或计税收入", "C": "C 推算"}
"""How sure an evidenced amount is (policy.md 2.4). What the member declared has no grade."""

ENTRIES: Final = pl.Schema(
    {
        "household_id": pl.String,
        "id_number": pl.String,
        "item": pl.String,
        "amount": pl.Int64,
        "proof": pl.String,
        "rule_id": pl.String,
        "finding_id": pl.String,
        "feed": pl.String,
        "snapshot_date": pl.Date,
        "is_counted": pl.Boolean,
        "note": pl.String,
    }
)
"""Grain: one row per member and amount. `item`: declared, pension, wage, employment_cost, rigid_expense. `note` says why
a line does not count, or on what terms it does."""

_MEMBER: Final = ["household_id", "id_number"]
_PLACE: Final = "place of member"
_ITEMS: Final = (DECLARED, PENSION, WAGE, EMPLOYMENT_COST, RIGID_EXPENSE)
_COUNTS: Final = pl.col("counts")
_NOT_COUNTED_MEMBER: Final = pl.concat_str(pl.lit("不计入收入核算："), pl.col("why"))
_DECLARED_HIGHER: Final = "申报收入不低于比对到的收入，按申报计"
_PROVEN_HIGHER: Final = "比对到的收入更高，按比对结果计"
_LOWER_WAGE: Final = "同一人有更高的工资线索，只计最高一项"


def ledger_entries(ledger: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Tell the ledger line by line.

    Args:
        ledger: one row per member (`pipelines.domain.ledger.LEDGER`).
        findings: tonight's standing findings, the columns of `findings.FINDINGS`.

    Returns:
        One row per member and amount, columns of `ENTRIES`, ordered by household, person, item and rule.
    """
    members = in_order(ledger, _MEMBER).with_columns(is_proven=_is_proven()).with_row_index(_PLACE)
    rank = pl.col("item").replace_strict(list(_ITEMS), range(len(_ITEMS)), return_dtype=pl.Int8)
    others = pl.concat(
        _shaped(part) for part in (*_proven(members, findings), _employment_cost(members), _rigid(members))
    ).sort(_PLACE, rank, "rule_id", "finding_id", nulls_last=True)
    # Every member has the first line, few have another: these alone are sorted by text, all by the member's number.
    every = pl.concat([_shaped(_declared(members)), others])
    return every.sort(_PLACE, maintain_order=True).select(ENTRIES.names())


def _is_proven() -> pl.Expr:
    """Whether what the feeds prove, and not what was declared, is the member's evidenced income."""
    proven = pl.col("pension").fill_null(0) + pl.col("wage").fill_null(0) - pl.col("deduction").fill_null(0)
    return proven > pl.col("declared").fill_null(0)


def _declared(members: pl.DataFrame) -> pl.DataFrame:
    """What the members declared; an empty cell is a line of 0, so that it is seen."""
    return members.select(
        _PLACE,
        *_MEMBER,
        item=pl.lit(DECLARED),
        amount=pl.col("declared").fill_null(0),
        is_counted=_COUNTS & ~pl.col("is_proven"),
        note=_note(
            pl.when(pl.col("is_proven"))
            .then(pl.lit(_PROVEN_HIGHER))
            .when(pl.col("declared").is_null())
            .then(pl.lit("未申报，按0计"))
        ),
    )


def _proven(members: pl.DataFrame, findings: pl.DataFrame) -> list[pl.DataFrame]:
    """Pensions and wages, a line per flagged finding that brings an amount; of wages only the greatest counts."""
    brings = pl.col("pension_amount").is_not_null() | pl.col("wage_amount").is_not_null()
    flagged = findings.filter(pl.col("outcome") == Outcome.FLAGGED, brings).join(
        members.select(_PLACE, *_MEMBER, "counts", "why", "is_proven"), on=_MEMBER, how="inner"
    )
    source = ("proof", "rule_id", "finding_id", "feed", "snapshot_date")
    flagged = flagged.with_columns(proof="income_proof")
    by_wage = pl.struct(-pl.col("wage_amount"), "rule_id", "finding_id")
    is_greatest = pl.int_range(pl.len()).over(_MEMBER, order_by=by_wage) == 0
    counted = _COUNTS & pl.col("is_proven")
    lower = pl.when(~pl.col("is_proven")).then(pl.lit(_DECLARED_HIGHER))
    return [
        flagged.filter(pl.col("pension_amount").is_not_null()).select(
            _PLACE,
            *_MEMBER,
            *source,
            item=pl.lit(PENSION),
            amount=pl.col("pension_amount").clip(0, MOST),
            is_counted=counted,
            note=_note(lower),
        ),
        flagged.filter(pl.col("wage_amount").is_not_null())
        .with_columns(is_greatest=is_greatest)
        .select(
            _PLACE,
            *_MEMBER,
            *source,
            item=pl.lit(WAGE),
            amount=pl.col("wage_amount").clip(0, MOST),
            is_counted=counted & pl.col("is_greatest"),
            note=_note(pl.when(~pl.col("is_greatest")).then(pl.lit(_LOWER_WAGE)).otherwise(lower)),
        ),
    ]


def _employment_cost(members: pl.DataFrame) -> pl.DataFrame:
    """What is deducted from the wage that counts, where the policy sets a rate."""
    return members.filter(pl.col("deduction") > 0).select(
        _PLACE,
        *_MEMBER,
        item=pl.lit(EMPLOYMENT_COST),
        amount=-pl.col("deduction"),
        is_counted=_COUNTS & pl.col("is_proven"),
        note=_note(pl.when(~pl.col("is_proven")).then(pl.lit(_DECLARED_HIGHER))),
    )


def _rigid(members: pl.DataFrame) -> pl.DataFrame:
    """What is deducted for long-term rigid expenses, where the policy sets a cap."""
    return members.filter(pl.col("rigid_expense") > 0).select(
        _PLACE,
        *_MEMBER,
        item=pl.lit(RIGID_EXPENSE),
        amount=-pl.col("rigid_expense"),
        is_counted=_COUNTS,
        note=_note(pl.lit("以名册登记的刚性支出为准，不超过规定上限")),
    )


def _note(of_counting_member: pl.Expr) -> pl.Expr:
    """Why a line does not count; a member who does not count explains all of his lines."""
    return pl.when(_COUNTS).then(of_counting_member).otherwise(_NOT_COUNTED_MEMBER)


def _shaped(part: pl.DataFrame) -> pl.DataFrame:
    """The columns of `ENTRIES` and the member's number; those that a line does not have are null."""
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in ENTRIES.items() if name not in part.columns]
    return part.with_columns(missing).select(_PLACE, *ENTRIES.names()).cast(ENTRIES)
