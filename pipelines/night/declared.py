"""What is declared for a night: contracts, rules and policy, read once a process as long as their files stay the same.

What belongs here: remembering what was read. One night asks three times (before anything is touched, in its run, for
its summary), and reading strictly takes a while. What is kept are values that nobody can change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from connectors.contract import Contract, load_contracts
from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.rulebook import Rulebook, rulebook
from pipelines.night.policy_checks import case_mistakes
from pipelines.night.policy_files import load_policies
from pipelines.night.policy_probe import Needs, needs_of
from pipelines.night.rule_files import load_rulebook
from pipelines.night.rule_trial import try_rules

Folders = tuple[Path, ...]
Marks = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Declared:
    """Contracts by feed, the rules, the policy in force on the comparison date, and what its rules ask of it."""

    contracts: Mapping[str, Contract]
    book: Rulebook
    policy: PolicyInForce
    needs: Mapping[str, Needs]


def declared(profile: str, as_of: date, feeds: Folders, policy: Folders, rules: Folders) -> Declared:
    """Read strictly what is declared for one comparison date.

    Rules that do not ship are tried on tables without a row, so that a mistake in one is told before anything begins.

    Raises:
        DeclarationError: a file cannot be used, with file and line.
        PolicyError: the policy lacks what a rule cannot do without.
    """
    return _declared(marks((*feeds, *policy, *rules)), profile, as_of, feeds, policy, rules)


def contracts_of(folders: Folders) -> dict[str, Contract]:
    """The contracts of some folders.

    Raises:
        DeclarationError: one cannot be used, with file and line.
    """
    return dict(_contracts(marks(folders), folders))


def rules_of(folders: Folders) -> Rulebook:
    """The shipped rules and those of some folders.

    Raises:
        RuleError: one cannot be used, with file and line.
    """
    return _rules(marks(folders), folders)


def marks(folders: Folders) -> Marks:
    """What tells the files of some folders from changed ones."""
    paths = [path for folder in folders for pattern in ("**/*.yml", "**/*.py") for path in sorted(folder.glob(pattern))]
    told = [(str(path.absolute()), path.stat()) for path in paths]
    return tuple((name, one.st_ino, one.st_mtime_ns, one.st_size) for name, one in told)


@lru_cache(maxsize=4)
def _declared(_marks: Marks, profile: str, as_of: date, feeds: Folders, policy: Folders, rules: Folders) -> Declared:
    contracts, book = contracts_of(feeds), rules_of(rules)
    policies = load_policies(policy, book)
    in_force = policies.policy(profile).in_force(as_of)
    try_rules([one for rule_id, one in book.items() if rule_id not in rulebook()], contracts, in_force)
    needs = needs_of([one for rule_id, one in book.items() if in_force.is_rule_on(rule_id)], in_force, contracts)
    if mistakes := list(case_mistakes(policies.files, needs)):
        raise DeclarationError("\n".join(mistakes))
    return Declared(contracts, book, in_force, needs)


@lru_cache(maxsize=4)
def _contracts(_marks: Marks, folders: Folders) -> dict[str, Contract]:
    return load_contracts(*folders)


@lru_cache(maxsize=4)
def _rules(_marks: Marks, folders: Folders) -> Rulebook:
    return load_rulebook(folders)
