"""Dagster assets: thin; each reads its inputs, calls one function and attaches counts."""
