"""A held night in words: which gate holds it, by how much, what explains it, and the two ways on.

What belongs here: sentences made from a night's manifest, for the screen, `hedui status` and the account of the failure.
They name gates, feeds, files, columns, towns, rules and counts, never a value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.night.labels import GATE_LABELS

Told = Mapping[str, Any]
"""A gate as a manifest keeps it; one from before gates had kinds has name, passed and detail alone."""


def gate_sentence(gate: Told) -> str:
    """One gate: its name, what it found, what explains most of it."""
    label = GATE_LABELS.get(str(gate.get("kind", "")), "")
    named = f"{gate['name']} {label}".strip()
    explained = gate.get("attribution")
    return f"{named}: {gate['detail']}" + (f"；主要来源：{explained}" if explained else "")


def holding(gates: Sequence[Told]) -> list[Told]:
    """The gates that hold a night."""
    return [gate for gate in gates if not gate["passed"]]


def can_be_released(gates: Sequence[Told]) -> bool:
    """Whether a person may release the night: not where a gate shows an error of ours."""
    return all(bool(gate.get("can_be_released", False)) for gate in holding(gates))


def ways_on(as_of: str, run_id: str, gates: Sequence[Told]) -> list[str]:
    """What to do with a held night, one way a line."""
    again = f"deliver what is wrong again and run the night of {as_of} again 更换文件后重跑当夜"
    if not can_be_released(gates):
        return [
            "the books or the canaries are wrong: an error of ours, which no reason makes right; it cannot be released "
            "账目或金丝雀家庭不符，属程序错误，不能放行，请联系开发者"
        ]
    return [again, f'if it is right as it is: hedui publish --run {run_id[:8]} --reason "…" 情况属实的，写明理由放行']


def held_account(as_of: str, run_id: str, gates: Sequence[Told]) -> str:
    """Why a night is held and what to do, a line each."""
    failed = [f"- {gate_sentence(gate)}" for gate in holding(gates)]
    ways = [f"-> {way}" for way in ways_on(as_of, run_id, gates)]
    first = f"the night of {as_of} is held, the previous publication stays (run {run_id[:8]})"
    return "\n".join([first, *failed, *ways])
