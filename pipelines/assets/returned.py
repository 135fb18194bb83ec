"""Workbooks that come back by themselves: the sensor that looks into the drop folder, and the job that imports them.

The job makes no asset: what people said enters the next night as the asset `verdicts`. Runs, tags and metadata hold
checksums and counts; names of files stay in the folder, for they may name a person.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorEvaluationContext
from pydantic import Field

from pipelines.discretion import discreet
from pipelines.night.night import open_vault
from pipelines.partitions import TIME_ZONE
from pipelines.settings import Settings, SettingsError
from pipelines.workbooks.drop_folder import finished, look
from pipelines.workbooks.dropped import import_dropped, tell_postponed, waiting
from pipelines.workbooks.importing import ImportDesk
from pipelines.workbooks.outcome import FileOutcome, Status
from pipelines.workbooks.password import read_password_file
from pipelines.workbooks.queue_books import Declarations
from pipelines.workbooks.written import written_of
from warehouse.events.store import open_events

JOB: Final = "import_workbooks"
SENSOR: Final = "returned_workbooks"
STEP: Final = "import_returned"
BATCH: Final = "hedui/returned"
"""Tag of a run: the digest of the checksums that it imports."""
SECONDS: Final = 30
ATTEMPTS: Final = 3
_ON_ITS_WAY: Final = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_IN_VAIN: Final = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


class ReturnedConfig(dg.Config):
    """What the launchpad asks for."""

    checksums: list[str] = Field(
        default=[], description="要导入文件的 SHA-256；空表示交回文件夹中全部未导入的工作簿。 Empty: all that wait."
    )


def import_job(settings: Settings) -> dg.JobDefinition:
    """The job of one step that imports what lies in the drop folder."""

    @dg.op(
        name=STEP,
        description="导入交回的核查工作簿：逐行接受或退回，旁边写回执和退回修改工作簿。 Imports filled workbooks.",
        out=dg.Out(dg.Nothing),
    )
    def import_returned(context: dg.OpExecutionContext, config: ReturnedConfig) -> None:
        """Import finished files of the drop folder, each content once."""
        with discreet():
            folder = _drop_folder(settings)
            files = [folder / name for name in look(folder)]
            try:
                outcomes = import_dropped(files, config.checksums, desk_of(settings))
            except Exception:
                waiting_files = [one.path for one in waiting(settings.warehouse, files)]
                tell_postponed(waiting_files, datetime.now(ZoneInfo(TIME_ZONE)))
                raise
        context.add_output_metadata(counts(outcomes))
        unwritten = sum(bool(one.warning) for one in outcomes)
        if unwritten:
            raise dg.Failure(
                f"what was said is recorded, but beside {unwritten} files neither receipt nor rejects could be written: "
                "check that the drop folder may be written to, then let the sensor look again"
            )

    @dg.job(
        name=JOB,
        description="导入交回文件夹中的核查工作簿。 Imports the workbooks that lie in the drop folder.",
        executor_def=dg.in_process_executor,
    )
    def import_workbooks_job() -> None:
        import_returned()

    return import_workbooks_job


def returned_sensor(settings: Settings, job: dg.JobDefinition) -> dg.SensorDefinition:
    """The sensor that looks into the drop folder; running by itself where one is set.

    Args:
        settings: name the folder.
        job: of `import_job`.
    """

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if settings.drop_folder else dg.DefaultSensorStatus.STOPPED,
        description="交回文件夹中出现写完的工作簿时导入。 Imports workbooks that have appeared in the drop folder.",
    )
    def returned_workbooks(context: SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if settings.drop_folder is None:
            yield dg.SkipReason("no drop folder is set: HEDUI_DROP_FOLDER, or drop_folder in hedui.toml")
            return
        before = _read_cursor(context.cursor)
        now = look(settings.drop_folder)
        context.update_cursor(json.dumps(_marks(now)))
        ready = [
            path for path in finished(settings.drop_folder, now, now) if before.get(_mark(path.name)) == now[path.name]
        ]
        files = waiting(settings.warehouse, ready)
        yield _request(context.instance, sorted({one.sha256 for one in files}))

    return returned_workbooks


def _request(instance: dg.DagsterInstance, checksums: Sequence[str]) -> dg.RunRequest | dg.SkipReason:
    """One run for all that wait, so that files which disagree are seen together; again where a run was killed."""
    if not checksums:
        return dg.SkipReason("nothing new and finished in the drop folder")
    batch = hashlib.sha256("".join(checksums).encode()).hexdigest()
    if instance.get_runs(dg.RunsFilter(job_name=JOB, statuses=_ON_ITS_WAY), limit=1):
        return dg.SkipReason("an import is under way")
    earlier = instance.get_runs_count(dg.RunsFilter(job_name=JOB, tags={BATCH: batch}))
    failed = instance.get_runs_count(dg.RunsFilter(job_name=JOB, tags={BATCH: batch}, statuses=_IN_VAIN))
    if failed >= ATTEMPTS:
        return dg.SkipReason(f"{len(checksums)} files were tried {failed} times in vain: see the runs of {JOB}")
    return dg.RunRequest(
        run_key=f"{batch}-{earlier + 1}",
        run_config={"ops": {STEP: {"config": {"checksums": list(checksums)}}}},
        tags={BATCH: batch},
    )


def desk_of(settings: Settings) -> ImportDesk:
    """Where dropped workbooks are imported; nobody is there, so it is `drop:` and the workbook's town that enters them."""
    vault = open_vault(
        settings.required_warehouse(), settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    password_file = settings.workbook_password_file
    return ImportDesk(
        vault=vault,
        store=open_events(settings.event_address(vault.root), vault.key),
        when=datetime.now(ZoneInfo(TIME_ZONE)),
        written=written_of(vault, Declarations(settings.feeds_folders, settings.policy_folders, settings.rules)),
        password=read_password_file(password_file) if password_file else None,
    )


def counts(outcomes: Sequence[FileOutcome]) -> dict[str, Any]:
    """What Dagster keeps of an import: counts alone."""
    return {
        "files": len(outcomes),
        "unusable": sum(one.status == Status.UNUSABLE for one in outcomes),
        **{
            name: sum(getattr(one, name) for one in outcomes)
            for name in ("accepted", "reviewed", "unchanged", "held_rows", "missing")
        },
    }


def _drop_folder(settings: Settings) -> Path:
    if settings.drop_folder is None:
        raise SettingsError("no drop folder: expected its folder in HEDUI_DROP_FOLDER or hedui.toml, found none")
    return settings.drop_folder


def _mark(name: str) -> str:
    """A file's name as the cursor keeps it: Dagster's storage shall not know it."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _marks(seen: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {_mark(name): state for name, state in seen.items()}


def _read_cursor(cursor: str | None) -> dict[str, tuple[int, int]]:
    try:
        told = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {name: (state[0], state[1]) for name, state in told.items()} if isinstance(told, dict) else {}
