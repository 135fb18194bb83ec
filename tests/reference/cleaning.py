"""The table of feeds.md section 2, value by value, in plain Python."""

import re
from datetime import date, timedelta
from decimal import Decimal

from tests.reference.contract import PLATE_TYPES, VEHICLE_STATES, VEHICLE_TYPES

ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
NOTHING = ("无", "-", "/")
UNKNOWN = "unknown"
DOTS = "•・‧．."
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Quarantine(Exception):  # noqa: N818 - a fate of a row, not an error of the program
    """The row cannot be kept; the text says why."""


class OtherDocument(Exception):  # noqa: N818
    """The row is about a passport, a permit or an organisation: skipped."""


class Unparsed(Exception):  # noqa: N818
    """The value is neither empty nor readable."""


def fold_all(text: str) -> str:
    """Full-width forms to half-width, punctuation too: for headers, IDs, codes, dates and amounts."""
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text).replace("\u3000", " ")


def clean_text(raw: str) -> str:
    """Trimmed, zero-width marks removed, full-width letters, digits and spaces to half-width."""
    out = []
    for c in raw:
        if c in ZERO_WIDTH:
            continue
        half = chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c
        out.append(" " if c == "\u3000" else half if half.isalnum() else c)
    return "".join(out).strip()


def clean_name(raw: str) -> str:
    """Spaces removed, dots made one; no folding of characters."""
    kept = "".join(c for c in raw if not c.isspace() and c not in ZERO_WIDTH)
    return "".join("·" if c in DOTS else c for c in kept)


def check_sign(first17: str) -> str:
    """The check character of a 公民身份号码 (GB 11643)."""
    total = sum(int(d) * w for d, w in zip(first17, ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def is_uscc(text: str) -> bool:
    """A 统一社会信用代码 with the right check character (GB 32100)."""
    if len(text) != 18 or any(c not in USCC_SIGNS for c in text):
        return False
    total = sum(USCC_SIGNS.index(c) * w for c, w in zip(text, USCC_WEIGHTS, strict=False))
    return USCC_SIGNS[(31 - total % 31) % 31] == text[17]


def is_id(text: str, today: date) -> bool:
    """18 characters, a right check digit, a birth date that is possible and not in the future."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text) or check_sign(text[:17]) != text[17]:
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return born <= today


def clean_id(raw: str, today: date) -> str:
    """The 18 characters of the ID, or the fate of the row."""
    folded = fold_all(raw).replace("x", "X")
    text = "".join(c for c in folded if not c.isspace() and c != "'" and c not in ZERO_WIDTH)
    if re.fullmatch(r"[0-9]{15}", text):
        first17 = text[:6] + "19" + text[6:]
        text = first17 + check_sign(first17)
    # a 20- or 22-character 残疾人证号 whose first 18 characters are a valid ID
    if len(text) in (20, 22) and is_id(text[:18], today) and re.fullmatch(r"[0-9A-Z]+", text):
        return text[:18]
    if is_id(text, today):
        return text
    if re.match(r"[A-Za-z]", text):
        raise OtherDocument
    if is_uscc(text) and (re.search(r"[A-Z]", text[:17]) or text[0] == "9"):
        raise OtherDocument
    raise Quarantine("id_number")


_YMD = (
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?",
    r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?",
    r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})",
    r"([0-9]{4})([0-9]{2})([0-9]{2})",
    r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日",
)
_YM = (r"([0-9]{4})-([0-9]{2})", r"([0-9]{4})([0-9]{2})", r"([0-9]{4})年([0-9]{1,2})月")


def clean_date(raw: str) -> date | None:
    """A date in any of the accepted spellings, None for the spellings of nothing.

    Raises:
        Unparsed: for anything else that is not empty.
    """
    text = "".join(c for c in fold_all(raw) if c not in ZERO_WIDTH).strip()
    if text in ("", *NOTHING) or text[:10] == "1900-01-00":
        return None
    day = _parsed_date(text)
    return None if day in (date(1, 1, 1), date(9999, 12, 31)) else day


def _parsed_date(text: str) -> date:
    try:
        for pattern in _YMD:
            if m := re.fullmatch(pattern, text):
                return date(int(m[1]), int(m[2]), int(m[3]))
        for pattern in _YM:
            if m := re.fullmatch(pattern, text):
                return date(int(m[1]), int(m[2]), 1)
    except ValueError:
        raise Unparsed from None
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text) and 20000 <= int(text[:5]) <= 60000:
        return date(1899, 12, 30) + timedelta(days=int(text[:5]))
    raise Unparsed


def clean_month(raw: str) -> date | None:
    """The first day of the month of a month or date."""
    day = clean_date(raw)
    return day.replace(day=1) if day else None


def clean_number(raw: str, unit: str | None) -> Decimal | None:
    """An amount in 元 (unit 元 or 万元), or a plain number where the unit is None.

    Raises:
        Unparsed: for any other text and for a negative amount.
    """
    text = "".join(c for c in fold_all(raw) if c not in ZERO_WIDTH).strip()
    if text in ("", *NOTHING):
        return None
    text = text.removeprefix("¥").removeprefix("\uffe5").removesuffix("元").strip()
    if not re.fullmatch(r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?", text):
        raise Unparsed
    return Decimal(text.replace(",", "")) * (10000 if unit == "万元" else 1)


def clean_code(raw: str, codes: dict[str, tuple[str, ...]], *, required: bool) -> str:
    """Our own name for the code; `unknown` for what the contract does not know; empty where it may be."""
    text = "".join(c for c in fold_all(raw) if c not in ZERO_WIDTH).strip()
    if text == "":
        return UNKNOWN if required else ""
    for own, texts in codes.items():
        if text == own or text in [fold_all(t) for t in texts]:
            return own
    return UNKNOWN


def clean_plate(raw: str, office: str) -> str:
    """Upper case, dots and spaces removed, the province taken from the issuing office where it is missing."""
    text = "".join(c for c in clean_text(raw).upper() if not c.isspace() and c not in "·" + DOTS)
    # "or without the province where 发证机关/FZJG has it"
    if text and office and not is_han(text[0]) and is_han(office[0]):
        return office[0] + text
    return text


def is_han(sign: str) -> bool:
    """A Chinese character, as a plate's province is."""
    return "\u4e00" <= sign <= "\u9fff"


def clean_plate_type(raw: str) -> str:
    """Two digits, a single one padded; a text of the list; anything else is unknown."""
    text = clean_text(raw)
    if text == "":
        return ""
    if re.fullmatch(r"[0-9]{1,2}", text):
        return text.zfill(2)
    return PLATE_TYPES.get(text, UNKNOWN)


def clean_vehicle_type(raw: str) -> str:
    """A GA 24.4 code or one of the texts; any other text is unknown."""
    text = clean_text(raw)
    if text == "" or re.fullmatch(r"[KHQZNDMTBGJ][0-9]*", text):
        return text
    return VEHICLE_TYPES.get(text, UNKNOWN)


def clean_vehicle_status(raw: str) -> str:
    """The status letters, sorted; empty stays empty; anything else is unknown."""
    text = clean_text(raw)
    if text == "":
        return ""
    letters: set[str] = set()
    for part in re.split("[,,、;]", text.replace("，", ",")):
        word = part.strip()
        if word in VEHICLE_STATES:
            letters.add(VEHICLE_STATES[word])
        elif set(word) <= set(VEHICLE_STATES.values()):
            letters |= set(word)
        else:
            return UNKNOWN
    return "".join(sorted(letters)) or UNKNOWN


def same_name(left: str, right: str) -> bool:
    """Whether two cleaned names agree; a rare or lost character matches any one character."""
    if left == "" or right == "":
        return True  # "if both names are present and differ"
    if len(left) != len(right):
        return False
    return all(a == b or _is_wild(a) or _is_wild(b) for a, b in zip(left, right, strict=True))


def _is_wild(sign: str) -> bool:
    return ord(sign) > 0xFFFF or "\ue000" <= sign <= "\uf8ff" or sign in "?？□"
