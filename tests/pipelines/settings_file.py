"""A ``hedui.toml`` for tests."""

from pathlib import Path


def written(folder: Path, text: str) -> Path:
    """A settings file of a text, in a folder; its path."""
    path = folder / "hedui.toml"
    path.write_text(text, encoding="utf-8")
    return path
