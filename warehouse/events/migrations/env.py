"""Alembic's entry: it runs this file. The connection, and the transaction around it, are the store's own."""

from alembic import context

from warehouse.events.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
