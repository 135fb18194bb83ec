"""The shape of a file of canaries, in the words of the scenario stories (docs/write-a-scenario.md, docs/canaries.md).

What belongs here: which entries there are, reading the files of some folders strictly. What does not: what the entries
become (`telling`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from connectors.strict_yaml import Declaration, DeclarationError, read_declaration, shown_path, validated
from pipelines.scenario.story import Cells, Household
from pipelines.scenario.words import ACTIONS, GRADES, NONE, OUTCOMES, one_of

CANARIES: Final = "金丝雀"


def _as_list(value: object) -> object:
    """无 is an empty list; one entry need not be written as a list."""
    if value == NONE:
        return []
    return [value] if isinstance(value, dict | str) else value


Outcomes = Annotated[tuple[Annotated[str, one_of(OUTCOMES)], ...], BeforeValidator(_as_list)]
Actions = Annotated[tuple[Annotated[str, one_of(ACTIONS)], ...], BeforeValidator(_as_list)]
Words = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class _Declared(BaseModel):
    """A mapping of a file of canaries: unknown entries are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeclaredAnswer(_Declared):
    """What a rule must say; of several outcomes or actions any is right."""

    rule: str = Field(alias="规则")
    outcomes: Outcomes = Field(alias="结果", min_length=1)
    person: str | None = Field(default=None, alias="人")
    actions: Actions = Field(default=(), alias="措施")
    grade: Annotated[str | None, one_of(GRADES)] = Field(default=None, alias="匹配等级")


class DeclaredCanary(_Declared):
    """One fictional household, what departments hold about it, and what a night must say."""

    text: str = Field(default="", alias="说明")
    household: Household = Field(alias="家庭")
    others: dict[str, Cells] = Field(default_factory=dict, alias="其他人")
    columns: Words = Field(default=(), alias="名册须有的列")
    deliveries: dict[str, tuple[Cells, ...]] = Field(default_factory=dict, alias="部门数据")
    answers: Annotated[tuple[DeclaredAnswer, ...], BeforeValidator(_as_list)] = Field(alias="应有疑点")
    also: Words = Field(default=(), alias="也可有疑点")
    case_actions: Actions = Field(default=(), alias="案件措施")


class CanaryFile(_Declared):
    """A file of canaries; entries of the roster may stand once for all of them."""

    shared: Cells = Field(default_factory=dict, alias="名册共有")
    canaries: dict[str, DeclaredCanary] = Field(alias=CANARIES, min_length=1)


@dataclass(frozen=True)
class Declared:
    """A canary with the file that it stands in."""

    name: str
    shared: Cells
    canary: DeclaredCanary
    declaration: Declaration

    def mistake(self, message: str, *key: str | int) -> DeclarationError:
        """An error at an entry of the canary."""
        return DeclarationError(f"{self.declaration.where(CANARIES, self.name, *key)}: {self.name}：{message}")


def declared_canaries(folders: Iterable[Path]) -> list[Declared]:
    """The canaries of some folders in the order of their names; one of a later folder stands in place of its namesake.

    Raises:
        DeclarationError: a folder is not there, a file cannot be used, or one folder has a canary twice; with file and
            line.
    """
    found: dict[str, Declared] = {}
    for folder in folders:
        if not folder.is_dir():  # else a path that is written wrongly would leave the night without its canaries
            raise DeclarationError(
                f"{shown_path(folder)}:1: expected a folder of canaries, found none; correct the path"
            )
        own: dict[str, Declared] = {}
        for path in sorted(folder.glob("**/*.yml")):
            declaration = read_declaration(path)
            told = validated(declaration, CanaryFile)
            for name, canary in told.canaries.items():
                one = Declared(name, told.shared, canary, declaration)
                if name in own:
                    raise one.mistake("这个名字已经有一户金丝雀家庭，请另取名字")
                own[name] = one
        found |= own
    return [found[name] for name in sorted(found)]
