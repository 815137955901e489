"""GS1 application identifiers and what their values look like (General Specifications §3).

A pattern is made of parts: `n6` six digits, `n..8` one to eight digits, `x..20` one to twenty
characters of set 82, `y..30` of set 39, `d` a date YYMMDD, `h` up to a date and time; `#` after a
part of digits says that its last one is a check digit. An identifier that ends in `*` stands for
ten. The device's twin is `pwa/src/scan/gs1_table.js`; `tests/vectors/gs1.json` holds both to the
same answers.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# Character set 82 (§7.11, table 1) and set 39 (table 2).
SET_82 = "!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z"
SET_39 = "#\\-/0-9A-Z"

# Digits of an element, identifier included, by the identifier's first two digits: figure "element
# strings with predefined length" (§7.8.5). All others end at FNC1.
PREDEFINED_LENGTH = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18,
    "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8, "18": 8, "19": 8,
    "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip

PATTERNS = {
    "00": "n18#", "01": "n14#", "02": "n14#", "03": "n14#", "10": "x..20", "11": "d", "12": "d",
    "13": "d", "15": "d", "16": "d", "17": "d", "20": "n2", "21": "x..20", "22": "x..20",
    "235": "x..28", "240": "x..30", "241": "x..30", "242": "n..6", "243": "x..20", "250": "x..30",
    "251": "x..30", "253": "n13# x..17?", "254": "x..20", "255": "n13# n..12?", "30": "n..8",
    "310*": "n6", "311*": "n6", "312*": "n6", "313*": "n6", "314*": "n6", "315*": "n6",
    "316*": "n6", "320*": "n6", "321*": "n6", "322*": "n6", "323*": "n6", "324*": "n6",
    "325*": "n6", "326*": "n6", "327*": "n6", "328*": "n6", "329*": "n6", "330*": "n6",
    "331*": "n6", "332*": "n6", "333*": "n6", "334*": "n6", "335*": "n6", "336*": "n6",
    "337*": "n6", "340*": "n6", "341*": "n6", "342*": "n6", "343*": "n6", "344*": "n6",
    "345*": "n6", "346*": "n6", "347*": "n6", "348*": "n6", "349*": "n6", "350*": "n6",
    "351*": "n6", "352*": "n6", "353*": "n6", "354*": "n6", "355*": "n6", "356*": "n6",
    "357*": "n6", "360*": "n6", "361*": "n6", "362*": "n6", "363*": "n6", "364*": "n6",
    "365*": "n6", "366*": "n6", "367*": "n6", "368*": "n6", "369*": "n6", "37": "n..8",
    "390*": "n..15", "391*": "n3 n..15", "392*": "n..15", "393*": "n3 n..15", "394*": "n4",
    "395*": "n6", "400": "x..30", "401": "x..30", "402": "n17#", "403": "x..30", "410": "n13#",
    "411": "n13#", "412": "n13#", "413": "n13#", "414": "n13#", "415": "n13#", "416": "n13#",
    "417": "n13#", "420": "x..20", "421": "n3 x..9", "422": "n3", "423": "n3 n..12", "424": "n3",
    "425": "n3 n..12", "426": "n3", "427": "x..3", "7001": "n13", "7002": "x..30", "7003": "d n4",
    "7004": "n..4", "7005": "x..12", "7006": "d", "7007": "d d?", "7008": "x..3", "7009": "x..10",
    "7010": "x..2", "7020": "x..20", "7021": "x..20", "7022": "x..20", "7023": "x..30",
    "703*": "n3 x..27", "710": "x..20", "711": "x..20", "712": "x..20", "713": "x..20",
    "714": "x..20", "715": "x..20", "716": "x..20", "717": "x..20", "7240": "x..20",
    "8001": "n14", "8002": "x..20", "8003": "n14# x..16?", "8004": "x..30", "8005": "n6",
    "8006": "n14# n4", "8007": "x..34", "8008": "d n2 n..4?", "8009": "x..50", "8010": "y..30",
    "8011": "n..12", "8012": "x..20", "8013": "x..25", "8017": "n18#", "8018": "n18#",
    "8019": "n..10", "8020": "x..25", "8026": "n14# n4", "8110": "x..70", "8112": "x..70",
    "8200": "x..70", "90": "x..30", "91": "x..90", "92": "x..90", "93": "x..90", "94": "x..90",
    "95": "x..90", "96": "x..90", "97": "x..90", "98": "x..90", "99": "x..90",
}  # fmt: skip

_PART = re.compile(r"(?P<kind>[nxyd])(?P<open>\.\.)?(?P<length>[0-9]*)(?P<check>#)?(?P<may>\?)?\Z")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier's rule: the whole value, and which of its groups are dates or checked."""

    value: re.Pattern[str]
    dates: tuple[int, ...]
    checked: tuple[int, ...]


def identifier_of(text: str) -> str | None:
    """The known identifier that `text` starts with, or None."""
    for length in (2, 3, 4):
        name = text[:length]
        if len(name) == length and identifier(name):
            return name
    return None


@lru_cache(maxsize=256)
def identifier(name: str) -> Identifier | None:
    """The rule of an identifier, None for one that is not in the table."""
    pattern = PATTERNS.get(name) or (PATTERNS.get(f"{name[:3]}*") if len(name) == 4 else None)
    if pattern is None or not name.isdigit():
        return None
    groups: list[str] = []
    dates: list[int] = []
    checked: list[int] = []
    for number, part in enumerate(pattern.split(), 1):
        found = _PART.match(part)
        assert found
        groups.append(_group(found))
        dates += [number] if found["kind"] == "d" else []
        checked += [number] if found["check"] else []
    return Identifier(re.compile("".join(groups) + r"\Z"), tuple(dates), tuple(checked))


def _group(part: re.Match[str]) -> str:
    characters = {"n": "0-9", "d": "0-9", "x": SET_82, "y": SET_39}[part["kind"]]
    length = "6" if part["kind"] == "d" else part["length"]
    times = f"{{1,{length}}}" if part["open"] else f"{{{length}}}"
    return f"([{characters}]{times}){'?' if part['may'] else ''}"
