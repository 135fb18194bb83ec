"""The Spark engine: files are searched and shards are judged on many machines, by the functions of one machine.

What belongs here: cutting the work into parts and putting the answers together. What a part is, stands in `work`; how
the cluster is reached, in `session`.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.findings import ordered
from pipelines.domain.judge import judge_feed
from pipelines.domain.rulebook import Rulebook
from pipelines.domain.shards import cut, judged_in_shards, judged_whole
from pipelines.night.cluster.session import check_place, spark
from pipelines.night.cluster.versions import versions
from pipelines.night.cluster.work import (
    MARK,
    Judging,
    Search,
    found_in,
    judged,
    packed,
    tables_of,
    unpacked,
    without_rows,
)
from pipelines.night.cluster_place import SPARK, ClusterPlace, EngineName
from pipelines.night.engine import Asked, EngineError
from warehouse.content import Content
from warehouse.narrowed import attached_narrowed, keys_of, speaks_for_others
from warehouse.parquet_copies import copied, copies_folder, key_of, remove_copies_of_the_gone
from warehouse.session import Vault

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

    from pipelines.night.night import Progress

HOUSEHOLDS_A_SHARD: Final = 20_000
PARTS_A_CORE: Final = 3
SECONDS_BETWEEN_REPORTS: Final = 5.0
Found = dict[str, list[pl.DataFrame]]


def nobody(_message: str) -> None:
    """Nobody watches."""


@dataclass
class SparkEngine:
    """A night on a Spark cluster; see `pipelines.night.engine.Engine`."""

    place: ClusterPlace
    name: EngineName = SPARK
    progress: "Progress" = field(default=nobody, repr=False)

    def check(self, vault: Vault, secret: bytes) -> None:
        """Look at what is needed, and remove copies of snapshots that are gone."""
        check_place(self.place)
        remove_copies_of_the_gone(vault, copies_folder(self.place.shared, secret))

    def watched_by(self, progress: "Progress") -> None:
        """Tell it from now on."""
        self.progress = progress

    @contextmanager
    def opened(
        self, vault: Vault, con: duckdb.DuckDBPyConnection, content: Content, asked: Asked, secret: bytes
    ) -> Iterator[None]:
        """Search the copies on the cluster; then let what was found stand in the place of the snapshots."""
        folder = copies_folder(self.place.shared, secret)
        files = [[(one.alias, str(path)) for path in copied(vault, one, folder)] for one in content.snapshots]
        context = spark(self.place)
        search = Search(tuple(asked.subjects), self.place.memory, versions(), key_of(vault))
        wanted = asked.ids.cast(pl.String).drop_nulls().unique().alias("id").to_frame()
        found = self._search(context, [one for some in files for one in some], search, wanted)
        later = [
            one for some, is_later in zip(files, speaks_for_others(content), strict=True) if is_later for one in some
        ]
        if later:
            keys = keys_of(con, [pl.concat(rows) for rows in found.values()], asked.keys)
            overriding = self._search(context, later, replace(search, keys=asked.keys), keys)
            found = {alias: [*rows, *overriding.get(alias, ())] for alias, rows in found.items()}
        with attached_narrowed(vault, con, content, {alias: pl.concat(rows) for alias, rows in found.items()}):
            yield

    def judge(self, feed: str, context: NightContext, secret: bytes, book: Rulebook) -> pl.DataFrame:
        """Judge shard by shard what may be judged so, and here the rules that look at the whole district."""
        context = context.in_memory()
        of_feed = [one for one in judged_in_shards(book).judged_with(feed) if context.policy.is_rule_on(one.rule_id)]
        parts = [judge_feed(feed, context, secret, judged_whole(book))]
        if of_feed:
            session = spark(self.place)
            least = self.place.shards or session.defaultParallelism
            shards = max(least, -(-context.households.height // HOUSEHOLDS_A_SHARD))
            judging = Judging(feed, without_rows(context), tuple(one.rule_id for one in of_feed), versions(), secret)
            packages = [{table: packed(rows) for table, rows in tables_of(one).items()} for one in cut(context, shards)]
            work = session.parallelize(packages, len(packages)).map(lambda shard: judged(shard, judging))
            parts += [unpacked(one) for one in self._collected(session, work, f"{feed} judged")]
        return ordered(parts)

    def _search(
        self, context: "SparkContext", files: Sequence[tuple[str, str]], search: Search, asked: pl.DataFrame
    ) -> Found:
        """The rows of each snapshot that were found, in the order of its files."""
        everywhere = context.broadcast(packed(asked))
        parts = min(len(files), max(PARTS_A_CORE * context.defaultParallelism, 1))
        work = context.parallelize(files, parts).mapPartitions(lambda some: found_in(some, search, everywhere.value))
        found: Found = {}
        for alias, arrow in self._collected(context, work, "searched"):
            found.setdefault(alias, []).append(unpacked(arrow))
        everywhere.destroy()
        return found

    def _collected(self, context: "SparkContext", work: "RDD[Any]", doing: str) -> list[Any]:
        """Have the work done and give its answers; Spark tries a part again elsewhere when a worker is lost.

        Raises:
            EngineError: a part failed again and again, or no worker is left.
        """
        with watched(context, doing, self.progress):
            try:
                return work.collect()
            except Exception as error:  # noqa: BLE001  what Spark raises quotes everything
                raise EngineError(_reason(str(error), doing)) from None


def _reason(said: str, doing: str) -> str:
    """One sentence of what Spark said; of our own errors there the kind and the place, of others nothing."""
    own = re.search(rf"{MARK} ([\w. :,+-]+);", said)
    if own is not None:
        return f"engine spark: a part could not be {doing} on any worker: {own[1]}; the values are withheld"
    return (
        f"engine spark: a part could not be {doing}; expected the workers to stay, found them lost or Spark stopped: "
        "look into the cluster's own logs, then run the night again"
    )


@contextmanager
def watched(context: "SparkContext", doing: str, progress: Callable[[str], None]) -> Iterator[None]:
    """Tell every few seconds how many parts are done while this lasts."""
    over = threading.Event()

    def tell() -> None:
        tracker = context.statusTracker()
        while not over.wait(SECONDS_BETWEEN_REPORTS):
            stages = [tracker.getStageInfo(one) for one in tracker.getActiveStageIds()]
            for stage in stages:
                if stage is not None:
                    progress(f"{stage.numCompletedTasks} of {stage.numTasks} parts {doing} on the cluster")

    teller = threading.Thread(target=tell, name="hedui-cluster-progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
