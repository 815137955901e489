"""Requisitions for which nothing more is to be issued: withdrawn, put aside, no longer needed."""

from datetime import datetime
from typing import Literal

from server.domain.approval import Approval
from server.domain.person import name_of
from server.domain.requisition import Requisition
from server.domain.requisition_ask import APPROVERS, ASKERS, must_be_theirs
from server.domain.values import Text, Value, happening, remember
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

ENDS: dict[str, Literal["withdrawn", "closed"]] = {
    "waiting": "withdrawn",
    "rejected": "withdrawn",
    "approved": "closed",
}


class RequisitionClosed(Value):
    """Body of requisition.closed: why; of a rejected one the decision has said it."""

    reason: Text = ""


def closed(entry: Entry, body: RequisitionClosed, draft: Draft, now: datetime) -> Outcome:
    """Its raiser or a supervisor ends it; nobody need decide any more, what was issued stays.

    Problems: no_right, requisition_ended (issued in full, or ended already), reason_missing.
    """
    requisition = draft.edit(entry.on, Requisition)
    must_be_theirs(entry, requisition, draft)
    if requisition.state not in ENDS:
        params = {"number": requisition.number, "state": requisition.state}
        raise Problem("requisition_ended", params)
    if not body.reason and requisition.state != "rejected":
        raise Problem("reason_missing", {}, field="reason")
    line = happening(entry, name_of(entry.actor, draft), {"reason": body.reason})
    approval = draft.edit(requisition.approval, Approval)
    if approval.state == "waiting":
        approval.state, approval.waits_for = "withdrawn", []
        remember(approval.timeline, line)
    requisition.state = ENDS[requisition.state]
    remember(requisition.timeline, line)
    return Outcome()


KINDS = [
    Kind(
        "requisition.closed",
        RequisitionClosed,
        closed,
        ASKERS | set(APPROVERS),
        needs=lambda entry, body, loaded: [getattr(loaded.get(entry.on), "approval", None)],
        request=True,
    )
]
