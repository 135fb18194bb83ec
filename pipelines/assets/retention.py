"""The job `retention` (数据留存) and its schedule: rows whose time is over go. Not part of the night; no asset is made by it.

From the launchpad it is a dry run unless somebody says otherwise; the schedule removes. Metadata are counts.
"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import dagster as dg
from pydantic import Field

from pipelines.daily import daily_schedule
from pipelines.discretion import discreet
from pipelines.domain.retention import Kind, Plan, bytes_freed
from pipelines.night.declared import declared
from pipelines.night.export_audit import operating_user
from pipelines.night.night import open_vault
from pipelines.night.retention import RETENTION, plan_retention, retain
from pipelines.partitions import TIME_ZONE
from pipelines.settings import Settings
from warehouse.occupancy import Occupant, occupied

STEP: Final = "remove_old_rows"
HOUR: Final = 6
"""After the night, which begins at two, and before people come."""


class RetentionConfig(dg.Config):
    """What the launchpad asks for."""

    dry_run: bool = Field(
        default=True,
        description="只列出到期可删的数据，不删除；要删除请改为 false。 Tell what would go; remove nothing.",
    )


def retention_job(settings: Settings) -> dg.JobDefinition:
    """The job of one step that removes what may go, or tells it."""

    @dg.op(
        name=STEP,
        description="按政策参数 retention_… 删除到期的原始行和中间表；载入报告、清单、核查事件不动。 Removes rows whose time is over.",
        out=dg.Out(dg.Nothing),
    )
    def remove_old_rows(context: dg.OpExecutionContext, config: RetentionConfig) -> None:
        """Plan, and remove unless it is a dry run; nobody else works on the warehouse meanwhile."""
        now = datetime.now(ZoneInfo(TIME_ZONE))
        with discreet():
            root = settings.required_warehouse()
            vault = open_vault(root, settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit)
            vault.open()
            told = declared(
                settings.profile, now.date(), settings.feeds_folders, settings.policy_folders, settings.rules
            )
            by = Occupant(RETENTION, context.run_id)
            with occupied(root, by, context.log.warning):
                plan, kept = plan_retention(vault, told.contracts, told.policy, now.date())
                if not config.dry_run:
                    retain(vault, plan, kept, operating_user(), now)
        context.add_output_metadata(counts(plan, is_dry=config.dry_run))

    @dg.job(
        name=RETENTION,
        description="数据留存：删除到期的个人数据行。 Removes rows about persons that were kept long enough.",
        executor_def=dg.in_process_executor,
    )
    def retention_of_rows() -> None:
        remove_old_rows()

    return retention_of_rows


def retention_schedule(job: dg.JobDefinition, *, is_on: bool) -> dg.ScheduleDefinition:
    """Every morning; running by itself only where the nights do.

    Args:
        job: of `retention_job`.
        is_on: whether it runs from the start.
    """
    return daily_schedule(
        job,
        HOUR,
        lambda day: dg.RunRequest(
            run_key=f"retention-{day.isoformat()}", run_config={"ops": {STEP: {"config": {"dry_run": False}}}}
        ),
        description="每天 06:00（北京时间）删除到期的数据。 Every morning at six, China time.",
        is_on=is_on,
    )


def counts(plan: Plan, *, is_dry: bool) -> dict[str, Any]:
    """What Dagster keeps of a retention: counts and bytes by kind."""
    return {
        "dry_run": is_dry,
        **{kind.value: len(plan.of(kind)) for kind in Kind},
        **{f"{kind.value}_bytes": bytes_freed(plan.of(kind)) for kind in Kind},
        "bytes": plan.bytes_freed,
    }
