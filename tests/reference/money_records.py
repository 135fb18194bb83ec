"""Housing funds, taxed incomes and filed proxies of a drawn city."""

from decimal import Decimal

from tests.reference.city import City, Row
from tests.reference.dates import months_before
from tests.reference.persons import Person
from tests.reference.spellings import Raw

# Sums of twelve months: 0.06 more is half a cent a month, which rounds up; 0.05 more does not.
BESIDE = tuple(Decimal(n) for n in ("0", "0.05", "0.06", "0.07", "-0.05", "-0.06", "-0.07", "12", "1200"))


def housing_funds(city: City) -> list[Row]:
    """Housing-fund rows: random ones and those that carry a crafted wage."""
    rows = [
        _fund(city, someone, status="active", base=wage, last_paid_month=months_before(city.as_of.replace(day=1), 3))
        for someone, way, wage in city.wages
        if way in ("housing_fund", "all")
    ]
    for _ in range(city.chance.randrange(15, 70)):
        someone = _someone(city)
        status = city.code("active", "active", "active", "sealed", "closed")
        rows.append(_fund(city, someone, status=status, base=city.amount(), last_paid_month=city.month()))
    return rows


def _fund(city: City, someone: Person, **given: object) -> Row:
    return {
        "id_number": city.id_of(someone),
        "name": city.name_of(someone),
        "employer": city.chance.choice(city.employers),
        "balance": city.amount(),
        **given,
    }


def taxes(city: City, roster: list[Row]) -> list[Row]:
    """Months of taxed income: sums at and beside what a member declared, crafted wages, and random months."""
    declared = {row["id_number"]: row.get("monthly_income") for row in roster}
    rows: list[Row] = []
    for someone, way, wage in city.wages:
        if way in ("income_tax", "all"):
            rows += _months(city, someone, wage * 12)
    for _ in range(city.chance.randrange(5, 20)):
        someone = _someone(city)
        said = declared.get(someone.id_number)
        total = (said if isinstance(said, Decimal) else Decimal(0)) * 12 + city.chance.choice(BESIDE)
        rows += _months(city, someone, total) if total > 0 else []
    for _ in range(city.chance.randrange(10, 90)):
        rows.append(_tax(city, _someone(city), city.amount(), _period(city)))
    return rows


def _months(city: City, someone: Person, total: Decimal) -> list[Row]:
    """Wages of several months of the window, their sum the total; at times one of a month beside the window."""
    first = city.as_of.replace(day=1)
    months = city.chance.sample(range(1, 13), city.chance.choice([1, 2, 3, 12]))
    if city.odds(0.4):
        months[0] = city.chance.choice([1, 12])
    share = (total / len(months)).quantize(Decimal("0.01"))
    amounts = [share] * (len(months) - 1)
    amounts.append(total - sum(amounts, Decimal(0)))
    rows = [_tax(city, someone, a, months_before(first, n), "wage") for a, n in zip(amounts, months, strict=True)]
    if city.odds(0.3):
        rows.append(_tax(city, someone, Decimal(5000), months_before(first, city.chance.choice([0, 13])), "wage"))
    return rows if city.odds(0.9) else [*rows, _tax(city, someone, None, months_before(first, 4), "wage")]


def _tax(city: City, someone: Person, amount: object, period: object, item: object = None) -> Row:
    return {
        "id_number": city.id_of(someone),
        "name": city.name_of(someone),
        "period": period,
        "income_item": item
        or city.code("wage", "wage", "wage", "wage", "labour", "business", "property_transfer", "other"),
        "income": amount,
        "payer": city.chance.choice(city.employers),
    }


def _period(city: City) -> object:
    """A month at or beside the window, nothing, or garbage."""
    first = city.as_of.replace(day=1)
    near = [months_before(first, n) for n in (-1, 0, 1, 1, 2, 5, 11, 12, 12, 13)]
    return city.some(*near, None if city.odds(0.5) else near[2], Raw("2023-13") if city.odds(0.1) else near[3])


def _someone(city: City) -> Person:
    """Anybody, but seldom one whose income was crafted."""
    someone = city.chance.choice(city.people)
    return city.chance.choice(city.people) if someone.id_number in city.quiet and city.odds(0.9) else someone


def proxies(city: City, roster: list[Row]) -> list[Row]:
    """Filed proxies: of the account's holder as the roster writes it, of another, of a household that is none.

    None without a holder: a row of one value below the others is a note.
    """
    rows: list[Row] = []
    holders = [(row["household_id"], row["account_holder"]) for row in roster if row["account_holder"]]
    for home, holder in city.chance.sample(holders, min(len(holders), city.chance.randrange(12, 50))):
        other = city.some(holder, holder, holder, f"{holder}某", str(holder)[:-1] + "?")
        number = home if city.odds(0.9) else city.some("H9999", Raw(" ") if city.odds(0.2) else "H9998")
        rows.append({"household_id": number, "holder_name": other, "filed_on": city.day()})
    return rows
