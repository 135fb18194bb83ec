"""A small, boundary-dense, messy city: the values of five feeds, drawn from one seed.

Few people, plates, units and businesses are used again and again, so that duplicates, superseded and
standing rows, shared units and people of two households come up in every city.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.reference import persons
from tests.reference.dates import months_before
from tests.reference.income import standard
from tests.reference.persons import Person
from tests.reference.spellings import Raw

Row = dict[str, object]
NIGHTS = tuple(
    date.fromisoformat(d)
    for d in ("2026-09-22", "2026-02-28", "2024-09-01", "2026-03-31", "2026-12-31", "2028-02-29", "2026-10-31")
)
BENEFITS = ("dibao_urban", "dibao_rural", "tekun_central", "tekun_scattered", "margin", "rigid")


@dataclass
class City:
    """What the generator knows while it draws."""

    chance: Random
    as_of: date
    people: list[Person]
    employers: list[str | None]
    plates: list[str]
    units: list[str]
    places: list[str]
    entities: list[tuple[str | Raw | None, str]]
    quiet: set[str]

    def some(self, *values: object) -> object:
        """One of the values."""
        return self.chance.choice(values)

    def odds(self, share: float) -> bool:
        """True for that share."""
        return self.chance.random() < share

    def day(self, months: int = 36) -> object:
        """A date at or near a boundary, nothing, or garbage."""
        now, edge = self.as_of, months_before(self.as_of, months)
        near = [now, now + timedelta(1), now - timedelta(1), edge, edge + timedelta(1), edge - timedelta(1)]
        far = [date(2024, 2, 29), date(2020, 2, 29), date(2025, 1, 31), date(2019, 6, 1), date(2026, 8, 31)]
        drawn = now - timedelta(self.chance.randrange(1600))
        return self.some(*near, *far, drawn, drawn, None, None, Raw("待查") if self.odds(0.2) else drawn)

    def month(self) -> object:
        """A month at or near the three-month limit, nothing, or garbage."""
        first = self.as_of.replace(day=1)
        near = [months_before(first, n) for n in (-1, 0, 1, 2, 3, 4, 5, 12)]
        return self.some(*near, None, None, Raw("2023-13") if self.odds(0.2) else None)

    def amount(self) -> object:
        """An amount of money, often near a standard."""
        odd = [Raw("不详"), Raw("500左右"), Raw("-100"), Raw("0.00")]
        plain = ["0", "120", "500", "630", "770", "769.99", "770.01", "945", "1155", "2310", "0.01", "1234.5", "333.33"]
        return self.some(*(Decimal(a) for a in plain), None, *(odd if self.odds(0.3) else [None]))

    def code(self, *good: str) -> object:
        """One of the codes, at times an unknown or empty one."""
        return self.some(Raw("未知"), Raw("99"), None) if self.odds(0.1) else self.some(*good)

    def id_of(self, someone: Person) -> object:
        """The person's ID, at times a bad one or another document."""
        if self.odds(0.01):
            return persons.bad_id(self.chance, someone.id_number)
        return persons.other_document(self.chance) if self.odds(0.01) else someone.id_number

    def name_of(self, someone: Person) -> object:
        """The person's name, nothing, or a name that differs more or less."""
        if self.odds(0.75):
            return someone.name
        masked = someone.name[:-1] + self.chance.choice("?？□\ue456𠀀")
        return self.some(None, masked, someone.name + "某", "周杰", masked + "某")


def found_city(chance: Random) -> City:
    """Draw the people and things that the feeds will speak of."""
    as_of = NIGHTS[0] if chance.random() < 0.5 else chance.choice(NIGHTS)
    people = [persons.person(chance) for _ in range(chance.randrange(40, 160))]
    units = [
        f"500103{chance.randrange(10**6):06}{chance.choice(['GB', 'JC', 'GB', 'AB'])}{n:05}F{chance.randrange(10**8):08}"
        for n in range(25)
    ]
    entities: list[tuple[str | Raw | None, str]] = [(persons.uscc(chance), f"某某{n}经营部") for n in range(8)]
    entities += [(None, f"某某{n}商行") for n in range(3)] + [(Raw("91500103MA00000000"), "某某公司")]
    return City(
        chance,
        as_of,
        people,
        [None, "重庆某某1有限公司", "某某(重庆)公司", "重庆某某 2 厂"],
        [f"渝{chance.choice('ABCD')}{chance.randrange(10**4):04}{chance.choice('0F')}" for _ in range(20)],
        units,
        [f"某某路{n}号{n}-{n}" for n in range(1, 9)],
        entities,
        set(),
    )


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
                "account_holder": someone.name,
                "account_no": Raw("6222000000000000"),
            }
        )
    return rows


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
    """A wage row and a pension row of one person."""
    rows = []
    if wage:
        rows.append(
            insurance(
                city,
                someone,
                insurance_type="employee",
                enrol_status="active",
                benefit_status=None,
                payer_kind=city.some("employed", None, "employed", "self"),
                wage_base=wage,
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


def vehicles(city: City) -> list[Row]:
    """Vehicle rows."""
    rows: list[Row] = []
    types = [
        "K33",
        "K11",
        "H31",
        "Q11",
        "Z11",
        "N11",
        "D11",
        "M21",
        "M22",
        "M11",
        "T11",
        "B11",
        "G11",
        "J11",
        "小型轿车",
        "普通二轮摩托车",
        "普通正三轮摩托车",
        "轻型普通货车",
        "其他车",
    ]
    plates = [
        "01",
        "02",
        "02",
        "03",
        "04",
        "05",
        "06",
        "07",
        "07",
        "08",
        "13",
        "14",
        "15",
        "16",
        "17",
        "22",
        "23",
        "24",
        "26",
        "27",
        "51",
        "52",
        "99车",
    ]
    with_office = city.odds(0.3)
    for _ in range(city.chance.randrange(40, 160)):
        someone = city.chance.choice(city.people)
        plate: object = city.chance.choice(city.plates) if city.odds(0.85) else None
        office: object = None
        if with_office and isinstance(plate, str):
            office = city.some(plate[:2], plate[:1], None)
            plate = plate[1:] if city.odds(0.5) else plate
        row: Row = {
            "id_number": city.id_of(someone),
            "name": city.name_of(someone),
            "plate_no": plate,
            "plate_type": Raw(city.chance.choice(plates)) if city.odds(0.2) else city.some(*plates[:-1], None, None),
            "vehicle_type": city.some(*types, None, None, None, None),
            "status": city.some(
                *"AAAAEMPGQCKBD", "GQ", "AG", "EG", None, None, Raw("核对中"), Raw("A,G"), Raw("正常、查封"), Raw("F")
            ),
            "use": city.some("A", None),
            "vin": f"LSVIN{city.chance.randrange(30):012}" if city.odds(0.6) else None,
            "brand": "长安",
            "registered_on": city.day(),
            "transferred_on": city.day() if city.odds(0.4) else None,
            "deregistered_on": city.day() if city.odds(0.45) else None,
            "inspected_until": city.day(),
            "scrap_by": None,
            "assessed_value": city.amount(),
        }
        if with_office:
            row["issuing_office"] = office
        rows.append(row)
    return rows


def properties(city: City) -> list[Row]:
    """Property rows."""
    rows: list[Row] = []
    ways = ["buy_new", "buy_new", "buy_second", "auction", "relocation", "relocation", "inherit", "gift", "divorce"]
    for _ in range(city.chance.randrange(40, 180)):
        someone = city.chance.choice(city.people)
        place = city.chance.randrange(len(city.places))
        unit: object = city.units[place * 3 + city.chance.randrange(2)] if city.odds(0.5) else None
        rows.append(
            {
                "id_number": city.id_of(someone),
                "name": city.name_of(someone),
                "unit_no": unit,
                "cert_no": city.some("渝(2020)001", None),
                "use": city.code(
                    "dwelling", "dwelling", "dwelling", "dwelling", "shop", "office", "parking", "storage", "other"
                ),
                "acquisition": city.code(*ways, "self_build", "reform", "correction", "other"),
                "registered_on": city.day(),
                "contract_on": city.day() if city.odds(0.5) else None,
                "area": city.some(Decimal(60), Decimal("88.12"), Decimal("45.5"), Decimal(100), None, Raw("约60")),
                "location": city.places[place] if city.odds(0.85) else None,
                "right_status": city.some("current", "current", "current", None, "historic", "temporary", Raw("9")),
                "price": city.amount(),
            }
        )
    return rows


def businesses(city: City) -> list[Row]:
    """Business rows."""
    rows: list[Row] = []
    for _ in range(city.chance.randrange(20, 100)):
        someone = city.chance.choice(city.people)
        uscc, entity = city.chance.choice(city.entities)
        rows.append(
            {
                "id_number": city.id_of(someone),
                "name": city.name_of(someone),
                "uscc": uscc,
                "entity_name": entity if city.odds(0.97) else None,
                "entity_type": city.some("个体工商户", "9500", None),
                "role": city.code("operator", "legal_rep", "shareholder", "partner", "coop_member", "officer"),
                "status": city.code(
                    "active", "active", "active", "revoked", "revoked_closed", "closed", "annulled", "moved", "other"
                ),
                "established_on": city.day(),
                "closed_on": None,
                "subscribed_capital": city.some(Decimal("10.5"), Decimal(200), None),
            }
        )
    return rows


def repeated(city: City, rows: list[Row], drawers: list[Callable[[City], object]] | None = None) -> list[Row]:
    """The rows with some standing twice, some once more with another content, some with more bad IDs."""
    out = list(rows)
    for row in city.chance.sample(rows, len(rows) // 12):
        copy = dict(row)
        if city.odds(0.6):  # another content: one field of another row
            other = city.chance.choice(rows)
            name = city.chance.choice([n for n in row if n not in ("household_id", "id_number")])
            copy[name] = other[name]
        out.insert(city.chance.randrange(len(out) + 1), copy)
    for draw in drawers or []:
        draw(city)
    return out


def draw_feeds(city: City) -> dict[str, list[Row]]:
    """The rows of all five feeds."""
    roster = rosters(city)
    feeds = {
        "roster": roster,
        "social_insurance": insurances(city, roster),
        "vehicle": vehicles(city),
        "property": properties(city),
        "business": businesses(city),
    }
    return {name: repeated(city, rows) for name, rows in feeds.items()}
