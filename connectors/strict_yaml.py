"""Declarations: YAML files read strictly, with the line of every entry.

What belongs here: turning a file of knowledge (a feed contract, a policy layer) into plain data or into an error that
names file and line. What does not: what a contract or a policy means; their pydantic models stand where they are used.

YAML guesses types, and its guesses are the trap: `01` is a number, `no` is false, the second of two equal keys wins.
Here a guess that changes a value is an error, and only `true` and `false` are booleans (`yes`, `no`, `on`, `off` are
texts).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
Key = tuple[str | int, ...]

# libyaml reads ten times as fast; the wheel has it on every common platform, and the reading is the same without it.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"
_BOOL, _INT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"
_FLOAT, _DATE = "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp"
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_CALENDAR_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OCTAL_LOOKING = re.compile(r"[-+]?0[0-9_]+(\.[0-9]*)?|[-+]?0[oO][0-7_]*")


class DeclarationError(ValueError):
    """A declaration that cannot be used. Its message begins `path:line: `, one line for each mistake."""


@dataclass(frozen=True)
class Declaration:
    """One declaration file: its data and where each entry stands.

    `lines` maps the path of keys and list positions of an entry to its line, counted from 1; `()` is the file's start.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[Key, int]

    def where(self, *key: str | int) -> str:
        """The place of an entry, as `data/feeds/vehicle.yml:12`; of an unknown one, its nearest known parent's."""
        known: Key = ()
        for part in key:
            if (*known, part) in self.lines:
                known = (*known, part)
        return f"{shown_path(self.path)}:{self.lines.get(known, 1)}"


def shown_path(path: Path) -> str:
    """The part of a path that means something on every machine: from `data` on, else the last three names."""
    parts = path.parts
    if "data" in parts:
        return "/".join(parts[len(parts) - 1 - parts[::-1].index("data") :])
    return "/".join(part for part in parts[-3:] if part != path.anchor)


def read_declaration(path: Path) -> Declaration:
    """Read a YAML file whose top is a mapping.

    Raises:
        DeclarationError: the file is missing or no UTF-8, is not YAML, repeats a key, has a number that looks octal, a
            tag, an anchor or a merge key, or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(
            f"{shown_path(path)}:1: expected a readable UTF-8 file, found {type(error).__name__}; save it as UTF-8"
        ) from None
    try:
        _refuse_anchors(path, text)
        top = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        raise DeclarationError(f"{_mark(path, error)}: expected YAML, found: {error.problem or error}") from None
    except yaml.YAMLError as error:
        raise DeclarationError(f"{shown_path(path)}:1: expected YAML, found: {error}") from None
    except RecursionError:
        raise _too_deep(path) from None
    if not isinstance(top, yaml.MappingNode):
        raise DeclarationError(f"{shown_path(path)}:1: expected a mapping (key: value) at the top of the file")
    lines: dict[Key, int] = {(): top.start_mark.line + 1}
    try:
        return Declaration(path, _mapping(path, top, (), lines), lines)
    except RecursionError:
        raise _too_deep(path) from None


def _too_deep(path: Path) -> DeclarationError:
    """What a file is told that holds hundreds of brackets in each other."""
    return DeclarationError(
        f"{shown_path(path)}:1: expected a few levels of entries, found hundreds; close the brackets"
    )


def validated(declaration: Declaration, model: type[M]) -> M:
    """The declaration as a pydantic model that forbids unknown keys.

    Raises:
        DeclarationError: one line for each mistake: where it stands, what was expected, what was found, what to do.
        TypeError: the model would let unknown keys pass.
    """
    if model.model_config.get("extra") != "forbid":
        raise TypeError(f"{model.__name__} has to forbid unknown keys: model_config = ConfigDict(extra='forbid')")
    try:
        return model.model_validate(declaration.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise DeclarationError("\n".join(_told(declaration, detail) for detail in details)) from None


def _told(declaration: Declaration, detail: ErrorDetails) -> str:
    """One mistake of one entry as one line."""
    location = detail["loc"]
    name = ".".join(str(part) for part in location) or "the file"
    place = declaration.where(*location)
    match detail["type"]:
        case "extra_forbidden":
            return f"{place}: {name}: unknown key; check its spelling or take it out"
        case "missing":
            return f"{place}: {name}: expected a value, found none; add the key"
        case _:
            return f"{place}: {name}: {detail['msg']}; found {_short(detail['input'])}; correct the entry"


def _short(value: object) -> str:
    """A found value, short enough for one line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004  (a line of a terminal)


def _mark(path: Path, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"{shown_path(path)}:{mark.line + 1 if mark else 1}"


def _refuse_anchors(path: Path, text: str) -> None:
    """Anchors and aliases give one entry two places, and no line to point at."""
    try:
        events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
        for event in events:
            if getattr(event, "anchor", None):
                raise DeclarationError(
                    f"{shown_path(path)}:{event.start_mark.line + 1}: anchors and aliases (&, *) are not used here; "
                    "write the entry out, or quote a text that begins with & or *"
                )
    except yaml.YAMLError:
        return  # told with its line when the file is composed


def _mapping(path: Path, node: yaml.MappingNode, key: Key, lines: dict[Key, int]) -> dict[str, Any]:
    entries: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        name = _key(path, key_node)
        line = key_node.start_mark.line + 1
        if name in entries:
            first = lines[(*key, name)]
            raise DeclarationError(f"{shown_path(path)}:{line}: {name!r} stands twice, first in line {first}; keep one")
        lines[(*key, name)] = line
        entries[name] = _value(path, value_node, (*key, name), lines)
    return entries


def _key(path: Path, node: yaml.Node) -> str | int:
    value = _value(path, node, (), {})
    if isinstance(value, bool) or not isinstance(value, str | int) or node.value == "<<":
        raise DeclarationError(
            f"{shown_path(path)}:{node.start_mark.line + 1}: expected a text as key; quote it, or name it otherwise"
        )
    return value


def _value(path: Path, node: yaml.Node, key: Key, lines: dict[Key, int]) -> Any:  # noqa: ANN401  (YAML is any of these)
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node, key, lines)
    if isinstance(node, yaml.SequenceNode):
        values = []
        for position, item in enumerate(node.value):
            lines[(*key, position)] = item.start_mark.line + 1
            values.append(_value(path, item, (*key, position), lines))
        return values
    return _scalar(path, node)


def _scalar(path: Path, node: yaml.Node) -> str | int | float | bool | date | None:
    """A single value. Quoted is text; unquoted must be what it looks like to a reader who knows no YAML."""
    text = str(node.value)
    place = f"{shown_path(path)}:{node.start_mark.line + 1}"
    if node.tag == _TEXT or (node.tag == _BOOL and text.lower() not in {"true", "false"}):
        if not getattr(node, "style", None) and _OCTAL_LOOKING.fullmatch(text):
            raise DeclarationError(f"{place}: {text} looks like an octal number; quote it when it is a code ('{text}')")
        return text
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag == _INT and _WHOLE.fullmatch(text):
        return int(text)
    if node.tag == _FLOAT and _DECIMAL.fullmatch(text):
        return float(text)
    if node.tag == _DATE and _CALENDAR_DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise DeclarationError(f"{place}: {text} is no day of the calendar; correct it") from None
    looks = "an octal number" if _OCTAL_LOOKING.fullmatch(text) else "something else to YAML"
    raise DeclarationError(f"{place}: {text} looks like {looks}; write a plain number, or quote it ('{text}')")
