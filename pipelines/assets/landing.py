"""Landing assets: one a feed, named as the feed; each is the feed's effective content on the comparison date."""

import dagster as dg

from connectors.contract import Contract
from pipelines.assets.metadata import contract_schema, feed_metadata
from pipelines.discretion import discreet
from pipelines.night.landing import land_feed
from pipelines.night.night import ROSTER
from pipelines.partitions import NIGHTS, as_of_date
from pipelines.resources import NightResource


def landing_asset(contract: Contract) -> dg.AssetsDefinition:
    """The asset that lands one feed from the inbox into immutable snapshots."""

    @dg.asset(
        name=contract.feed,
        group_name="landing",
        partitions_def=NIGHTS,
        description=f"{contract.grain}\n\n{contract.title}（{contract.department}）。{contract.description}",
        kinds={"duckdb"},
        tags={"feed": contract.feed},
        metadata={"dagster/column_schema": contract_schema(contract)},
    )
    def land(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
        with discreet():
            opened = night.open(as_of_date(context.partition_key))
            state = land_feed(opened, contract.feed, context.log.info)
        for message in state.messages:
            context.log.warning(message)
        if contract.feed == ROSTER and not state.is_assessed:
            raise dg.Failure(
                description="\n".join(
                    [
                        f"the roster is {state.status} on {state.as_of}: expected a ready snapshot at most "
                        f"{state.max_age_days} days old in <inbox>/{ROSTER}/<YYYY-MM-DD>/; deliver one and run the night again",
                        *state.messages,
                    ]
                ),
                metadata={"exit_code": 4, "status": state.status},
                allow_retries=False,
            )
        return dg.MaterializeResult(
            metadata=feed_metadata(state),
            data_version=dg.DataVersion("-".join(one.checksum[:12] for one in state.used) or state.status),
        )

    return land
