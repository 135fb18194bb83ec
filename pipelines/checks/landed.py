"""What a night has landed of a feed, gathered for its checks.

What belongs here: reading the night's facts and load reports. What is judged stands in `assessment`.
"""

from connectors.contract import Contract
from pipelines.checks.assessment import Assessment, assess
from pipelines.checks.natural_key import counted_once
from pipelines.checks.profile import previous_full
from pipelines.night.night import Night
from warehouse.natural_keys import Keys


def assess_landed(night: Night, contract: Contract) -> Assessment:
    """Judge a feed on what a night has landed of it: reads load reports, and the stored keys once per snapshot."""
    state = night.state(contract.feed)
    landed = night.snapshots.list(contract.feed)
    # By date and checksum: the same delivery may stand under several dates.
    used = None if state.report is None else (state.report.snapshot_date, state.report.checksum)
    newest = next((one for one in landed if (one.snapshot_date, one.checksum) == used), None)
    facts = state.model_dump(mode="json")
    if newest is None:
        return assess(contract, facts, night.as_of)
    reports = [one.report.model_dump(mode="json") for one in landed]
    return assess(
        contract,
        facts,
        night.as_of,
        previous=previous_full(reports, newest.snapshot_date),
        key_duplicates=counted_once(night.vault, newest, Keys(contract.keys, contract.keyless)),
    )
