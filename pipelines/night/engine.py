"""The engine of a night: who finds the roster's people in the feeds, and who judges what was found.

What belongs here: the wall between a night and its engine, and the embedded one (DuckDB and Polars in this process),
which is the default. The distributed one stands in `pipelines.night.cluster`. Everything else of a night is the same
for both, and so are its results, byte for byte.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import duckdb
import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.judge import judge_feed
from pipelines.domain.rulebook import Rulebook
from pipelines.night.cluster_place import EMBEDDED, ClusterPlace, EngineName
from warehouse.content import Content, attached
from warehouse.errors import WarehouseError
from warehouse.natural_keys import Keys
from warehouse.session import Vault

if TYPE_CHECKING:
    from pipelines.night.night import Progress


class EngineError(WarehouseError):
    """The distributed engine cannot be used, or gave up. The message holds no value of a person."""


@dataclass(frozen=True)
class Asked:
    """Whom a feed is asked about.

    Attributes:
        keys: the feed's natural key.
        subjects: the fields that name whom a row is about.
        ids: the values of those fields that are asked for.
    """

    keys: Keys
    subjects: Sequence[str]
    ids: pl.Series


class Engine(Protocol):
    """What a night asks of its engine."""

    @property
    def name(self) -> EngineName:
        """How settings, manifest and status call it."""

    def check(self, vault: Vault, secret: bytes) -> None:
        """Tell before anything is touched what keeps the engine from working.

        Raises:
            EngineError: with what is missing and what to do.
        """

    def opened(
        self, vault: Vault, con: duckdb.DuckDBPyConnection, content: Content, asked: Asked, secret: bytes
    ) -> AbstractContextManager[None]:
        """Let a session answer for a content while this lasts, for the persons asked about alone.

        What `warehouse.content` then gives is what it gives over the whole snapshots.
        """

    def judge(self, feed: str, context: NightContext, secret: bytes, book: Rulebook) -> pl.DataFrame:
        """Judge a feed; see `pipelines.domain.judge.judge_feed`."""

    def watched_by(self, progress: "Progress") -> None:
        """Say how far the work is to somebody who watches."""


@dataclass(frozen=True)
class Embedded:
    """DuckDB over the whole snapshots and Polars over all matched rows, in this process."""

    name: EngineName = EMBEDDED

    def check(self, vault: Vault, secret: bytes) -> None:
        """It is always there."""

    def opened(
        self,
        vault: Vault,
        con: duckdb.DuckDBPyConnection,
        content: Content,
        asked: Asked,  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """Attach the snapshots as they are."""
        return attached(vault, con, content)

    def judge(self, feed: str, context: NightContext, secret: bytes, book: Rulebook) -> pl.DataFrame:
        """Judge everything at once."""
        return judge_feed(feed, context, secret, book)

    def watched_by(self, progress: "Progress") -> None:
        """Nobody waits long enough for it."""


def engine_of(place: ClusterPlace | None) -> Engine:
    """The engine that works at a place; the embedded one where there is none."""
    if place is None:
        return Embedded()
    from pipelines.night.cluster.engine import SparkEngine  # noqa: PLC0415  PySpark need not be installed

    return SparkEngine(place)
