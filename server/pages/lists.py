"""Lists that several pages show, and those of Today: what waits for a person."""

from server.pages.rows import listed

OPEN = {"state": "open"}
OPEN_ORDERS = listed("order.state=open", "due_on")
CURRENT_PROCEDURES = listed("procedure", "-revision", latest="code")

SITES = {"sites": listed("site", "code")}  # wherever one is called by its name

UNFINISHED = listed("label.unfinished=true", "about_label")
TODAY = {
    "prints": UNFINISHED,
    "jobs": listed("job.waits_for={me.seats}", "due_on", where={"state": "open"}),
    "visits": listed("visit.technician={me.login}", "due_on", where={"state": "open"}),
    "approvals": listed(
        "approval.waits_for={me.seats}",
        "asked_at",
        where={"state": "waiting"},
        without={"asked_by": "{me.login}"},  # nobody approves what they asked for
    ),
    "asked": listed(
        ["requisition.state=rejected", "requisition.state=waiting"],
        "raised_at",
        where={"raised_by": "{me.login}"},
        ahead={"state": "rejected"},
    ),
    "requisitions": listed("requisition.state=approved", "needed_on"),
    "cases": listed("case.state=open", "opened_at"),
    "orders": OPEN_ORDERS,
}
