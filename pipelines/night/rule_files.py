"""Rules of a region's own: the Python modules of folders that the operator names, added to those that ship.

What belongs here: finding and executing the modules, and what can be wrong with them. What does not: trying what a rule
says (`rule_trial`). A module is code and is executed: only folders that the operator names are looked into
(`HEDUI_RULES`), never one that lies about. Nothing of a module stays behind in the process but the rules it gave.
"""

import importlib
import itertools
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

from connectors.strict_yaml import DeclarationError, shown_path
from pipelines.domain.rule import Rule
from pipelines.domain.rulebook import Rulebook, rulebook, rulebook_of, rules_in

_NOT_RULES: Final = ("_", ".", "test_")
"""What the names of modules begin with that hold no rules: those that others import, and tests."""

_loading = threading.Lock()
_numbers = itertools.count(1)


class RuleError(DeclarationError):
    """A rule that cannot be used. Its message begins `path:line: `."""


def load_rulebook(directories: Sequence[Path] = ()) -> Rulebook:
    """The shipped rules and those of some folders.

    Args:
        directories: each with modules in the form of `pipelines/domain/rules/*.py`. Those whose names begin with `_`
            or `test_` are not looked into; modules of a folder import each other as `from ._shared import …`.

    Raises:
        RuleError: a folder has no module, a module is no Python or fails, or a rule's id stands twice.
    """
    if not directories:
        return rulebook()
    found = dict(rulebook())
    for directory in directories:
        for one in _rules_of(directory):
            first = found.setdefault(one.rule_id, one)
            if first is not one:
                raise RuleError(
                    f"{place_of(one)}: expected an id of its own, found {one.rule_id} a second time, "
                    f"the first is {place_of(first)}; give the rule another id"
                )
    return rulebook_of(found.values())


def place_of(rule: Rule) -> str:
    """File and line of a rule's function."""
    code = rule.judge.__code__
    return f"{shown_path(Path(code.co_filename))}:{code.co_firstlineno}"


def _rules_of(directory: Path) -> list[Rule]:
    """The rules of one folder, in the order of its modules' names."""
    paths = sorted(path for path in directory.glob("*.py") if not path.name.startswith(_NOT_RULES))
    if not paths:
        raise RuleError(
            f"{shown_path(directory)}:1: expected rules (*.py) in this folder, found none; correct its name"
        )
    with _as_package(directory) as package:
        return [one for path in paths for one in rules_in(_executed(package, path))]


@contextmanager
def _as_package(directory: Path) -> Iterator[str]:
    """Let the modules of a folder be imported while this lasts, under names of their own, and forget them after it.

    Yields:
        The name of the package that the folder is.
    """
    with _loading:
        name = f"hedui_rules_{next(_numbers)}"
        package = ModuleType(name)
        package.__path__ = [str(directory)]
        sys.modules[name] = package
        writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        importlib.invalidate_caches()
        try:
            yield name
        finally:
            sys.dont_write_bytecode = writes_bytecode
            for loaded in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
                del sys.modules[loaded]


def _executed(package: str, path: Path) -> ModuleType:
    """One module, executed.

    Raises:
        RuleError: it is no Python, or fails; with the line.
    """
    try:
        return importlib.import_module(f"{package}.{path.stem}")
    except SyntaxError as error:
        place = f"{shown_path(Path(error.filename or path))}:{error.lineno or 1}"
        raise RuleError(f"{place}: expected Python, found: {error.msg}; correct the line") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a module does wrong, its operator is told where
        frames = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).parent == path.parent]
        place = f"{shown_path(Path(frames[-1].filename))}:{frames[-1].lineno}" if frames else f"{shown_path(path)}:1"
        told = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise RuleError(f"{place}: expected a module that can be imported, found {told}; correct it") from None
