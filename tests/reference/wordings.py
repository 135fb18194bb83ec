"""What the sentence of a finding has to say by the words of rules.md."""

from datetime import date

from tests.reference.dates import months_before
from tests.reference.rules import Finding

IN_GRACE = ("SB-01", "SB-02", "SB-03", "GJJ-01", "TAX-01")
EXEMPT = {"FC-01": "征地拆迁", "GS-01": "合作社普通社员", "HY-01": "丧偶"} | dict.fromkeys(IN_GRACE, "渐退期内")
STRONG = ("CL-01", "CL-02", "FC-01", "FC-02", "SW-01", "XJ-01")


def wordings(f: Finding, as_of: date) -> dict[str, bool]:
    """The words that the spec names, and whether the sentence must have them or must not."""
    says = dict(f.says)
    if f.outcome == "exempt" and f.rule_id in EXEMPT:
        says[EXEMPT[f.rule_id]] = True
    if f.outcome == "flagged" and f.grade == "B" and f.rule_id in STRONG:
        says["姓名不一致"] = True  # "lowers … to VERIFY and says 姓名不一致"
    if f.rule_id == "CL-01" and f.outcome == "flagged":
        letters, inspected = f.row["status"], f.row["inspected_until"]
        overdue = inspected is not None and inspected < months_before(as_of, 36)
        says |= {
            "被盗抢须立案证明": "C" in letters,
            "查封": "K" in letters,
            "疑似灭失或卖出未过户": "Q" in letters and overdue,
        }
    return says
