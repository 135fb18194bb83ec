"""The rulebook: every rule of the catalogue, found in the modules of `pipelines.domain.rules`.

What belongs here: finding rules. A new rule is one function in one of those modules, or in a new one; nothing here
changes.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

import pipelines.domain.rules
from pipelines.domain.rule import Rule


@cache
def rulebook() -> Mapping[str, Rule]:
    """All rules by id, in the order of their ids.

    Raises:
        ValueError: two rules have one id.
    """
    found: dict[str, Rule] = {}
    for module_info in pkgutil.iter_modules(pipelines.domain.rules.__path__, f"{pipelines.domain.rules.__name__}."):
        module = importlib.import_module(module_info.name)
        for one in (value for value in vars(module).values() if isinstance(value, Rule)):
            if found.setdefault(one.rule_id, one) is not one:
                raise ValueError(f"rule {one.rule_id}: expected one function, found two; rename one of them")
    return MappingProxyType(dict(sorted(found.items())))


def rules_of(feed: str) -> tuple[Rule, ...]:
    """The rules that are counted under a feed, in the order of their ids."""
    return tuple(one for one in rulebook().values() if one.feed == feed)


def rules_with_feed(feed: str) -> tuple[Rule, ...]:
    """The rules that are judged as soon as their feed is matched, in the order of their ids."""
    return tuple(one for one in rules_of(feed) if not one.subject.after_income)


def rules_after_income() -> tuple[Rule, ...]:
    """The rules that are judged once the income is reckoned, in the order of their ids."""
    return tuple(one for one in rulebook().values() if one.subject.after_income)


def feeds_beside(feed: str) -> tuple[str, ...]:
    """The other feeds whose matched rows are looked at while a feed is judged, in the order of their names."""
    return tuple(sorted({other for one in rules_with_feed(feed) for other in one.subject.beside}))


def persons_looked_up(feed: str) -> tuple[tuple[str, str], ...]:
    """Fields of a feed that name persons beyond the household, each with the feed in which these are looked up."""
    return tuple(sorted({pair for one in rules_of(feed) for pair in one.subject.looked_up}))


def feeds_of(rules: Iterable[Rule]) -> frozenset[str]:
    """Every feed that some of the rules look at: their own, those beside it, those in which persons are looked up."""
    subjects = {one.subject for one in rules}
    return frozenset(
        feed for one in subjects for feed in (one.feed, *one.beside, *(other for _, other in one.looked_up))
    )


def feeds_to_match() -> tuple[str, ...]:
    """The feeds in which members have to be found before any is judged, the roster among them."""
    return tuple(sorted(feeds_of(rulebook().values())))


def feeds_with_rules() -> tuple[str, ...]:
    """The feeds that some rule judges, in the order of their names."""
    return tuple(sorted({one.feed for one in rulebook().values()}))
