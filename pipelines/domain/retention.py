"""What may go from the warehouse, and why the rest stays: rows about persons go, accounts of counts and checksums stay.

What belongs here: the decision, from what stands and when it was last used. What does not: looking at a disk
(`pipelines.night.stored_rows`) and removing (`pipelines.night.retention`). How long is policy
(`data/policy/national/retention.yml`), because it differs by law and place. Case events are no part of it: they are
never touched.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pipelines.domain.policy import PolicyInForce
from pipelines.domain.policy_precedence import PolicyError

FEWEST_NIGHTS: Final = 2
"""Comparison dates whose tables stay whatever the policy says: the last one, and the one that it is compared with."""


class Kind(StrEnum):
    """What is kept, by what it is."""

    RAW = "raw"
    WORKING = "working"
    PUBLISHED = "published"
    HELD = "held"
    WORKBOOKS = "workbooks"


KIND_LABELS: Final[Mapping[Kind, str]] = {
    Kind.RAW: "部门数据原始行",
    Kind.WORKING: "中间表",
    Kind.PUBLISHED: "已发布结果",
    Kind.HELD: "暂缓发布结果",
    Kind.WORKBOOKS: "工作簿副本",
}


PERIODS: Final[Mapping[Kind, str]] = {
    Kind.RAW: "retention_raw_days",
    Kind.WORKING: "retention_working_days",
    Kind.PUBLISHED: "retention_published_days",
    Kind.HELD: "retention_held_days",
    Kind.WORKBOOKS: "retention_workbook_days",
}
"""The parameter that says how long, in days."""
NIGHTS_KEPT: Final = "retention_nights_kept"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on the disk, as far as its space counts.

    Attributes:
        identity: device and inode: two names of one file share it.
        links: how many names it has.
        size: bytes.
    """

    identity: tuple[int, int]
    links: int
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Something that holds rows about persons. Grain: a snapshot, or one night's folder of one kind.

    Attributes:
        kind: what it is.
        name: which one: feed and date, or the night's folder; no person.
        last_used: the last day on which it was used (raw rows) or made (all others).
        files: what it takes up.
        needed_for: why it must stay however old it is; empty where nothing needs it.
        checksum: of a delivery, for the proof of its deletion.
    """

    kind: Kind
    name: str
    last_used: date
    files: tuple[StoredFile, ...]
    needed_for: str = ""
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class Periods:
    """How long is kept, in days after the last use; None: for ever.

    Attributes:
        days: by kind.
        nights: how many of the last comparison dates keep their tables however old they are.
    """

    days: Mapping[Kind, int | None]
    nights: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes and what stays.

    Attributes:
        goes: what may go, with why, in the order in which it is removed.
        stays: what stays, with why.
    """

    goes: tuple[tuple[Stored, str], ...]
    stays: tuple[tuple[Stored, str], ...]

    @property
    def bytes_freed(self) -> int:
        """Bytes that the disk gets back."""
        return bytes_freed(one for one, _ in self.goes)

    def of(self, kind: Kind) -> tuple[Stored, ...]:
        """What goes of a kind."""
        return tuple(one for one, _ in self.goes if one.kind == kind)


def periods(policy: PolicyInForce) -> Periods:
    """The periods in force.

    Raises:
        PolicyError: one is no whole number of 1 or more.
    """
    days = {kind: _whole(policy, name) for kind, name in PERIODS.items()}
    return Periods(days, max(_whole(policy, NIGHTS_KEPT) or FEWEST_NIGHTS, FEWEST_NIGHTS))


def retention_plan(stored: Iterable[Stored], kept: Periods, today: date) -> Plan:
    """Decide what goes: what nothing needs, and whose time since its last use is over.

    With 90 days, what was last used 90 days ago still stays, and goes on the day after.

    Args:
        stored: everything that holds rows.
        kept: how long.
        today: the day on which it is asked.
    """
    goes: list[tuple[Stored, str]] = []
    stays: list[tuple[Stored, str]] = []
    for one in sorted(stored, key=lambda one: (list(Kind).index(one.kind), one.last_used, one.name)):
        days, age = kept.days[one.kind], (today - one.last_used).days
        if one.needed_for:
            stays.append((one, one.needed_for))
        elif days is None:
            stays.append((one, "no period is set"))
        elif age <= days:
            stays.append((one, f"last used {age} days ago, kept for {days}"))
        else:
            goes.append((one, f"last used {age} days ago, kept for {days}"))
    return Plan(tuple(goes), tuple(stays))


def bytes_freed(going: Iterable[Stored]) -> int:
    """Bytes that the disk gets back: a file with several names gives none before the last of them has gone."""
    files = [file for one in going for file in one.files]
    names = Counter(file.identity for file in files)
    sizes = {file.identity: file.size for file in files if names[file.identity] >= file.links}
    return sum(sizes.values())


def bytes_taken(things: Iterable[Stored]) -> int:
    """Bytes on the disk: a file with several names takes its space once."""
    return sum({file.identity: file.size for one in things for file in one.files}.values())


def last_dates(dates: Mapping[str, Sequence[date]], number: int) -> Mapping[str, frozenset[date]]:
    """The last comparison dates of each profile.

    Args:
        dates: profile → its comparison dates, in any order, any number of times.
        number: how many.
    """
    return {profile: frozenset(sorted(set(days))[-number:]) for profile, days in dates.items()}


def _whole(policy: PolicyInForce, name: str) -> int | None:
    """A number of days or nights; None where it is unset.

    Raises:
        PolicyError: it is no whole number of 1 or more.
    """
    value = policy.value(name)
    if value is None:
        return None
    if value < 1 or value != value.to_integral_value():
        raise PolicyError(
            f"{policy.place_of(name)}profile {policy.profile}, parameter {name} on {policy.as_of}: "
            f"expected a whole number of 1 or more, found {value}; correct it, or null to keep for ever"
        )
    return int(value)
