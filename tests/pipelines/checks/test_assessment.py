"""A feed's checks as a whole, by real runs of its suite."""

from datetime import date

import pytest

from pipelines.checks.assessment import assess

AS_OF = date(2026, 9, 22)


def results(assessment):
    return {one.expectation.name: one for one in assessment.results}


def statuses(assessment):
    return {name: one.status for name, one in results(assessment).items() if one.status != "passed"}


def test_a_clean_delivery_passes_in_full(contract, make_facts, make_report):
    assessment = assess(contract, make_facts(), AS_OF, previous=make_report(), key_duplicates=0)

    assert statuses(assessment) == {}
    assert all(one.holds for one in assessment.accounts)


def test_the_first_night_has_no_history(contract, make_facts):
    assert statuses(assess(contract, make_facts(), AS_OF, key_duplicates=0))["row_count_band"] == "no_history"


def test_an_ordinary_dirty_delivery_never_holds_the_night(contract, make_facts, make_report):
    dirty = make_report(
        books={"kept": 970, "duplicate": 5, "superseded": 5, "quarantined": 20, "skipped": 9},
        reasons={"id_check_digit": 20},
        fields={"use": {"filled": 970, "unknown": 900}, "plate_no": {"filled": 100}, "status": {"unknown": 970}},
    )

    assessment = assess(contract, make_facts(used=[dirty]), AS_OF, key_duplicates=0)

    assert not any(one.holds_the_night for one in assessment.results)
    assert {name for name, one in results(assessment).items() if not one.passed} == {
        "plate_no_filled",
        "use_known",
        "status_known",
    }


def test_a_small_district_with_some_bad_rows_never_holds_the_night(contract, make_facts, make_report):
    small = make_report(books={"kept": 11, "quarantined": 19}, reasons={"id_check_digit": 19})

    assessment = assess(contract, make_facts(used=[small]), AS_OF, key_duplicates=0)

    assert not any(one.holds_the_night for one in assessment.results)
    assert statuses(assessment)["quarantined_share"] == "failed"


def test_an_empty_delta_passes(contract, make_facts, make_report):
    empty = make_report(books={"kept": 0}, mode="delta")

    assessment = assess(contract, make_facts(used=[empty]), AS_OF, key_duplicates=0)

    assert all(one.passed for one in assessment.results)
    assert statuses(assessment)["row_count"] == "too_few"


@pytest.mark.parametrize(
    ("books", "fields", "reasons", "keys", "failed"),
    [
        ({"kept": 979, "quarantined": 21}, {}, {"id_check_digit": 21}, 0, "id_number_valid"),
        ({}, {"plate_no": {"is_present": False}}, {}, 0, "required_columns"),
        ({}, {}, {}, 1, "key_unique"),
    ],
)
def test_what_would_make_wrong_flags_holds_the_night(
    contract, make_facts, make_report, books, fields, reasons, keys, failed
):
    wrong = make_report(books=books, fields=fields, reasons=reasons)

    assessment = assess(contract, make_facts(used=[wrong]), AS_OF, key_duplicates=keys)

    assert {name for name, one in results(assessment).items() if one.holds_the_night} == {failed}


def test_missing_columns_are_named(contract, make_facts, make_report):
    wrong = make_report(fields={"plate_no": {"is_present": False}})

    assert results(assess(contract, make_facts(used=[wrong]), AS_OF))["required_columns"].note == "plate_no"


def test_a_newer_delivery_that_was_refused_is_told(contract, make_facts):
    told = make_facts(messages=["vehicle 2026-09-22: expected 5 rows, found 4"])

    result = results(assess(contract, told, AS_OF, key_duplicates=0))["newest_delivery"]

    assert not result.passed
    assert not result.holds_the_night
    assert result.note == "vehicle 2026-09-22: expected 5 rows, found 4"


def test_a_required_feed_of_nobody_holds_the_night(contract, make_facts, make_report):
    roster = contract.model_copy(update={"is_required": True})
    nobody = make_facts(used=[make_report(books={"kept": 0})])

    assert results(assess(roster, nobody, AS_OF, key_duplicates=0))["row_count"].holds_the_night
    assert not results(assess(contract, nobody, AS_OF, key_duplicates=0))["row_count"].holds_the_night


@pytest.mark.parametrize(("status", "age"), [("stale", 50), ("refused", None), ("absent", None)])
def test_a_feed_without_a_snapshot_in_use_is_not_assessed(contract, make_facts, status, age):
    facts = make_facts(status=status, age_days=age, snapshot_date=None, used=[])

    assessment = assess(contract, facts, AS_OF)

    assert {name for name, one in results(assessment).items() if not one.passed} == {"freshness"}
    assert {one.status for one in assessment.results} == {"failed", "not_assessed"}
    assert not any(one.holds_the_night for one in assessment.results)
    assert assessment.account_of_gx is None
    assert assessment.accounts == []
