"""The dibao standard that a household's assets are held against.

What belongs here: which standard is whose. What does not: income against the standard (`income`), thresholds made of
it (`rules/`). Households of other benefits are measured by rules of their own region, which no layer holds yet.
"""

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.policy import PolicyInForce, UnsetParameterError
from pipelines.domain.vocabulary import DIBAO, UNKNOWN

RURAL = "dibao_rural"


def require_standards(policy: PolicyInForce) -> None:
    """Leave a rule unassessed that compares an income with the standard, where none is set for the day.

    Raises:
        UnsetParameterError: the urban or the rural standard is unset or not in force.
    """
    for name, amount in (
        ("dibao_standard_urban", policy.amount("dibao_standard_urban")),
        ("dibao_standard_rural", policy.amount("dibao_standard_rural")),
    ):
        if amount is None:
            raise UnsetParameterError(
                name,
                f"profile {policy.profile}, parameter {name}: expected a standard in force on {policy.as_of}, found none; "
                "give its dates in a layer of the policy",
            )


def with_standard(rows: pl.LazyFrame, night: NightContext) -> pl.LazyFrame:
    """Rows about households or their members, with what the dibao standard says of the household.

    Returns:
        The rows and `members` (Int64), `is_dibao` (null where the benefit is empty or unknown) and `standard`: 毫 per
        person and month; that of the urban standard where the benefit is not told, null for other benefits and where
        the policy leaves it unset.
    """
    urban, rural = (night.policy.amount(f"dibao_standard_{kind}") for kind in ("urban", "rural"))
    benefit = pl.col("own_benefit")
    is_open = benefit.is_null() | (benefit == UNKNOWN)
    households = night.households.lazy().select(
        "household_id", pl.col("benefit").alias("own_benefit"), pl.col("members").cast(pl.Int64)
    )
    return (
        rows.join(households, on="household_id", how="inner")
        .with_columns(
            is_dibao=pl.when(~is_open).then(benefit.is_in(DIBAO)),
            standard=pl.when(benefit == RURAL)
            .then(pl.lit(rural, dtype=pl.Int64))
            .when(is_open | benefit.is_in(DIBAO))
            .then(pl.lit(urban, dtype=pl.Int64)),
        )
        .drop("own_benefit")
    )
