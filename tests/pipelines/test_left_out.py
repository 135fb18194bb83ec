"""What a run leaves out, and how it remembers it."""

import dagster as dg
import pytest

from pipelines.left_out import left_out_of, left_out_tags, selected


def test_all_stages_of_a_feed_are_left_out_and_no_other_asset():
    keys = map(dg.AssetKey, ["roster", "ship", "matched_ship", "findings_ship", "findings_shipyard", "findings"])
    assert [key.to_user_string() for key in selected(keys, ["ship"])] == ["findings", "findings_shipyard", "roster"]


@pytest.mark.parametrize("feeds", [[], ["ship"], ["deposits", "ship"]])
def test_a_run_remembers_by_its_tags(feeds):
    assert left_out_of(left_out_tags(feeds)) == feeds


def test_a_run_without_the_tag_left_nothing_out():
    assert left_out_of({"dagster/partition": "2026-09-22"}) == []
