"""The page table: every page as data, read by the server's routes and by the service worker.

A page names its address, its template and what it is given: one document (`doc`), further single
documents (`also`) and lists over index terms (`lists`). Nothing here fetches; `server.pages.answer`
and `pwa/src/pages.js` do, both from this table.

Placeholders: `{id}` from the address, `{query.x}`, `{me.x}`, `{doc.a.b}`. One that gives a list
(also through one: `{doc.lines.item}`) gives a term per element. `latest` keeps, after sorting, the
first document for each value of that field. An absent `{query.x}` drops its `where` or `match`.
"""

from typing import Any

Page = dict[str, Any]
LIST_MAX = 200


def listed(term: str | list[str], sort: str, **more: Any) -> dict[str, Any]:
    """A list of documents by term; `sort` is a field, `-field` for the greatest first."""
    return {"term": term, "sort": sort, "limit": LIST_MAX, **more}


def matching(*fields: str) -> dict[str, Any]:
    """What the search line of a list page looks through."""
    return {"fields": list(fields), "text": "{query.q}"}


def show(template: str, nav: str, *, query: tuple[str, ...] = (), **more: Any) -> Page:
    """The page of one document."""
    noun = template.partition("/")[0]
    return {
        "name": noun,
        "path": f"/{noun}s/{{id}}",
        "template": template,
        "title": f"title.{noun}",
        "nav": nav,
        "doc": f"{noun}/{{id}}",
        "query": list(query),
        **more,
    }


def index(template: str, nav: str, *, query: tuple[str, ...] = (), **more: Any) -> Page:
    """The page that lists documents of one type."""
    noun = template.partition("/")[0]
    return {
        "name": f"{noun}s",
        "path": f"/{noun}s",
        "template": template,
        "title": f"title.{noun}s",
        "nav": nav,
        "query": list(query),
        **more,
    }


def plain(name: str, path: str, template: str, nav: str, **more: Any) -> Page:
    """A page of its own kind."""
    title = f"title.{name}"
    return {
        "name": name,
        "path": path,
        "template": template,
        "title": title,
        "nav": nav,
        "query": [],
        **more,
    }


OPEN_ORDERS = listed("order.state=open", "due_on")
RUN_SEARCH = matching("number", "lot_code", "item_code", "item_name.zh", "item_name.en")
VISIT_SEARCH = matching("number", "customer.name", "customer.address", "problem")
LOT_SEARCH = matching("code", "item_code", "item_name.zh", "item_name.en", "supplier_lot")
CURRENT_PROCEDURES = listed("procedure", "-revision", latest="code")

TODAY = {
    "jobs": listed("job.waits_for={me.seats}", "due_on", where={"state": "open"}),
    "visits": listed("visit.technician={me.login}", "due_on", where={"state": "open"}),
    "approvals": listed("approval.waits_for={me.seats}", "asked_at", where={"state": "waiting"}),
    "requisitions": listed("requisition.state=approved", "needed_on"),
    "cases": listed("case.state=open", "opened_at"),
    "orders": OPEN_ORDERS,
}

PAGES: list[Page] = [
    plain("sign_in", "/sign-in", "account/sign_in", "", public=True, server_only=True)
    | {"query": ["next"]},
    plain("today", "/", "today/show", "today", lists=TODAY),
    plain("scan", "/scan", "scan/show", "scan") | {"query": ["code", "on"]},
    plain("outbox", "/outbox", "outbox/show", "more"),
    plain("device", "/device", "device/show", "more"),
    plain("more", "/more", "more/show", "more"),
    plain("offline", "/offline", "error/offline", "", public=True),
    plain("revoked", "/revoked", "error/revoked", "", public=True),
    index(
        "lot/index",
        "lots",
        query=("q", "status"),
        lists={
            "lots": listed(
                "lot", "-status_at", match=LOT_SEARCH, where={"status": "{query.status}"}
            )
        },
    ),
    show(
        "lot/show",
        "lots",
        query=("form",),
        also={"item": "{doc.item}", "order": "{doc.order}"},
        lists={"procedures": CURRENT_PROCEDURES | {"where": {"subject": "lot"}}},
    ),
    index(
        "item/index",
        "items",
        query=("q",),
        lists={"items": listed("item", "code", match=matching("code", "name.zh", "name.en"))},
    ),
    show(
        "item/show",
        "items",
        query=("form",),
        lists={"lots": listed("lot.item={doc.key}", "expires_on")},
    ),
    index(
        "job/index",
        "jobs",
        query=("q", "state"),
        lists={"jobs": listed("job", "due_on", match=RUN_SEARCH, where={"state": "{query.state}"})},
    ),
    show(
        "job/show",
        "jobs",
        query=("step", "correct"),
        also={"lot": "{doc.lot}", "order": "{doc.order}"},
    ),
    index("order/index", "jobs", lists={"orders": listed("order", "due_on")}),
    plain("order_new", "/orders/new", "order/new", "jobs")
    | {"query": ["item"], "lists": {"items": listed("item", "code")}},
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
        query=("state",),
        lists={
            "requisitions": listed("requisition", "-raised_at", where={"state": "{query.state}"})
        },
    ),
    plain("requisition_new", "/requisitions/new", "requisition/new", "requisitions")
    | {
        "query": ["order", "item"],
        "lists": {"orders": OPEN_ORDERS, "items": listed("item", "code")},
    },
    show(
        "requisition/show",
        "requisitions",
        query=("line", "form"),
        also={"order": "{doc.order}"},
        lists={"lots": listed("lot.item={doc.lines.item}", "expires_on")},
    ),
    index(
        "visit/index",
        "visits",
        query=("q", "state"),
        lists={
            "visits": listed(
                "visit", "due_on", match=VISIT_SEARCH, where={"state": "{query.state}"}
            )
        },
    ),
    plain("visit_new", "/visits/new", "visit/new", "visits")
    | {
        "lists": {
            "procedures": CURRENT_PROCEDURES | {"where": {"subject": "visit"}},
            "people": listed("person", "name"),
        }
    },
    show("visit/show", "visits", query=("step", "correct", "form")),
    index(
        "approval/index",
        "approvals",
        query=("state",),
        lists={"approvals": listed("approval", "-asked_at", where={"state": "{query.state}"})},
    ),
    show("approval/show", "approvals"),
    index(
        "case/index",
        "cases",
        query=("state",),
        lists={"cases": listed("case", "-opened_at", where={"state": "{query.state}"})},
    ),
    show("case/show", "cases"),
    index("procedure/index", "more", lists={"procedures": CURRENT_PROCEDURES}),
    show("procedure/show", "more"),
]
