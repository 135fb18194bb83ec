"""``hedui case``: where cases stand, and what is done with them: review, suspension, reassignment, appeal, archiving."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pipelines.cli.options import key_file_option, profile_option, read_settings, today, warehouse_option
from pipelines.cli.screen import message, show

Command = TypeVar("Command", bound=Callable[..., Any])
LIMIT = 50

by_option = click.option("--by", metavar="NAME", required=True, help="Who does it; kept with the record.")
note_option = click.option("--note", metavar="TEXT", default="", help="Why; kept with the record.")


def places(command: Command) -> Command:
    """The options that say where the cases are."""
    for option in (key_file_option, profile_option, warehouse_option):
        command = option(command)
    return command


def act(short_help: str, *options: Callable[[Any], Any]) -> Callable[[Callable[..., None]], click.Command]:
    """A command that records what somebody does with one case: which, who, why, and what else it asks for."""

    def command(function: Callable[..., None]) -> click.Command:
        function = places(function)
        for option in (note_option, by_option, *options, click.argument("case_id", metavar="CASE")):
            function = option(function)
        return case.command(short_help=short_help)(function)

    return command


@click.group(short_help="Cases: list, show, review, suspend, reassign, appeal, handle, archive.")
def case() -> None:
    """See where cases stand, and record what is done with them.

    CASE is the id that `hedui case list` shows; its first characters do. Acts count from the next night on.

    \b
    Examples:
      hedui case list --overdue
      hedui case show 3fa9c1d2
      hedui case review 3fa9c1d2 --approve --by 陈某
      hedui case suspend 3fa9c1d2 --until 2026-12-31 --note 等待判决 --by 陈某
    """  # noqa: D301  click wants the character


@case.command("list", short_help="Cases by town, state, deadline.")
@click.option("--town", metavar="T", help="Cases that this town handles.")
@click.option("--state", metavar="S", help="Cases in this state, such as 待核查.")
@click.option("--overdue", is_flag=True, help="Cases whose answer is late.")
@click.option("--unreviewed", "waits", is_flag=True, help="Answers that wait for a second person, closed cases too.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), default=LIMIT, show_default=True, help="At most N.")
@places
def listing(town: str | None, state: str | None, overdue: bool, waits: bool, limit: int, **options: str | None) -> None:
    """List cases, the most overdue first. Names are masked.

    What people clear counts at once and may close its case: --unreviewed lists what a second person has still to look at.
    """
    office = _office(**options)
    from pipelines.casework.refusal import CaseworkError  # noqa: PLC0415  Polars takes a second
    from pipelines.casework.screens import case_rows, list_screen, unreviewed_screen  # noqa: PLC0415
    from pipelines.casework.standing import folded_now, states_now, unreviewed  # noqa: PLC0415
    from pipelines.domain.case_state import CaseState  # noqa: PLC0415

    if state is not None and state not in tuple(CaseState):
        raise CaseworkError(f"--state: expected one of {'、'.join(CaseState)}, found {state!r}")
    folded = folded_now(office.store)
    if waits:
        rows = unreviewed(folded)
        show(unreviewed_screen(rows.filter(rows["town"] == town) if town else rows, limit))
        return
    states = states_now(office.night, folded, office.today)
    rows = case_rows(office.night, states, town=town, state=state, only_overdue=overdue)
    show(list_screen(rows, limit))


@case.command("show", short_help="One case: findings, answers, history.")
@click.argument("case_id", metavar="CASE")
@places
def showing(case_id: str, **options: str | None) -> None:
    """Show one case with its findings, answers and history. ID numbers are masked."""
    office = _office(**options)
    from pipelines.casework.screens import case_screen  # noqa: PLC0415  Polars takes a second
    from pipelines.domain.case_events import fold  # noqa: PLC0415

    events = office.store.read()
    folded = fold(events)
    row = office.case(case_id, folded)
    findings = {one.event.event_id for one in office.verdicts_of(row, folded)}
    mine = [one for one in events if one.case_id == row["case_id"] or one.event_id in findings]
    show(case_screen(office.night, row, folded, mine))


@act(
    "Approve or return the answers of a case; another person than who entered them.",
    click.option(
        "--approve/--return", "approves", default=None, help="Approve the answers, or return them with --note."
    ),
)
def review(case_id: str, approves: bool | None, by: str, note: str, **options: str | None) -> None:
    """Approve or return all answers of a case that nobody has reviewed."""
    if approves is None:
        raise click.UsageError("give --approve or --return")
    count = _office(**options).review(case_id, "approved" if approves else "returned", by=by, note=note)
    message(f"{count} answers {'approved' if approves else 'returned'}; counts from the next night on")


@act(
    "Put a case aside, perhaps until a day.",
    click.option("--until", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Last day of it, YYYY-MM-DD."),
)
def suspend(case_id: str, until: Any, by: str, note: str, **options: str | None) -> None:  # noqa: ANN401  click's datetime
    """Put a case aside (挂起): no answer is owed until it is resumed, or until the day given has passed."""
    _act(case_id, "suspended", options, by=by, note=note, until=until.date() if until else None)


@act("Take a case up again that was put aside or given on.")
def resume(case_id: str, by: str, note: str, **options: str | None) -> None:
    """Take a case up again (恢复办理): it goes on where it stood."""
    _act(case_id, "resumed", options, by=by, note=note)


@act("Give a case to another town or body.", click.option("--to", metavar="TOWN", required=True, help="To whom."))
def reassign(case_id: str, to: str, by: str, note: str, **options: str | None) -> None:
    """Give a case to another town or body (转办); it is theirs once they answer or resume it."""
    _act(case_id, "reassigned", options, by=by, note=note, to=to)


@act(
    "Open or close an appeal of the family.",
    click.option("--close", "closes", is_flag=True, help="The appeal has been decided."),
)
def appeal(case_id: str, closes: bool, by: str, note: str, **options: str | None) -> None:
    """Note that the family objects (申诉), or with --close that it has been decided."""
    _act(case_id, "appeal_closed" if closes else "appeal_opened", options, by=by, note=note)


@act("Note that what was decided has been carried out.")
def handle(case_id: str, by: str, note: str, **options: str | None) -> None:
    """Note that what was decided has been carried out (已处理)."""
    _act(case_id, "handled", options, by=by, note=note)


@act("Close a case that has been handled.")
def archive(case_id: str, by: str, note: str, **options: str | None) -> None:
    """Close a case that has been handled (归档). A case whose findings are gone is closed by the night itself."""
    _act(case_id, "archived", options, by=by, note=note)


def _act(case_id: str, kind: str, options: dict[str, str | None], **said: Any) -> None:  # noqa: ANN401  the fields of an act
    office = _office(**options)
    from pipelines.casework.acts import ACT_LABEL, Act  # noqa: PLC0415  Polars takes a second
    from pipelines.domain.case_events import EventKind  # noqa: PLC0415

    was = office.act(case_id, Act(EventKind(kind), **said))
    message(f"{ACT_LABEL[EventKind(kind)]}：已登记（原状态 {was}），下一次核对起生效")


def _office(**options: str | None) -> Any:  # noqa: ANN401  an Office; imported where it is needed
    settings = read_settings(**options)
    from pipelines.casework.acts import Office  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.casework.night import published_night  # noqa: PLC0415
    from pipelines.night.night import open_vault  # noqa: PLC0415
    from warehouse.events.store import open_events  # noqa: PLC0415

    vault = open_vault(
        settings.required_warehouse(), settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    store = open_events(settings.event_address(vault.root), vault.key)
    return Office(store, published_night(vault, settings.profile), "cli", today())
