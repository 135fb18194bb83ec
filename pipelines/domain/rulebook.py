"""The rulebook: every rule of the catalogue, found in the modules of `pipelines.domain.rules`.

What belongs here: finding rules. A new rule is one function in one of those modules, or in a new one; nothing here
changes.
"""

import importlib
import pkgutil
from collections.abc import Mapping
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
    """The rules that judge a feed's rows, in the order of their ids."""
    return tuple(one for one in rulebook().values() if one.feed == feed)


def feeds_with_rules() -> tuple[str, ...]:
    """The feeds that some rule judges, in the order of their names."""
    return tuple(sorted({one.feed for one in rulebook().values()}))
