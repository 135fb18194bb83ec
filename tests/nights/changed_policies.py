"""Changed policies for rehearsals: edited copies of the policy as it ships, and the night that one of them would give."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from shutil import copy, copytree

from pipelines.night.policy_files import load_policy
from tests.nights.driver import PROFILE, District, Done, run_plainly
from warehouse.files import private_folder

Edit = tuple[str, str, str]
"""File in the policy, what stands there once, what shall stand there."""

CARS_OFF: Edit = (
    "caojie/vehicle.yml",
    "- title: 名下有汽车\n",
    "- title: 名下有汽车\n      is_on: false\n",
)
LONG_LOOKBACK: Edit = (
    "caojie/notice-2024-54.yml",
    "value: 36, unit: 月, clause: property",
    "value: 240, unit: 月, clause: property",
)
SHOPS_ARE_LEADS: Edit = (
    "caojie/business.yml",
    'section: core\n      version: "1"\n      action: VERIFY\n',
    'section: core\n      version: "1"\n      action: LEAD\n',
)
HIGH_STANDARD: Edit = (
    "chongqing/standards.yml",
    "value: 770, unit: 元/人·月, valid_from: 2024-09-01",
    "value: 5000, unit: 元/人·月, valid_from: 2024-09-01",
)
MIXED = (CARS_OFF, LONG_LOOKBACK, SHOPS_ARE_LEADS, HIGH_STANDARD)
"""Milder on cars, stricter on dwellings, another action for shops, another standard for everybody."""


def edited_copy(repository: Path, folder: Path, edits: Iterable[Edit]) -> Path:
    """A copy of the policy as it ships, with some lines otherwise."""
    copytree(repository / "data" / "policy", folder)
    for file, was, now in edits:
        path = folder / file
        text = path.read_text("utf-8")
        assert text.count(was) == 1, f"{file}: expected {was!r} once"
        path.write_text(text.replace(was, now), encoding="utf-8")
    return folder


def with_ids_of(other: District, district: District) -> District:
    """Let a district before its first night name its findings as another one does, so that the two can be compared."""
    private_folder(district.warehouse)
    copy(other.warehouse / "identity.key", district.warehouse)
    return district


def night_under(district: District, policy: Path, run_id: str, **opened: object) -> Done:
    """One whole night under another policy."""
    night = district.open(**opened)
    changed = load_policy((policy,), PROFILE).in_force(night.as_of)
    return run_plainly(replace(night, policy=changed), run_id)
