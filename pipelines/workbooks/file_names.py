"""Names of workbook files: safe whatever a town is called, told apart on every file system.

What belongs here: from a town's name to a file's.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from pipelines.night.masking import masked_name

DISTRICT: Final = "全区"
SUFFIX: Final = ".xlsx"

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060\ufeff]+')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LONGEST: Final = 40
"""Characters of a town in a name: three bytes each, and the whole must stay below 255 bytes."""


def safe_name(town: str) -> str:
    """A town's name as a file may be called: no separator, no leading or trailing dot or blank, no number of a person."""
    plain = unicodedata.normalize("NFC", masked_name(unicodedata.normalize("NFKC", town)))
    plain = _UNSAFE.sub("_", plain).strip(" ._")[:_LONGEST].strip(" ._")
    if not plain:
        return "未命名镇街"
    return f"{plain}_" if _RESERVED.fullmatch(plain) else plain


def file_names(towns: Iterable[str]) -> dict[str, str]:
    """Town → name without ending, each told apart from the others and from the district's, capitals or not."""
    taken = {DISTRICT}
    names: dict[str, str] = {}
    for town in towns:
        plain = safe_name(town)
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names[town] = name
    return names
