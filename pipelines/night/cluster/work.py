"""What workers do: find the rows of a part of the files, judge a shard.

What belongs here: functions that run on other machines. They get everything as arguments, give Arrow, write nothing,
and let no value of a person out in an error: Spark writes what they raise into its logs. They call the very functions
that serve a night on one machine.
"""

import io
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from connectors.panics import is_failure
from pipelines.domain.context import NightContext
from pipelines.domain.judge import judge_feed
from pipelines.domain.rulebook import rulebook, rulebook_of
from pipelines.night.cluster.versions import differences, versions
from warehouse.narrowed import ASKED, WANTED, reading_session, rows_about, rows_keyed
from warehouse.natural_keys import Keys

MARK: Final = "hedui worker:"
ROWS_AT_ONCE: Final = 100_000
"""A value that Spark carries holds so many rows at most: very large ones end its sessions (measured)."""

_TABLES: Final = ("households", "members", "roster", "shared")
_BY_FEED: Final = ("matched", "looked_up", "not_queried")


class WorkerError(Exception):
    """Something failed on a worker: the kind of the error and the place in our code, or versions; nothing else."""


@dataclass(frozen=True)
class Search:
    """What is looked for in files: persons, or natural keys where `keys` are given.

    Attributes:
        parquet_key: the key of encrypted files; goes with the work, never into a configuration.
        memory: memory of one part.
        versions: what every machine has to have (`versions.versions`).
    """

    subjects: tuple[str, ...]
    memory: str
    versions: Mapping[str, str]
    parquet_key: str | None = field(default=None, repr=False)
    keys: Keys | None = None


@dataclass(frozen=True)
class Judging:
    """What judging a shard needs besides its tables.

    Attributes:
        context: the night, without a row.
        rules: ids of the rules; shipped ones, so that every worker has them.
        versions: what every machine has to have (`versions.versions`).
        secret: key of the finding ids; goes with the work, never into a configuration.
    """

    feed: str
    context: NightContext
    rules: tuple[str, ...]
    versions: Mapping[str, str]
    secret: bytes = field(repr=False)


def packed(rows: pl.DataFrame) -> bytes:
    """A frame as Arrow, compressed."""
    buffer = io.BytesIO()
    rows.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpacked(arrow: bytes) -> pl.DataFrame:
    """The frame again, with its types."""
    return pl.read_ipc(io.BytesIO(arrow))


def found_in(files: Iterable[tuple[str, str]], search: Search, asked: bytes) -> Iterator[tuple[str, bytes]]:
    """Search files for the rows that can matter.

    Args:
        files: alias of the snapshot and path of one of its files.
        search: what is looked for.
        asked: persons (`id`) or key columns, packed.

    Yields:
        Alias and rows, packed, some at a time.

    Raises:
        WorkerError: in place of any error; this machine has other versions than the night's.
    """
    try:
        must_be_the_same(search.versions)
        table = WANTED if search.keys is None else ASKED
        with reading_session(search.parquet_key, search.memory, table, unpacked(asked)) as con:
            for alias, path in files:
                if search.keys is None:
                    rows = rows_about(con, path, search.parquet_key, search.subjects)
                else:
                    rows = rows_keyed(con, path, search.parquet_key, search.keys)
                # Also where there is none: the columns of a snapshot are told by its files.
                for some in rows.iter_slices(ROWS_AT_ONCE) if rows.height else (rows,):
                    yield alias, packed(some)
    except WorkerError:
        raise
    except BaseException as error:  # its text may quote a value
        if not is_failure(error):
            raise
        raise WorkerError(told(error)) from None


def judged(shard: Mapping[str, bytes], judging: Judging) -> bytes:
    """Judge one shard: the very function that judges a whole night.

    Args:
        shard: its tables (`tables_of`), packed.
        judging: what it is judged by.

    Returns:
        Its findings, packed.

    Raises:
        WorkerError: in place of any error; this machine has other versions than the night's.
    """
    try:
        must_be_the_same(judging.versions)
        shipped = rulebook()
        book = rulebook_of(shipped[rule_id] for rule_id in judging.rules)
        context = with_tables(judging.context, {table: unpacked(arrow) for table, arrow in shard.items()})
        return packed(judge_feed(judging.feed, context, judging.secret, book))
    except WorkerError:
        raise
    except BaseException as error:  # its text may quote a value
        if not is_failure(error):
            raise
        raise WorkerError(told(error)) from None


def tables_of(context: NightContext) -> dict[str, pl.DataFrame]:
    """The tables of a night or shard by name, those of a feed as `matched/vehicle`."""
    own = {name: getattr(context, name) for name in _TABLES}
    of_feeds = {f"{name}/{feed}": rows for name in _BY_FEED for feed, rows in getattr(context, name).items()}
    return own | of_feeds


def with_tables(context: NightContext, tables: Mapping[str, pl.DataFrame]) -> NightContext:
    """The night with these tables in the place of its own."""
    of_feeds: dict[str, dict[str, pl.DataFrame]] = {name: {} for name in _BY_FEED}
    for table, rows in tables.items():
        name, _, feed = table.partition("/")
        if feed:
            of_feeds[name][feed] = rows
    return replace(
        context,
        households=tables["households"],
        members=tables["members"],
        roster=tables["roster"],
        shared=tables["shared"],
        matched=of_feeds["matched"],
        looked_up=of_feeds["looked_up"],
        not_queried=of_feeds["not_queried"],
    )


def without_rows(context: NightContext) -> NightContext:
    """The night as it goes along with the work: date, policy and titles."""
    return with_tables(context, {table: rows.clear() for table, rows in tables_of(context).items()})


def must_be_the_same(expected: Mapping[str, str]) -> None:
    """Whether this machine would find the same: one that joined after the session began was asked for nothing.

    Raises:
        WorkerError: it has another version of something; Spark gives the part to another one.
    """
    if wrong := differences(expected, versions()):
        raise WorkerError(f"{MARK} other versions than on the driver: {wrong};")


def told(error: BaseException) -> str:
    """Kind and place of an error, marked so that the driver finds it in what Spark says."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{MARK} {type(error).__name__}{place};"
