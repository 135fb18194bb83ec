"""Refusals: why something that a person wants to record is not recorded."""

from enum import StrEnum


class CaseworkError(Exception):
    """An act that cannot be recorded as asked: says what was expected, what was found and what to do; no person."""


class Rejection(StrEnum):
    """Why a verdict or a review was not taken. Callers may branch on these; the sentence for staff stands beside."""

    UNKNOWN_FINDING = "unknown_finding"
    RESOLVED = "resolved"
    OLDER_FINGERPRINT = "older_fingerprint"
    ANSWERED_BY_OTHER = "answered_by_other"
    TWICE = "twice"
    SAID_BEFORE = "said_before"
    INCOMPLETE = "incomplete"
    NOT_ANSWERED = "not_answered"
    OTHER_ANSWER = "other_answer"
    OWN_VERDICT = "own_verdict"
    NO_REASON = "no_reason"


TOLD = {
    Rejection.UNKNOWN_FINDING: "疑点编号不在最近一次核对结果中，请核对是否为本系统下发的疑点",
    Rejection.RESOLVED: "该疑点在此期间已消失，无须再反馈",
    Rejection.OLDER_FINGERPRINT: "该疑点的事实已有变化，请按最新一期的清单重新核查",
    Rejection.ANSWERED_BY_OTHER: "该疑点已由他人反馈，请与其核对；需要更正的，由原录入人更正或由区县退回",
    Rejection.TWICE: "同一疑点在本次提交中出现两次且内容不同，请只保留一条",
    Rejection.NOT_ANSWERED: "该疑点没有待复核的核查结论",
    Rejection.OTHER_ANSWER: "该疑点的核查结论已有更正，请按最新结论复核",
    Rejection.OWN_VERDICT: "复核人不能是录入核查结论的本人，请由另一人复核",
    Rejection.NO_REASON: "退回须写明理由",
    Rejection.SAID_BEFORE: "相同内容此前已录入过，后来已更正或被退回；确需恢复的，请在核查情况说明中写明原因",
}
"""What staff are told; where something is incomplete each field says so itself."""
