"""Fictional people with valid identity numbers, and numbers that are no person's."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.reference.cleaning import USCC_SIGNS, USCC_WEIGHTS, check_sign
from tests.reference.spellings import Raw

NAMES = (
    *("张伟", "李娜", "王芳", "赵红明", "𠮷田", "张𠮷", "欧阳娜", "买买提·艾力", "阿依古丽·吐尔逊", "龚㛃", "林晐"),
    *("李\ue123", "王□", "赵?明", "孙？"),
)


@dataclass(frozen=True)
class Person:
    """One fictional person."""

    id_number: str
    name: str


def person(chance: Random) -> Person:
    """A person with a valid ID."""
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(33_000))
    if chance.random() < 0.05:
        born = chance.choice([date(2000, 2, 29), date(1960, 2, 29), date(1999, 12, 31)])
    first17 = f"50019{chance.randrange(3)}{born:%Y%m%d}{chance.randrange(1000):03}"
    return Person(first17 + check_sign(first17), chance.choice(NAMES))


def bad_id(chance: Random, good: str) -> Raw:
    """An ID that quarantines its row."""
    wrong = good[:17] + ("0" if good[17] != "0" else "1")
    impossible, future = "500190" + "19990230" + "123", "500190" + "20990101" + "123"
    number = "1" + "".join(chance.choice("0123456789") for _ in range(16))
    return Raw(
        chance.choice(
            [
                wrong,
                impossible + check_sign(impossible),
                future + check_sign(future),
                good[:17],
                "5.00191E+17",
                "",
                "无",
                "500190990230123",
                wrong + "11",
                number + uscc_sign(number),
            ]
        )
    )


def other_document(chance: Random) -> Raw:
    """A passport, a permit or an organisation: the row is skipped."""
    return Raw(chance.choice(["E12345678", "H1234567800", "g87654321", " E1234567 8", uscc(chance), nine_digits()]))


def uscc_sign(first17: str) -> str:
    """The check character of a 统一社会信用代码."""
    total = sum(USCC_SIGNS.index(c) * w for c, w in zip(first17, USCC_WEIGHTS, strict=True))
    return USCC_SIGNS[(31 - total % 31) % 31]


def uscc(chance: Random) -> str:
    """A valid code with letters."""
    first17 = "91500103MA" + "".join(chance.choice(USCC_SIGNS) for _ in range(7))
    return first17 + uscc_sign(first17)


def nine_digits() -> str:
    """A valid code with a 9 in front and no letter before its check character."""
    return "91500103123456789" + uscc_sign("91500103123456789")
