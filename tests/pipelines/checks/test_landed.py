"""Suites on real deliveries: what the acceptance sets hold lands without a check that stops the night."""

from datetime import date

import pytest

from pipelines.checks.landed import assess_landed
from pipelines.night.landing import land_feed
from pipelines.resources import night_resource
from pipelines.settings_reading import load_settings

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
