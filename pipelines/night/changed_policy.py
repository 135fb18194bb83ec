"""The two policies of a rehearsal, from files: the one in use, and the one that somebody thinks of changing to.

What belongs here: which directories make up the changed policy, and that a directory by mistake is told. What does not:
reading policy files (`policy_files`), what differs (`pipelines.domain.policy_difference`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.domain.policy import Policy
from pipelines.night.policy_files import load_policy
from pipelines.night.policy_parts import PROFILES_FILE
from pipelines.night.stored_nights import RehearsalError


@dataclass(frozen=True)
class PolicyPair:
    """Both policies on all dates.

    Attributes:
        before: the policy in use, by today's files.
        after: the changed one.
        changed: the directories that make up the changed one.
        replaces: whether a changed directory is an edited copy that stands in place of one in use.
    """

    before: Policy
    after: Policy
    changed: tuple[Path, ...]
    replaces: bool


def read_policies(
    directories: Sequence[Path],
    profile: str,
    changed: Sequence[Path],
    changed_profile: str | None,
    rule_ids: Collection[str] | None = None,
) -> PolicyPair:
    """Read the policy of the stored nights and the changed one.

    A directory that holds every policy file of one of the directories in use is an edited copy of it and stands in its
    place; any other is added over them, as a region's own is.

    Args:
        directories: the policy in use, later ones add to earlier ones.
        profile: the profile of the stored nights.
        changed: further directories of the changed policy.
        changed_profile: its profile; None for the same.
        rule_ids: rules that exist, by default those that ship.

    Raises:
        RehearsalError: a changed directory is none, or holds no policy file.
        DeclarationError: a policy file cannot be used, with file and line.
    """
    for folder in changed:
        if not _policy_files(folder):
            raise RehearsalError(
                f"--policy: expected a folder with policy files (<layer>/*.yml or {PROFILES_FILE}), "
                f"found {'none in' if folder.is_dir() else 'no folder'} {folder}: check the path"
            )
    before = load_policy(directories, profile, rule_ids)
    made = list(directories)
    added = []
    for folder in changed:
        copied = [place for place, one in enumerate(made) if set() < _policy_files(one) <= _policy_files(folder)]
        if copied:
            made[copied[0]] = folder
        else:
            added.append(folder)
    after = load_policy((*made, *added), changed_profile or profile, rule_ids)
    return PolicyPair(before, after, (*made, *added), replaces=len(added) < len(changed))


def _policy_files(folder: Path) -> frozenset[Path]:
    """The files of a policy directory, by their place in it."""
    files = [*folder.glob("*/*.yml"), *folder.glob(PROFILES_FILE)]
    return frozenset(one.relative_to(folder) for one in files)
