"""Taking the words of a workbook from contracts and policy.

What belongs here: titles, labels, documents and clauses as they are declared for a night's date and profile.
"""

import re
from collections.abc import Mapping
from typing import Final

from connectors.contract import Contract
from pipelines.domain.policy import Parameter
from pipelines.domain.policy_precedence import spoken_value
from pipelines.domain.vocabulary import ACTION_LABEL
from pipelines.night.declared import Declared
from pipelines.workbooks.layout import OWN_SHEETS
from pipelines.workbooks.words import ROSTER, Words

_NO_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_TITLE: Final = 31


def words_of(told: Declared) -> Words:
    """The words of one date and profile."""
    contracts = {feed: told.contracts[feed] for feed in (ROSTER, *sorted(told.contracts)) if feed in told.contracts}
    contracts[ROSTER] = contracts.pop(ROSTER)  # what departments say comes before what the roster says of itself
    policy = told.policy
    return Words(
        feeds={feed: one.title for feed, one in contracts.items()},
        sheets=sheet_names(contracts),
        departments={feed: one.department for feed, one in contracts.items()},
        fields={(feed, one.name): one.label_zh for feed, contract in contracts.items() for one in contract.fields},
        codes={
            (feed, one.name): {code: _word(code, texts) for code, texts in one.codes.items()}
            for feed, contract in contracts.items()
            for one in contract.fields
            if one.codes
        },
        rules={rule_id: rule.title for rule_id, rule in policy.rules.items()},
        documents={rule_id: rule.documents for rule_id, rule in policy.rules.items()},
        laws=tuple(
            (rule_id, rule.basis, rule.title, ACTION_LABEL[rule.action], "；".join(rule.documents))
            for rule_id, rule in sorted(policy.rules.items())
            if rule.is_on
        ),
        parameters=tuple(_parameter(one) for _, one in sorted(policy.parameters.items())),
        version=policy.version,
    )


def sheet_names(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The name of each feed's sheet: its title as far as a sheet may be called so, no name twice."""
    taken = {name.casefold() for name in OWN_SHEETS}
    names: dict[str, str] = {}
    for feed, contract in contracts.items():
        plain = _NO_SHEET_NAME.sub("", contract.title).strip("' ")[:_LONGEST_TITLE] or feed[:_LONGEST_TITLE]
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: _LONGEST_TITLE - len(str(number))]}{number}"
        taken.add(name.casefold())
        names[feed] = name
    return names


def _word(code: str, texts: tuple[str, ...]) -> str:
    """A code in words: the first of its texts that is no department's number."""
    return next((text for text in texts if not text.isascii()), code)


def _parameter(one: Parameter) -> tuple[str, ...]:
    value = "未设置" if one.value is None else spoken_value(one.value)
    since = "" if one.valid_from is None else one.valid_from.isoformat()
    return (one.name, one.clause or "", value, one.unit, one.layer, since, one.note)
