"""The chain of events, append-only in the database itself."""
# ruff: noqa: S608  the SQL is put together from constants

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("events", "events_key")
REFUSAL = "case events are append-only"


def upgrade() -> None:
    """Make the tables, and the triggers that refuse to change or remove a row."""
    op.create_table(
        "events",
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
    op.create_table(
        "events_key",
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("mark", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_in_sqlite()
    else:
        _refuse_in_postgresql()


def _refuse_in_sqlite() -> None:
    for table in TABLES:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            )
    # INSERT OR REPLACE removes a row without asking the triggers on DELETE.
    op.execute(
        "CREATE TRIGGER events_next BEFORE INSERT ON events WHEN "
        "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events) "
        "OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id OR dedupe = NEW.dedupe OR digest = NEW.digest) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    )
    op.execute(
        "CREATE TRIGGER events_key_once BEFORE INSERT ON events_key WHEN EXISTS (SELECT 1 FROM events_key) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    )


def _refuse_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
        )
    # At most one row in events_key, whatever its form.
    op.execute("CREATE UNIQUE INDEX events_key_once ON events_key ((true))")
