"""What a step may say when it fails: never a person's data, and whether trying again can help.

Exceptions of DuckDB, Polars and pyarrow quote the values they stumble over, and Dagster stores every exception. So an
exception that is not one of our own leaves a step only as its type and the place in our code; our own messages are
written without values.
"""

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from connectors.panics import is_failure
from connectors.refusal import Refusal
from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import PolicyError
from pipelines.night.stored_nights import RehearsalError
from pipelines.settings import SettingsError
from pipelines.workbooks.book import TooManyFindingsError
from pipelines.workbooks.bookbinding import BookbindingError
from pipelines.workbooks.password import PasswordFileError
from warehouse.disk import is_full
from warehouse.errors import WarehouseError, disk_full

OURS = (
    Refusal,
    DeclarationError,
    BookbindingError,
    PasswordFileError,
    TooManyFindingsError,
    PolicyError,
    RehearsalError,
    SettingsError,
    WarehouseError,
)
"""Errors whose messages we wrote ourselves, without values."""
TRANSIENT = frozenset(
    {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ECONNRESET}
)
RETRIES, SECONDS_BETWEEN = 2, 10


class UnexpectedFailure(Exception):  # noqa: N818 - it is what a person reads in the run page
    """An error of ours: its type and the place in the code, without the values that its message may quote."""


@contextmanager
def discreet() -> Iterator[None]:
    """Let our own errors pass, ask for a retry where a file system may recover, and strip everything else of values."""
    try:
        yield
    except (*OURS, dg.Failure, dg.RetryRequested):
        raise
    except BaseException as error:  # its message must not reach Dagster's storage
        if not is_failure(error):
            raise
        if is_full(error):
            raise disk_full(f"this step ({place(error)})", _place_on_disk(error)) from None
        if not isinstance(error, OSError):
            raise UnexpectedFailure(f"{type(error).__name__} at {place(error)}; the message is withheld") from None
        if error.errno in TRANSIENT:
            raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=SECONDS_BETWEEN) from None
        raise UnexpectedFailure(f"{plain_os_error(error)} ({place(error)})") from None


def _place_on_disk(error: BaseException) -> Path | None:
    """A file on the disk that is full, where the error names one; its name is not told."""
    return Path(str(error.filename)) if isinstance(error, OSError) and error.filename else None


def plain_os_error(error: OSError) -> str:
    """What the operating system said, without the path, which may carry a name."""
    return f"{type(error).__name__}: {error.strerror or 'no further word'}"


def place(error: BaseException) -> str:
    """Module and line of the innermost frame in our own code, as `pipelines/night/landing.py:42`."""
    root = Path(__file__).resolve().parents[1]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(root)]
    own = [frame for frame in frames if ".venv" not in frame.filename]
    if not own:
        return "code outside the project"
    return f"{Path(own[-1].filename).relative_to(root)}:{own[-1].lineno}"


def told(name: str, message: str) -> str:
    """What may be shown of an exception that Dagster stored: our own messages, of others the type alone."""
    ours = {one.__name__ for family in (*OURS, UnexpectedFailure) for one in (family, *family.__subclasses__())}
    short = name.rpartition(".")[2]
    if short not in ours:
        return f"{short}; the message is withheld"
    # Python may put the module before the name.
    before, found, plain = message.strip().partition(f"{short}: ")
    return plain if found and " " not in before else message.strip()
