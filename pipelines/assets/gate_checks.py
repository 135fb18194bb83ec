"""The gates of a night as asset checks of `published_night`: one check per kind, each gate a line of its table.

What belongs here: how Dagster shows gates. A check per gate would be two hundred events a night; whoever looks for one
finds it by its name in the table, in the manifest and on the health page.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import dagster as dg

from pipelines.domain.gates import (
    BREAKER,
    CANARIES,
    FEED_BOOKS,
    FEED_ROWS,
    FILL_RATE,
    MATCH_RATE,
    NIGHT_BOOKS,
    ROSTER_ROWS,
    Gate,
)
from pipelines.night.held_words import gate_sentence

ASSET: Final = "published_night"

DESCRIPTIONS: Final[Mapping[str, str]] = {
    NIGHT_BOOKS: "账目平衡：户数、各规则核对户数、疑点增减一户不漏、一条不丢。",
    FEED_BOOKS: "每期数据读入行数 = 入库 + 重复 + 被替代 + 隔离 + 跳过。",
    CANARIES: "混入当夜的虚构家庭（金丝雀家庭）全部判对，且发布结果中一户不留。",
    ROSTER_ROWS: "名册行数与此前各次核对的中位数相比，未超出允许幅度。",
    FEED_ROWS: "各部门数据行数与此前各期的中位数相比，未超出允许幅度。",
    MATCH_RATE: "各部门数据的比中率与此前各期的中位数相比，未超出允许幅度。",
    FILL_RATE: "必备列的填报率比此前各期的中位数下降未超出允许百分点。",
    BREAKER: "各规则在各镇街的疑点数未同时超过中位数的允许倍数和允许增量（熔断）。",
}
"""What each check says; gates of a kind that is not named here hold a night all the same."""


def gate_check_specs() -> list[dg.AssetCheckSpec]:
    """The checks that a night answers."""
    return [
        dg.AssetCheckSpec(kind, asset=ASSET, description=f"{told} 不通过则扣住不发布。")
        for kind, told in DESCRIPTIONS.items()
    ]


def gate_check_results(gates: Sequence[Gate]) -> Iterator[dg.AssetCheckResult]:
    """One result per kind: how its gates stand, what those say that failed, and the numbers of all."""
    for kind in DESCRIPTIONS:
        own = [gate for gate in gates if gate.kind == kind]
        failed = [gate for gate in own if not gate.passed]
        yield dg.AssetCheckResult(
            check_name=kind,
            asset_key=ASSET,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR,
            description="; ".join(gate_sentence(gate.told()) for gate in failed) or None,
            metadata={
                "gates": len(own),
                **{
                    f"gates_{status}": number for status, number in sorted(Counter(gate.status for gate in own).items())
                },
                **({"numbers": _table(own)} if own else {}),
            },
        )


def _table(gates: Sequence[Gate]) -> dg.TableMetadataValue:
    """The gates of one kind, a line each, those that failed first."""
    records = [
        dg.TableRecord(
            {
                "gate": gate.name,
                "status": gate.status,
                **{name: _number(gate.numbers.get(name)) for name in ("observed", "median", "limit", "nights")},
                "detail": gate.detail,
                "attribution": gate.attribution,
            }
        )
        for gate in sorted(gates, key=lambda one: (one.passed, one.name))
    ]
    numbers = [dg.TableColumn(name, "float") for name in ("observed", "median", "limit", "nights")]
    texts = [dg.TableColumn(name, "string") for name in ("detail", "attribution")]
    columns = [dg.TableColumn("gate", "string"), dg.TableColumn("status", "string"), *numbers, *texts]
    return dg.MetadataValue.table(records, dg.TableSchema(columns))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
