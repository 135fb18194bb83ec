"""``hedui sample``: a fictional inbox to try everything on."""

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import as_of_option, read_settings, warehouse_option
from pipelines.cli.progress import Progress
from pipelines.cli.screen import message
from pipelines.settings import SettingsError


@click.command(short_help="A fictional inbox, with the findings it must give.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), required=True, help="Folder for the inbox.")
@click.option("--persons", metavar="N", type=click.IntRange(min=1), required=True, help="Roster persons.")
@click.option("--seed", metavar="S", type=click.IntRange(min=0), required=True, help="Same seed, same files.")
@warehouse_option
@as_of_option
@click.option("--dirty", is_flag=True, help="With everything that real deliveries get wrong.")
@click.option(
    "--format", "file_format", type=click.Choice(("csv", "parquet")), help="By default csv, large ones parquet."
)
def sample(
    out: Path,
    persons: int,
    seed: int,
    dirty: bool,
    file_format: Any,  # noqa: ANN401  click has checked that it is one of the literals
    **options: str | None,
) -> None:
    """Write a fictional inbox for a city of N roster persons, and truth.parquet with what must be found.

    Nobody in it exists: the ID numbers belong to no place.

    \b
    Example:
      hedui sample --out inbox --persons 10003 --seed 1 --as-of 2026-09-22 --dirty
    """  # noqa: D301  click wants the character
    day = read_settings(**options).as_of
    if day is None:
        raise SettingsError("no date given: give --as-of DATE, the comparison date that the deliveries lead up to")
    if out.exists() and not out.is_dir():
        raise SettingsError(f"--out: expected a folder, found the file {out}: give another name")
    from pipelines.sample.city import write_sample  # noqa: PLC0415  Polars takes a second

    with Progress() as progress:
        write_sample(out, persons, seed, day, dirty, file_format, lambda told: progress("rows", told))
    message(
        f"{out}: fictional deliveries for {persons:,} roster persons on {day}; the findings due: {out}/truth.parquet"
    )
