"""What was published, held against what had to be: findings, suppressed, resolved, cases, counts, books."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from tests.nights.thirty.replay import Outcome
from tests.nights.thirty.staging import Told
from tests.nights.thirty.tonight import RULES, Found, Key

_KEY = ("household_id", "id_number", "rule_id", "record_key")
OUTCOMES = ("flagged", "exempt", "undetermined", "not_assessed")
CHANGES = ("new", "persisting", "changed", "reopened")


@dataclass
class Known:
    """How the program calls what the replay knows by its facts; one name for one thing on all nights."""

    ids: dict[Key, str] = field(default_factory=dict)
    fingerprints: dict[Key, dict[tuple[object, ...], str]] = field(default_factory=dict)
    cases: dict[tuple[str, object], str] = field(default_factory=dict)
    events: dict[int, str] = field(default_factory=dict)

    def is_called(self, names: dict, key: object, name: str) -> bool:  # type: ignore[type-arg]
        """Whether the name is the thing's, and no other thing's of its kind."""
        if key in names:
            return bool(names[key] == name)
        if name in names.values():
            return False
        names[key] = name
        return True


def rows_of(table: pl.DataFrame) -> dict[Key, dict[str, object]]:
    """The rows of a table of findings by what makes a finding the same."""
    found = {tuple(row[name] for name in _KEY): row for row in table.to_dicts()}
    assert len(found) == table.height
    return found  # type: ignore[return-value]


def told_of(row: dict[str, object]) -> tuple[object, ...]:
    return row["outcome"], row["first_seen"], row["nights_seen"]


def known_of(one: Found) -> tuple[object, ...]:
    return one.outcome, one.first, one.nights


def hold_against(expected: Outcome, told: Told, known: Known, before: Outcome | None) -> None:
    """Compare a published night with what it had to be.

    Raises:
        AssertionError: they differ.
    """
    memory = {row["finding_id"]: row["fingerprint"] for row in told.table("memory").to_dicts()}
    raised, suppressed = rows_of(told.table("findings")), rows_of(told.table("suppressed_findings"))
    assert {key: (row["change"], *told_of(row)) for key, row in raised.items()} == {
        key: (one.change, *known_of(one)) for key, one in expected.raised.items()
    }
    assert {key: told_of(row) for key, row in suppressed.items()} == {
        key: known_of(one) for key, one in expected.suppressed.items()
    }
    for key, row in {**raised, **suppressed}.items():
        one = expected.raised.get(key) or expected.suppressed[key]
        assert known.is_called(known.ids, key, str(row["finding_id"])), key
        mine = known.fingerprints.setdefault(key, {})
        assert known.is_called(mine, one.material, memory[row["finding_id"]]), (key, one.material)
    for key, row in suppressed.items():
        assert known.events[expected.suppressed[key].event] == row["event_id"], key
    gone = rows_of(told.table("resolved_findings"))
    assert {key: row["resolved_reason"] for key, row in gone.items()} == expected.resolved
    assert set(told.table("history").get_column("finding_id")) == {known.ids[key] for key in expected.history}
    _hold_cases(expected, told, known)
    _hold_states(expected, told)
    _hold_counts(expected, told)
    last = len(before.raised) if before else 0
    moves = Counter(one.change for one in expected.raised.values())
    assert last + moves["new"] + moves["reopened"] - len(expected.resolved) == len(expected.raised)


def _hold_cases(expected: Outcome, told: Told, known: Known) -> None:
    cases = {str(row["household_id"]): row for row in told.table("cases").to_dicts()}
    assert {name: row["opened_on"] for name, row in cases.items()} == expected.cases
    for name, row in cases.items():
        assert known.is_called(known.cases, (name, row["opened_on"]), str(row["case_id"])), name
        mine = [
            key for key, one in expected.raised.items() if key[0] == name and one.outcome in ("flagged", "undetermined")
        ]
        assert (row["rules"], row["findings"]) == (sorted({key[2] for key in mine}), len(mine)), name


def _hold_states(expected: Outcome, told: Told) -> None:
    found = {
        (row["household_id"], row["opened_on"]): (row["state"], row["since"], row["closed_reason"])
        for row in told.table("case_states").to_dicts()
    }
    assert found == expected.states


def _hold_counts(expected: Outcome, told: Told) -> None:
    for row in told.table("rule_counts").to_dicts():
        rule = row["rule_id"]
        if rule not in RULES:
            continue
        mine = [one for key, one in expected.raised.items() if key[2] == rule]
        counts = Counter(one.outcome for one in mine) + Counter(one.change for one in mine)
        counts["resolved"] = sum(key[2] == rule for key in expected.resolved)
        counts["suppressed"] = sum(key[2] == rule for key in expected.suppressed)
        counts["households_in_scope"] = expected.in_scope
        counts["households_not_assessed"] = expected.not_assessed[rule]
        names = (*OUTCOMES, *CHANGES, "resolved", "suppressed", "households_in_scope", "households_not_assessed")
        assert {name: row[name] for name in names} == {name: counts[name] for name in names}, rule
