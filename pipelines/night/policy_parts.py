"""Single files of the policy: `data/policy/profiles.yml` and `data/policy/<layer>/*.yml`, read strictly.

What belongs here: finding and reading the files of several directories, and what is wrong in one of them. What does not:
what does not fit between them (`policy_checks`), how they are put together (`policy_files`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.strict_yaml import Declaration, DeclarationError, read_declaration, shown_path, validated
from pipelines.domain.policy_layer import Dated, LayerFile, ProfilesFile, ending_before_it_begins, overlapping

PROFILES_FILE: Final = "profiles.yml"
SERIES: Final = ("parameters", "switches", "rules")
_SUFFIX: Final = ".yml"
_YAML: Final = frozenset({".yaml", ".yml"})


@dataclass(frozen=True)
class LayerPart:
    """One layer file with the places of its entries; `directory` counts the directories in the order they were given."""

    declaration: Declaration
    content: LayerFile
    directory: int

    def where(self, *key: str | int) -> str:
        """The place of an entry."""
        return self.declaration.where(*key)

    def series(self) -> Iterator[tuple[str, str, Sequence[Dated]]]:
        """Every series of dated entries: its kind, its name, the entries."""
        for kind in SERIES:
            for name, entries in getattr(self.content, kind).items():
                yield kind, name, entries


@dataclass(frozen=True)
class ProfilesPart:
    """One `profiles.yml` with the places of its entries."""

    declaration: Declaration
    content: ProfilesFile

    def where(self, *key: str | int) -> str:
        """The place of an entry."""
        return self.declaration.where(*key)


@dataclass(frozen=True)
class PolicyFiles:
    """All files of a policy, and what is wrong with single ones, a line each."""

    directories: tuple[Path, ...]
    profiles: tuple[ProfilesPart, ...]
    parts: tuple[LayerPart, ...]
    mistakes: tuple[str, ...]


def read_files(directories: Sequence[Path]) -> PolicyFiles:
    """Read every policy file of some directories.

    Args:
        directories: each with `profiles.yml`, layer folders, or both; later ones add to earlier ones.

    Returns:
        The files that can be read, and the mistakes of all, each with file and line.
    """
    profiles: list[ProfilesPart] = []
    parts: list[LayerPart] = []
    mistakes: list[str] = []
    for position, directory in enumerate(directories):
        mistakes += _stray_files(directory)
        path = directory / PROFILES_FILE
        try:
            if path.is_file():
                declaration = read_declaration(path)
                profiles.append(ProfilesPart(declaration, validated(declaration, ProfilesFile)))
        except DeclarationError as error:
            mistakes.append(str(error))
        for file in sorted(directory.glob(f"*/*{_SUFFIX}")):
            try:
                part = _layer_part(file, position)
            except DeclarationError as error:
                mistakes.append(str(error))
                continue
            mistakes += _layer_mistakes(part)
            parts.append(part)
    return PolicyFiles(tuple(directories), tuple(profiles), tuple(parts), tuple(mistakes))


def _layer_part(path: Path, directory: int) -> LayerPart:
    """One layer file."""
    declaration = read_declaration(path)
    return LayerPart(declaration, validated(declaration, LayerFile), directory)


def _layer_mistakes(part: LayerPart) -> Iterator[str]:
    """A file under another layer's name; series that hold nothing or two things on some day."""
    folder = part.declaration.path.parent.name
    if part.content.layer != folder:
        yield (
            f"{part.where('layer')}: expected layer {folder}, the folder's name, "
            f"found {part.content.layer}; correct it or move the file"
        )
    for kind, name, entries in part.series():
        yield from series_mistakes(name, entries, [part.where(kind, name, one) for one in range(len(entries))])


def series_mistakes(name: str, entries: Sequence[Dated], places: Sequence[str]) -> Iterator[str]:
    """A series of dated entries holds one entry on any day."""
    position = ending_before_it_begins(entries)
    if position is not None:
        yield (
            f"{places[position]}: {name}: expected valid_to on or after valid_from, found it before; "
            "correct one of them"
        )
    position = overlapping(entries)
    if position is not None:
        yield (
            f"{places[position]}: {name}: expected dates that begin after those of the entry before, "
            "found overlapping dates; end the earlier entry with valid_to"
        )


def _stray_files(directory: Path) -> Iterator[str]:
    """A directory without policy, and files that look like policy and would not be read."""
    if not directory.is_dir():
        yield f"{shown_path(directory)}:1: expected a folder of policy layers, found none; correct the path"
        return
    read = {directory / PROFILES_FILE, *directory.glob(f"*/*{_SUFFIX}")}
    found = _files_below(directory)
    for path in found:
        if path not in read and path.suffix.lower() in _YAML:
            yield (
                f"{shown_path(path)}:1: expected {PROFILES_FILE} or <layer>/<file>{_SUFFIX}, "
                "found a file that is not read; move or rename it"
            )
    if not any(path in read for path in found):
        yield (
            f"{shown_path(directory)}:1: expected {PROFILES_FILE} or <layer>/<file>{_SUFFIX}, found neither; "
            "name the folder that holds the layers' folders"
        )


def _files_below(directory: Path) -> list[Path]:
    """The files of a directory and its folders that are not hidden, in order."""
    found: Iterable[Path] = directory.rglob("*")
    return sorted(
        path
        for path in found
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(directory).parts)
    )
