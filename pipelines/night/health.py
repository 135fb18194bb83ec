"""The health of a night: what its manifest keeps, and the page made of it and of the nights before.

What belongs here: gathering what the pure functions of `pipelines.domain.health` take. A night that takes no verdicts
(a rehearsal, a night made by an older program) has none of them to tell.
"""

from datetime import date
from fractions import Fraction
from typing import Any, Final

import polars as pl

from pipelines.domain.case_state import CASE_STATES
from pipelines.domain.health import Precision, answer_facts, case_facts, rule_facts, suppression_facts
from pipelines.domain.health_history import NIGHTS_SHOWN, Account, NightAccount
from pipelines.domain.policy import PolicyInForce
from pipelines.night.case_states import STATES
from pipelines.night.health_page import Draw, page
from pipelines.night.night import Night
from pipelines.night.verdicts import standing_tonight
from warehouse.night_accounts import NightOnDisk, recent_nights
from warehouse.session import Vault

HEALTH: Final = "health"
"""Its key in the manifest."""
PAGE: Final = "health.html"
"""The page's name in a night's folder."""

SUPPRESSED: Final = pl.Schema({"rule_id": pl.String, "decided_on": pl.Date, "valid_until": pl.Date})
"""What is looked at of a suppressed finding."""


def health_facts(night: Night) -> dict[str, Any]:
    """The counts of a night that its health page shows. No person, no household."""
    return {
        "rules": rule_facts(night.tables.read("rule_counts"), _titles(night.policy)),
        "answers": answer_facts(standing_tonight(night), precision(night.policy), night.as_of),
        "suppression": suppression_facts(_table(night, "suppressed_findings", SUPPRESSED), night.as_of),
        "cases": case_facts(_table(night, STATES, CASE_STATES)),
    }


def health_page(vault: Vault, manifest: Account, draw: Draw) -> bytes:
    """The health page of a night that is about to be published or held, beside the nights before it.

    Args:
        vault: the warehouse; manifests alone are read.
        manifest: tonight's.
        draw: makes the charts.
    """
    day = date.fromisoformat(str(manifest["as_of"]))
    earlier = recent_nights(vault, day, str(manifest["profile"]), NIGHTS_SHOWN)
    return page(manifest, [account_of(one) for one in earlier], draw).encode()


def account_of(night: NightOnDisk) -> NightAccount:
    """A night of the warehouse as the history takes it."""
    return NightAccount(night.manifest, "held" if night.is_held else "released" if night.is_released else "published")


def precision(policy: PolicyInForce) -> Precision:
    """When a rule is named as imprecise, by the policy in force."""
    least: Fraction | None = policy.ratio("precision_verdicts")
    return Precision(policy.ratio("precision_floor"), None if least is None else int(least))


def _titles(policy: PolicyInForce) -> dict[str, str]:
    return {rule_id: rule.title for rule_id, rule in policy.rules.items()}


def _table(night: Night, table: str, columns: pl.Schema) -> pl.DataFrame:
    """The columns of a table that the night may not have."""
    return night.tables.read(table).select(columns.names()) if night.tables.has(table) else pl.DataFrame(schema=columns)
