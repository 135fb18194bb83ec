"""Where every command ends: exit codes, and plain sentences in place of tracebacks.

Errors that we foresaw carry a message of ours and are shown as they are. Any other error may quote a value of a person
in its message (Polars and DuckDB do): of it only the type and the place in the code are told and kept.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from connectors.panics import is_failure
from pipelines.cli.screen import message, silence_standard_streams

OUR_ERROR, WRONG_USAGE, INTERRUPTED = 1, 2, 130
ACCOUNTS = "accounts"
LEAST_FREE = 64 * 1024
"""Bytes; with less on the disk of the warehouse, whatever went wrong went wrong for that."""
ABOUT_CODE = (ImportError, AttributeError, NameError)  # their messages name code, never data
PACKAGES = ("pipelines", "connectors", "warehouse")


@dataclass
class Session:
    """What is known of one call while it runs; commands fill it in.

    Attributes:
        warehouse: where an account of an unexpected error is kept; the system's temporary folder before it is known.
    """

    warehouse: Path | None = None


def guarded_run(command: Callable[[], Any], session: Session) -> int:
    """Run a command and turn whatever happens into an exit code, without a traceback.

    Args:
        command: what to run; an int that it returns is the exit code.
        session: what the command tells about itself.
    """
    try:
        result = command()
    except click.ClickException as error:
        return _shown(error)
    except (click.Abort, KeyboardInterrupt):
        message("stopped; nothing half finished is left in place", "yellow")
        return INTERRUPTED
    except BrokenPipeError:
        silence_standard_streams()
        return OUR_ERROR
    except BaseException as error:  # the boundary: nothing may leave it as a traceback
        if not is_failure(error):
            raise
        code = exit_code_of(error)
        if code is None:
            message(_full_disk(error, session) or unexpected(error, session), "red")
            return OUR_ERROR
        message(str(error), "red")
        return code
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def exit_code_of(error: BaseException) -> int | None:
    """Give the exit code of an error whose message is ours to show; None for an error that we did not foresee."""
    # Imported where something has gone wrong already: a command that succeeds need not pay for it.
    from connectors.strict_yaml import DeclarationError  # noqa: PLC0415
    from pipelines.casework.refusal import CaseworkError  # noqa: PLC0415
    from pipelines.domain.policy import PolicyError  # noqa: PLC0415
    from pipelines.night.engine import EngineError  # noqa: PLC0415
    from pipelines.night.export_files import TooManyRowsError  # noqa: PLC0415
    from pipelines.night.exports import ExportError  # noqa: PLC0415
    from pipelines.night.releasing import ReleaseError  # noqa: PLC0415
    from pipelines.night.stored_nights import RehearsalError  # noqa: PLC0415
    from pipelines.sample.report import SampleError  # noqa: PLC0415
    from pipelines.settings import SettingsError  # noqa: PLC0415
    from pipelines.workbooks.book import TooManyFindingsError  # noqa: PLC0415
    from pipelines.workbooks.bookbinding import BookbindingError  # noqa: PLC0415
    from pipelines.workbooks.password import PasswordFileError  # noqa: PLC0415
    from warehouse.errors import EventAddressError, KeyFileError, WarehouseError, WarehouseKeyError  # noqa: PLC0415

    keys = (KeyFileError, WarehouseKeyError)
    configuration = (SettingsError, DeclarationError, PolicyError, EventAddressError, EngineError, *keys)
    usage = (ExportError, TooManyRowsError, RehearsalError, ReleaseError, SampleError, CaseworkError, PasswordFileError)
    if isinstance(error, (*configuration, *usage, TooManyFindingsError)):
        return WRONG_USAGE
    return OUR_ERROR if isinstance(error, (BookbindingError, WarehouseError)) else None


def _full_disk(error: BaseException, session: Session) -> str:
    """Say that the disk is full, whoever met it first (Dagster's own files among them); empty where it was not that."""
    from warehouse.disk import free_bytes, is_full  # noqa: PLC0415
    from warehouse.errors import disk_full  # noqa: PLC0415

    # SQLite says of a disk without a single block only that it cannot open its file.
    has_none = session.warehouse is not None and free_bytes(session.warehouse) < LEAST_FREE
    return str(disk_full("hedui stopped", session.warehouse)) if has_none or is_full(error) else ""


def unexpected(error: BaseException, session: Session) -> str:
    """Say in one sentence what kind of error it was and where; keep a longer account without values."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _package_of(frame.filename)]
    place = f" in {_shortened(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    kept = ""
    with suppress(OSError):  # where even the account cannot be written, the sentence must still come
        kept = f" A full account without personal data: {keep_account(error, session)}"
    return f"An error of ours: {type(error).__name__}{place}; nothing was published or changed by it.{kept}"


def keep_account(error: BaseException, session: Session) -> Path:
    """Write types and places of an error and of what caused it, no message that may quote data; for its owner alone."""
    lines = [f"hedui, {datetime.now(UTC).isoformat(timespec='seconds')}, Python {sys.version.split()[0]}"]
    seen: BaseException | None = error
    while seen is not None:
        told = str(seen) if isinstance(seen, ABOUT_CODE) else "message withheld: it may quote a person"
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__} ({told})")
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {_shortened(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        seen = seen.__cause__ or seen.__context__
    has_place = session.warehouse is not None and session.warehouse.is_dir()
    folder = session.warehouse / ACCOUNTS if has_place and session.warehouse else Path(tempfile.gettempdir())
    folder.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="hedui-error-", suffix=".txt", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        Path(name).unlink(missing_ok=True)  # half an account helps nobody
        raise
    return Path(name)


def _shown(error: click.ClickException) -> int:
    """Show click's own message (wrong usage); its exit code."""
    try:
        error.show()
    except BrokenPipeError:
        silence_standard_streams()
    return WRONG_USAGE


def _package_of(filename: str) -> bool:
    return any(name in Path(filename).parts for name in PACKAGES)


def _shortened(filename: str) -> str:
    """A path from the package on: where a machine keeps its files is nobody's business."""
    parts = Path(filename).parts
    start = next((place for place, part in enumerate(parts) if part in PACKAGES), len(parts) - 1)
    return "/".join(parts[start:]) if "site-packages" not in parts else "/".join(parts[-2:])
