"""The rulebook: every rule that a night may judge by, as a value that the night carries.

What belongs here: finding the shipped rules, and what follows from a set of rules alone. What does not: rules from a
folder of the operator's (`pipelines.night.rule_files`). A new rule is one function in a module of
`pipelines.domain.rules`, or in a new one; nothing here changes.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, ModuleType

import pipelines.domain.rules
from pipelines.domain.rule import Rule


@dataclass(frozen=True, eq=False)
class Rulebook(Mapping[str, Rule]):
    """Rules by id, in the order of their ids; made by `rulebook_of`."""

    rules: Mapping[str, Rule]

    def __getitem__(self, rule_id: str) -> Rule:
        """The rule of an id."""
        return self.rules[rule_id]

    def __iter__(self) -> Iterator[str]:
        """The ids."""
        return iter(self.rules)

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self.rules)

    def of(self, feed: str) -> tuple[Rule, ...]:
        """The rules that are counted under a feed."""
        return tuple(one for one in self.rules.values() if one.feed == feed)

    def judged_with(self, feed: str) -> tuple[Rule, ...]:
        """The rules that are judged as soon as their feed is matched."""
        return tuple(one for one in self.of(feed) if not one.subject.after_income)

    def judged_after_income(self) -> tuple[Rule, ...]:
        """The rules that are judged once the income is reckoned."""
        return tuple(one for one in self.rules.values() if one.subject.after_income)

    def feeds_beside(self, feed: str) -> tuple[str, ...]:
        """The other feeds whose matched rows are looked at while a feed is judged, in the order of their names."""
        return tuple(sorted({other for one in self.judged_with(feed) for other in one.subject.beside}))

    def persons_looked_up(self, feed: str) -> tuple[tuple[str, str], ...]:
        """Fields of a feed that name persons beyond the household, each with the feed in which these are looked up."""
        return tuple(sorted({pair for one in self.of(feed) for pair in one.subject.looked_up}))

    def feeds_to_match(self) -> tuple[str, ...]:
        """The feeds in which members have to be found before any is judged, the roster among them."""
        return tuple(sorted(feeds_of(self.rules.values())))

    def feeds_with_rules(self) -> tuple[str, ...]:
        """The feeds that some rule judges, in the order of their names."""
        return tuple(sorted({one.feed for one in self.rules.values()}))


def rulebook_of(rules: Iterable[Rule]) -> Rulebook:
    """Rules as a book.

    Raises:
        ValueError: two rules have one id.
    """
    found: dict[str, Rule] = {}
    for one in rules:
        if found.setdefault(one.rule_id, one) is not one:
            raise ValueError(f"rule {one.rule_id}: expected one function, found two; rename one of them")
    return Rulebook(MappingProxyType(dict(sorted(found.items()))))


@cache
def rulebook() -> Rulebook:
    """The rules that ship.

    Raises:
        ValueError: two rules have one id.
    """
    found = pkgutil.iter_modules(pipelines.domain.rules.__path__, f"{pipelines.domain.rules.__name__}.")
    modules = [importlib.import_module(one.name) for one in found]
    return rulebook_of(one for module in modules for one in rules_in(module))


def rules_in(module: ModuleType) -> list[Rule]:
    """The rules that a module has under a name, also those that it has imported."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def feeds_of(rules: Iterable[Rule]) -> frozenset[str]:
    """Every feed that some of the rules look at: their own, those beside it, those in which persons are looked up."""
    subjects = {one.subject for one in rules}
    return frozenset(
        feed for one in subjects for feed in (one.feed, *one.beside, *(other for _, other in one.looked_up))
    )
