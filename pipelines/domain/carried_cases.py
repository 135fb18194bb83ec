"""Cases of households that nobody could read tonight: they stay open as they were told last.

What belongs here: a household of which every roster row was quarantined is in no table of tonight, while its findings are
carried over as not assessed. Its case keeps its id and its day (casework.md section 1): a row that cannot be read closes
nothing.
"""

import polars as pl


def unread_cases(gathered: pl.DataFrame, households: pl.DataFrame, last_cases: pl.DataFrame) -> pl.DataFrame:
    """Last night's cases of households with something open that are in no readable row tonight.

    Args:
        gathered: one row per household with findings that make a case: `suggested_action, rules, findings`.
        households: one row per household in scope tonight.
        last_cases: last night's cases; where it has fewer columns than a case there was no night before.

    Returns:
        Last night's rows with tonight's `suggested_action`, `rules` and `findings`, and `change`.
    """
    ours = ["suggested_action", "rules", "findings"]
    tonight = gathered.join(households, on="household_id", how="anti").select("household_id", *ours)
    before = pl.struct(one.list.join(";") if name == "rules" else one for name in ours for one in [pl.col(name)])
    now = pl.struct(
        (pl.col(f"{name}_now").list.join(";") if name == "rules" else pl.col(f"{name}_now")).alias(name)
        for name in ours
    )
    return (
        last_cases.join(tonight, on="household_id", how="inner", suffix="_now")
        .with_columns(change=pl.when(now == before).then(pl.lit("persisting")).otherwise(pl.lit("changed")))
        .with_columns(pl.col(f"{name}_now").alias(name) for name in ours)
        .drop(f"{name}_now" for name in ours)
    )
