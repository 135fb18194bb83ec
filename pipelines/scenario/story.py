"""The shape of a story file, in a policy officer's own words (docs/write-a-scenario.md).

What belongs here: which entries there are and of what kind. What does not: reading files (`reading`), what the entries
mean to a night (`inbox`), what comes out (`night`, `differences`).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipelines.scenario.words import (
    ACTIONS,
    BRANCHES,
    GRADES,
    NONE,
    OUTCOMES,
    PROJECTIONS,
    RISKS,
    Amount,
    Cell,
    Day,
    one_of,
)

Cells = dict[str, Cell]


class _Told(BaseModel):
    """A mapping of a story file: unknown entries are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Household(_Told):
    """One household: entries of the roster that all its rows share, and its members by the name they are called by."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Cell]

    members: dict[str, Cells] = Field(alias="成员", min_length=1)

    @property
    def shared(self) -> Cells:
        """What stands on every row of the household, by header."""
        return dict(self.__pydantic_extra__)


class Delivery(_Told):
    """What one department delivered."""

    snapshot_date: date | None = Field(default=None, alias="数据时点")
    asked: tuple[str, ...] | None = Field(default=None, alias="只查询了", description="an answer about these persons")
    records: tuple[Cells, ...] = Field(alias="记录")


def _as_delivery(value: object) -> object:
    """A plain list is the records alone."""
    return {"记录": value} if isinstance(value, list) else value


class ExpectedFinding(_Told):
    """A finding as it has to come out; what is not written is not compared."""

    rule: str = Field(alias="规则")
    outcome: Annotated[str, one_of(OUTCOMES)] = Field(alias="结果")
    person: str | None = Field(default=None, alias="人")
    household: str | None = Field(default=None, alias="户")
    action: Annotated[str | None, one_of(ACTIONS)] = Field(default=None, alias="措施")
    grade: Annotated[str | None, one_of(GRADES)] = Field(default=None, alias="匹配等级")
    fact_date: Day | None = Field(default=None, alias="事实日期")
    record: Cell | None = Field(default=None, alias="记录")
    clause: str | None = Field(default=None, alias="依据", description="words of the clause it rests on")
    conflict: str | None = Field(default=None, alias="政策差异", description="words of it, or 无")
    told: str | None = Field(default=None, alias="说明含", description="words of the finding's sentence")
    untold: str | None = Field(default=None, alias="说明不含", description="words that may not be in it")


class ExpectedCase(_Told):
    """A case as it has to come out; what is not written is not compared."""

    household: str | None = Field(default=None, alias="户")
    action: Annotated[str, one_of(ACTIONS)] = Field(alias="措施")
    risk: Annotated[str | None, one_of(RISKS)] = Field(default=None, alias="风险")
    standard: Amount | None = Field(default=None, alias="标准")
    declared: Amount | None = Field(default=None, alias="申报人均")
    evidenced: Amount | None = Field(default=None, alias="核算人均")
    projection: Annotated[str | None, one_of(PROJECTIONS)] = Field(default=None, alias="收入研判")
    branch: Annotated[str | None, one_of(BRANCHES)] = Field(default=None, alias="渐退情形")
    grace_from: Day | None = Field(default=None, alias="渐退期起")
    grace_to: Day | None = Field(default=None, alias="渐退期止")
    months: int | Literal["无"] | None = Field(default=None, alias="涉及月数")
    amount: Amount | None = Field(default=None, alias="涉及金额")
    told: str | None = Field(default=None, alias="说明含")


def _as_list(value: object) -> object:
    """无 is an empty list; one entry need not be written as a list."""
    if value == NONE:
        return []
    return [value] if isinstance(value, dict) else value


class Story(_Told):
    """One family's story."""

    text: str = Field(default="", alias="说明")
    as_of: date | None = Field(default=None, alias="比对日")
    profile: str | None = Field(default=None, alias="政策")
    household: Household | None = Field(default=None, alias="家庭")
    households: dict[str, Household] | None = Field(default=None, alias="各户", min_length=1)
    others: dict[str, Cells] = Field(default_factory=dict, alias="其他人")
    missing_columns: tuple[str, ...] = Field(default=(), alias="名册没有的列")
    deliveries: dict[str, Annotated[Delivery, BeforeValidator(_as_delivery)]] = Field(
        default_factory=dict, alias="部门数据"
    )
    findings: Annotated[tuple[ExpectedFinding, ...], BeforeValidator(_as_list)] = Field(alias="应有疑点")
    cases: Annotated[tuple[ExpectedCase, ...], BeforeValidator(_as_list)] = Field(alias="应有案件")


class StoryFile(_Told):
    """A file of stories about one subject; date, policy and roster entries may stand once for all of them."""

    subject: str = Field(default="", alias="主题")
    as_of: date | None = Field(default=None, alias="比对日")
    profile: str | None = Field(default=None, alias="政策")
    shared: Cells = Field(default_factory=dict, alias="名册共有")
    household: Household | None = Field(default=None, alias="家庭", description="of the stories that name none")
    stories: dict[str, Story] = Field(alias="故事", min_length=1)
