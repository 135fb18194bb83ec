"""Comparison assets: who is judged (households, members), what departments hold about them, what the rules say."""

from collections.abc import Iterator

import dagster as dg

from connectors.contract import Contract
from pipelines.assets.metadata import outcome_counts, table_metadata
from pipelines.discretion import discreet
from pipelines.domain.rulebook import Rulebook
from pipelines.left_out import left_out_of
from pipelines.night.judging import judge
from pipelines.night.landing import note_undelivered
from pipelines.night.matching import match_feed, take_roster
from pipelines.night.night import ROSTER
from pipelines.partitions import NIGHTS, as_of_date
from pipelines.resources import NightResource


@dg.multi_asset(
    name="roster_households",
    specs=[
        dg.AssetSpec(
            "households",
            deps=[ROSTER],
            group_name="matching",
            description="One row per household in scope: its head, town, benefit and grace period.\n\n在保家庭。",
        ),
        dg.AssetSpec(
            "members",
            deps=[ROSTER],
            group_name="matching",
            description="One row per member of a household in scope, covered or not.\n\n共同生活的家庭成员。",
        ),
    ],
    partitions_def=NIGHTS,
)
def roster_households(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[dg.MaterializeResult[None]]:
    """Split the roster into the households that are judged and the members that are matched.

    Here the night also writes down which feeds nobody delivered: they have no steps of their own.
    """
    with discreet():
        opened = night.open(as_of_date(context.partition_key))
        absent = note_undelivered(opened, left_out_of(context.run.tags))
        households, members = take_roster(opened)
    told = {"feeds_not_delivered": ", ".join(absent) or "none"}
    yield dg.MaterializeResult(asset_key="households", metadata={**table_metadata(households), **told})
    yield dg.MaterializeResult(asset_key="members", metadata=table_metadata(members))


def matched_asset(contract: Contract, book: Rulebook) -> dg.AssetsDefinition:
    """The asset that finds the members in one feed, and whom that feed names in others."""
    also = [other for _, other in book.persons_looked_up(contract.feed)]

    @dg.asset(
        name=f"matched_{contract.feed}",
        group_name="matching",
        deps=[contract.feed, "members", *also],
        partitions_def=NIGHTS,
        kinds={"duckdb", "polars"},
        description=f"One row per member and row of {contract.feed} with the same ID number, graded by name.\n\n"
        f"名册成员在{contract.title}中的记录。",
    )
    def matched(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
        with discreet():
            opened = night.open(as_of_date(context.partition_key))
            opened.engine.watched_by(context.log.info)
            frame = match_feed(opened, contract.feed)
        return dg.MaterializeResult(metadata=table_metadata(frame))

    return matched


def findings_asset(contract: Contract, book: Rulebook) -> dg.AssetsDefinition:
    """The asset that judges one feed's matched rows by its rules in one pass; the roster's own without matching."""
    looked_at = [*(() if contract.feed == ROSTER else (contract.feed,)), *book.feeds_beside(contract.feed)]

    @dg.asset(
        name=f"findings_{contract.feed}",
        group_name="findings",
        deps=[*(f"matched_{feed}" for feed in looked_at), "households", "members"],
        partitions_def=NIGHTS,
        kinds={"polars"},
        description=f"One row per household, person, rule and record of {contract.feed} that a rule spoke about.\n\n"
        f"{contract.title}疑点：命中、豁免、待定。",
    )
    def findings(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
        with discreet():
            opened = night.open(as_of_date(context.partition_key))
            opened.engine.watched_by(context.log.info)
            frame = judge(opened, contract.feed)
        return dg.MaterializeResult(metadata={**table_metadata(frame), **outcome_counts(frame)})

    return findings
