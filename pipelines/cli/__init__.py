"""The command line ``hedui``: a thin front on the Dagster definitions. The entry point of the console script is here."""

from pipelines.cli.app import main as main
