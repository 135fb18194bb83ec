"""Where settings are given: option > environment (``HEDUI_*``) > ``hedui.toml`` > default, the one order in which they count.

Here belongs how each is read, and what is said of one that cannot be used or nearly is one. Which settings there are:
``pipelines.settings``. Nothing is read at import.

``hedui.toml`` in the working directory holds the same names, one a line::

    inbox = "/srv/hedui/inbox"          # paths count from the folder the file is in
    warehouse = "/srv/hedui/warehouse"
    profile = "caojie-2024"
    key_file = "/etc/hedui/hedui.key"
    memory_limit = "8GB"
"""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from pipelines.settings import FILE_NAME, PREFIX, Settings, SettingsError

_LISTS = frozenset({"feeds_dirs", "policy_dirs", "canaries_dirs", "feeds", "policy", "rules", "canaries"})
_PATHS = frozenset(
    {
        *("inbox", "warehouse", "key_file", "event_store_password_file", "workbook_password_file", "drop_folder"),
        *("spark_secret_file", "shared_folder"),
    }
)
_SECRETS = frozenset({"event_store"})
# Near misses of a setting's name are refused: HEDUI_KEYFILE for HEDUI_KEY_FILE would leave persons unencrypted.
_ALIKE = 0.85


def find_settings_file(folder: Path) -> Path | None:
    """Give the ``hedui.toml`` of a folder (the working directory), or none."""
    path = folder / FILE_NAME
    return path if path.is_file() else None


def load_settings(options: Mapping[str, object], environ: Mapping[str, str], file: Path | None) -> Settings:
    """Put the settings together: option > environment > file > default.

    Args:
        options: from the command line, by setting name; None stands for not given.
        environ: environment variables; those that begin with ``HEDUI_`` count, an empty one is not given.
        file: a ``hedui.toml``, or none.

    Raises:
        SettingsError: an unknown name, or a value that cannot be used, with where it was given.
    """
    given: dict[str, tuple[object, str]] = {}
    if file is not None:
        given |= {name: (value, str(file)) for name, value in _from_file(file).items()}
    given |= {name: (value, PREFIX + name.upper()) for name, value in _from_environment(environ).items()}
    for name, value in options.items():
        if value is not None:
            _check_name(name, "the options")
            given[name] = (value, "--" + name.replace("_", "-"))
    try:
        return Settings.model_validate({name: value for name, (value, _) in given.items()})
    except ValidationError as error:
        lines = [_explained(one["loc"], one["msg"], one["type"], given) for one in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """Take the ``HEDUI_*`` variables that are settings; one that nearly is one is an error, others are not ours."""
    found: dict[str, object] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in Settings.model_fields:
            if value.strip():
                found[name] = value.strip()
        elif _alike(name):
            raise SettingsError(f"{variable} is no setting: did you mean {PREFIX}{_alike(name).upper()}?")
    return found


def _from_file(path: Path) -> dict[str, object]:
    """Read a ``hedui.toml``; its relative paths count from its own folder."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}") from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{path}: expected a readable UTF-8 file") from None
    found: dict[str, object] = {}
    for name, value in content.items():
        _check_name(name, str(path))
        found[name] = _from_folder(path.parent, name, value)
    return found


def _from_folder(folder: Path, name: str, value: object) -> object:
    if name in _PATHS and isinstance(value, str):
        return folder / value
    if name in _LISTS:
        parts: Iterable[object] = value.split(os.pathsep) if isinstance(value, str) else _as_list(value)
        return tuple(folder / str(part) for part in parts)
    return value


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _check_name(name: str, where: str) -> None:
    if name not in Settings.model_fields:
        advice = f"did you mean {_alike(name)}?" if _alike(name) else f"known: {', '.join(Settings.model_fields)}"
        raise SettingsError(f"{where}: {name} is no setting; {advice}")


def _alike(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, Settings.model_fields, n=1, cutoff=_ALIKE)), "")


def _explained(
    location: tuple[int | str, ...], message: str, kind: str, given: Mapping[str, tuple[object, str]]
) -> str:
    """Say where a bad value was given, what was expected and what was found."""
    name = str(location[0])
    value, where = given.get(name, (None, name))
    found = "what is not shown, for it may hold a password" if name in _SECRETS else repr(str(value))
    if name == "as_of":
        return f"{where}: expected a date YYYY-MM-DD that exists, such as 2026-09-22, found {found}"
    if kind == "string_pattern_mismatch":
        return f"{where}: expected a size such as 4GB or 512MB, found {found}"
    return f"{where}: {message[0].lower() + message[1:]}, found {found} ({Settings.model_fields[name].description})"
