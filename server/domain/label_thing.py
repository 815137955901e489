"""What a label is of: kinds of things, the layouts that each has, and what a person writes on one.

A thing is a document (a lot, a job, a person) or what only its label names so far (a location, a
machine or gauge, a delivered product): there the *facts* that a person gives at printing are what
is known of it. Why it is so: docs/adr/0028-a-label-is-of-a-thing.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from server.domain.lot import LotStatus
from server.domain.person import SYSTEM, Person, person_key
from server.domain.rights import SETUP_SESSION, may
from sync.document import site_of
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft

Layout = Literal[
    "lot", "material", "package", "status", "card-a5", "card-a4",
    "location", "equipment", "gauge", "asset", "badge",
]  # fmt: skip
FactType = Literal["text", "date", "status"]
FACT_CHARS_MAX = 120
STATUSES = get_args(LotStatus)
MARK = "~"  # no item's code begins with it: no scanner would read the lot's id
CODE_CHARS_MAX = 40
# The code of what has no document: no blanks, no signs that links or keys give a meaning to.
CODE = re.compile(
    "[^\\x00-\\x20/\\\\?#%:~\"'<>\\x7f-\\xa0\\u2000-\\u200f\\u2028-\\u202f"
    "\\u205f-\\u206f\\u3000\\ufeff]{1,40}"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

PRINTERS = frozenset(
    {"operator", "storekeeper", "inspector", "technician", "supervisor", "quality_manager"}
)
CALIBRATORS = frozenset({"inspector", "supervisor", "quality_manager"})
BADGERS = frozenset({"admin", "supervisor", "quality_manager"})


@dataclass(frozen=True)
class Rule:
    """Of one layout: the type of thing it is for, who may print it, and which facts are asked.

    `serials`: whether it shows the serial of a unit. `order`: two days, the first before the other.
    """

    of: str
    facts: Mapping[str, FactType] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    order: tuple[str, str] | None = None
    roles: frozenset[str] = PRINTERS
    serials: bool = False


RULES: dict[str, Rule] = {
    "lot": Rule("lot"),
    "material": Rule("lot", {"purchase_order": "text", "storage": "text"}, serials=True),
    "package": Rule(
        "lot",
        {"consignee": "text", "address": "text", "contact": "text", "package": "text",
         "packages": "text", "gross_weight": "text", "packed_on": "date"},
        serials=True,
    ),
    "status": Rule("lot"),
    "card-a5": Rule("job", {"stage": "text"}, roles=PRINTERS | {"planner"}),
    "card-a4": Rule("job", {"stage": "text"}, roles=PRINTERS | {"planner"}),
    "location": Rule(
        "location", {"zone_zh": "text", "zone_en": "text", "status": "status", "limit": "text"}
    ),
    "equipment": Rule(
        "equipment",
        {"name_zh": "text", "name_en": "text", "model": "text", "serial": "text",
         "place": "text", "keeper": "text", "in_use_since": "date", "care_due_on": "date"},
    ),
    "gauge": Rule(
        "equipment",
        {"name_zh": "text", "name_en": "text", "range": "text", "calibrated_on": "date",
         "due_on": "date", "certificate": "text", "calibrated_by": "text"},
        required=("calibrated_on", "due_on"),
        order=("calibrated_on", "due_on"),
        roles=CALIBRATORS,
    ),
    "asset": Rule(
        "asset",
        {"item_code": "text", "item_name_zh": "text", "item_name_en": "text", "serial": "text",
         "lot_code": "text", "produced_on": "date", "installed_on": "date",
         "warranty_until": "date", "customer": "text", "maker": "text", "service": "text"},
        required=("item_code", "serial"),
        order=("installed_on", "warranty_until"),
    ),
    "badge": Rule(
        "person",
        {"name_latin": "text", "number": "text", "department": "text", "site": "text",
         "valid_until": "date"},
        roles=BADGERS,
    ),
}  # fmt: skip
THINGS = tuple(dict.fromkeys(rule.of for rule in RULES.values()))
ANY_PRINTER = frozenset().union(*(rule.roles for rule in RULES.values()))


def label_key(thing: str, site: str = "") -> str:
    """The key of a thing's labels; those of a person are at a `site`, as their badge is."""
    kind, _, name = thing.partition("/")
    if kind == "lot":
        return f"label/{name}"
    return f"label/{site or site_of(thing)}:{MARK}{kind}:{name.partition(':')[2]}"


def thing_of(key: str) -> str:
    """The key of what these labels are of."""
    name = key.partition("/")[2]
    site, _, rest = name.partition(":")
    kind, colon, code = rest.removeprefix(MARK).partition(":")
    if not rest.startswith(MARK) or not colon or kind not in THINGS:
        return f"lot/{name}"
    return f"{kind}/{'org' if kind == 'person' else site}:{code}"


def must_print(entry: Entry, draft: Draft, layout: str, *, never: frozenset[str]) -> None:
    """Who may print a lot's label may not claim that a gauge is calibrated. Problem: no_right.

    `never` are roles that do not count for this deed.
    """
    if entry.actor == SYSTEM and entry.session == SETUP_SESSION:
        return
    site = site_of(entry.on)
    person = draft.get(person_key(entry.actor), Person)
    if person is None or not may(person, site, RULES[layout].roles - never):
        raise Problem("no_right", {"kind": entry.kind, "site": site})


def facts_of(layout: str, given: Mapping[str, str]) -> dict[str, str]:
    """What was written, in the layout's order, without what is empty.

    Problems (with the field): label_fact_unknown, label_fact_missing, label_date_wrong,
    label_dates_swapped, body_malformed.
    """
    rule = RULES[layout]
    for name in given:
        if name not in rule.facts:
            raise Problem("label_fact_unknown", {"field": name}, field=f"facts.{name}")
    facts = {name: given[name] for name in rule.facts if given.get(name)}
    for name in rule.required:
        if name not in facts:
            raise Problem("label_fact_missing", {"field": name}, field=f"facts.{name}")
    for name, text in facts.items():
        _must_be(rule.facts[name], name, text)
    first, second = rule.order or ("", "")
    if first in facts and second in facts and facts[second] <= facts[first]:
        params = {"first": first, "second": second}
        raise Problem("label_dates_swapped", params, field=f"facts.{second}")
    return facts


def _must_be(kind: FactType, name: str, text: str) -> None:
    place = f"facts.{name}"
    if kind == "date" and not _is_day(text):
        raise Problem("label_date_wrong", {"field": name}, field=place)
    if kind == "status" and text not in STATUSES:
        raise Problem("body_malformed", {"where": place, "why": "literal_error"}, field=place)


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
