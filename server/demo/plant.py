"""The demo plant: every entry of it in the order in which it happened.

What happened is in the YAML files of this folder; here it is put together. The constants name
what tests and screenshots look for; test_demo holds them to what they promise.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from server.demo.deed import Deed, meant, moment, pictures, read, told
from server.demo.people import PEOPLE, SITES
from server.demo.receiving import received
from server.demo.rehearsal import Rehearsal
from server.domain.person import SYSTEM
from server.procedures import shipped

STORIES = ("production.yaml", "store.yaml", "visits.yaml")
OPENED_AT = "-10 08:00"
PROCEDURES_OF = {
    "SZ": ("production", "incoming_inspection"),
    "HD": ("site_service", "incoming_inspection"),
}

FIRST_ARTICLE_JOB = "job/SZ:J2611-005"
FIRST_ARTICLE_LOT = "lot/SZ:P-2001:B2611-05"
SELF_CHECK_JOB = "job/SZ:J2611-004"
MUTUAL_CHECK_JOB = "job/SZ:J2611-003"
FINAL_INSPECTION_JOB = "job/SZ:J2611-002"
APPROVED_REQUISITION = "requisition/SZ:01a1e579-0a00-7f27-a6c3-e81d50f96505"
WAITING_REQUISITION = "requisition/SZ:01a1e9c4-2e00-7d0a-9b5f-2a6cd7e31606"
CHANGED_REQUISITION = "requisition/SZ:01a1e9cd-5580-7a68-8e41-96b03fd82707"
APPROVED_LOTS = ("lot/SZ:M-1001:L2611-02", "lot/SZ:M-1005:L2611-16", "lot/SZ:M-1006:L2611-18")
SHARED_LOT = "lot/SZ:M-1009:L2611-26"
OVERDRAWN_LOT = "lot/SZ:M-1005:L2611-15"
OPEN_VISIT = "visit/HD:V2611-003"


def entries(today: date) -> Iterator[Deed]:
    """The deeds of the ten days up to this morning, oldest first; the same for the same day."""
    rehearsal = Rehearsal()
    for deed in [*_set_up(today), *sorted(_happened(today), key=lambda deed: deed.at)]:
        complete = deed
        if deed.kind == "approval.decided":
            complete = replace(deed, body=deed.body | rehearsal.shown(deed.on))
        rehearsal.perform(complete)
        yield complete


def blobs() -> Mapping[str, bytes]:
    """The contents of all signatures in the deeds, by SHA-256; PNG."""
    return pictures([read(name) for name in STORIES])


def _happened(today: date) -> Iterator[Deed]:
    yield from received(read("lots.yaml"), today)
    for name in STORIES:
        yield from told(read(name), today)


def _set_up(today: date) -> Iterator[Deed]:
    at = moment(OPENED_AT, today)
    for kind, on, body in (*_organisation(), *_procedures(), *_items(today)):
        yield Deed(kind, on, body, SYSTEM, at)


def _organisation() -> Iterable[tuple[str, str, dict[str, Any]]]:
    for site in SITES:
        names = {"name_zh": site["name_zh"], "name_en": site["name_en"]}
        yield "site.opened", f"site/org:{site['code']}", names
    for person in PEOPLE:
        body = {"name": person.name, "roles": person.roles}
        yield "person.added", f"person/org:{person.login}", body


def _procedures() -> Iterable[tuple[str, str, dict[str, Any]]]:
    by_code = {procedure.code: procedure for procedure in shipped()}
    for site, codes in PROCEDURES_OF.items():
        for code in codes:
            procedure = by_code[code]
            key = f"procedure/{site}:{code}.v{procedure.revision}"
            yield "procedure.published", key, procedure.model_dump(mode="json")


def _items(today: date) -> Iterable[tuple[str, str, dict[str, Any]]]:
    for site, items in read("items.yaml").items():
        for item in items:
            body = {name: value for name, value in item.items() if name != "code"}
            yield "item.added", f"item/{site}:{item['code']}", meant(body, today, {})
