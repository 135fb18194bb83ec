"""What Dagster is given: assets, checks, the nightly job and its schedule; and how the command line starts that job."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from connectors.strict_yaml import DeclarationError
from pipelines.abandoned_runs import process_tags
from pipelines.assets.casework import (
    canaries,
    cases,
    findings_household_asset,
    income_asset,
    published_night,
    remembered_asset,
    rule_counts,
)
from pipelines.assets.comparison import findings_asset, matched_asset, roster_households
from pipelines.assets.landing import landing_asset
from pipelines.assets.rehearsal import rehearsal_job
from pipelines.assets.retention import retention_job, retention_schedule
from pipelines.assets.returned import import_job, returned_sensor
from pipelines.assets.verdicts import case_states, verdicts_asset
from pipelines.assets.workbooks import WORKBOOKS, workbooks_asset
from pipelines.checks.contract_checks import build_contract_checks
from pipelines.checks.judge import warm
from pipelines.daily import daily_schedule
from pipelines.discretion import told
from pipelines.event_log import open_instance
from pipelines.failure import plain_account
from pipelines.instance import dagster_home
from pipelines.left_out import STAGES, left_out_tags, selected
from pipelines.night.declared import contracts_of, rules_of
from pipelines.night.event_chain import events_must_stand
from pipelines.night.landing import undelivered
from pipelines.night.night import ROSTER
from pipelines.night.room import room_for_night
from pipelines.partitions import IN_ORDER_OF_DATES, NIGHTS, as_of_date
from pipelines.resources import night_resource
from pipelines.settings import Settings, SettingsError
from pipelines.upkeep import upkeep, upkeep_sensor
from warehouse.occupancy import Occupant, occupied
from warehouse.publication import sweep

NIGHTLY = "nightly"
HOUR = 2
PUBLISHED, OUR_ERROR, WRONG_USAGE, HELD, NO_ROSTER = range(5)
"""Exit codes of a night (contract.md)."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The listener tells what a person wants to know; the event log keeps everything."""

Listener = Callable[[str, str], None]


def build_definitions(settings: Settings) -> dg.Definitions:
    """The code location: one asset a feed and stage, their checks, the nightly job and its schedule."""
    contracts, book = contracts_of(settings.feeds_folders), rules_of(settings.rules)
    feeds = [contract for name, contract in sorted(contracts.items()) if name != ROSTER]
    judged = [contract for contract in (*feeds, contracts[ROSTER]) if contract.feed in book.feeds_with_rules()]
    names = [contract.feed for contract in judged]
    matched = [contract for contract in feeds if contract.feed in book.feeds_to_match()]
    last = ["published_night", WORKBOOKS] if settings.workbooks else ["published_night"]
    nightly = dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.assets(*last).upstream() | dg.AssetSelection.groups("landing"),
        description="One night: land, check, compare, build cases, publish. 每夜核对。",
        executor_def=dg.in_process_executor,
        hooks={plain_account},
        config=IN_ORDER_OF_DATES,
    )
    assets = [
        *(landing_asset(contract) for contract in (contracts[ROSTER], *feeds)),
        roster_households,
        *(matched_asset(contract, book) for contract in matched),
        *(findings_asset(contract, book) for contract in judged),
        verdicts_asset(names),
        income_asset(names, contracts),
        findings_household_asset(names, contracts, book),
        remembered_asset(names),
        cases,
        case_states,
        canaries,
        rule_counts,
        published_night,
        *([workbooks_asset(settings)] if settings.workbooks else []),
    ]

    _check_names(assets, contracts)
    importing, removing = import_job(settings), retention_job(settings)

    def request(key: str) -> dg.RunRequest:
        # Without an inbox every asset is asked for: the run then says what is missing.
        inbox = settings.inbox
        left_out = [] if inbox is None else undelivered(inbox, contracts, as_of_date(key))
        keys = selected((one for asset in assets for one in asset.keys), left_out)
        return dg.RunRequest(run_key=key, partition_key=key, asset_selection=keys, tags=left_out_tags(left_out))

    return dg.Definitions(
        assets=assets,
        asset_checks=build_contract_checks(contracts),
        jobs=[nightly, rehearsal_job, importing, removing],
        sensors=[returned_sensor(settings, importing), upkeep_sensor(settings.runs_kept_days)],
        schedules=[
            nightly_schedule(nightly, request, is_on=settings.schedule_enabled),
            retention_schedule(removing, is_on=settings.schedule_enabled),
        ],
        resources={"night": night_resource(settings)},
        executor=dg.in_process_executor,
    )


def _check_names(assets: Sequence[dg.AssetsDefinition], feeds: Iterable[str]) -> None:
    """A feed's name must leave the night's own tables their names.

    Raises:
        DeclarationError: a table of the night is called as the feed, or as one of the feed's tables.
    """
    names = [name for one in assets for name in {one.node_def.name, *(key.to_user_string() for key in one.keys)}]
    taken = {name for name, times in Counter(names).items() if times > 1}
    for feed in feeds:
        if taken & {f"{stage}{feed}" for stage in STAGES}:
            raise DeclarationError(
                f"{feed}.yml:1: expected a feed's name that no table of the night has, found {feed}; "
                "give the feed and its file another name"
            )


def nightly_schedule(
    job: UnresolvedAssetJobDefinition, request: Callable[[str], dg.RunRequest], *, is_on: bool
) -> dg.ScheduleDefinition:
    """02:00 in China, for the day that has just begun; running only where the settings say so.

    Args:
        job: the nightly job.
        request: gives the run of a partition, without the feeds that nobody has delivered for it.
        is_on: whether it runs from the start.
    """
    return daily_schedule(
        job,
        HOUR,
        lambda day: request(day.isoformat()),
        description="每天 02:00（北京时间）核对当天。 Every night at 02:00, China time.",
        is_on=is_on,
    )


@dataclass(frozen=True)
class NightOutcome:
    """How a night ended: its exit code, and what there is to tell."""

    exit_code: int
    run_id: str
    messages: list[str] = field(default_factory=list)
    folder: Path | None = None
    is_current: bool = False


def must_be_a_night(as_of: date) -> None:
    """Whether a date is a partition of the job.

    Raises:
        SettingsError: it is before the first, or has not come yet.
    """
    if not NIGHTS.has_partition_key(as_of.isoformat()):
        first, last = NIGHTS.get_first_partition_key(), NIGHTS.get_last_partition_key()
        raise SettingsError(f"as_of: expected a comparison date from {first} to {last} (today in China), found {as_of}")


def run_night(settings: Settings, as_of: date, listener: Listener) -> NightOutcome:
    """Run the nightly job for one comparison date, in this process, recorded in the shared Dagster instance.

    Args:
        settings: where to read and write; the inbox must be given.
        as_of: the comparison date; a partition of the job.
        listener: told ("step", name), ("done", name) and ("log", message) while the night runs.
    """
    must_be_a_night(as_of)
    # What is wrong with contracts, rules, policy, key or event store is told before anything is touched.
    job = build_definitions(settings).resolve_job_def(NIGHTLY)
    night = night_resource(settings).open(as_of)
    night.vault.open()
    run_id = str(uuid.uuid4())
    by = Occupant(f"the night of {as_of}", run_id)
    with (
        occupied(settings.warehouse, by, lambda told: listener("log", told)),
        open_instance(dagster_home(settings.warehouse)) as instance,
    ):
        night.engine.check(night.vault, night.secret)
        events_must_stand(night)
        sweep(night.vault)
        room_for_night(night)
        warm()
        left_out = undelivered(night.inbox, night.feeds, as_of)
        upkeep(instance, settings.runs_kept_days)
        instance.add_event_listener(run_id, lambda entry: tell(listener, entry))
        result = job.execute_in_process(
            instance=instance,
            partition_key=as_of.isoformat(),
            run_id=run_id,
            raise_on_error=False,
            run_config=QUIET,
            tags={**process_tags(run_id), **left_out_tags(left_out)},
            asset_selection=selected(job.asset_layer.executable_asset_keys, left_out),
        )
    return outcome(result, run_id, settings.warehouse / "published")


def tell(listener: Listener, entry: dg.EventLogEntry) -> None:
    """Pass on what a person watching wants to know."""
    event = entry.dagster_event
    if event is None:
        listener("log", entry.user_message)
    elif event.event_type == dg.DagsterEventType.STEP_START:
        listener("step", event.step_key or "")
    elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
        listener("done", event.step_key or "")


def outcome(result: dg.ExecuteInProcessResult, run_id: str, published: Path) -> NightOutcome:
    """The exit code and messages of a finished run, and its folder under `published`."""
    if result.success:
        folder, is_current = _published(result, published)
        return NightOutcome(PUBLISHED, run_id, folder=folder, is_current=is_current)
    # What comes after publication may fail without undoing it.
    published_at = _published(result, published)
    failures = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    told_failures = [failure(event) for event in failures]
    # A missing roster explains everything after it; an error of ours must not hide behind a held night.
    codes = {code for code, _ in told_failures} or {OUR_ERROR}
    code = next(one for one in (NO_ROSTER, OUR_ERROR, HELD) if one in codes)
    messages = [message for _, message in told_failures]
    return NightOutcome(code, run_id, messages, *published_at)


def _published(result: dg.ExecuteInProcessResult, published: Path) -> tuple[Path | None, bool]:
    """The folder that a run published, and whether it is current; None where it came to none."""
    told = result.asset_materializations_for_node("published_night")
    if not told:
        return None, False
    metadata = told[0].metadata
    return published / str(metadata["folder"].value), bool(metadata["is_current"].value)


def failure(event: dg.DagsterEvent) -> tuple[int, str]:
    """Exit code and message of one failed step."""
    data = event.step_failure_data
    if data.user_failure_data is not None:
        value = data.user_failure_data.metadata.get("exit_code")
        code = value.value if value else None
        return code if isinstance(code, int) else OUR_ERROR, data.user_failure_data.description or ""
    error = data.error
    if error is not None and error.cls_name == "DagsterAssetCheckFailedError":
        return (
            HELD,
            f"{event.step_key}: a check that would make wrong flags has failed; see it in the UI or in the data docs",
        )
    cause = error.cause or error if error is not None else None
    return OUR_ERROR, f"{event.step_key}: {told(cause.cls_name or '', cause.message) if cause else 'no account'}"
