"""Household income per head: declared and evidenced, exact until one rounding to 0.01 元.

What belongs here: rules.md section 5, "per household", and the standard in force. Members are told in `ledger`, the
comparison with the standard in `grace`. Amounts are 毫 (1/10000 元) per month.
"""

import polars as pl

from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import evidenced_parts
from pipelines.domain.money import HAO_PER_FEN, round_half_up_to_fen
from pipelines.domain.ordering import in_order, summed

RURAL_DIBAO = "dibao_rural"
_KINDS = {"wage": "wages", "pension": "pensions"}
"""Amounts, and the sum that says how many of them count."""

INCOME = pl.Schema(
    {
        "household_id": pl.String,
        "income_standard": pl.Int64,
        "income_declared": pl.Int64,
        "income_evidenced": pl.Int64,
        "income_without_wages": pl.Int64,
        "cause": pl.String,
        "is_work_unproven": pl.Boolean,
        "counting_members": pl.Int32,
        "evidenced_total": pl.Int64,
        "wage_total": pl.Int64,
        "pension_total": pl.Int64,
        "rigid_total": pl.Int64,
        "why_not_counting": pl.String,
    }
)
"""Grain: one row per household in scope. Per-capita columns are rounded to whole 分 (100 毫). `cause` is employment,
other, mixed, or null where no counting member has an increment. `wage_total` and `pension_total` cover the counting
members and are null where nothing of the kind counts; `why_not_counting` names the reasons why members do not count,
each once; `rigid_total` is deducted from the sums, which do not fall below
0; `evidenced_total` is rounded to 分 for the reader."""


def household_income(households: pl.DataFrame, ledger: pl.DataFrame, policy: IncomePolicy) -> pl.DataFrame:
    """Sum the ledger per household and divide by those who count (rules.md section 5).

    Args:
        households: one row per household in scope; needs `household_id`, `benefit`.
        ledger: one row per member (`pipelines.domain.ledger`).
        policy: income parameters in force.

    Returns:
        One row per household, columns of `INCOME`, ordered by household. A household in which no member counts has an
        evidenced income of 0.
    """
    rate = policy.deduction_rate
    sums = (
        summed(ledger.select("household_id", *_counted(evidenced_parts(policy))), "household_id")
        .with_columns(*_told())
        .join(_reasons(ledger), on="household_id", how="left", maintain_order="left")
        .with_columns(
            parts_sum=(pl.col("parts_sum") - pl.col("rigid_total") * rate.denominator).clip(0),
            without_wages_sum=(pl.col("without_wages_sum") - pl.col("rigid_total")).clip(0),
            why_not_counting=pl.col("why_not_counting").fill_null(""),
        )
    )
    standard = (
        pl.when(pl.col("benefit") == RURAL_DIBAO)
        .then(pl.lit(policy.rural_standard, dtype=pl.Int64))
        .otherwise(pl.lit(policy.urban_standard, dtype=pl.Int64))
    )
    income = (
        _beside(households.select("household_id", income_standard=standard), sums)
        .with_columns(
            pl.col("counting_members", "members").fill_null(0),
            pl.col("is_work_unproven").fill_null(value=False),
        )
        .with_columns(
            income_declared=_per_capita("declared_sum", "members", 1),
            income_evidenced=_per_capita("parts_sum", "counting_members", rate.denominator),
            income_without_wages=_per_capita("without_wages_sum", "counting_members", 1),
            cause=_household_cause(),
            evidenced_total=round_half_up_to_fen(pl.col("parts_sum").fill_null(0), rate.denominator) * HAO_PER_FEN,
        )
        .select(INCOME.names())
        .cast(INCOME)
    )
    return in_order(income, ["household_id"])


def _counted(parts: pl.Expr) -> list[pl.Expr]:
    """What a member brings to the sums: nothing where the member does not count, but what was declared."""
    counts, cause, declared = pl.col("counts"), pl.col("cause"), pl.col("declared").fill_null(0)
    without_wages = pl.max_horizontal(declared, pl.col("pension").fill_null(0))
    of_counting = {
        "parts_sum": parts,
        "without_wages_sum": without_wages,
        "rigid_total": pl.col("rigid_expense"),
        "wage_total": pl.col("wage"),
        "pension_total": pl.col("pension"),
        "wages": pl.col("wage").is_not_null(),
        "pensions": pl.col("pension").is_not_null(),
        "is_work_unproven": pl.col("is_work_unproven"),
    }
    return [
        pl.lit(value=True).alias("members"),
        counts.alias("counting_members"),
        declared.alias("declared_sum"),
        *(pl.when(counts).then(amount).alias(name) for name, amount in of_counting.items()),
        cause.is_in(["wage", "both"]).alias("has_wage_increment"),
        cause.is_in(["pension", "both"]).alias("has_pension_increment"),
    ]


def _told() -> list[pl.Expr]:
    """What the sums of one household say: no total where nothing of the kind counts, and whether there is any."""
    return [
        *(
            pl.when(pl.col(how_many) > 0).then(f"{kind}_total").alias(f"{kind}_total")
            for kind, how_many in _KINDS.items()
        ),
        pl.col("is_work_unproven", "has_wage_increment", "has_pension_increment") > 0,
    ]


def _beside(households: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """The sums of each household beside it: both nearly always stand in one order, and nothing has to be looked up."""
    if households.get_column("household_id").equals(sums.get_column("household_id")):
        return pl.concat([households, sums.drop("household_id")], how="horizontal")
    return households.join(sums, on="household_id", how="left", maintain_order="left")


def _reasons(ledger: pl.DataFrame) -> pl.DataFrame:
    """Why members do not count, each reason once; of the few households where somebody does not."""
    why = pl.col("why").unique().sort().str.join("；")
    return ledger.filter(~pl.col("counts")).group_by("household_id").agg(why_not_counting=why)


def _household_cause() -> pl.Expr:
    """Section 5: employment by wages alone, other by pensions alone, mixed by both, null without any increment."""
    wage, pension = pl.col("has_wage_increment"), pl.col("has_pension_increment")
    return (
        pl.when(wage & pension)
        .then(pl.lit("mixed"))
        .when(wage)
        .then(pl.lit("employment"))
        .when(pension)
        .then(pl.lit("other"))
    )


def _per_capita(total: str, heads: str, parts: int) -> pl.Expr:
    """An exact sum, in 毫 / `parts`, by the heads, rounded once to 0.01 元 half up; 0 where there is no head."""
    divisor = pl.col(heads).cast(pl.Int64) * parts
    return pl.when(pl.col(heads) > 0).then(round_half_up_to_fen(pl.col(total), divisor) * HAO_PER_FEN).otherwise(0)
