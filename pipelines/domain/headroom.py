"""What an income that nobody has proven would come to, held against the headroom below the standard (收入余量).

What belongs here: adding an estimate to the ledger of tonight, without changing it. What does not: the ledger itself
(`ledger`), and where an estimate comes from (`rules/`). Amounts are 毫 (1/10000 元) per month.
"""

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.ledger import MOST
from pipelines.domain.vocabulary import DIBAO

_HOUSEHOLD = "household_id"
_MEMBER = [_HOUSEHOLD, "id_number"]


def net_wage() -> pl.Expr:
    """A member's wage in the ledger less the employment cost deduction, 0 where none counts."""
    return pl.col("wage").fill_null(0) - pl.col("deduction").fill_null(0)


def counting_members(night: NightContext) -> pl.LazyFrame:
    """The ledger of the members who count, of dibao households: only these are held against the dibao standard."""
    dibao = night.households.lazy().filter(pl.col("benefit").is_in(DIBAO)).select(_HOUSEHOLD)
    return night.after_income().ledger.lazy().filter("counts").join(dibao, on=_HOUSEHOLD, how="semi")


def with_estimate(extra: pl.LazyFrame, night: NightContext) -> pl.LazyFrame:
    """Households' incomes with an estimate added to what is proven of a member.

    As in the ledger, the greater of what was declared and what is known counts: a member who declared the estimated
    income adds nothing.

    Args:
        extra: one row per member, `household_id, id_number, extra`: the estimate beside the member's pension and wage.
        night: the night, with its income.

    Returns:
        One row per dibao household to which the estimate adds something: `household_id`, `estimated` (its income with
        the estimate), `heads` (who count), `ceiling` (what it may come to at most: the standard for each head; null
        where the standard is unset).
    """
    declared = pl.col("declared").fill_null(0)
    known = pl.col("pension").fill_null(0) + net_wage() + pl.col("extra").clip(0, MOST)
    added = (
        counting_members(night)
        .join(extra, on=_MEMBER, how="inner")
        .with_columns(added=(pl.max_horizontal(declared, known) - pl.col("evidenced")).clip(0, MOST))
        .group_by(_HOUSEHOLD)
        .agg(pl.col("added").sum())
        .filter(pl.col("added") > 0)
    )
    heads = pl.col("counting_members").cast(pl.Int64)
    return (
        night.after_income()
        .income.lazy()
        .join(added, on=_HOUSEHOLD, how="inner")
        .select(
            _HOUSEHOLD,
            estimated=pl.col("evidenced_total") + pl.col("added"),
            heads=heads,
            ceiling=pl.col("income_standard") * heads,
        )
    )
