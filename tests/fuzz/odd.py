"""Odd values: what a hostile or broken device may put anywhere, as Hypothesis strategies; and
`written`, which writes them as JSON, also where no JSON writer would.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# What stands in a value for bytes that a JSON writer would not make.
VERBATIM = {
    "«lists»": "[" * 2_000 + "]" * 2_000,
    "«names»": '{"a":' * 2_000 + "1" + "}" * 2_000,
    "«33 lists»": "[" * 33 + "]" * 33,
    "«open»": "[" * 3_000,
    "«digits»": "9" * 5_000,
    "«negative digits»": "-" + "9" * 40,
    "«huge»": "1e999999",
    "«tiny»": "1e-999999",
    "«nan»": "NaN",
    "«infinity»": "-Infinity",
    "«half»": '"\\ud800"',
    "«other half»": '"a\\udfffb"',
    "«nul»": '"\\u0000"',
    "«nul inside»": '"a\\u0000b"',
    "«control»": '"a\tb"',
    "«escape»": '"\\x41"',
    "«twice»": '{"a": 1, "a": 2}',
    "«leading zero»": "007",
    "«comment»": "/* x */ 1",
}
NUMBERS: tuple[float, ...] = (
    0, 1, -1, 2, 7, 200, 1000, 2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1,
    2**63, -(2**63) - 1, 2**64, 10**30, 0.1, -0.0, 1.5, 1e308, 5e-324,
)  # fmt: skip
TEXTS = (
    "", " ", "\x00", "\t\n", "\x7f", "\u200b", "\u202e", "\ufeff", "\ufffd", "\uffff", "é",
    "e\u0301", "随行", "𠮷", "👩\u200d🔧", "ﷺ" * 40,
    "Z̸̢̛a̷l̶g̷o", "null", "true", "0", "-1", "NaN", "1e9", "1" * 64,
    "0" * 64, "f" * 64, "G" * 64, "'; DROP TABLE journal; --", "%s%n%x", "../../etc/passwd",
    "{{7*7}}",
    "<script>", "\\", '"', "a" * 65, "b" * 201, "長" * 3_000, "2026-11-22T09:41:07.120+08:00",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-22", "24:00",
    "lot/SZ:M-1001:L2611-02", "lot/SZ:", "/", "lot/SZ:\u2028x", "person/org:wang.fang",
    "org.people",
    "SZ.floor", "server", "system", "setup", "01a20000-0000-7000-8000-000000000001",
)  # fmt: skip


@cache
def texts() -> SearchStrategy[str]:
    """Texts that something may stumble over, also with halves of characters."""
    return st.one_of(
        st.sampled_from(TEXTS),
        st.sampled_from(TEXTS),
        st.text(max_size=12),
        st.text(st.characters(codec=None, exclude_categories=()), max_size=6),
    )


@cache
def plain() -> SearchStrategy[Any]:
    """One value that is no list and no object."""
    return st.one_of(
        st.sampled_from([None, True, False]),
        st.sampled_from(NUMBERS),
        st.integers(-(2**70), 2**70),
        texts(),
        st.sampled_from(sorted(VERBATIM)),
    )


@cache
def values() -> SearchStrategy[Any]:
    """Any value."""
    return st.one_of(
        plain(),
        plain(),
        st.lists(plain(), max_size=3),
        st.dictionaries(texts(), plain(), max_size=3),
        st.builds(lambda one, times: [one] * times, plain(), st.sampled_from([21, 201])),
        st.just([{}] * 30),
    )


@dataclass(frozen=True)
class Object:
    """How an object is made wrong: other values, fields left out, a name given twice."""

    fields: dict[str, Any]
    without: frozenset[str]
    twice: str = ""

    def over(self, right: dict[str, Any]) -> dict[str, Any]:
        """The object, with what is wrong in it."""
        kept = {name: value for name, value in right.items() if name not in self.without}
        return kept | self.fields

    def written(self, right: dict[str, Any], *, ascii_only: bool) -> str:
        """The same as JSON."""
        text = written(self.over(right), ascii_only=ascii_only)
        if self.twice and text.startswith("{"):
            return "{" + f"{json.dumps(self.twice)}: null, " + text[1:]
        return text


RIGHT = Object({}, frozenset())


def objects(names: list[str], *, more: SearchStrategy[Any] | None = None) -> SearchStrategy[Object]:
    """Ways to make an object of these fields wrong."""
    named = st.sampled_from(names)
    return st.builds(
        Object,
        st.dictionaries(
            st.one_of(named, named, named, texts()),
            values() if more is None else more,
            max_size=2,
        ),
        st.one_of(st.just(frozenset()), st.frozensets(named, max_size=2)),
        st.one_of(st.just(""), st.just(""), st.just(""), named),
    )


def written(value: Any, *, ascii_only: bool) -> str:
    """The value as JSON text; may hold halves of characters if not `ascii_only`."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    for name, verbatim in VERBATIM.items():
        text = text.replace(json.dumps(name, ensure_ascii=ascii_only), verbatim)
    return text


@dataclass(frozen=True)
class Mutation:
    """A change to bytes at a place between 0 and 1, over a length."""

    what: str
    place: float
    length: int
    salt: bytes

    def __call__(self, raw: bytes) -> bytes:
        at = int(self.place * len(raw))
        some = raw[at : at + self.length]
        match self.what:
            case "flip":
                flipped = bytes(b ^ (1 << self.length % 8) for b in raw[at : at + 1])
                return raw[:at] + flipped + raw[at + 1 :]
            case "cut off":
                return raw[:at]
            case "take out":
                return raw[:at] + raw[at + self.length :]
            case "put in":
                return raw[:at] + self.salt + raw[at:]
            case "put over":
                return raw[:at] + self.salt + raw[at + len(self.salt) :]
            case "again":
                return raw[:at] + some * 2 + raw[at + self.length :]
            case _:
                return raw[at:] + raw[:at]


def mutations(most: int = 3) -> SearchStrategy[tuple[Mutation, ...]]:
    """Some changes, one after the other."""
    whats = ("flip", "flip", "cut off", "take out", "put in", "put over", "again", "turn")
    salts = st.one_of(
        st.binary(max_size=4),
        st.sampled_from(
            [b'"', b"{", b"}", b",", b"\\u0000", b"\\ud800", b"\xff", b"null", b"[" * 50]
        ),
    )
    one = st.builds(
        Mutation,
        st.sampled_from(whats),
        st.floats(0, 1),
        st.sampled_from([1, 2, 8, 60, 400]),
        salts,
    )
    return st.lists(one, min_size=1, max_size=most).map(tuple)


def mutated(raw: bytes, changes: tuple[Mutation, ...]) -> bytes:
    """The bytes after all these changes."""
    for change in changes:
        raw = change(raw)
    return raw
