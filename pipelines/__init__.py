"""The nightly comparison: Dagster definitions, what a night does, and the rules it judges by."""
