"""DuckDB snapshots, the tables of a night, and what is published."""
