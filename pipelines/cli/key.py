"""``hedui key``: keys of encrypted warehouses."""

from pathlib import Path

import click

from pipelines.cli.options import read_settings, warehouse_option
from pipelines.cli.screen import message


@click.group(short_help="Keys of encrypted warehouses.")
def key() -> None:
    """Make the key that encrypts a warehouse."""


@key.command("new")
@warehouse_option
@click.argument("file", type=click.Path(path_type=Path))
def new(file: Path, **options: str | None) -> None:
    """Write a new key to FILE, readable by you alone. A file that is there is never overwritten.

    \b
    Example:
      hedui key new /etc/hedui/hedui.key
      export HEDUI_KEY_FILE=/etc/hedui/hedui.key
    """  # noqa: D301  click wants the character
    read_settings(**options)
    from warehouse.keys import new_key_file  # noqa: PLC0415  keeps --help quick

    new_key_file(file)
    message(
        f"{file}: new key written. Set HEDUI_KEY_FILE={file} before the first night of a new warehouse, and keep a "
        "copy apart from the warehouse: without it nothing in there can be read again."
    )
