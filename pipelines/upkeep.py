"""The instance looks after itself while `hedui ui` runs: runs whose process is gone are closed, old ones forgotten.

What belongs here: when. The command line does the same at the beginning of each night.
"""

from datetime import UTC, datetime
from typing import Final

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorEvaluationContext

from pipelines.abandoned_runs import close_abandoned
from pipelines.run_history import forget_old_runs

SENSOR: Final = "instance_upkeep"
SECONDS: Final = 60


def upkeep(instance: dg.DagsterInstance, kept_days: int) -> tuple[int, int]:
    """Close what was abandoned and forget what is old; how many of each."""
    return close_abandoned(instance), forget_old_runs(instance, datetime.now(UTC), kept_days)


def upkeep_sensor(kept_days: int) -> dg.SensorDefinition:
    """The sensor that looks after the instance; it starts no run.

    Args:
        kept_days: how long a run is kept.
    """

    @dg.sensor(
        name=SENSOR,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="进程已被终止的运行记为失败，过期的运行记录予以清除。 Closes runs whose process is gone, forgets old ones.",
    )
    def instance_upkeep(context: SensorEvaluationContext) -> dg.SkipReason:
        closed, forgotten = upkeep(context.instance, kept_days)
        return dg.SkipReason(f"closed {closed} abandoned runs, forgot {forgotten} old ones")

    return instance_upkeep
