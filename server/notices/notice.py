"""Notice: what of a document somebody is told, who that is, and in which words.

Pure. When it is sent, and where to, is `notifier`'s.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.approval import Approval
from server.domain.case import Case
from server.domain.case_resolution import DECIDERS
from server.domain.person import Person
from server.domain.values import Happening
from server.domain.visit import FIELD, Visit
from server.domain.visit_plan import CANCELLED
from server.pages.wording import path
from sync.document import Document, site_of

ABOUT = ("approval/", "case/", "visit/")  # the documents of which there may be notices
AREAS = (".floor", ".cases", ".field")  # and where they lie
ASSIGNED = "visit.opened"
REASSIGNED = "visit.amended"


@dataclass(frozen=True)
class Notice:
    """One thing to tell of a document: `key` says which, so that it is told once; `word` how."""

    key: str
    word: str
    document: Document


def notice_in(document: Document | None) -> Notice | None:
    """What there is to tell of a document as it is now."""
    if isinstance(document, Approval) and document.state == "waiting":
        return Notice(document.key, "approval", document)
    if isinstance(document, Case) and document.state == "open":
        return Notice(document.key, "case", document)
    return _of_visit(document) if isinstance(document, Visit) else None


def _of_visit(visit: Visit) -> Notice | None:
    """That it is somebody's now, or that nobody goes there; not to who did that."""
    if visit.state == "cancelled":
        return _said_by_others(visit, "visit_cancelled", lambda line: line.kind == CANCELLED)
    has_begun = any(step.records for step in visit.steps)
    is_new = visit.state == "open" and not has_begun
    return _said_by_others(visit, "visit", _gives) if is_new else None


def _said_by_others(visit: Visit, word: str, tells: Callable[[Happening], bool]) -> Notice | None:
    line = next((line for line in visit.timeline if tells(line)), None)
    if line is None or line.by == visit.technician:
        return None
    return Notice(f"{visit.key} {line.entry}", word, visit)


def _gives(line: Happening) -> bool:
    """Whether it gave the visit to somebody."""
    fields = str(line.data.get("fields", "")).split(", ")
    return line.kind == ASSIGNED or (line.kind == REASSIGNED and "technician" in fields)


def is_for(person: Person, notice: Notice) -> bool:
    """Who may decide it and did not ask for it; of a visit its technician."""
    about = notice.document
    if isinstance(about, Visit):
        return about.technician == person.login and person.has(about.site, FIELD)
    if isinstance(about, Approval):
        seats = {f"{site}:{role}" for site, roles in person.roles.items() for role in roles}
        return bool(seats & set(about.waits_for)) and about.asked_by != person.login
    return person.has(site_of(about.key), DECIDERS)


def message(words: Mapping[str, str], only: Notice | None, count: int) -> bytes:
    """What the device shows; the number or name, and where it leads. No figures, no people."""
    told: dict[str, Any] = {"title": words["several"].replace("{count}", str(count)), "url": "/"}
    if only is not None:
        about = only.document
        label = about.about_label if isinstance(about, Case) else getattr(about, "number", "")
        told = {"title": words[only.word], "body": label, "url": path(about.key)}
    return json.dumps({"tag": told["url"], "body": "", **told}, ensure_ascii=False).encode()
