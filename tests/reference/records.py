"""Vehicle, property and business rows of a drawn city, and rows that stand twice."""

from decimal import Decimal

from tests.reference.city import City, Row
from tests.reference.money_records import housing_funds, proxies, taxes
from tests.reference.people_records import custodies, deaths, marriages
from tests.reference.persons import person
from tests.reference.rosters import insurances, rosters
from tests.reference.spellings import Raw

VEHICLE_TYPES = (
    *("K33", "K11", "H31", "Q11", "Z11", "N11", "D11", "M21", "M22", "M11", "T11", "B11", "G11", "J11"),
    *("小型轿车", "普通二轮摩托车", "普通正三轮摩托车", "轻型普通货车", "其他车"),
)
PLATE_TYPES = (
    *("01", "02", "02", "03", "04", "05", "06", "07", "07", "08", "13", "14", "15", "16", "17", "22", "23", "24"),
    *("26", "27", "51", "52", "99车"),
)


def vehicles(city: City) -> list[Row]:
    """Vehicle rows."""
    rows: list[Row] = []
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
            "plate_type": Raw(city.chance.choice(PLATE_TYPES))
            if city.odds(0.2)
            else city.some(*PLATE_TYPES[:-1], None, None),
            "vehicle_type": city.some(*VEHICLE_TYPES, None, None, None, None),
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


def repeated(city: City, rows: list[Row]) -> list[Row]:
    """The rows with some standing twice, and some once more with another content."""
    out = list(rows)
    for row in city.chance.sample(rows, len(rows) // 12):
        copy = dict(row)
        if city.odds(0.6):  # another content: one field of another row
            other = city.chance.choice(rows)
            name = city.chance.choice([n for n in row if n not in ("household_id", "id_number", "spouse_id_number")])
            copy[name] = other[name]
        out.insert(city.chance.randrange(len(out) + 1), copy)
    return out


def draw_feeds(city: City) -> dict[str, list[Row]]:
    """The rows of all feeds, those of people and money last."""
    roster = rosters(city)
    feeds = {
        "roster": roster,
        "social_insurance": insurances(city, roster),
        "vehicle": vehicles(city),
        "property": properties(city),
        "business": businesses(city),
    }
    outsiders = [person(city.chance) for _ in range(12)]
    feeds |= {
        "death": deaths(city, outsiders),
        "custody": custodies(city),
        "housing_fund": housing_funds(city),
        "income_tax": taxes(city, roster),
        "marriage": marriages(city, roster, outsiders),
        "card_proxies": proxies(city, roster),
    }
    drawn = {name: repeated(city, rows) for name, rows in feeds.items()}
    if city.odds(0.04):
        crowd(city, drawn["business"])
    return drawn


def crowd(city: City, rows: list[Row]) -> None:
    """Fill up with other people's rows to 1000 (20 of them bad: 2 %, kept) or to 999 (refused)."""
    for row in rows:
        row["id_number"] = str(row["id_number"]) if str(row["id_number"])[:3] == "500" else "500190195001011230"
    wanted = city.chance.choice([999, 1000])
    while len(rows) < wanted:
        rows.append(dict(city.chance.choice(rows)) | {"id_number": person(city.chance).id_number})
    del rows[wanted:]
    for row in city.chance.sample(rows, 20):
        row["id_number"] = Raw("123")
    city.chance.shuffle(rows)
