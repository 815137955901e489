"""Reconcile: run entries through their handlers, in memory, in order.

Pure: no database, no clock, no network. What to load is asked of each kind; what came out is a
list of results that `sync.push` stores. A handler that raises parks its entry and no other.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from sync.copying import copied
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem

log = logging.getLogger(__name__)
Status = Literal["applied", "merged", "conflict", "rejected", "parked"]
D = TypeVar("D", bound=Document)
NEEDS_ROUNDS_MAX = 4
# Parked for want of understanding: what the same device says of the document afterwards may build
# on it, and waits until the case is decided.
WAITS = "waits_behind_parked"
BLOCKING_CODES = frozenset({"unknown_kind", "handler_failed", "body_malformed"})


@dataclass(frozen=True)
class Outcome:
    """What a handler says of an entry: a status, and a Problem code with its parameters.

    `where` is the field of the body at fault, for whoever filled it in; it is stored nowhere.
    """

    status: Status = "applied"
    code: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    case: str | None = None
    where: str = ""


class Draft:
    """The documents one handler may read and change; nothing lasts until the engine takes it."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self.changed: dict[str, Document] = {}

    def get(self, key: str | None, kind: type[D]) -> D | None:
        """The document under `key`, changed or not; None if there is none."""
        if key is None:
            return None
        found = self.changed.get(key) or self._documents.get(key)
        return found if isinstance(found, kind) else None

    def edit(self, key: str, kind: type[D]) -> D:
        """A copy that may be changed, one version up. Problem: unknown_document."""
        if key not in self.changed:
            found = self._documents.get(key)
            if not isinstance(found, kind):
                raise Problem("unknown_document", {"key": key})
            copy = copied(found)
            copy.version += 1
            self.changed[key] = copy
        changed = self.changed[key]
        if not isinstance(changed, kind):
            raise Problem("unknown_document", {"key": key})
        return changed

    def add(self, document: D) -> D:
        """A new document at version 1. Problem: already_exists."""
        if document.key in self.changed or document.key in self._documents:
            raise Problem("already_exists", {"key": document.key})
        document.version = 1
        self.changed[document.key] = document
        return document

    def settle(self) -> None:
        """Take each changed document as it will be read again; what can't be raises here."""
        for key, document in self.changed.items():
            self.changed[key] = _checked(document)


Handler = Callable[[Entry, Any, Draft, datetime], Outcome]
Needs = Callable[[Entry, Any, Mapping[str, Document]], Iterable[str | None]]


@dataclass(frozen=True)
class Kind:
    """An entry kind: its body, what it needs, who may, and what it does.

    `needs(entry, body, loaded)` names document keys beside `entry.on`; it is asked again while
    its answer grows, and when one of those documents was changed meanwhile; so it looks at no
    others. `request` tells a request (may be rejected) from a fact (always recorded).
    `signing` is the domain's word on how a person signs such an entry, None where nobody does;
    the engine only hands it on.
    """

    name: str
    body: type[BaseModel]
    handler: Handler
    roles: frozenset[str]
    needs: Needs = lambda entry, body, loaded: ()
    request: bool = False
    v: int = 1
    upcasts: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    signing: Any = None


@dataclass(frozen=True)
class Model:
    """All that the engine is told of a domain: types, kinds, the gate and what parking means.

    `gate(entry, kind, draft)` answers None or a refusal; `gate_needs(entry)` names what it reads.
    `park(entry, code, params, draft, now)` opens the case for an entry that cannot be applied;
    `settled(case)` tells whether somebody has decided it.
    """

    documents: Mapping[str, type[Document]]
    kinds: Mapping[str, Kind]
    gate: Callable[[Entry, Kind, Draft], Outcome | None]
    gate_needs: Callable[[Entry], Iterable[str]]
    park: Callable[[Entry, str, dict[str, Any], Draft, datetime], Outcome]
    settled: Callable[[Document], bool]


@dataclass(frozen=True)
class Candidate:
    """An entry on its way in: `standing` is what its delivery already tells against it."""

    entry: Entry
    now: datetime
    standing: Outcome | None = None


@dataclass(frozen=True)
class Result:
    """What became of one entry: its outcome and the documents it changed, before and after."""

    entry: Entry
    outcome: Outcome
    before: Mapping[str, Document | None]
    after: Mapping[str, Document]


# Per device and document, the cases of entries that nobody understood; None where one has no case.
Blocked = dict[tuple[str, str], list[str | None]]
Load = Callable[[set[str]], Mapping[str, Document]]


class Reconciler:
    """Runs candidates in order over documents loaded in bulk by `load(keys)`."""

    def __init__(self, model: Model, load: Load) -> None:
        self._model = model
        self._load = load
        self._known: set[str] = set()
        self._bodies: dict[str, BaseModel] = {}
        self._blocked: Blocked = {}
        self._moved: set[str] = set()
        self.documents: dict[str, Document] = {}

    def run(self, candidates: list[Candidate], blocked: Blocked) -> list[Result]:
        """One result per candidate; `blocked` grows by what parks for want of understanding."""
        self._blocked = blocked
        entries = [candidate.entry for candidate in candidates]
        always = {key for entry in entries for key in self._model.gate_needs(entry)}
        self._fetch(always | {entry.on for entry in entries})
        asked = self._fetch_needs(entries)
        results = []
        for candidate in candidates:
            if not self._moved.isdisjoint(asked[candidate.entry.id]):
                self._fetch_needs([candidate.entry])
            result = self._apply(candidate)
            if result.outcome.status == "parked" and result.outcome.code in BLOCKING_CODES:
                place = (candidate.entry.device, candidate.entry.on)
                blocked.setdefault(place, []).append(result.outcome.case)
                self._moved.add(candidate.entry.on)
            self.documents.update(result.after)
            self._moved.update(result.after)
            results.append(result)
        return results

    def _waits(self, entry: Entry, draft: Draft) -> bool:
        """Whether an earlier entry of this device on this document still waits for a decision."""
        cases = self._blocked.get((entry.device, entry.on), [])
        known = [draft.get(key, Document) for key in cases]
        return any(case is None or not self._model.settled(case) for case in known)

    def _fetch_needs(self, entries: list[Entry]) -> dict[str, set[str]]:
        """All that these need; by their ids, the keys that decide what that is."""
        needs: dict[str, set[str]] = {}
        for _ in range(NEEDS_ROUNDS_MAX):
            needs |= {entry.id: self._needs(entry) for entry in entries}
            entries = [entry for entry in entries if not needs[entry.id] <= self._known]
            if not entries:
                break
            self._fetch({key for entry in entries for key in needs[entry.id]} - self._known)
        return needs

    def _fetch(self, keys: set[str]) -> None:
        self.documents.update(self._load(keys))
        self._known |= keys

    def _needs(self, entry: Entry) -> set[str]:
        """What it needs by now beside what every entry does."""
        keys = {entry.on, *filter(None, self._blocked.get((entry.device, entry.on), ()))}
        kind = self._model.kinds.get(entry.kind)
        if kind is not None:
            try:
                needs = kind.needs(entry, self._body(kind, entry), self.documents)
                keys.update(filter(None, needs))
            except Exception:  # noqa: BLE001
                return keys  # the same error comes again in _apply, and parks the entry there
        return keys

    def _body(self, kind: Kind, entry: Entry) -> BaseModel:
        """The body of an entry of this batch, read once; its handler is the last to see it."""
        body = self._bodies.get(entry.id)
        if body is None:
            body = self._bodies[entry.id] = read_body(kind, entry)
        return body

    def _apply(self, candidate: Candidate) -> Result:
        entry = candidate.entry
        draft = Draft(self.documents)
        outcome = self._judge(candidate, draft)
        if outcome.status == "rejected":
            draft = Draft(self.documents)
        if outcome.status == "parked":
            draft = Draft(self.documents)
            parked = self._park(entry, outcome, draft, candidate.now)
            outcome = replace(parked, where=outcome.where)
        before = {key: self.documents.get(key) for key in draft.changed}
        return Result(entry, outcome, before, dict(draft.changed))

    def _judge(self, candidate: Candidate, draft: Draft) -> Outcome:
        try:
            outcome = self._handle(candidate, draft)
            if outcome.status not in ("rejected", "parked"):
                draft.settle()
            if outcome.params:
                json.dumps(outcome.params, allow_nan=False)
            return outcome
        except Exception as error:  # noqa: BLE001 - whatever it is, it parks this entry only
            return Outcome("parked", "handler_failed", {"why": type(error).__name__})

    def _park(self, entry: Entry, outcome: Outcome, draft: Draft, now: datetime) -> Outcome:
        try:
            parked = self._model.park(entry, outcome.code or "", outcome.params, draft, now)
            draft.settle()
            return parked
        except Exception:  # a case that can't be opened must not hold up the queue
            log.exception("no case for parked entry %s", entry.id)
            draft.changed.clear()
            return outcome

    def _handle(self, candidate: Candidate, draft: Draft) -> Outcome:
        entry = candidate.entry
        if candidate.standing is not None:
            return candidate.standing
        kind = self._model.kinds.get(entry.kind)
        if kind is None or entry.v > kind.v:
            return Outcome("parked", "unknown_kind", {"kind": entry.kind, "v": entry.v})
        if self._waits(entry, draft):
            return Outcome("parked", WAITS, {"key": entry.on})
        try:
            refused = self._model.gate(entry, kind, draft)
            if refused is not None:
                return refused
            return kind.handler(entry, self._body(kind, entry), draft, candidate.now)
        except Problem as problem:
            status: Status = "rejected" if kind.request else "parked"
            return Outcome(status, problem.code, problem.params, where=problem.field)


def _checked(document: D) -> D:
    """A copy that was checked as if it had been read again; it shares only what never changes."""
    return type(document).model_validate(document)


def read_body(kind: Kind, entry: Entry) -> BaseModel:
    """The typed body, brought up from an old version if need be. Problem: body_malformed."""
    body = dict(entry.body)
    for v in range(entry.v, kind.v):
        body = kind.upcasts[v](body)
    try:
        return kind.body.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        params = {"where": where, "why": first["type"]}
        raise Problem("body_malformed", params, field=where) from error
