"""Real Dagster runs on a toy landing: what blocks, what warns, and that no value of a person gets out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import dagster as dg
import polars as pl
import pytest

from pipelines.checks import contract_checks, expectations
from pipelines.checks.contract_checks import build_contract_checks
from pipelines.checks.judge import ExpectationError
from pipelines.night.night import Night, state_name
from pipelines.night.state import FeedState
from pipelines.partitions import NIGHTS
from warehouse.natural_keys import Keys
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore
from warehouse.tables import NightTables

AS_OF = date(2026, 9, 22)
DAY = date(2026, 9, 21)
PERSONS = ("500101199001011237", "张三丰", "渝A99999")
SCHEMA = {
    "id_number": pl.String(),
    "plate_no": pl.String(),
    "use": pl.String(),
    "status": pl.String(),
    "assessed_value": pl.Decimal(18, 4),
    "uscc": pl.String(),
}
QUARANTINE = {
    "part_no": pl.Int32(),
    "source_row": pl.Int64(),
    "field": pl.String(),
    "reason": pl.String(),
    "raw": pl.String(),
}


@dataclass(frozen=True)
class OpenedNight:
    """Stands where the resource of the definitions stands: opens the night of the test's warehouse."""

    night: Night

    def open(self, as_of: date) -> Night:
        """The night, which must be the run's own."""
        assert as_of == self.night.as_of
        return self.night


@pytest.fixture
def night(tmp_path, contract) -> Night:
    vault = Vault(tmp_path / "warehouse", threads=1)
    return Night(
        as_of=AS_OF,
        profile="caojie-core",
        inbox=tmp_path / "inbox",
        vault=vault,
        contracts={contract.feed: contract},
        policy=cast("Any", None),  # checks know no policy
        tables=NightTables(vault, AS_OF, "caojie-core"),
        snapshots=SnapshotStore(vault),
        secret=b"",
    )


def land(night: Night, *, lose: int = 0, unpresent: str = "", columns: bool = True) -> None:
    """Land 30 vehicles of one person, one row quarantined; optionally lose rows or a column on the way."""
    contract = night.contracts["vehicle"]
    vehicles = pl.DataFrame(
        {
            "id_number": [PERSONS[0]] * 30,
            "plate_no": [PERSONS[2]] + [f"渝A{number:05}" for number in range(29)],
            "use": ["unknown"] * 30,
            "status": ["A"] * 30,
            "assessed_value": [None] * 30,
            "uscc": [None] * 30,
            "part_no": [1] * 30,
            "source_row": range(2, 32),
        },
        schema={**SCHEMA, "part_no": pl.Int32(), "source_row": pl.Int64()},
    )
    raw = f'{{"身份证号": "{PERSONS[0]}", "姓名": "{PERSONS[1]}"}}'
    bad = pl.DataFrame([(1, 32, "id_number", "id_check_digit", raw)], schema=QUARANTINE, orient="row")
    fields = [{"field": name, "is_present": columns and name != unpresent} for name in SCHEMA]
    part = {
        "part_no": 1,
        "source_file": "车辆.csv",
        "sheet": "",
        "sha256": "",
        "rows_read": 31 + lose,
        "data_rows": 31 + lose,
        "skipped": {},
        "quarantined": {"id_check_digit": 1},
    }
    keys = Keys(contract.keys, contract.keyless)
    with night.snapshots.writer("vehicle", DAY, "ab" * 32, SCHEMA, keys) as writer:
        writer.append(vehicles, bad)
        report = writer.finish([part], fields)
    note(night, status="fresh", snapshot_date=DAY, age_days=1, used=[report])


def note(night: Night, **found: Any) -> None:
    """Write down what was found of the feed, as landing does."""
    state = FeedState(feed="vehicle", title="机动车", as_of=AS_OF, max_age_days=35, **found)
    night.tables.write_facts(state_name("vehicle"), state.model_dump(mode="json"))


@contextmanager
def a_run(night: Night, landing: Any, instance: dg.DagsterInstance) -> Iterator[dg.ExecuteInProcessResult]:
    """Materialise the feed, its checks and one asset downstream."""

    @dg.asset(partitions_def=NIGHTS)
    def vehicle() -> None:
        landing(night)

    @dg.asset(partitions_def=NIGHTS, deps=[vehicle])
    def matched_vehicle() -> None:
        """What must not run on a wrong feed."""

    definitions = dg.Definitions(
        assets=[vehicle, matched_vehicle],
        asset_checks=build_contract_checks(night.contracts),
        resources={"night": dg.ResourceDefinition.hardcoded_resource(OpenedNight(night))},
    )
    job = definitions.resolve_implicit_global_asset_job_def()
    yield job.execute_in_process(partition_key=AS_OF.isoformat(), instance=instance, raise_on_error=False)


def evaluations(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def told(check: dg.AssetCheckEvaluation) -> dict[str, Any]:
    return {name: value.text for name, value in check.metadata.items()}


def was_matched(result: dg.ExecuteInProcessResult) -> bool:
    return any(event.asset_key == dg.AssetKey("matched_vehicle") for event in result.get_asset_materialization_events())


@pytest.fixture
def instance():
    with dg.instance_for_test() as one:
        yield one


def test_an_ordinary_delivery_warns_and_goes_on(night, instance):
    with a_run(night, land, instance) as result:
        checks = evaluations(result)

        assert result.success
        assert was_matched(result)
        assert {name for name, one in checks.items() if not one.passed} == {"values_readable", "codes_known"}
        assert checks["codes_known"].severity == dg.AssetCheckSeverity.WARN
        assert told(checks["codes_known"]) == {
            "status": "failed",
            "held": "1 of 2",
            "use_known": "failed: observed 0.00%, expected ≥ 50.00%",
            "snapshot_date": "2026-09-21",
        }
        assert checks["books_balance"].metadata["account_1"].text.startswith("2026-09-21: 31 = 31 (入库 30")
        assert checks["ids_valid"].metadata["status"].text == "too_few"
        assert (night.vault.root / "checks" / "2026-09-22" / "vehicle.html").exists()


@pytest.mark.parametrize(
    ("landing", "failed"),
    [
        (lambda night: land(night, lose=1), "books_balance"),
        (lambda night: land(night, unpresent="plate_no"), "required_columns"),
    ],
)
def test_a_wrong_feed_stops_what_is_downstream(night, instance, landing, failed):
    with a_run(night, landing, instance) as result:
        checks = evaluations(result)

        assert not result.success
        assert not was_matched(result)
        assert not checks[failed].passed
        assert checks[failed].severity == dg.AssetCheckSeverity.ERROR


@pytest.mark.parametrize("found", [{"status": "absent"}, {"status": "stale", "snapshot_date": DAY, "age_days": 50}])
def test_a_feed_without_a_snapshot_goes_on_unassessed(night, instance, found):
    with a_run(night, lambda one: note(one, **found), instance) as result:
        checks = evaluations(result)

        assert result.success
        assert was_matched(result)
        assert {name for name, one in checks.items() if not one.passed} == {"freshness"}
        assert checks["key_unique"].metadata["status"].text == "not_assessed"


def test_no_value_of_a_person_gets_out(night, instance):
    with a_run(night, land, instance) as result:
        told = [repr(one) for one in instance.all_logs(result.run_id)]
        written = [path.read_text(encoding="utf-8") for path in (night.vault.root / "checks").rglob("*.*")]

        assert told
        assert len(written) == 4  # page, index, JSON, the count of keys
        for text in [*told, *written]:
            assert not any(value in text for value in PERSONS)


def test_a_judge_that_fails_fails_the_step_with_a_plain_message(night, instance, monkeypatch):
    def fail(_rows):
        raise ExpectationError("expected a verdict of Great Expectations, found an error: KeyError at a.py:1")

    monkeypatch.setattr(expectations, "ask", fail)

    with a_run(night, land, instance) as result:
        [failure] = [one for one in result.all_events if one.event_type == dg.DagsterEventType.STEP_FAILURE]

        assert not was_matched(result)
        assert failure.step_failure_data.user_failure_data.description.startswith("expected a verdict")


def test_what_fails_unforeseen_tells_no_value(night, instance, monkeypatch):
    def fail(*_args):
        raise ValueError(PERSONS[0])

    monkeypatch.setattr(contract_checks, "assess_landed", fail)

    with a_run(night, land, instance) as result:
        assert not result.success
        assert not any(PERSONS[0] in repr(one) for one in instance.all_logs(result.run_id))


def test_each_kind_is_one_check_and_blocks_as_its_suite_says(contract):
    [checks] = build_contract_checks({contract.feed: contract})
    specs = {one.name: one for one in checks.check_specs}

    assert list(specs) == [
        "required_columns",
        "row_count",
        "row_count_band",
        "freshness",
        "values_readable",
        "key_unique",
        "ids_valid",
        "fields_filled",
        "codes_known",
        "books_balance",
    ]
    assert {name for name, one in specs.items() if one.blocking} == {
        "required_columns",
        "key_unique",
        "ids_valid",
        "books_balance",
    }
    assert specs["codes_known"].description == "代码可识别率"
    assert {one.asset_key for one in specs.values()} == {dg.AssetKey("vehicle")}


def test_the_rows_of_a_required_feed_block(contract):
    roster = contract.model_copy(update={"is_required": True})
    [checks] = build_contract_checks({roster.feed: roster})

    assert {one.name: one for one in checks.check_specs}["row_count"].blocking
