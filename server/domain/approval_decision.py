"""Approvals decided: bound to what was shown, never by the one who asked (四眼原则)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.domain.approval import Approval, Decision, Shown, digest_of
from server.domain.person import Person, name_of, person_key
from server.domain.requisition import Requisition
from server.domain.requisition_ask import already_decided
from server.domain.signature import Signable, Signing, signed
from server.domain.values import Sha256, Text, happening, remember, signed_by
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

ASKING = ("requisition.raised", "requisition.changed")


class ApprovalDecided(Signable):
    """Body of approval.decided: the decision, what was on the screen, and its digest."""

    decision: Literal["approved", "rejected"]
    comment: Text = ""
    shown: list[Shown] = Field(min_length=1)
    digest: Sha256


def decided(entry: Entry, body: ApprovalDecided, draft: Draft, now: datetime) -> Outcome:
    """A decision stands if what was shown is still what is asked.

    Problems: own_request, no_right, already_decided, requisition_ended (withdrawn), digest_wrong,
    stale (with differences).
    """
    approval = draft.edit(entry.on, Approval)
    requisition = draft.edit(approval.about, Requisition)
    _may_decide(entry, approval, draft)
    if approval.state != "waiting":
        raise already_decided(approval)
    if digest_of(body.shown) != body.digest:
        raise Problem("digest_wrong", {"number": approval.number})
    if body.digest != approval.digest:
        raise Problem("stale", {"differences": differences(body.shown, approval.material)})
    name = name_of(entry.actor, draft)
    approval.state = requisition.state = body.decision
    approval.waits_for = []
    approval.decision = Decision(
        entry=entry.id,
        decision=body.decision,
        by=entry.actor,
        by_name=name,
        at=entry.at,
        comment=body.comment,
        signature=signed_by(entry),
    )
    line = happening(entry, name, {"decision": body.decision, "comment": body.comment})
    remember(approval.timeline, line)
    remember(requisition.timeline, line)
    return Outcome()


def _may_decide(entry: Entry, approval: Approval, draft: Draft) -> None:
    # Whoever changed what is asked is one of those who ask.
    asked = {approval.asked_by} | {h.by for h in approval.timeline if h.kind in ASKING}
    if entry.actor in asked:
        raise Problem("own_request", {"number": approval.number})
    person = draft.get(person_key(entry.actor), Person)
    roles = person.roles.get(approval.site, []) if person and person.active else []
    seats = {f"{approval.site}:{role}" for role in roles}
    if approval.state == "waiting" and not seats & set(approval.waits_for):
        raise Problem("no_right", {"kind": entry.kind, "site": approval.site})


def differences(seen: list[Shown], now: list[Shown]) -> list[dict[str, str]]:
    """Field by field, what was shown beside what is asked now; only what differs."""
    before = {shown.field: shown.value for shown in seen}
    after = {shown.field: shown.value for shown in now}
    return [
        {"field": name, "seen": before.get(name, "—"), "now": after.get(name, "—")}
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    ]


KINDS = [
    signed(
        Kind(
            "approval.decided",
            ApprovalDecided,
            decided,
            frozenset({"supervisor", "quality_manager"}),
            needs=lambda entry, body, loaded: [getattr(loaded.get(entry.on), "about", None)],
            request=True,
        ),
        # What was on the screen stands in the body: `shown`.
        Signing(("approved", "rejected"), lambda body, _: body.decision, lambda body, _: []),
    )
]
