"""What the policy in force says about income on one comparison date: plain numbers, no profile and no layer.

What belongs here: the parameters that the ledger, the income and the grace projection need, checked once. Where they
come from (which layer, which clause) is the policy's business, not theirs.
"""

from dataclasses import dataclass
from fractions import Fraction

_DEDUCTION_STEP = 1000
"""A deduction rate is told in whole per mille, so that exact sums stay within 64 bits."""


@dataclass(frozen=True, slots=True)
class IncomePolicy:
    """Parameters of rules.md sections 2 and 5 in force at as_of.

    Attributes:
        urban_standard: dibao standard in 毫 per person and month, for every benefit but `dibao_rural`; None where it is
            unset: nothing is projected from an income then, it has to be verified.
        rural_standard: dibao standard in 毫 per person and month for `dibao_rural`, None as above.
        margin: the multiple of the standard up to which other income is phased out (1.5 as an exact ratio); None where
            it is unset: what depends on it has to be verified.
        grace_months: length of a grace period in calendar months; None where it is unset, and no grace is projected.
        has_branch_b: whether other income than from work is phased out too (收入变化渐退), the switch `grace_branch_b`.
        branch_b_conflict: what a higher layer that knows no such grace tells staff; empty where none does.
        grace_repeat_months: within these months after a grace period no second one is projected; None where it is
            unset: any earlier one then has to be looked at.
        wage_deduction: employment cost deduction, a share of the wage; None where it is unset, which counts as 0 and
            makes the case say 未扣减就业成本.
        rigid_expense_cap: 毫 per person and month up to which long-term rigid expenses in the roster are deducted; None
            where it is unset, which deducts nothing.

    Raises:
        ValueError: a parameter is outside what the arithmetic holds for; names the parameter.
    """

    urban_standard: int | None
    rural_standard: int | None
    margin: Fraction | None = Fraction(3, 2)
    grace_months: int | None = 6
    has_branch_b: bool = True
    branch_b_conflict: str = ""
    grace_repeat_months: int | None = 12
    wage_deduction: Fraction | None = None
    rigid_expense_cap: int | None = None

    def __post_init__(self) -> None:
        """Refuse parameters that the arithmetic does not hold for."""
        if min(self.urban_standard or 0, self.rural_standard or 0) < 0:
            raise ValueError(
                "income standards: expected amounts of 0 or more, found a negative one; correct the policy"
            )
        if (self.margin is not None and self.margin <= 0) or (self.grace_months is not None and self.grace_months < 1):
            raise ValueError("margin multiple and grace months: expected more than 0; correct the policy")
        if not 0 <= self.deduction_rate <= 1 or _DEDUCTION_STEP % self.deduction_rate.denominator:
            raise ValueError(
                f"employment cost deduction rate: expected a share from 0 to 1 in steps of 0.001, "
                f"found {self.wage_deduction}; correct the policy"
            )

    @property
    def deduction_rate(self) -> Fraction:
        """The share of a wage that is deducted; 0 where it is unset."""
        return self.wage_deduction or Fraction(0)

    @property
    def is_deduction_unset(self) -> bool:
        """Whether the case has to say 未扣减就业成本."""
        return self.wage_deduction is None
