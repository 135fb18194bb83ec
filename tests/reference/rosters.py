"""Households of a drawn city, and the pension rows that bring some of them to a limit."""

from datetime import date, timedelta
from decimal import Decimal

from tests.reference.city import BENEFITS, City, Row
from tests.reference.dates import months_before
from tests.reference.income import standard
from tests.reference.persons import Person
from tests.reference.spellings import Raw


def rosters(city: City) -> list[Row]:
    """All member rows."""
    rows: list[Row] = []
    no_income = city.odds(0.08)
    for n in range(city.chance.randrange(30, 90)):
        members = city.chance.sample(city.people, min(city.chance.choice([1, 1, 1, 2, 2, 3, 4, 5]), len(city.people)))
        rows += household(city, f"H{n:04}", members)
    if no_income:
        for row in rows:
            row.pop("monthly_income", None)
    return rows


def household(city: City, number: str, members: list[Person]) -> list[Row]:
    """The rows of one household."""
    benefit = city.some(*BENEFITS[:2], *BENEFITS[:2], *BENEFITS)
    approved, amount = city.month() if city.odds(0.4) else city.day(), city.amount()
    graced = city.odds(0.25)
    holder = account_holder(city, members)
    rows: list[Row] = []
    for place, someone in enumerate(members):
        head = (place == 0 and city.odds(0.85)) or city.odds(0.05)
        rows.append(
            {
                "household_id": number if not city.odds(0.003) else Raw(" "),
                "id_number": city.id_of(someone),
                "name": city.name_of(someone) if city.odds(0.1) else someone.name,
                "relation": "02" if head else city.code("10", "20", "30", "40", "50", "60", "70", "80"),
                "benefit": benefit if city.odds(0.95) else city.code(*BENEFITS),
                "covered": city.code("yes", "yes", "no"),
                "single": city.some("no", None),
                "town": city.some("上清寺街道", "七星岗街道"),
                "village": city.some("第1社区", None),
                "region_code": "500103",
                "monthly_income": city.amount(),
                "monthly_amount": amount,
                "approved_month": approved,
                "last_review_on": city.day(12),
                "grace_from": grace_day(city) if graced and city.odds(0.8) else None,
                "grace_to": grace_day(city) if graced and city.odds(0.8) else None,
                "status": city.some(
                    "active", "active", None, "stopped" if city.odds(0.3) else "active", city.code("active")
                ),
                "account_holder": holder if city.odds(0.7) else city.some(someone.name, None),
                "account_no": Raw("6222000000000000"),
            }
        )
    return rows


def account_holder(city: City, members: list[Person]) -> object:
    """Whose account it is: a member's, a stranger's, one written a little differently, nobody's."""
    member = city.chance.choice(members).name
    return city.some(
        member, member, city.chance.choice(city.people).name, "周代管", member[:-1] + "□", member + "某", None
    )


def grace_day(city: City) -> object:
    """A limit of a grace period: around as_of, and around twelve months before it."""
    now, year = city.as_of, months_before(city.as_of, 12)
    near = [d + timedelta(n) for d in (now, year) for n in (-1, 0, 1)]
    return city.some(*near, months_before(now, 3), months_before(now, -3), Raw("待定") if city.odds(0.2) else now)


def insurances(city: City, roster: list[Row]) -> list[Row]:
    """Pension rows: random ones, and crafted ones that bring a household to a limit."""
    rows = crafted(city, roster)
    for _ in range(city.chance.randrange(60, 250)):
        someone = city.chance.choice(city.people)
        if someone.id_number in city.quiet and city.odds(0.9):
            continue
        rows.append(
            insurance(
                city,
                someone,
                insurance_type=city.code("employee", "institution", "resident", "resident"),
                enrol_status=city.code("none", "active", "active", "suspended", "terminated", "terminated"),
                benefit_status=city.some(
                    None, None, "paying", "suspended", "ended", Raw("9") if city.odds(0.3) else None
                ),
                benefit_amount=city.amount(),
                payer_kind=city.some(None, "employed", "employed", "self", Raw("其他")),
                wage_base=city.amount(),
                last_paid_month=city.month(),
                stop_reason=city.some(None, "death", "abroad", "to_employee", "other", Raw("8888")),
            )
        )
    return rows


def insurance(city: City, someone: Person, **given: object) -> Row:
    """One row of social_insurance."""
    row: Row = {
        "id_number": city.id_of(someone),
        "name": city.name_of(someone),
        "employer": city.chance.choice(city.employers),
        "enrolled_on": city.some(city.day(), date(2024, 2, 29), None),
        "stopped_on": city.day(),
        "benefit_amount": None,
        "payer_kind": None,
        "wage_base": None,
        "last_paid_month": None,
        "stop_reason": None,
    }
    return row | given


def crafted(city: City, roster: list[Row]) -> list[Row]:
    """For some dibao households, pensions and wages that put the per-capita income at or beside a limit."""
    rows: list[Row] = []
    homes: dict[object, list[Row]] = {}
    for row in roster:
        homes.setdefault(row["household_id"], []).append(row)
    by_id = {p.id_number: p for p in city.people}
    for members in homes.values():
        if members[0]["benefit"] not in BENEFITS[:2] or city.odds(0.5) or "monthly_income" not in members[0]:
            continue
        city.quiet |= {str(m["id_number"]) for m in members}
        limit = standard(str(members[0]["benefit"]), city.as_of)
        for member in members:
            member["monthly_income"] = Decimal(city.chance.choice([0, 0, 100, 630]))
        target = limit * Decimal(city.chance.choice(["1", "1.5", "1.2", "0.9", "2"]))
        target += Decimal(
            city.chance.choice(["0", "0", "0.01", "-0.01", "0.005", "-0.005", "0.004", "0.0049", "0.0051"])
        )
        someone = by_id.get(str(members[-1]["id_number"]))
        needed = target * len(members) - sum(Decimal(str(m["monthly_income"])) for m in members[:-1])
        if someone is None or needed <= 0:
            continue
        share = Decimal(city.chance.choice(["0", "0.25", "0.5", "1"]))
        wage, pension = (needed * share).quantize(Decimal("0.01")), needed - (needed * share).quantize(Decimal("0.01"))
        rows += income_rows(city, someone, wage, pension)
    return rows


def income_rows(city: City, someone: Person, wage: Decimal, pension: Decimal) -> list[Row]:
    """A wage row and a pension row of one person; the wage may stand with the housing fund or the tax office."""
    rows = []
    way = city.chance.choice(["insurance", "insurance", "housing_fund", "income_tax", "all"]) if wage else ""
    city.wages.append((someone, way, wage))
    if way in ("insurance", "all"):
        rows.append(
            insurance(
                city,
                someone,
                insurance_type="employee",
                enrol_status="active",
                benefit_status=None,
                payer_kind=city.some("employed", None, "employed", "self"),
                wage_base=wage - city.chance.choice([0, 1]) if way == "all" else wage,
                last_paid_month=city.some(
                    None, months_before(city.as_of.replace(day=1), city.chance.choice([3, 3, 4]))
                ),
            )
        )
    if pension:
        rows.append(
            insurance(
                city,
                someone,
                insurance_type="resident",
                enrol_status=city.some("active", "terminated"),
                benefit_status="paying",
                benefit_amount=pension,
            )
        )
    return rows
