"""The versions that must be the same on every machine of a cluster; this module needs nothing but Python, to be able to ask."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

MUST_BE_EQUAL: Final = ("duckdb", "polars", "pydantic", "pyarrow")
"""Packages that decide what is found; another version may find something else."""


def versions() -> dict[str, str]:
    """What this machine has; `none` where a package is not installed."""
    return {"Python": platform.python_version().rpartition(".")[0], **{name: _version(name) for name in MUST_BE_EQUAL}}


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    """What differs, in words without a comma inside a part: `polars 1.0 instead of 1.1`; empty where nothing does."""
    return ", ".join(
        f"{name} {found.get(name)} instead of {one}" for name, one in expected.items() if found.get(name) != one
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
