"""Alembic's migrations of the event store, shipped with the package and run when a store is opened to be written to."""
