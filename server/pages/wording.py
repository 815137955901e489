"""Wording: messages in two languages and the filters that templates say them with.

Pure: what the Liquid environment (`server.pages.liquid`) calls. The twin on the device is
`pwa/src/render/filters.js`; `tests/server/pages/test_liquid.py` holds both to the same words.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

LANGUAGES = ("zh_CN", "en")
# Where the pages of a kind are, if not under its plural.
FOLDERS = {"asset": "delivered", "equipment": "equipment", "person": "people"}
SLOT = re.compile(r"\{(\w+)(?::(\w+))?(?:\|([^|{}]*)\|([^|{}]*))?\}")
MOMENT = re.compile(r"(\d{4})-(\d\d-\d\d)T(\d\d:\d\d)")
CODE = "code"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ID_SHOWN_CHARS = 6
NO_BREAK = "\N{NO-BREAK SPACE}"


def flat(tree: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Nested messages as one level with dotted keys."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{above}{key}.")
        else:
            found[f"{above}{key}"] = str(value)
    return found


class Wording:
    """The messages of one language, and the texts of problems in it."""

    def __init__(
        self, lang: str, messages: Mapping[str, Any], problems: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.lang = lang
        self._messages = flat(messages)
        self._problems = problems

    def text(self, key: str, params: Mapping[str, Any]) -> str:
        """The message of a key; KeyError if the language lacks it."""
        return self._fill(self._messages[key], params)

    def label(self, value: object, prefix: str = "") -> str:
        """The message `prefix.value` if there is one, else the value itself; of a list each."""
        if isinstance(value, list):
            return self.shown([self.label(one, prefix) for one in value])
        shown = self.shown(value)
        key = f"{prefix}.{shown}" if prefix else shown
        return self._messages.get(key, shown)

    def problem(self, problem: Mapping[str, Any] | None) -> str:
        """A Problem's sentence; its bare code if nobody wrote one."""
        code = problem and problem.get("code")
        if not problem or not code:
            return ""
        texts = self._problems.get(code)
        return self._fill(texts[self.lang], problem.get("params") or {}) if texts else str(code)

    def name(self, value: Mapping[str, str] | str | None) -> str:
        """A `{zh, en}` name in this language, the other one where it is empty."""
        if isinstance(value, Mapping):
            first, second = ("zh", "en") if self.lang == "zh_CN" else ("en", "zh")
            return str(value.get(first) or value.get(second) or "")
        return value or ""

    def shown(self, value: object) -> str:
        """A parameter as text: names in the language, lists joined, truth as true or false."""
        if isinstance(value, Mapping):
            return self.name(value)
        if isinstance(value, list):
            return ("、" if self.lang == "zh_CN" else ", ").join(self.shown(one) for one in value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else str(value)

    def _fill(self, message: str, params: Mapping[str, Any]) -> str:
        """Fills `{name}`, `{name:prefix}` (a label, for lines.0.item that of item),
        `{name:code}` (of a document's key what people call it) and `{name|one|many}`.
        """

        def slot(match: re.Match[str]) -> str:
            name, prefix, one, many = match.groups()
            shown = self.shown(params.get(name))
            if one is not None:
                return str(one if shown == "1" else many)
            if not prefix:
                return shown
            if prefix == CODE:
                return self._called(shown)
            last = self._messages.get(f"{prefix}.{shown.rpartition('.')[2]}", shown)
            return self._messages.get(f"{prefix}.{shown}", last)

        return SLOT.sub(slot, message)

    def _called(self, key: str) -> str:
        """What people call a document: its code, or what it is and the end of its id."""
        code = key.rpartition(":")[2]
        if not UUID.fullmatch(code):
            return code
        noun = self._messages.get(f"title.{key.partition('/')[0]}", "")
        return f"{noun} …{code[-ID_SHOWN_CHARS:]}".strip()


def at(value: Any, key: Any) -> Any:
    """What a mapping holds under a key, a list at an index; None where it holds nothing."""
    if isinstance(value, Mapping):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    return None


def has(key: Any, value: Any) -> bool:
    """Whether a mapping has a key, or a list an element."""
    return value is not None and key in value


def before(first: str | None, second: str | None) -> bool:
    """Whether one ISO text comes before another; nothing is before or after nothing."""
    return bool(first and second and first < second)


def covers(first: str | None, second: str | None) -> bool:
    """Whether one amount is as much as another; nothing covers or is covered by nothing."""
    return bool(first and second and Decimal(first) >= Decimal(second))


def moment(value: str | None, today: str) -> str:
    """A moment as the clock that wrote it showed it, without the year if it is this year."""
    match = MOMENT.match(value or "")
    if not match:
        return value or ""
    year, date, time = match.groups()
    return f"{date} {time}" if today.startswith(year) else f"{year}-{date} {time}"


def day(value: str | None) -> str:
    """The date of an ISO date or moment."""
    return (value or "")[:10]


def identity(key: str | None) -> str:
    """What stands after the slash of a document key."""
    return (key or "").partition("/")[2]


def site(key: str | None) -> str:
    """The site in a document key."""
    return identity(key).partition(":")[0]


def path(key: str | None) -> str:
    """The page of a document key, encoded as encodeURIComponent does, but for the colon."""
    kind, slash, rest = (key or "").partition("/")
    return f"/{FOLDERS.get(kind, f'{kind}s')}/{encoded(rest)}" if slash else ""


def encoded(text: str) -> str:
    """Percent-encoded for a path or a query, letters, digits and `-_.!~*'():` as they are."""
    kept = "-_.!~*'():"
    return "".join(
        chr(byte) if byte < 128 and (chr(byte).isalnum() or chr(byte) in kept) else f"%{byte:02X}"
        for byte in text.encode()
    )


def compact(value: Any) -> str:
    """JSON without spaces, for hidden fields."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def whole(values: str | None) -> str:
    """Values between middle dots: a line breaks between them, never between number and unit."""
    return (values or "").replace(" ", NO_BREAK).replace(f"{NO_BREAK}·{NO_BREAK}", " · ")


def short(value: str | None) -> str:
    """The last six characters of an id, as people read it out."""
    return (value or "")[-6:]
