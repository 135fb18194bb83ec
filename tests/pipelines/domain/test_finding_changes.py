"""What changed in a finding: field by field, since last night and since the verdict."""

from datetime import date

import polars as pl

from pipelines.domain.finding_changes import FINDING_CHANGES, finding_changes, material_fields

TONIGHT = date(2026, 9, 23)
LABELS = {"vehicle": {"status": "机动车状态"}}
_MATERIAL = {"finding_id": pl.String, "fingerprint": pl.String, "material": pl.String}


def material(**values: str) -> str:
    return "\x1f".join(["CL-01", *(f"{name}={value}" for name, value in values.items())])


def known(fingerprint: str, finding_id: str = "f", valid_until: date | None = None, **values: str) -> pl.DataFrame:
    row = (finding_id, fingerprint, material(**values), valid_until)
    return pl.DataFrame([row], schema={**_MATERIAL, "valid_until": pl.Date}, orient="row")


def tonight(change: str, fingerprint: str = "b", **values: str) -> pl.DataFrame:
    return (
        known(fingerprint, **values)
        .drop("valid_until")
        .with_columns(as_of=pl.lit(TONIGHT), feed=pl.lit("vehicle"), change=pl.lit(change))
    )


NOTHING = pl.DataFrame(schema=_MATERIAL)


def told(
    findings: pl.DataFrame, last: pl.DataFrame = NOTHING, verdicts: pl.DataFrame = NOTHING
) -> list[tuple[object, ...]]:
    changes = finding_changes(findings, last, verdicts, LABELS)
    assert changes.schema == FINDING_CHANGES
    return changes.drop("finding_id").rows()


def test_the_values_one_by_one() -> None:
    found = pl.DataFrame(
        [("f", "a", material(status="A", owner="∅", note="x=y")), ("g", "a", None), ("h", "a", "LC-01")],
        schema=_MATERIAL,
        orient="row",
    )
    assert material_fields(found).rows() == [("f", "status", "A"), ("f", "owner", None), ("f", "note", "x=y")]


def test_each_field_that_differs_is_told_for_either_point_in_time() -> None:
    last, verdict = known("a", status="A", owner="P1"), known("c", status="M", owner="P2")
    assert told(tonight("changed", status="E", owner="P1"), last, verdict) == [
        ("last_night", "status", "机动车状态", "A", "E"),
        ("verdict", "owner", "owner", "P2", "P1"),
        ("verdict", "status", "机动车状态", "M", "E"),
    ]


def test_empty_is_a_value_too() -> None:
    assert told(tonight("changed", status="∅"), known("a", status="A")) == [
        ("last_night", "status", "机动车状态", "A", None)
    ]
    assert told(tonight("changed", status="A"), known("a", status="∅")) == [
        ("last_night", "status", "机动车状态", None, "A")
    ]


def test_what_persists_or_is_new_is_not_told() -> None:
    for change in ("persisting", "new"):
        assert told(tonight(change, status="E"), known("a", status="A")) == []


def test_a_night_without_values_tells_nothing() -> None:
    older = known("a", status="A").with_columns(material=pl.lit(None, dtype=pl.String))
    assert told(tonight("changed", status="E"), older) == []


def test_what_comes_back_with_the_same_facts_says_why() -> None:
    out = known("b", status="A", valid_until=date(2026, 9, 22))
    assert told(tonight("reopened", status="A"), out) == [
        ("verdict", "valid_until", "核查结论有效期至", "2026-09-22", "已到期")
    ]
    ended = known("b", status="A", valid_until=date(2027, 9, 22))
    ((*_, after),) = told(tonight("reopened", status="A"), ended)
    assert after.startswith("已失效")
