"""The shipped canaries under every shipped profile and on many days: all right, with every department delivering."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from pipelines.canaries.telling import read_canaries
from pipelines.domain.canary import is_canary
from pipelines.night.canaries import Canaries
from pipelines.night.canary_answers import account_of_canaries
from pipelines.night.declared import contracts_of, declared
from pipelines.night.night import Night
from pipelines.night.stages import compute, land_all
from pipelines.scenario.cast import cast
from pipelines.scenario.inbox import write_table
from pipelines.scenario.scene import FeedDelivery
from warehouse.in_memory import MemorySnapshots, MemoryTables, memory_vault

PERSON = cast([("甲", {})])["甲"]
ROSTER = {
    "household_id": "H1",
    "id_number": PERSON.id_number,
    "name": "甲",
    "relation": "02",
    "benefit": "城市低保",
    "covered": "是",
    "town": "某镇",
    "monthly_income": "1",
}


def deliver(inbox: Path, feeds_dir: Path, as_of: date) -> None:
    """One real household, and nothing but headers from every department."""
    for feed, contract in contracts_of((feeds_dir,)).items():
        folder = inbox / feed / as_of.isoformat()
        folder.mkdir(parents=True)
        names = [field.name for field in contract.fields if field.is_required or field.name in ROSTER]
        headers = {name: contract.by_name[name].headers[0] for name in names}
        rows = (ROSTER,) if feed == "roster" else ()
        write_table(folder / f"{feed}.csv", FeedDelivery(as_of, headers, rows))
        (folder / "manifest.json").write_text(f'{{"rows": {len(rows)}}}')


Day = Callable[[date], tuple[Path, Canaries]]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, repository: Path, feeds_dir: Path) -> Day:
    """The inbox and the canaries of a day, made once: which profile looks at them changes nothing in either."""

    @cache
    def of(as_of: date) -> tuple[Path, Canaries]:
        inbox = tmp_path_factory.mktemp("inbox")
        deliver(inbox, feeds_dir, as_of)
        return inbox, read_canaries((repository / "data" / "canaries",), (feeds_dir,), (), as_of)

    return of


@pytest.mark.parametrize(
    ("profile", "as_of"),
    [
        ("national", date(2026, 9, 22)),
        ("chongqing", date(2026, 9, 22)),
        ("caojie-core", date(2026, 9, 22)),
        ("caojie-people", date(2026, 9, 22)),
        ("caojie-2024", date(2026, 9, 22)),
        ("caojie-2024", date(2028, 2, 29)),
        ("caojie-2024", date(2031, 12, 31)),
    ],
)
def test_every_canary_is_right(
    day: Day, tmp_path: Path, repository: Path, feeds_dir: Path, profile: str, as_of: date
) -> None:
    inbox, canaries = day(as_of)
    told = declared(profile, as_of, (feeds_dir,), (repository / "data" / "policy",), ())
    with memory_vault(tmp_path / "warehouse") as vault:
        night = Night(
            as_of=as_of,
            profile=profile,
            inbox=inbox,
            vault=vault,
            contracts=told.contracts,
            policy=told.policy,
            tables=MemoryTables(vault, as_of, profile),
            snapshots=MemorySnapshots(vault),
            secret=b"secret",
            rulebook=told.book,
            canaries=canaries,
        )
        land_all(night)
        assert all(one.holds for one in compute(night))
        account = account_of_canaries(night)
        assert (account["wrong"], account["asked"]) == ([], account["households"])
        rules = set(night.tables.read("findings").filter(is_canary()).get_column("rule_id"))
        assert {"CL-01", "SB-01", "GS-01"} <= rules
        if profile not in ("caojie-core", "national"):
            assert {"SW-01", "HY-01", "FC-01"} <= rules
            request = night.without_canaries().tables.read("request_list")
            assert (request.height, night.tables.read("request_list").height) == (0, 1)
