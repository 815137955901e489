"""Search text: what a document is found by when somebody types a part of a code or a name.

Codes as they are and without their hyphens, names, and for Chinese names the first letters of the
syllables in pinyin (广州 → gz), which is what people type. The device's twin is
`pwa/src/search_text.js`; `tests/vectors/search.json` holds both to the same texts.
`initials.json` has a letter for each character and the few that are read in more than one way; it
is made from pypinyin by `tests/sync/initials_table.py`.
"""

import json
import re
import unicodedata
from functools import lru_cache
from itertools import combinations
from pathlib import Path

PART_MAX_CHARS = 80
TEXT_MAX_CHARS = 600  # an index row of PostgreSQL holds 2,704 bytes
READINGS_MAX = 16
QUERY_MAX_CHARS = 80
KEPT_TEXTS = 20_000
BLANKS = re.compile(r"[\s\ufeff\x00-\x1f\x7f-\x9f]+")
DIGITS = frozenset("0123456789")

_table = json.loads((Path(__file__).parent / "initials.json").read_text("utf-8"))
_first: int = _table["first"]
_letters: str = "".join(_table["letters"])
_more: dict[str, str] = _table["more"]


def plain_text(text: str) -> str:
    """Full width and half width, upper and lower case are the same; one space between words."""
    return BLANKS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip(" ")


def words_of(query: str) -> list[str]:
    """What must all be found; empty for an empty query."""
    return plain_text(query[:QUERY_MAX_CHARS]).split()


@lru_cache(maxsize=KEPT_TEXTS)
def search_text(values: tuple[str, ...]) -> str:
    """The text to look in, a line for each part; the first is the code by which it is ranked."""
    lines: dict[str, None] = {}
    for value in values:
        lines.update(dict.fromkeys(_lines(value)))
    return "\n".join(lines)[:TEXT_MAX_CHARS].rstrip("\n")


def rank(text: str, query: str) -> int:
    """How near a text that was found is: 0 the code itself, 1 its beginning, 2 anything else."""
    wanted = plain_text(query[:QUERY_MAX_CHARS])
    first = text.partition("\n")[0]
    if wanted in (first, compact(first)):
        return 0
    return 1 if first.startswith(wanted) or compact(first).startswith(wanted) else 2


def compact(text: str) -> str:
    """Letters and digits only: l2611-03 → l261103."""
    return "".join(char for char in text if char.isascii() and char.isalnum())


@lru_cache(maxsize=KEPT_TEXTS)
def _lines(value: str) -> tuple[str, ...]:
    text = plain_text(value[:PART_MAX_CHARS])
    spelled = readings(text) if any(_of(char) for char in text) else []
    short = compact(text) if DIGITS.intersection(text) else ""
    return tuple(line for line in (text, *spelled, short) if line)


def readings(text: str) -> list[str]:
    """First letters of a text, the usual reading first, then those with one, two … others."""
    letters = [_of(char) or compact(char) for char in text]
    places = [at for at, some in enumerate(letters) if len(some) > 1]
    found: dict[str, None] = {}
    for changed in range(len(places) + 1):
        for at in combinations(places, changed):
            if len(found) == READINGS_MAX:
                return list(found)
            found["".join(some[i in at : (i in at) + 1] for i, some in enumerate(letters))] = None
    return list(found)


def _of(char: str) -> str:
    """The letters with which a character's readings begin; empty for all but Chinese ones."""
    if char in _more:
        return _more[char]
    at = ord(char) - _first
    return _letters[at].strip("-") if 0 <= at < len(_letters) else ""
