"""The words of the field that the whole domain shares: outcomes, actions, grades (rules.md section 1).

What belongs here: closed lists, their order and their Chinese labels. What does not: thresholds or texts that a policy
layer may change.
"""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What a rule says of a matched record."""

    FLAGGED = "flagged"
    EXEMPT = "exempt"
    UNDETERMINED = "undetermined"
    NOT_ASSESSED = "not_assessed"


class Action(StrEnum):
    """The suggested action of a finding, the strongest first (rules.md section 6). Never a decision."""

    TERMINATE = "TERMINATE"
    CANCEL_PRINCIPLE = "CANCEL_PRINCIPLE"
    REMOVE_MEMBER = "REMOVE_MEMBER"
    VERIFY_INCOME = "VERIFY_INCOME"
    VERIFY = "VERIFY"
    DATA_FIX = "DATA_FIX"
    LEAD = "LEAD"


ACTIONS_BY_STRENGTH: Final[tuple[Action, ...]] = tuple(Action)

LOWERED_BY_GRADE_B: Final = frozenset({Action.TERMINATE, Action.CANCEL_PRINCIPLE, Action.REMOVE_MEMBER})
"""Actions that a match with a differing name does not carry: they become VERIFY (rules.md section 1)."""

OUTCOME_LABEL: Final = {
    Outcome.FLAGGED: "命中",
    Outcome.EXEMPT: "豁免",
    Outcome.UNDETERMINED: "待定",
    Outcome.NOT_ASSESSED: "未核",
}

ACTION_LABEL: Final = {
    Action.TERMINATE: "终止",
    Action.CANCEL_PRINCIPLE: "原则上取消",
    Action.REMOVE_MEMBER: "成员减员重算",
    Action.VERIFY_INCOME: "核实并核算收入",
    Action.VERIFY: "核实",
    Action.DATA_FIX: "数据整改",
    Action.LEAD: "线索",
}

ACTION_REQUEST: Final = {
    Action.TERMINATE: "经核实属实的，按规定终止",
    Action.CANCEL_PRINCIPLE: "经核实属实的，原则上取消",
    Action.REMOVE_MEMBER: "经核实属实的，该成员减员后重新核算",
    Action.VERIFY_INCOME: "请核实并核算家庭收入",
    Action.VERIFY: "请核实",
    Action.DATA_FIX: "请整改数据",
    Action.LEAD: "仅作线索，下次定期复核时了解",
}
"""What a village worker is asked to do, in a half sentence."""

GRADE_SAME_NAME: Final = "A"
GRADE_OTHER_NAME: Final = "B"

UNKNOWN: Final = "unknown"
"""A code that the contract does not know; an empty cell is null."""

DIBAO: Final = ("dibao_urban", "dibao_rural")
"""Benefits that know a grace period (渐退期)."""

TEKUN: Final = ("tekun_central", "tekun_scattered")
"""Support for the extremely poor (特困): the person is supported, so that a death or a prison term ends it."""
