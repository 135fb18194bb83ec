"""The tables of the event store, as SQLAlchemy names them. How they come to be stands in the migrations.

Belongs here: names and types of columns, and the revisions of the schema that this program knows. A new revision is a
file in `migrations/versions` and its name in `REVISIONS`; a test holds the two together.
"""

import sqlalchemy as sa

VERSION_TABLE = "events_version"
REVISIONS = ("0001",)
"""Every revision known, oldest first; the last is the one this program works with."""

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    # The order is that of `warehouse.events.chain.StoredEvent`; all of them are in the digest but the digest itself.
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text, index=True),
    sa.Column("finding_id", sa.Text, index=True),
    sa.Column("known_after", sa.Text, nullable=False),
    sa.Column("dedupe", sa.Text, unique=True),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
)

key = sa.Table(
    "events_key",
    metadata,
    # One row: how contents are written in this store, and the mark by which it knows its key.
    sa.Column("form", sa.Text, primary_key=True),
    sa.Column("mark", sa.Text, nullable=False),
)
