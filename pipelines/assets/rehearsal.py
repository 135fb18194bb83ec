"""The job `rehearsal` (政策变更彩排): a changed policy on stored nights, started from the launchpad. Not part of the night.

It makes no asset: nothing of what the warehouse holds becomes newer by it. Metadata are counts.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from pydantic import Field

from pipelines.discretion import discreet
from pipelines.night.night import open_vault
from pipelines.night.rehearsal import rehearse
from pipelines.night.rehearsal_report import write_report
from pipelines.night.rehearsal_tables import figures, visits
from pipelines.night.rehearsed import Rehearsal, Request
from pipelines.partitions import TIME_ZONE, as_of_date
from pipelines.resources import NightResource
from pipelines.settings import SettingsError


class RehearsalConfig(dg.Config):
    """What the launchpad asks for."""

    policy: list[str] = Field(
        default=[],
        description="拟改政策的目录：现行政策的完整修改副本，或叠加其上的目录。 Folders of the changed policy.",
    )
    profile: str = Field(default="", description="拟改的方案名；空表示与所存各夜相同。 Profile of the changed policy.")
    nights: int = Field(default=1, ge=1, description="最近已发布的夜数。 How many of the last published nights.")
    as_of: str = Field(default="", description="截至的比对日 YYYY-MM-DD；空表示最近一夜。 Last comparison date.")
    nights_of: str = Field(
        default="", description="所存各夜的方案名；空表示最近一夜的方案。 Profile of the stored nights."
    )
    out: str = Field(description="报告写入的目录（绝对路径）。 Folder of the report.")


@dg.op(
    name="rehearse_policy",
    description="在已发布各夜的数据快照上，分别按现行政策和拟改政策重新判断并比较，写出报告；不发布，不改变任何疑点和案件。",
    out=dg.Out(dg.Nothing),
)
def rehearse_policy(context: dg.OpExecutionContext, config: RehearsalConfig, night: NightResource) -> None:
    """Rehearse and write the report; ID numbers stay masked: clear ones are for the command line, which knows who asks."""
    with discreet():
        rehearsal = rehearse(request_of(config, night), lambda _event, told: context.log.info(told))
        made_at = datetime.now(ZoneInfo(TIME_ZONE))
        write_report(rehearsal, Path(config.out), Path(night.warehouse), made_at, clear_ids=False)
    context.add_output_metadata(counts(rehearsal))


@dg.job(
    name="rehearsal",
    description="政策变更彩排：拟改的政策会让谁进入、谁退出命中名单。 A changed policy on stored nights; nothing is published.",
    executor_def=dg.in_process_executor,
)
def rehearsal_job() -> None:
    """The job of one step."""
    rehearse_policy()


def request_of(config: RehearsalConfig, night: NightResource) -> Request:
    """The request of a launchpad.

    Raises:
        SettingsError: neither a directory nor a profile was given.
    """
    if not config.policy and not config.profile:
        raise SettingsError("rehearsal: expected policy or profile in the launchpad, found neither; give one")
    key_file = Path(night.key_file) if night.key_file else None
    return Request(
        vault=open_vault(Path(night.warehouse), key_file, threads=night.threads, memory_limit=night.memory_limit),
        feeds_dirs=tuple(map(Path, night.feeds_dirs)),
        policy_dirs=tuple(map(Path, night.policy_dirs)),
        rules_dirs=tuple(map(Path, night.rules_dirs)),
        changed_dirs=tuple(map(Path, config.policy)),
        changed_profile=config.profile or None,
        nights=config.nights,
        until=_until(config.as_of),
        nights_of=config.nights_of or None,
        event_address=night.event_address(),
    )


def _until(as_of: str) -> date | None:
    try:
        return as_of_date(as_of) if as_of else None
    except ValueError:
        raise SettingsError(f"as_of: expected a date YYYY-MM-DD in the launchpad, found {as_of!r}") from None


def counts(rehearsal: Rehearsal) -> dict[str, Any]:
    """What Dagster keeps of a rehearsal: policies by version, and counts."""
    told, newest = figures(rehearsal.newest), rehearsal.newest
    return {
        "nights": len(rehearsal.nights),
        "policy_before": newest.before.version,
        "policy_after": newest.after.version,
        "policy_changes": len(newest.changes),
        **{
            f"{name}_{side}": getattr(one, side)
            for name, one in (("households", told.households), ("findings", told.findings))
            for side in ("before", "after", "entering", "leaving")
        },
        "visits_more": visits(rehearsal).moves.net,
        "verdicts_contradicted": rehearsal.contradicted,
    }
