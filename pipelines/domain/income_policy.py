"""What the policy in force says about income on one comparison date: plain numbers, no profile and no layer.

What belongs here: the parameters that the ledger, the income and the grace projection need, checked once. Where they
come from (which layer, which clause) is the policy's business, not theirs.
"""

from dataclasses import dataclass
from fractions import Fraction

_DEDUCTION_STEP = 1000
"""A deduction rate is told in whole per mille, so that exact sums stay within 64 bits."""


class IncomePolicyError(ValueError):
    """A parameter that the arithmetic does not hold for; `parameter` is its name in the policy."""

    def __init__(self, parameter: str, told: str) -> None:
        super().__init__(f"{told}; correct the policy")
        self.parameter = parameter


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
        IncomePolicyError: a parameter is outside what the arithmetic holds for.
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
        for name, amount in (
            ("dibao_standard_urban", self.urban_standard),
            ("dibao_standard_rural", self.rural_standard),
        ):
            if amount is not None and amount < 0:
                raise IncomePolicyError(name, "income standard: expected an amount of 0 or more, found a negative one")
        if self.margin is not None and self.margin <= 0:
            raise IncomePolicyError("margin_multiple", "margin multiple: expected more than 0, found none")
        if self.grace_months is not None and self.grace_months < 1:
            raise IncomePolicyError("grace_months", f"grace months: expected 1 or more, found {self.grace_months}")
        if not 0 <= self.deduction_rate <= 1 or _DEDUCTION_STEP % self.deduction_rate.denominator:
            raise IncomePolicyError(
                "employment_cost_rate",
                f"employment cost deduction rate: expected a share from 0 to 1 in steps of 0.001, "
                f"found {float(self.deduction_rate):g}",
            )

    @property
    def deduction_rate(self) -> Fraction:
        """The share of a wage that is deducted; 0 where it is unset."""
        return self.wage_deduction or Fraction(0)

    @property
    def is_deduction_unset(self) -> bool:
        """Whether the case has to say 未扣减就业成本."""
        return self.wage_deduction is None
