"""The policy version: a hash of what applies, so that a finding tells by which law it was made.

What belongs here: what of a policy judges or words a finding, in canonical order. Where it came from (files, lines,
layers, dates) does not: equal versions judge alike, whatever files they came from.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from pydantic import BaseModel

ORIGIN: Final = frozenset({"layer", "place", "valid_from", "higher", "layers", "decided_by", "note", "section"})
"""Fields that tell where something came from, or why it is on, and change nothing in a finding."""


def version_of(content: Mapping[str, Any]) -> str:
    """16 hexadecimal digits over everything that applies, in canonical order."""
    text = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a policy is made of
    """Mappings, dataclasses and declarations as plain data without their origin."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in ORIGIN}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value
