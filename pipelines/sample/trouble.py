"""Snapshots that a night must not use: too old, broken, unfinished, or of a day to come.

What belongs here: the folders that a dirty inbox has besides the good ones. Which feed has which is fixed, so that every
feed keeps one good snapshot.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.sample.delivery import Delivery, columns_of
from pipelines.sample.files import Form, framed, write_manifest, write_table
from pipelines.sample.layout import plain_texts

_OLDER_DAYS: Final = 12
_AHEAD_DAYS: Final = 60
"""Far enough that nights in a row can be played on the sample before it is used."""
_FORM: Final = Form("csv")
_WRONG_CHECKSUM: Final = "0" * 64


def write_trouble(inbox: Path, delivery: Delivery, rows: pl.DataFrame, as_of: date) -> None:
    """Write the other snapshots of a feed.

    - roster: one of a day to come, which is not used yet;
    - social_insurance: an older one, within its age, which a newer one replaces;
    - vehicle: a newer one whose manifest gives another checksum, so that the night falls back;
    - property: an older one, beyond its age;
    - business: a newer one that is still being uploaded.

    Args:
        inbox: the inbox.
        delivery: the feed's good delivery.
        rows: a few of its clean rows.
        as_of: the comparison date.
    """
    day = timedelta(days=1)
    match delivery.contract.feed:
        case "roster":
            _write(inbox, delivery, rows, as_of + _AHEAD_DAYS * day)
        case "social_insurance":
            _write(inbox, delivery, rows, delivery.snapshot - _OLDER_DAYS * day)
        case "vehicle":
            path = _write(inbox, delivery, rows, as_of)
            write_manifest(path.parent, {path.name: rows.height}, checksum=_WRONG_CHECKSUM)
        case "property":
            _write(inbox, delivery, rows, as_of - (delivery.contract.max_age_days + _OLDER_DAYS) * day)
        case "business":
            path = _write(inbox, delivery, rows, as_of - day)
            path.rename(path.with_name(path.name + ".part"))


def _write(inbox: Path, delivery: Delivery, rows: pl.DataFrame, snapshot: date) -> Path:
    folder = inbox / delivery.contract.feed / snapshot.isoformat()
    folder.mkdir(parents=True)
    columns = [heading for heading in columns_of(delivery) if not heading.completes]
    table, _ = framed(plain_texts(rows, columns), [heading.text for heading in columns], _FORM)
    return write_table(folder, delivery.contract.feed, [table], _FORM)
