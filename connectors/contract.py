"""Contracts: what a department delivers, declared once, in data (feeds.md).

What belongs here: the shape of a contract, reading the contracts of a folder strictly, and what follows from a contract
alone: its types and its hash. Readers, cleaning, checks, table definitions and the sample are derived from it; a new
feed is one more YAML file.
"""

import hashlib
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

from connectors.folding import folded, squeezed
from connectors.strict_yaml import Declaration, DeclarationError, read_declaration, shown_path, validated

UNKNOWN = "unknown"
MONEY = pl.Decimal(18, 4)

Kind = Literal["id", "name", "text", "date", "month", "money", "int", "dec", "code"]
Form = Literal["plate", "plate_type", "vehicle_type", "vehicle_status", "uscc"]

TYPES: dict[Kind, pl.DataType] = {
    "id": pl.String(),
    "name": pl.String(),
    "text": pl.String(),
    "code": pl.String(),
    "date": pl.Date(),
    "month": pl.Date(),
    "money": MONEY,
    "dec": MONEY,
    "int": pl.Int64(),
}
_RANGE = re.compile(r"(\d+)[-–—](\d+)")
_PROSE = {"title", "department", "grain", "description"}
_FIELD_PROSE = {"label_zh", "note"}


class Field(BaseModel):
    """One column of a feed: how it is found, what it holds, how it is cleaned (feeds.md section 2)."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    name: str = Described(pattern=r"^[a-z][a-z0-9_]*$", description="our name; also accepted as a header")
    kind: Kind
    headers: tuple[str, ...] = Described(description="Chinese aliases and department codes, matched after folding")
    label_zh: str = Described(description="the name that staff read")
    is_required: bool = Described(default=False, description="the column has to be there (bold in feeds.md)")
    is_demanded: bool = Described(default=False, description="a row without a value is quarantined; ids always are")
    codes: dict[str, tuple[str, ...]] = Described(default_factory=dict, description="our name → codes and texts")
    unit: Literal["元", "万元"] = Described(default="元", description="of money, unless the header names another")
    form: Form | None = Described(default=None, description="a notation of its own, see connectors.forms")
    completed_by: tuple[str, ...] = Described(default=(), description="headers of a column that completes the value")
    note: str = ""

    @cached_property
    def lookup(self) -> dict[str, str]:
        """Folded code or text → our name; ranges such as `30–39` written out; our own names included."""
        found = {folded(name): name for name in self.codes}
        for name, texts in self.codes.items():
            for text in texts:
                found |= dict.fromkeys(written_out(text), name)
        return found

    @cached_property
    def matched_headers(self) -> frozenset[str]:
        """The headers as they are compared: squeezed, in upper case, our own name among them."""
        return frozenset(squeezed(header).upper() for header in (*self.headers, self.name))


class Contract(BaseModel):
    """What one department delivers about people. Grain: one per feed."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    feed: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    department: str
    grain: str
    description: str
    fields: tuple[Field, ...]
    keys: tuple[tuple[str, ...], ...] = Described(
        description="natural keys; one applies where its first field is not empty, the last one always"
    )
    keyless: Literal["merge", "keep"] = Described(
        default="merge", description="keep: the last key too needs its first field, and a row with none is kept"
    )
    subjects: tuple[str, ...] = Described(default=("id_number",), description="the id fields of whom a row is about")
    wide: tuple[str, ...] = Described(default=(), description="fields whose columns repeat, one group for each person")
    is_required: bool = Described(default=False, description="without this feed there is no night")
    max_age_days: int = Described(default=35, ge=0)
    max_bad_share: float = Described(default=0.02, ge=0, le=1)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by our name, in the contract's order."""
        return {field.name: field for field in self.fields}

    def has(self, name: str) -> bool:
        """Whether the feed has a field of this name."""
        return name in self.by_name

    def with_changes(self, **changes: object) -> Self:
        """The same contract with other settings, for a district whose deliveries differ."""
        return self.model_validate(self.model_dump() | changes)


def written_out(text: str) -> list[str]:
    """The folded texts that one entry of a code list stands for: `30–39` for ten codes, anything else for itself."""
    plain = folded(text)
    between = _RANGE.fullmatch(plain)
    if between is None:
        return [plain]
    first, last = between.groups()
    return [str(code).zfill(len(first)) for code in range(int(first), int(last) + 1)]


def load_contracts(*directories: Path) -> dict[str, Contract]:
    """Every contract of some folders, by feed, in the order of the folders and the feeds' names.

    Raises:
        DeclarationError: with file and line: unknown keys, keys over unknown fields, one header for two fields, one
            code text for two codes, a file whose name is not its feed's, a feed that has two contracts; or a folder
            holds no contract.
    """
    contracts: dict[str, Contract] = {}
    places: dict[str, Path] = {}
    for directory in directories:
        paths = sorted(directory.glob("*.yml"))
        if not paths:
            raise DeclarationError(f"{directory.name}:1: expected contracts (*.yml) in this folder, found none")
        for path in paths:
            contract = read_contract(path)
            if contract.feed in contracts:
                raise DeclarationError(
                    f"{shown_path(path)}:1: expected a feed of its own, found a second contract of {contract.feed}, "
                    f"the first is {shown_path(places[contract.feed])}; give the feed and its file another name"
                )
            contracts[contract.feed], places[contract.feed] = contract, path
    return contracts


def read_contract(path: Path) -> Contract:
    """One contract from its file; see `load_contracts` for what is refused."""
    declaration = read_declaration(path)
    contract = validated(declaration, Contract)
    mistakes = [
        *_name_mistakes(contract, declaration),
        *_reference_mistakes(contract, declaration),
        *_code_mistakes(contract, declaration),
    ]
    if mistakes:
        raise DeclarationError("\n".join(mistakes))
    return contract


def contract_hash(contract: Contract) -> str:
    """SHA-256 (hex) of all that decides how a delivery is read; titles, labels and notes do not."""
    settings = contract.model_dump(mode="json", exclude=_PROSE)
    settings["fields"] = [{k: v for k, v in field.items() if k not in _FIELD_PROSE} for field in settings["fields"]]
    return hashlib.sha256(json.dumps(settings, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def schema(contract: Contract) -> dict[str, pl.DataType]:
    """The columns of a clean batch and their types, without `part_no` and `source_row`."""
    return {field.name: TYPES[field.kind] for field in contract.fields}


def _name_mistakes(contract: Contract, declaration: Declaration) -> list[str]:
    """A file under another feed's name; a field, or a header, that stands twice."""
    found: list[str] = []
    if declaration.path.stem != contract.feed:
        found.append(
            f"{declaration.where('feed')}: expected feed: {declaration.path.stem} (the file's name); rename one"
        )
    names: set[str] = set()
    owners: dict[str, str] = {}
    for position, field in enumerate(contract.fields):
        if field.name in names:
            found.append(f"{declaration.where('fields', position, 'name')}: field {field.name} stands twice; keep one")
        names.add(field.name)
        for header in sorted(field.matched_headers | {squeezed(one).upper() for one in field.completed_by}):
            owner = owners.setdefault(header, field.name)
            if owner != field.name:
                place = declaration.where("fields", position, "headers")
                found.append(f"{place}: header {header} belongs to {owner} and {field.name}; leave it to one of them")
    return found


def _reference_mistakes(contract: Contract, declaration: Declaration) -> list[str]:
    """Keys, subjects and repeated columns that name no field, or a field of the wrong kind."""
    found: list[str] = []
    lists: list[tuple[tuple[str | int, ...], tuple[str, ...]]] = [
        *((("keys", position), key) for position, key in enumerate(contract.keys)),
        (("subjects",), contract.subjects),
        (("wide",), contract.wide),
    ]
    for place, names in lists:
        found += [
            f"{declaration.where(*place, position)}: {name} is no field of this feed; correct it or add the field"
            for position, name in enumerate(names)
            if not contract.has(name)
        ]
    found += [
        f"{declaration.where('subjects', position)}: {name} is a {contract.by_name[name].kind}, a subject is an id"
        for position, name in enumerate(contract.subjects)
        if contract.has(name) and contract.by_name[name].kind != "id"
    ]
    if not contract.keys or not all(contract.keys):
        found.append(f"{declaration.where('keys')}: expected at least one natural key with at least one field")
    return found


def _code_mistakes(contract: Contract, declaration: Declaration) -> list[str]:
    """A code without a list, a list without a code, one text that stands for two codes."""
    found: list[str] = []
    for position, field in enumerate(contract.fields):
        place = declaration.where("fields", position, "codes")
        if (field.kind == "code") != bool(field.codes):
            found.append(f"{place}: {field.name}: codes belong to fields of kind code, and each of these needs them")
        owners: dict[str, str] = {}
        for name, texts in field.codes.items():
            for text in {folded(name), *(one for entry in texts for one in written_out(entry))}:
                owner = owners.setdefault(text, name)
                if owner != name:
                    line = declaration.where("fields", position, "codes", name)
                    found.append(f"{line}: {field.name}: {text} stands for {owner} and {name}; leave it to one of them")
    return found
