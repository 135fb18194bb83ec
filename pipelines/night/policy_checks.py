"""What has to fit between the policy's files, and between the policy and the code that asks it.

What belongs here: mistakes that one file alone does not show, each with file and line. What does not: reading files
(`policy_files`), what applies on a date.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from connectors.strict_yaml import shown_path
from pipelines.domain.policy_layer import ALL_SECTIONS, ParameterEntry, RuleEntry, SwitchEntry
from pipelines.domain.rule import Rule
from pipelines.night.policy_parts import LayerPart, PolicyFiles
from pipelines.night.policy_probe import Needs

PACKAGE: Final = Path(__file__).parents[1]
_TEXT: Final = re.compile(r'"([a-z][a-z0-9_]*)"')
_ASKED: Final = re.compile(
    r'\bpolicy\.(value|amount|ratio|months|months_if_set|is_switched_on)\(\s*"([a-z][a-z0-9_]*)"'
)


@dataclass(frozen=True)
class Code:
    """The code as the policy sees it: which rules exist, where, and which names it asks for.

    Names are read from the sources: no list of them has to be kept in step.

    Attributes:
        places: rule → file and line, empty where it is not known.
        sources: the files that may ask the policy; none where only the ids of the rules are known.
    """

    places: Mapping[str, str]
    sources: tuple[Path, ...]

    @classmethod
    def of(cls, rules: Collection[str]) -> "Code":
        """The code of some rules: of a mapping id → rule everything, of ids nothing but these."""
        if not isinstance(rules, Mapping):
            return cls(dict.fromkeys(rules, ""), ())
        known: Mapping[str, Rule] = rules
        folders = {path.parent for one in known.values() if PACKAGE not in (path := _source(one)).parents}
        places = {rule_id: _place(one) for rule_id, one in known.items()}
        return cls(places, (*_own_sources(), *sorted(path for folder in folders for path in folder.glob("*.py"))))

    def names(self) -> frozenset[str]:
        """Every text in the code that could be a name."""
        return frozenset().union(*map(_names, self.sources))

    def asked(self) -> Iterator[tuple[str, str, bool]]:
        """The names that the policy is asked for: name, file and line, whether it is a switch."""
        for path in self.sources:
            for name, line, is_switch in _asked(path, path.stat().st_mtime_ns):
                yield name, f"{_shown_source(path)}:{line}", is_switch


def file_mistakes(files: PolicyFiles, code: Code) -> Iterator[str]:
    """Everything that does not fit in files that are right by themselves."""
    yield from _rule_mistakes(files, code)
    yield from _clause_mistakes(files)
    yield from _unit_mistakes(files)
    yield from _profile_mistakes(files)
    yield from _text_mistakes(files)
    if code.sources:
        yield from _name_mistakes(files, code)


def case_mistakes(files: PolicyFiles, needs: Mapping[str, Needs]) -> Iterator[str]:
    """Cases that no rule tells apart: an entry that would never apply."""
    for part, rule_id, position, entry in _rule_entries(files):
        cases = needs[rule_id].cases if rule_id in needs else None
        for case in entry.variants:
            if cases is not None and case not in cases:
                yield (
                    f"{part.where('rules', rule_id, position, 'variants', case)}: {rule_id}: expected a case that the "
                    f"rule tells apart ({', '.join(sorted(cases)) or 'it has none'}), found {case}; correct its name"
                )


def _rule_mistakes(files: PolicyFiles, code: Code) -> Iterator[str]:
    """Every entry has its rule, every rule its entry."""
    entries = {rule_id for part in files.parts for rule_id in part.content.rules}
    for part in files.parts:
        for rule_id in part.content.rules:
            if rule_id not in code.places:
                yield (
                    f"{part.where('rules', rule_id)}: expected a rule that exists, found an entry for {rule_id}; "
                    "correct the id or write the rule in pipelines/domain/rules"
                )
    for rule_id, place in sorted(code.places.items()):
        if rule_id not in entries:
            where = place or f"{shown_path(files.directories[-1])}:1"
            yield (
                f"{where}: rule {rule_id}: expected an entry in some layer, found none; "
                "add it under rules in a file of data/policy"
            )


def _clause_mistakes(files: PolicyFiles) -> Iterator[str]:
    """Every clause that an entry names is quoted somewhere in its layer."""
    clauses: dict[str, set[str]] = {}
    for part in files.parts:
        clauses.setdefault(part.content.layer, set()).update(part.content.clauses)
    for part in files.parts:
        layer = part.content.layer
        for kind, name, entries in part.series():
            for position, entry in enumerate(entries):
                named: list[tuple[tuple[str, ...], str | None]] = []
                if isinstance(entry, ParameterEntry | SwitchEntry | RuleEntry):
                    named.append((("clause",), entry.clause))
                if isinstance(entry, RuleEntry):
                    named += [(("variants", case, "clause"), one.clause) for case, one in entry.variants.items()]
                for place, clause in named:
                    if clause is not None and clause not in clauses[layer]:
                        yield (
                            f"{part.where(kind, name, position, *place)}: {name}: expected a clause of layer {layer}, "
                            f"found {clause}; add it under clauses"
                        )


def _unit_mistakes(files: PolicyFiles) -> Iterator[str]:
    """A parameter has one unit, in every layer and at every time."""
    units: dict[str, tuple[str, str]] = {}
    for part in files.parts:
        for name, entries in part.content.parameters.items():
            for position, entry in enumerate(entries):
                where = part.where("parameters", name, position, "unit")
                unit, first = units.setdefault(name, (entry.unit, where))
                if entry.unit != unit:
                    yield (
                        f"{where}: {name}: expected unit {unit}, as at {first}, found {entry.unit}; "
                        "convert the value or correct the unit"
                    )


def _profile_mistakes(files: PolicyFiles) -> Iterator[str]:
    """Profiles name layers and sections that exist, each once."""
    layers = sorted({part.content.layer for part in files.parts})
    sections = sorted({entry.section for _, _, _, entry in _rule_entries(files) if entry.section})
    for part in files.profiles:
        for name, profile in part.content.profiles.items():
            for position, layer in enumerate(profile.layers):
                place = f"{part.where('profiles', name, 'layers', position)}: profile {name}"
                if layer not in layers:
                    yield (
                        f"{place}: expected a layer of {layers}, found {layer}; "
                        "correct the name or add the layer's folder"
                    )
                elif layer in profile.layers[:position]:
                    yield f"{place}: expected every layer once, found {layer} twice; keep one"
            chosen = () if profile.sections == ALL_SECTIONS else profile.sections
            for position, section in enumerate(chosen):
                if section not in sections:
                    yield (
                        f"{part.where('profiles', name, 'sections', position)}: profile {name}: "
                        f"expected a section of {sections}, found {section}; correct the name"
                    )


def _text_mistakes(files: PolicyFiles) -> Iterator[str]:
    """Texts name parameters that exist."""
    parameters = {name for part in files.parts for name in part.content.parameters}
    for part, rule_id, position, entry in _rule_entries(files):
        for case, one in entry.variants.items():
            for name in one.parameters:
                if name not in parameters:
                    yield (
                        f"{part.where('rules', rule_id, position, 'variants', case, 'text')}: {rule_id}: expected a "
                        f"parameter in braces, found {{{name}}}; correct its name or declare it"
                    )


def _name_mistakes(files: PolicyFiles, code: Code) -> Iterator[str]:
    """Parameters and switches that nothing asks for, or that are asked for and nowhere declared."""
    in_texts = {
        name for *_, entry in _rule_entries(files) for one in entry.variants.values() for name in one.parameters
    }
    known = code.names() | in_texts
    for part in files.parts:
        for kind in ("parameters", "switches"):
            for name in getattr(part.content, kind):
                if name not in known:
                    yield (
                        f"{part.where(kind, name)}: expected a name that some rule asks for, found {name}; "
                        "correct its spelling or take it out"
                    )
    parameters = {name for part in files.parts for name in part.content.parameters}
    switches = {name for part in files.parts for name in part.content.switches}
    for name, place, is_switch in code.asked():
        if name not in (switches if is_switch else parameters):
            yield (
                f"{place}: expected {'switch' if is_switch else 'parameter'} {name} in some layer, found none; "
                "declare it in data/policy, with null where its value is not known"
            )


def _rule_entries(files: PolicyFiles) -> Iterator[tuple[LayerPart, str, int, RuleEntry]]:
    """Every rule entry with its file, rule and position."""
    for part in files.parts:
        for rule_id, entries in part.content.rules.items():
            for position, entry in enumerate(entries):
                yield part, rule_id, position, entry


def _source(one: Rule) -> Path:
    """The file in which a rule is written."""
    return Path(one.judge.__code__.co_filename)


def _place(one: Rule) -> str:
    """File and line of a rule."""
    return f"{_shown_source(_source(one))}:{one.judge.__code__.co_firstlineno}"


def _shown_source(path: Path) -> str:
    """A source file from the package on; a region's own as any other file."""
    return path.relative_to(PACKAGE.parent).as_posix() if PACKAGE in path.parents else shown_path(path)


@cache
def _own_sources() -> tuple[Path, ...]:
    """The sources that may ask the policy."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def _names(path: Path) -> frozenset[str]:
    """The texts of a source that could be names."""
    return frozenset(_TEXT.findall(_text(path)))


@cache
def _asked(path: Path, _changed_at: int) -> tuple[tuple[str, int, bool], ...]:
    """What a source asks the policy for: name, line, whether it is a switch. Read once as long as it does not change."""
    text = _text(path)
    return tuple(
        (found.group(2), text.count("\n", 0, found.start(2)) + 1, found.group(1) == "is_switched_on")
        for found in _ASKED.finditer(text)
    )


def _text(path: Path) -> str:
    """A source."""
    return path.read_text(encoding="utf-8")
