"""Reading the policy: `data/policy/profiles.yml` and `data/policy/<layer>/*.yml`, strictly.

What belongs here: files, and what can be wrong in them, each mistake with its file and line. What does not: what
applies on a date (`pipelines.domain.policy`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from connectors.strict_yaml import Declaration, DeclarationError, read_declaration, shown_path, validated
from pipelines.domain.policy import Policy
from pipelines.domain.policy_layer import (
    Dated,
    LayerFile,
    Profile,
    ProfilesFile,
    ending_before_it_begins,
    overlapping,
)
from pipelines.domain.rulebook import rulebook

PROFILES_FILE: Final = "profiles.yml"
_SERIES: Final = ("parameters", "switches", "rules")
_NAMED: Final = ("clauses", *_SERIES)


@dataclass(frozen=True)
class _ReadFile:
    """One layer file with the places of its entries."""

    declaration: Declaration
    content: LayerFile

    def where(self, *key: str | int) -> str:
        return self.declaration.where(*key)


def load_policy(directories: Sequence[Path], profile: str, rule_ids: Collection[str] | None = None) -> Policy:
    """Read a profile and its layers.

    Args:
        directories: each with layer folders; one at least with `profiles.yml`; later ones add to earlier ones.
        profile: name of the profile.
        rule_ids: rules that exist, by default all of the rulebook.

    Raises:
        DeclarationError: a file cannot be used, dates overlap, a clause is missing, an entry has no rule or a rule no
            entry, or the profile does not exist; each with file and line.
    """
    chosen, place = _profile(directories, profile)
    files = [one for directory in directories for one in _layer_files(directory)]
    _check_rules(files, rulebook().keys() if rule_ids is None else rule_ids, directories)
    layers = {name: _merged([one for one in files if one.content.layer == name]) for name in _layer_names(files)}
    for name in chosen.layers:
        if name not in layers:
            raise DeclarationError(
                f"{place}: profile {profile}: expected a layer of {sorted(layers)}, found {name}; "
                "correct the name or add the layer's folder"
            )
    return Policy(profile, chosen, tuple(layers[name] for name in chosen.layers))


def _profile(directories: Sequence[Path], name: str) -> tuple[Profile, str]:
    """The named profile and where it stands; a later directory's profile replaces an earlier one's."""
    found: dict[str, tuple[Profile, str]] = {}
    paths = [path for directory in directories if (path := directory / PROFILES_FILE).is_file()]
    for path in paths:
        declaration = read_declaration(path)
        for key, one in validated(declaration, ProfilesFile).profiles.items():
            found[key] = (one, declaration.where("profiles", key))
    if name not in found:
        file = shown_path(paths[-1] if paths else directories[0] / PROFILES_FILE)
        raise DeclarationError(
            f"{file}:1: expected profile {name}, found {sorted(found)}; choose one of them or declare it"
        )
    return found[name]


def _layer_files(directory: Path) -> Iterator[_ReadFile]:
    """The layer files below a directory, in the order of their names, each checked by itself."""
    for path in sorted(directory.glob("*/*.yml")):
        declaration = read_declaration(path)
        one = _ReadFile(declaration, validated(declaration, LayerFile))
        if one.content.layer != path.parent.name:
            raise DeclarationError(
                f"{one.where('layer')}: expected layer {path.parent.name}, the folder's name, "
                f"found {one.content.layer}; correct it or move the file"
            )
        for kind in _SERIES:
            for name, entries in getattr(one.content, kind).items():
                _check_dates(one, kind, name, entries)
        yield one


def _check_dates(one: _ReadFile, kind: str, name: str, entries: Sequence[Dated]) -> None:
    """A series of dated entries holds one entry on any day."""
    position = ending_before_it_begins(entries)
    if position is not None:
        raise DeclarationError(
            f"{one.where(kind, name, position)}: {name}: expected valid_to on or after valid_from, "
            "found it before; correct one of them"
        )
    position = overlapping(entries)
    if position is not None:
        raise DeclarationError(
            f"{one.where(kind, name, position)}: {name}: expected dates that begin after those of the entry before, "
            "found overlapping dates; end the earlier entry with valid_to"
        )


def _check_rules(files: Sequence[_ReadFile], rule_ids: Collection[str], directories: Sequence[Path]) -> None:
    """Every entry has its rule, every rule its entry."""
    entries = {rule_id for one in files for rule_id in one.content.rules}
    for one in files:
        for rule_id in one.content.rules:
            if rule_id not in rule_ids:
                raise DeclarationError(
                    f"{one.where('rules', rule_id)}: expected a rule that exists, found an entry for {rule_id}; "
                    "correct the id or write the rule in pipelines/domain/rules"
                )
    missing = sorted(set(rule_ids) - entries)
    if missing:
        raise DeclarationError(
            f"{shown_path(directories[-1])}:1: expected an entry for every rule, found none for {', '.join(missing)}; "
            "add it under rules in a layer file"
        )


def _layer_names(files: Sequence[_ReadFile]) -> list[str]:
    return sorted({one.content.layer for one in files})


def _merged(files: Sequence[_ReadFile]) -> LayerFile:
    """The files of one layer as one; what one file says, another may not say again."""
    merged: dict[str, Any] = {name: {} for name in _NAMED}
    places: dict[tuple[str, str], str] = {}
    for one in files:
        for kind in _NAMED:
            for name, entry in getattr(one.content, kind).items():
                if (kind, name) in places:
                    raise DeclarationError(
                        f"{one.where(kind, name)}: {name} stands twice in layer {one.content.layer}, "
                        f"first at {places[kind, name]}; keep one"
                    )
                places[kind, name] = one.where(kind, name)
                merged[kind][name] = entry
    for one in files:
        _check_clauses(one, merged["clauses"])
    first = files[0].content
    return LayerFile(layer=first.layer, title=first.title, **merged)


def _check_clauses(one: _ReadFile, clauses: Collection[str]) -> None:
    """Every clause that an entry names is quoted somewhere in its layer."""
    for kind in _SERIES:
        for name, entries in getattr(one.content, kind).items():
            for position, entry in enumerate(entries):
                cases = getattr(entry, "variants", {}).items()
                places = [(("clause",), entry.clause), *((("variants", case, "clause"), v.clause) for case, v in cases)]
                for place, clause in places:
                    if clause is not None and clause not in clauses:
                        raise DeclarationError(
                            f"{one.where(kind, name, position, *place)}: {name}: expected a clause of layer "
                            f"{one.content.layer}, found {clause}; add it under clauses"
                        )
