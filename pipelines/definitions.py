"""The Dagster code location: what `workspace.yaml` loads. Settings come from `HEDUI_*` and hedui.toml."""

import os
from pathlib import Path

import dagster as dg

from pipelines.jobs import build_definitions
from pipelines.settings_reading import find_settings_file, load_settings


@dg.definitions
def defs() -> dg.Definitions:
    """Assets, checks, job and schedule with the settings of this process."""
    return build_definitions(load_settings({}, os.environ, find_settings_file(Path.cwd())))
