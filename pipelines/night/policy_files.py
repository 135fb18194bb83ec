"""Reading the policy: all its layers and profiles, put together from the files of several directories.

What belongs here: one layer from its files, later entries that end earlier ones, profiles that replace others. What does
not: single files (`policy_parts`), what has to fit between them (`policy_checks`), what applies on a date
(`pipelines.domain.policy`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.strict_yaml import DeclarationError, shown_path
from pipelines.domain.policy import Policy
from pipelines.domain.policy_layer import Dated, LayerFile, Profile
from pipelines.domain.policy_precedence import Places
from pipelines.domain.rulebook import rulebook
from pipelines.night.policy_checks import Code, file_mistakes
from pipelines.night.policy_parts import PROFILES_FILE, LayerPart, PolicyFiles, read_files, series_mistakes


@dataclass(frozen=True)
class PolicySet:
    """Every profile of a policy with its layers.

    Attributes:
        layers: name → the layer's files as one.
        profiles: name → the profile; a later directory's replaces an earlier one's of the same name.
        places: where each dated entry stands.
        files: what it was read from.
    """

    layers: Mapping[str, LayerFile]
    profiles: Mapping[str, Profile]
    places: Places
    files: PolicyFiles

    def policy(self, name: str) -> Policy:
        """One profile with its layers.

        Raises:
            DeclarationError: there is no such profile.
        """
        if name not in self.profiles:
            raise DeclarationError(
                f"{_profiles_place(self.files)}: expected profile {name}, found {sorted(self.profiles)}; "
                "choose one of them or declare it"
            )
        chosen = self.profiles[name]
        return Policy(name, chosen, tuple(self.layers[layer] for layer in chosen.layers), self.places)


def load_policies(directories: Sequence[Path], rule_ids: Collection[str] | None = None) -> PolicySet:
    """Read every layer and profile of some directories.

    Args:
        directories: each with `profiles.yml`, layer folders, or both; later ones add to earlier ones.
        rule_ids: rules that exist, by default all of the rulebook; a mapping id → rule tells where their code stands.

    Raises:
        DeclarationError: every mistake of the files, a line each, with file, line and what to do.
    """
    files = read_files(directories)
    merged = _Merged()
    mistakes = list(files.mistakes)
    for part in files.parts:
        merged.add(part)
    mistakes += merged.mistakes
    if not mistakes:  # what is missing in a file that cannot be read would be told a second time
        mistakes += file_mistakes(files, Code.of(rulebook() if rule_ids is None else rule_ids))
    if mistakes:
        raise DeclarationError("\n".join(dict.fromkeys(mistakes)))
    profiles = {name: one for part in files.profiles for name, one in part.content.profiles.items()}
    return PolicySet(merged.layers(), profiles, merged.places(), files)


def load_policy(directories: Sequence[Path], profile: str, rule_ids: Collection[str] | None = None) -> Policy:
    """Read a profile and its layers; everything else in the directories has to be right too.

    Args:
        directories: each with layer folders; one at least with `profiles.yml`; later ones add to earlier ones.
        profile: name of the profile.
        rule_ids: as `load_policies`.

    Raises:
        DeclarationError: every mistake of the files, a line each, with file, line and what to do.
    """
    return load_policies(directories, rule_ids).policy(profile)


def _profiles_place(files: PolicyFiles) -> str:
    """Where a profile would be declared: the last profiles file."""
    if files.profiles:
        return files.profiles[-1].where()
    return f"{shown_path(files.directories[0] / PROFILES_FILE)}:1"


class _Merged:
    """Layers while they are put together: what one file says, another of its directory may not say again.

    A later directory may add later entries to a series: the first of them ends the open one before it.
    """

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self._titles: dict[str, tuple[str, str]] = {}
        self._clauses: dict[str, dict[str, Any]] = {}
        self._clause_places: dict[tuple[str, str], str] = {}
        self._series: dict[tuple[str, str, str], list[tuple[Dated, str]]] = {}
        self._added: dict[tuple[str, str, str], tuple[int, str]] = {}

    def add(self, part: LayerPart) -> None:
        """Add one file to its layer."""
        layer = part.content.layer
        title, place = self._titles.setdefault(layer, (part.content.title, part.where("title")))
        if title != part.content.title:
            self.mistakes.append(
                f"{part.where('title')}: expected title {title} of layer {layer}, as at {place}, "
                f"found {part.content.title}; write one of them in both"
            )
        for name, clause in part.content.clauses.items():
            first = self._clause_places.setdefault((layer, name), part.where("clauses", name))
            if name in self._clauses.setdefault(layer, {}):
                self._stands_twice(part.where("clauses", name), name, layer, first)
            self._clauses[layer][name] = clause
        for kind, name, entries in part.series():
            self._add_series(part, kind, name, entries)

    def _add_series(self, part: LayerPart, kind: str, name: str, entries: Sequence[Dated]) -> None:
        """Add a series, or later entries to one of an earlier directory."""
        key, layer = (part.content.layer, kind, name), part.content.layer
        directory, first = self._added.get(key, (-1, ""))
        if directory == part.directory:
            self._stands_twice(part.where(kind, name), name, layer, first)
            return
        self._added[key] = (part.directory, part.where(kind, name))
        known = self._series.setdefault(key, [])
        added = [(one, part.where(kind, name, position)) for position, one in enumerate(entries)]
        if known:
            known[-1] = (_ended_by(known[-1][0], added[0][0]), known[-1][1])
            whole = [*known, *added]
            self.mistakes += series_mistakes(name, [one for one, _ in whole], [place for _, place in whole])
        known += added

    def _stands_twice(self, place: str, name: str, layer: str, first: str) -> None:
        """Say that a name stands in two files."""
        self.mistakes.append(f"{place}: {name} stands twice in layer {layer}, first at {first}; keep one")

    def layers(self) -> dict[str, LayerFile]:
        """The layers by name."""
        merged: dict[str, dict[str, Any]] = {
            layer: {"clauses": self._clauses.get(layer, {}), "parameters": {}, "switches": {}, "rules": {}}
            for layer in self._titles
        }
        for (layer, kind, name), entries in self._series.items():
            merged[layer][kind][name] = tuple(one for one, _ in entries)
        return {
            layer: LayerFile(layer=layer, title=title, **merged[layer]) for layer, (title, _) in self._titles.items()
        }

    def places(self) -> dict[tuple[str, str, str, int], str]:
        """Where each dated entry stands."""
        return {
            (*key, position): place
            for key, entries in self._series.items()
            for position, (_, place) in enumerate(entries)
        }


def _ended_by(open_entry: Dated, later: Dated) -> Dated:
    """An open entry, ended on the day before a later one begins; an entry with an end of its own keeps it."""
    begins = later.valid_from
    if open_entry.valid_to is not None or begins is None or begins <= (open_entry.valid_from or begins.min):
        return open_entry
    return open_entry.model_copy(update={"valid_to": begins - timedelta(days=1)})
