"""``hedui publish``: releases a night that a gate held, with a reason."""

import shlex

import click

from pipelines.cli.options import key_file_option, read_settings, warehouse_option
from pipelines.cli.screen import message


@click.command(short_help="Release a held night, with a reason.")
@click.option("--run", required=True, metavar="RUN", help="Run id, its first 8 characters, or the held folder's name.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the night is right as it is; kept for everybody.")
@click.option("--by", metavar="NAME", help="Who says so; by default the user of this machine.")
@warehouse_option
@key_file_option
def publish(run: str, reason: str, by: str | None, **options: str | None) -> None:
    """Release a night that a gate held: what differs so much is right as it is, and somebody answers for it.

    Who, why and when are kept in the night's folder and among the events. A night whose books do not balance or whose
    canaries are wrong cannot be released.

    \b
    Example:
      hedui publish --run 0b5c3d2e --reason "民政局确认 9 月名册已批量清退" --warehouse warehouse
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    from pipelines.night.export_audit import operating_user  # noqa: PLC0415  Polars and SQLAlchemy take a moment
    from pipelines.night.night import open_vault  # noqa: PLC0415
    from pipelines.night.page_maker import page_maker  # noqa: PLC0415
    from pipelines.night.releasing import Asked, release_night  # noqa: PLC0415
    from warehouse.events.store import open_events  # noqa: PLC0415
    from warehouse.occupancy import Occupant, occupied  # noqa: PLC0415

    vault = open_vault(
        settings.required_warehouse(), settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    store = open_events(settings.event_address(), vault.key)
    by_whom = Occupant(f"the release of {run}")
    with occupied(vault.root, by_whom), page_maker(vault) as page:
        done = release_night(vault, store, Asked(run, reason, by or operating_user()), page.files)
    message(f"released: {done.publication.folder}", "green")
    for gate in done.gates:
        message(f"  despite {gate}")
    if page.failures:
        message(
            "health.html could not be made anew with its charts; it may still tell that the night is held", "yellow"
        )
    here = f"--warehouse {shlex.quote(str(settings.warehouse))}"
    if done.publication.is_current:
        message(f"its workbooks are not handed out yet: hedui export queue --format xlsx --out DIR {here}")
    else:
        message("published/current stays: a later night is current", "yellow")
    if done.later:
        message(
            f"later nights did not know of it: {', '.join(done.later)}; run them again in their order "
            f"(hedui nightly --as-of DATE {here}) so that each is compared with the one before it",
            "yellow",
        )
