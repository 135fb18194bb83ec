"""One delivery: the clean rows of a feed, written into the folder of one snapshot.

What belongs here: putting together what a delivery consists of (rows, in a dirty one also outdated, repeated and
unreadable ones), in the order in which it has to stand, file by file, so that memory holds one file's rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from connectors.contract import Contract
from pipelines.sample.chance import stream
from pipelines.sample.files import Form, framed, write_manifest, write_table
from pipelines.sample.layout import Heading, headings, plain_texts
from pipelines.sample.mess import untidy_texts
from pipelines.sample.report import FeedCounts
from pipelines.sample.spoil import documents, unreadable

_ONE_FILE: Final = ("xlsx", "zip")


Parts = Sequence[Callable[[], pl.DataFrame]]
"""The files of a delivery, each made when its turn comes."""


@dataclass(frozen=True)
class Extra:
    """Rows that a dirty delivery has besides its own; clean rows, empty in a clean one.

    Attributes:
        before: outdated rows, at the very beginning.
        after: repeated rows, at the very end.
    """

    before: pl.DataFrame
    after: pl.DataFrame


@dataclass(frozen=True)
class Delivery:
    """What is delivered, and how.

    Attributes:
        contract: the feed's contract.
        fields: the fields that the sample fills.
        snapshot: date of the folder.
        form: how the department writes.
        is_dirty: whether values are written untidily and unreadable rows added.
        extra: outdated and repeated rows; None in a clean delivery.
        planted: how many of the rows an archetype put about roster persons.
    """

    contract: Contract
    fields: list[str]
    snapshot: date
    form: Form
    is_dirty: bool
    extra: Extra | None
    planted: int


@dataclass
class _Tally:
    rows: int = 0
    quarantined: int = 0
    documents: int = 0
    layout: int = 0


def deliver(inbox: Path, delivery: Delivery, parts: Parts, seed: int) -> FeedCounts:
    """Write the snapshot that a night will use.

    Args:
        inbox: the inbox; `<feed>/<date>/` is made in it.
        delivery: what is delivered, and how.
        parts: clean rows, one frame per file (or sheet, or archive member).
        seed: the sample's seed.

    Returns:
        The counts of what was written.
    """
    feed, form = delivery.contract.feed, delivery.form
    folder = inbox / feed / delivery.snapshot.isoformat()
    folder.mkdir(parents=True)
    tally, tables, written = _Tally(), [], {}
    for number, part in enumerate(parts, start=1):
        before = tally.rows
        tables.append(_table(delivery, part(), tally, stream(seed, feed, "file", number), (number, len(parts))))
        if form.kind not in _ONE_FILE:
            name = feed if len(parts) == 1 else f"{feed}-{number:03}"
            written[write_table(folder, name, tables, form, number).name] = tally.rows - before
            tables.clear()
    if tables:
        written[write_table(folder, feed, tables, form).name] = tally.rows
    if form.has_manifest:
        write_manifest(folder, written)
    return _counts(delivery, tally, len(written))


def columns_of(delivery: Delivery) -> list[Heading]:
    """The headings of a delivery: the department's codes in dirty delimited text, else words."""
    has_codes = delivery.is_dirty and delivery.form.kind == "csv"
    return headings(delivery.contract, delivery.fields, "codes" if has_codes else "words", is_dirty=delivery.is_dirty)


def _table(
    delivery: Delivery, part: pl.DataFrame, tally: _Tally, rng: np.random.Generator, place: tuple[int, int]
) -> pl.DataFrame:
    """The text rows of one file (number, of how many), headings and frame included."""
    columns = columns_of(delivery)
    number, last = place
    texts = _texts(rng, delivery, part, tally, is_first=number == 1, is_last=number == last)
    table, layout = framed(texts, [heading.text for heading in columns], delivery.form)
    tally.layout += layout
    return table


def _texts(
    rng: np.random.Generator,
    delivery: Delivery,
    part: pl.DataFrame,
    tally: _Tally,
    *,
    is_first: bool,
    is_last: bool,
) -> pl.DataFrame:
    """The texts of one file, in the order in which they have to stand."""
    columns = columns_of(delivery)
    if not delivery.is_dirty:
        tally.rows += part.height
        return plain_texts(part, columns)
    own = untidy_texts(rng, part, columns)
    bad = unreadable(rng, part, own, delivery.snapshot)
    foreign = documents(rng, own)
    tally.quarantined += bad.height
    tally.documents += foreign.height
    texts = _strewn(rng, own, pl.concat([bad, foreign]))
    extra = delivery.extra
    if extra is not None and is_first:
        texts = pl.concat([untidy_texts(rng, extra.before, columns), texts])
    if extra is not None and is_last:
        texts = pl.concat([texts, untidy_texts(rng, extra.after, columns)])
    tally.rows += texts.height
    return texts


def _strewn(rng: np.random.Generator, own: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The others anywhere between a file's own rows, which keep their order."""
    places = np.concatenate([np.arange(own.height, dtype=np.float64), rng.random(others.height) * own.height])
    return pl.concat([own, others])[np.argsort(places, kind="stable")]


def _counts(delivery: Delivery, tally: _Tally, files: int) -> FeedCounts:
    extra = delivery.extra
    return FeedCounts(
        snapshot_date=delivery.snapshot,
        files=files,
        rows=tally.rows,
        quarantined=tally.quarantined,
        duplicate=extra.after.height if extra else 0,
        superseded=extra.before.height if extra else 0,
        documents=tally.documents,
        layout=tally.layout,
        planted=delivery.planted,
    )
