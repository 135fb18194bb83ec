"""Assets of what people said: the standing verdicts of the night, and where its cases stand."""

from collections.abc import Sequence

import dagster as dg

from pipelines.assets.metadata import table_metadata
from pipelines.discretion import discreet
from pipelines.night.canaries import without_canaries
from pipelines.night.case_states import state_cases
from pipelines.night.verdicts import cleared_tonight, take_verdicts
from pipelines.partitions import NIGHTS, as_of_date
from pipelines.resources import NightResource


def verdicts_asset(judged: Sequence[str]) -> dg.AssetsDefinition:
    """The asset by which what people recorded enters the night; after the feeds, because snapshots decide what holds."""

    @dg.asset(
        group_name="casework",
        deps=["households", *(f"findings_{feed}" for feed in judged)],
        partitions_def=NIGHTS,
        kinds={"polars"},
        description="One row per finding with a standing verdict known before the comparison date.\n\n"
        "核查结论：比对日之前录入、未被复核退回的。",
    )
    def verdicts(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
        with discreet():
            opened = night.open(as_of_date(context.partition_key))
            frame, cleared = take_verdicts(opened), cleared_tonight(opened)
        return dg.MaterializeResult(metadata={**table_metadata(frame), "rows_clearing": cleared.height})

    return verdicts


@dg.asset(
    group_name="casework",
    deps=["cases", "findings", "resolved_findings", "verdicts", "households"],
    partitions_def=NIGHTS,
    kinds={"polars"},
    description="One row per case, open or closed tonight: its state, deadlines, and how many findings are answered."
    "\n\n案件状态。",
)
def case_states(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
    """Tell where the cases of the night stand."""
    with discreet():
        frame = without_canaries(state_cases(night.open(as_of_date(context.partition_key))))
    states = {f"cases_{name}": n for name, n in frame.group_by("state").len().sort("state").iter_rows()}
    overdue = frame.filter(frame["overdue_days"] > 0).height
    return dg.MaterializeResult(metadata={**table_metadata(frame), **states, "cases_overdue": overdue})
