"""The page table: every page as data, read by the server's routes and by the service worker.

A page names its address, its template and what it is given: one document (`doc`), further single
documents (`also`) and lists over index terms (`lists`). Nothing here fetches; `server.pages.answer`
and `pwa/src/pages.js` do, both from this table.

Placeholders: `{id}` from the address, `{code}` (what follows its last colon), `{site}` (what stands
before its first), `{query.x}`, `{me.x}`, `{doc.a.b}`. One that gives a list (also through one:
`{doc.lines.item}`) gives a term per element. `latest` keeps, after sorting, the first document for
each value of that field at each site. An absent `{query.x}` drops its `where` or `match`; what is
`without` something does not have it. What fits `ahead` comes first, the rest after it in the other
order: open by what is due next, then finished with the latest before the others.
`fixed` is the same each time; `labelled` is what labels are of (`label_thing`); `said` tells what
became of the label of a number, among `labels`.
`match` looks a text up in the search texts of the type that `term` names; `from` leaves out those
before it. `scanned` is what a code says and names (`server.pages.lookup`).
"""

from typing import Any

from server.domain.label_thing import BADGERS, STATUSES, THINGS
from server.domain.movement import ISSUERS
from server.pages.label_layouts import label_layouts
from server.pages.lists import CURRENT_PROCEDURES, OPEN, OPEN_ORDERS, SITES, TODAY, UNFINISHED
from server.pages.rows import (
    NEAREST_MAX,
    Page,
    index,
    listed,
    nearest,
    plain,
    searched,
    show,
    unrolled,
)

OF_CUSTOMER_MAX = 30

PRINTERS = listed("printer", "key", where={"installed": "true"})
LAYOUTS = {"layouts": label_layouts()}
MAY_BADGE = {"badgers": sorted(BADGERS)}
LISTED_THINGS = [kind for kind in THINGS if kind not in ("lot", "job")]


def its_labels(thing: str) -> dict[str, Any]:
    """The labels of a thing that are no lot's, to be asked what became of one."""
    return {
        "query": ["p"],
        "said": {"said": "{query.p}"},
        "lists": {"labels": listed(f"label.thing={thing}", "key"), **SITES},
    }


def named(path: str, template: str, nav: str, **lists: Any) -> Page:
    """The page of what a label names without a document of its own."""
    kind = template.partition("/")[2]
    made = plain(kind, path, template, nav) | its_labels(f"{kind}/{{id}}")
    return made | {"lists": made["lists"] | lists}


LYING_THERE = listed("lot.places={code}", "code")
# Not /assets: there the app's own files are.
NAMING_VISITS = {"term": "visit", "match": "{code}", "nearest": True, "limit": NEAREST_MAX}
# A customer is no document of its own, but what visits and orders say of one.
OF_CUSTOMER = {
    "visits": {"term": "visit", "match": "{id}", "nearest": True, "limit": OF_CUSTOMER_MAX},
    "orders": {"term": "order", "match": "{id}", "nearest": True, "limit": OF_CUSTOMER_MAX},
}

MY_SIGNERS = listed("signer.person={me.login}", "-enrolled_at")

PAGES: list[Page] = [
    plain("sign_in", "/sign-in", "account/sign_in", "", public=True, server_only=True)
    | {"query": ["next"]},
    plain("today", "/", "today/show", "today", lists=TODAY),
    plain("scan", "/scan", "scan/show", "scan")
    | {"query": ["code", "on"], "scanned": {"scanned": "{query.code}"}},
    plain("count", "/stock/count", "round/count", "scan")
    | {
        "query": ["place", "code", "last"],
        "scanned": {"scanned": "{query.code}"},
        "also": {"lot": "lot/{query.last}"},
        "lists": {"lots": listed("lot.places={query.place}", "code")},
    },
    plain("issue", "/stock/issue", "round/issue", "scan")
    | {
        "query": ["requisition", "target", "code", "last"],
        "scanned": {"scanned": "{query.code}"},
        "also": {"lot": "lot/{query.last}", "requisition": "requisition/{query.requisition}"},
    },
    plain("find", "/find", "find/show", "find")
    | {
        "query": ["q"],
        "lists": {
            f"{noun}s": nearest(noun)
            for noun in ("lot", "item", "job", "visit", "order", "requisition")
        }
        | SITES,
    },
    plain("outbox", "/outbox", "outbox/show", "more"),
    plain("switch", "/switch", "person/switch", "", public=True) | {"query": ["who", "next"]},
    plain("pin", "/pin", "person/pin", "more", lists={"signers": MY_SIGNERS}) | {"query": ["set"]},
    plain("device", "/device", "device/show", "more"),
    plain("more", "/more", "more/show", "more"),
    plain("offline", "/offline", "error/offline", "", public=True),
    plain("revoked", "/revoked", "error/revoked", "", public=True),
    index(
        "lot/index",
        "lots",
        query=("q", "status", "from"),
        lists={"lots": searched("lot", "-status_at", where={"status": "{query.status}"})},
    ),
    show(
        "lot/show",
        "lots",
        query=("form", "p"),
        also={"item": "{doc.item}", "order": "{doc.order}", "labels": "label/{id}"},
        said={"said": "{query.p}"},
        lists={
            "procedures": CURRENT_PROCEDURES
            | {"term": "procedure.site={site}", "where": {"subject": "lot"}}
        },
    ),
    plain("labels", "/labels", "label/index", "more")
    | {
        "query": ["of", "site", "code"],
        "lists": {
            "labels": listed("label.register={query.of}", "about_label"),
            "places": listed("label.register=location", "about_label"),
            "people": listed("person", "name"),
            **SITES,
        },
        "fixed": {"kinds": LISTED_THINGS, **MAY_BADGE},
    },
    plain("label", "/labels/{id}", "label/show", "more")
    | {
        "query": ["layout"],
        "labelled": {"thing": "{id}"},
        "also": {"labels": "label/{id}"},
        "lists": {"printers": PRINTERS, **SITES},
        "fixed": {**LAYOUTS, "statuses": list(STATUSES)},
    },
    plain("printout", "/printout", "label/printout", "lots")
    | {
        "query": ["done"],
        "lists": {"prints": listed("label.entries={query.done}", "about_label")},
        "fixed": LAYOUTS,
    },
    plain("prints", "/prints", "label/prints", "more")
    | {"lists": {"prints": UNFINISHED}, "fixed": LAYOUTS},
    plain("receipt", "/receipts", "label/receipt", "lots")
    | {
        "query": ["of", "supplier", "layout"],
        "lists": {
            "lots": listed(
                "lot.receipt={query.of}", "code", where={"supplier": "{query.supplier}"}
            ),
            "labels": listed("label.receipt={query.of}", "about_label"),
            "printers": PRINTERS,
        },
        "fixed": LAYOUTS,
    },
    index(
        "item/index",
        "items",
        query=("q", "from"),
        lists={"items": searched("item", "code"), **SITES},
    ),
    show(
        "item/show",
        "items",
        query=("form", "code", "expires"),
        lists={"lots": listed("lot.item={doc.key}", "expires_on")},
    ),
    index(
        "job/index",
        "jobs",
        query=("q", "state", "from"),
        lists={
            "jobs": searched("job", "due_on", where={"state": "{query.state}"}, ahead=OPEN),
        },
    ),
    show(
        "job/show",
        "jobs",
        query=("step", "correct", "p"),
        also={"lot": "{doc.lot}", "order": "{doc.order}"},
        said={"said": "{query.p}"},
        lists={"labels": listed("label.thing={doc.key}", "key")},
    ),
    index(
        "order/index",
        "jobs",
        query=("q", "from"),
        lists={"orders": searched("order", "due_on", ahead=OPEN)},
    ),
    plain("order_new", "/orders/new", "order/new", "jobs")
    | {"query": ["item"], "lists": {"items": listed("item", "code"), **SITES}},
    show(
        "order/show",
        "jobs",
        lists={
            "lots": listed("lot.item={doc.item}", "code", where={"order": "{doc.key}"}),
            "jobs": listed("job.order={doc.key}", "number"),
            "requisitions": listed("requisition.order={doc.key}", "raised_at"),
        },
    ),
    index(
        "requisition/index",
        "requisitions",
        query=("q", "state", "from"),
        lists={
            "requisitions": searched("requisition", "-raised_at", where={"state": "{query.state}"})
        },
    ),
    plain("requisition_new", "/requisitions/new", "requisition/new", "requisitions")
    | {
        "query": ["order", "item"],
        "lists": {"orders": OPEN_ORDERS, "items": listed("item", "code"), **SITES},
    },
    show(
        "requisition/show",
        "requisitions",
        query=("line", "form"),
        also={"order": "{doc.order}"},
        lists={"lots": listed("lot.item={doc.lines.item}", "expires_on")},
    )
    | {"fixed": {"issuers": sorted(ISSUERS)}},
    index(
        "visit/index",
        "visits",
        query=("q", "state", "from"),
        lists={
            "visits": searched("visit", "due_on", where={"state": "{query.state}"}, ahead=OPEN),
        },
    ),
    plain("visit_new", "/visits/new", "visit/new", "visits")
    | {
        "query": ["customer"],
        "lists": {
            "before": OF_CUSTOMER["visits"] | {"match": "{query.customer}", "limit": 1},
            "procedures": CURRENT_PROCEDURES | {"where": {"subject": "visit"}},
            "people": listed("person", "name"),
            **SITES,
        },
    },
    show(
        "visit/show",
        "visits",
        query=("step", "correct", "form"),
        lists={"people": listed("person", "name")},
    ),
    index(
        "approval/index",
        "approvals",
        query=("state", "from"),
        lists={
            "approvals": unrolled(
                "approval",
                "asked_at",
                where={"state": "{query.state}"},
                ahead={"state": "waiting"},
            ),
        },
    ),
    show("approval/show", "approvals"),
    index(
        "case/index",
        "cases",
        query=("state", "from"),
        lists={
            "cases": unrolled("case", "opened_at", where={"state": "{query.state}"}, ahead=OPEN),
        },
    ),
    show("case/show", "cases"),
    # What a label names of which there is no document: who scans one with a phone's own camera is
    # told what it is, what is known of it, and a way on.
    named("/locations/{id}", "named/location", "lots", lots=LYING_THERE),
    named("/equipment/{id}", "named/equipment", "more"),
    named("/delivered/{id}", "named/asset", "visits", visits=NAMING_VISITS),
    plain("customer", "/customers/{id}", "named/customer", "visits", lists=OF_CUSTOMER),
    plain("person", "/people/{id}", "named/person", "more")
    | its_labels("person/org:{code}")
    | {"also": {"person": "person/org:{code}"}, "fixed": MAY_BADGE},
    index("procedure/index", "more", lists={"procedures": CURRENT_PROCEDURES, **SITES}),
    show("procedure/show", "more"),
]
