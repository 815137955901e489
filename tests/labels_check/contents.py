"""What stands on the labels of the check: contents for every layout and for every code, by
Hypothesis: lengths, scripts and edge values.
"""

import re
from datetime import date
from typing import Any

from hypothesis import strategies as st

from labels import gs1
from labels.layout import FieldRule, Layout
from labels.status import WORDS
from labels.symbol import Kind

LATIN = "ABCDEFGHKLMNPRSTXYZabcdefghkmnprstxyz0123456789 -/.,:()+#&'\"<>^~\\_|%"
CHINESE = "压铸铝合金端盖轴承密封圈法兰不锈钢（），。、《》℃Ω±≤·龘鱻〇"
WORDS_LINE = st.text(st.sampled_from(LATIN + CHINESE + "éüß"), min_size=1, max_size=28).filter(
    lambda text: text.strip()
)
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz"
LOT = st.text(SET_82, min_size=1, max_size=20) | st.text("0123456789", min_size=1, max_size=20)
PLAIN_ID = st.text("ABCXYZ-0123456789", min_size=1, max_size=14)
GTINS = st.builds(
    lambda digits: digits + gs1.check_digit(digits),
    st.text("0123456789", min_size=13, max_size=13).filter(lambda text: text.strip("0")),
)
_YEARS = (date(2000, 1, 1), date(2049, 12, 31))
# A label's own number: eight letters and digits of Crockford's, then which of the print.
NUMBERS = st.builds("{}-{}".format, st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=8,
                                            max_size=8), st.integers(1, 999))  # fmt: skip
CODE_FIELDS = {"lot_code": LOT, "serial": LOT, "gtin": GTINS, "print": NUMBERS}


def of_layout(layout: Layout) -> st.SearchStrategy[dict[str, Any]]:
    """Values of all required fields and of some of the others."""
    required = {name: _field(name, rule) for name, rule in layout.fields.items() if rule.required}
    optional = {name: _field(name, rule) for name, rule in layout.fields.items()
                if not rule.required}  # fmt: skip
    return st.fixed_dictionaries(required, optional=optional)


def _field(name: str, rule: FieldRule) -> st.SearchStrategy[Any]:
    if name in CODE_FIELDS:
        return CODE_FIELDS[name]
    if name.endswith("_id"):
        return PLAIN_ID.map(lambda text: f"SZ:{text}")
    match rule.type:
        case "date":
            return st.dates(*_YEARS).map(str)
        case "number":
            return st.decimals(0, 999999, places=2).map(lambda number: f"{number.normalize():f}")
        case "status":
            return st.sampled_from(sorted(WORDS))
        case "rows":
            row = st.fixed_dictionaries(dict.fromkeys(rule.columns, WORDS_LINE))
            return st.lists(row, max_size=30)
    return WORDS_LINE.map(lambda text: text[:10]) if name in ("unit", "package") else WORDS_LINE


def of_code(kind: Kind) -> st.SearchStrategy[str]:
    """Contents that the kind of code can carry; of GS1 kinds the element string."""
    digits = st.text("0123456789", min_size=13, max_size=13).filter(
        lambda text: text[8:12].strip("0")
    )
    match kind:
        case "qr":
            return st.text(LATIN + CHINESE, min_size=1, max_size=120) | LOT
        case "datamatrix":
            return st.text(LATIN, min_size=1, max_size=80) | LOT
        case "gs1-datamatrix" | "gs1-128":
            short = LOT.map(lambda text: text[:8]) if kind == "gs1-128" else LOT
            day = st.dates(*_YEARS).map("{:%y%m%d}".format)
            return st.builds(_elements, GTINS, day, short, short)
        case "ean13" | "itf14":
            zero = "0" if kind == "ean13" else "1"
            return digits.map(lambda text: _checked(zero + text[1:])).map(
                lambda gtin: gtin[1:] if kind == "ean13" else gtin
            )
        case "upca":
            return digits.map(lambda text: _checked("003" + text[3:])[2:])
        case "ean8":
            return digits.map(lambda text: _checked("0" * 6 + "9" + text[7:])[6:])
        case "code39":
            return st.text("ABCXYZ0123456789-. $/+%", min_size=1, max_size=18).filter(
                lambda text: text == text.strip() and not re.search("[$%/+][A-Z]", text)
            )
        case "codabar":
            inside = st.text("0123456789-$:/.+", min_size=4, max_size=14)
            return st.builds("{1}{0}{2}".format, inside, *[st.sampled_from("ABCD")] * 2)
        case "code128":
            ascii_only = "".join(chr(code) for code in range(32, 127))
            return st.text(ascii_only, min_size=1, max_size=24)


def _checked(digits: str) -> str:
    return digits + gs1.check_digit(digits)


def _elements(gtin: str, day: str, lot: str, serial: str) -> str:
    return gs1.written([("01", gtin), ("17", day), ("10", lot), ("21", serial)])[0]
