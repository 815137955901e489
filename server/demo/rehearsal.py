"""A rehearsal: deeds run through the domain in memory, to see what is on the screen by then.

An approval is bound to what its person saw; the demo's approvers look here. Tests look here too.
"""

from collections.abc import Mapping

from server.demo.deed import Deed
from server.domain.approval import Approval
from server.domain.model import MODEL
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from sync.document import Document
from sync.entry import FIRST_PREV, Entry
from sync.reconcile import Candidate, Reconciler, Result

DEVICE = "demo"


class Rehearsal:
    """A plant in memory: what `perform` did to it stands in `documents`."""

    def __init__(self) -> None:
        self._reconciler = Reconciler(MODEL, lambda keys: {})
        self._seq = 0

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every document as it stands, by key."""
        return self._reconciler.documents

    def perform(self, deed: Deed) -> Result:
        """What becomes of the deed, after all those performed before."""
        self._seq += 1
        entry = Entry(
            id=f"00000000-0000-7000-8000-{self._seq:012x}",
            device=DEVICE,
            seq=self._seq,
            prev=FIRST_PREV,
            kind=deed.kind,
            v=deed.v,
            actor=deed.actor,
            session=SETUP_SESSION if deed.actor == SYSTEM else DEVICE,
            on=deed.on,
            at=deed.at.isoformat(timespec="milliseconds"),
            body=deed.body,
            blobs=deed.blobs,
        )
        return self._reconciler.run([Candidate(entry, deed.at)], {})[0]

    def shown(self, approval_key: str) -> dict[str, object]:
        """`shown` and `digest` of a decision, from the approval as it stands."""
        approval = self.documents[approval_key]
        assert isinstance(approval, Approval)
        material = [one.model_dump(mode="json") for one in approval.material]
        return {"shown": material, "digest": approval.digest}
