"""Suites on real deliveries: what the acceptance sets hold lands without a check that stops the night."""

from datetime import date

import pytest

from pipelines.checks.landed import assess_landed
from pipelines.night.landing import land_feed
from pipelines.resources import night_resource
from pipelines.settings_reading import load_settings
from tests.pipelines.night.test_landing_again import deliver, night, number

AS_OF = date(2026, 9, 22)


@pytest.mark.parametrize("name", ["clean", "messy"])
def test_no_delivery_of_the_acceptance_sets_holds_the_night(acceptance, tmp_path, name):
    settings = load_settings(
        {"inbox": str(acceptance / name / "inbox"), "warehouse": str(tmp_path / "warehouse")}, {}, None
    )
    night = night_resource(settings).open(AS_OF)
    night.vault.open()
    for feed, contract in night.contracts.items():
        state = land_feed(night, feed)

        assessment = assess_landed(night, contract)

        if state.status == "fresh":
            results = {one.expectation.name: one for one in assessment.results}
            assert not [one for one in assessment.results if one.holds_the_night]
            assert results["key_unique"].status == "passed"
            assert all(one.holds for one in assessment.accounts)
            assert len(assessment.accounts) == len(state.used)
        else:
            assert [one.expectation.name for one in assessment.results if not one.passed] == ["freshness"]


def test_a_delivery_that_came_before_is_compared_with_the_one_before_it_now(tmp_path):
    inbox = tmp_path / "inbox"
    for day, *people in (("18", "1950", "1951"), ("20", "1952"), ("22", "1950", "1951")):
        deliver(inbox, f"2026-09-{day}", *(number(f"{year}0101") for year in people))
        opened = night(tmp_path, f"2026-09-{day}")
        assert land_feed(opened, "vehicle").status == "fresh"
    assessment = assess_landed(opened, opened.contracts["vehicle"])
    [band] = [one for one in assessment.results if one.expectation.name == "row_count_band"]
    assert band.status == "failed"  # two rows after one; by its first date there would be no history
