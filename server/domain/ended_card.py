"""Cards that ended with their lot: nobody works on what is scrap.

What still comes in on one is a fact where its person could not know; it is recorded on the card
and never becomes stock. Scrapping is in `lot_status`, recording a step in `job_step`.
"""

from server.domain.case import named, open_case
from server.domain.job import Job
from server.domain.lot import Lot
from server.domain.run import Record
from server.domain.values import Happening, canonical, remember, since
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Outcome


def open_cards(lot: Document | None) -> list[str]:
    """The keys of the cards that would end with this lot."""
    return [run.key for run in lot.runs if run.state == "open"] if isinstance(lot, Lot) else []


def end_cards(lot: Lot, line: Happening, draft: Draft) -> None:
    """The lot's open cards wait for nobody any more; `line` says on each of them why."""
    for key in open_cards(lot):
        if draft.get(key, Job) is None:
            continue
        job = draft.edit(key, Job)
        job.state, job.next, job.waits_for = "cancelled", None, []
        remember(job.timeline, line)
    for run in lot.runs:
        run.state = "cancelled" if run.state == "open" else run.state


def must_go_on(entry: Entry, job: Job, draft: Draft) -> None:
    """Problem: lot_scrapped, if the person could see that this ended the card.

    Asked of the card, not of its lot: `base` is the card's version, and what the person saw of the
    lot is unknown.
    """
    if job.state != "cancelled":
        return
    lot = draft.get(job.lot, Lot)
    missed = since(job.timeline, version=job.version - 1, base=entry.base)
    is_known = entry.base is not None and not any(one.kind == "lot.scrapped" for one in missed)
    if is_known or (lot is not None and lot.status_device == entry.device):
        raise Problem("lot_scrapped", {"lot": job.lot_code})


def put_away_of_scrap(entry: Entry, job: Job, record: Record, draft: Draft) -> Outcome:
    """A case finds the goods where they were put; the stock never has them."""
    quantity = next(m.value for m in record.measurements if m.key == "quantity")
    data = {"quantity": canonical(quantity), "unit": job.unit}
    params = {"lot": job.lot_code, "status": "scrapped"}
    case = open_case(
        draft,
        entry,
        kind="status_conflict",
        about=job.lot,
        label=job.lot_code,
        params=params,
        entries=[named(entry, record.by_name, data | {"location": record.answers["location"]})],
    )
    return Outcome("conflict", "case_status_conflict", params, case=case.key)
