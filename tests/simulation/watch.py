"""The watch: invariants that are about steps (3 to 7), checked at each step of a simulated day.

It sees what the server committed and delivered and what lies on a device's disk after each of its
transactions; it trusts nobody's own account of it.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from server.domain.case import Case
from server.domain.model import DOCUMENTS
from server.domain.person import Person
from server.domain.rights import AREAS_BY_ROLE
from sync.document import site_of
from sync.reconcile import BLOCKING_CODES, WAITS, Result
from tests.server.domain.scenery import PEOPLE
from tests.simulation.broken import Broken, must
from tests.simulation.device import Device
from tests.simulation.disk import Row
from tests.simulation.server import Pulled, Pushed

SHOWS = frozenset({"applied", "merged", "conflict"})
Touched = dict[str, tuple[int, frozenset[str]]]


@dataclass
class Era:
    """What was seen under one epoch."""

    arrived: set[str] = field(default_factory=set)
    applied_to: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    touched: dict[str, Touched] = field(default_factory=dict)
    lies_in: dict[str, frozenset[str]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    blocks: dict[tuple[str, str], list[str | None]] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)


@dataclass
class Watch:
    """Everything that was seen; each method raises Broken at the first step that breaks a promise.

    `saved` is what a backup holds of it.
    """

    eras: dict[str, Era] = field(default_factory=dict)
    roles: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    saved: Era = field(default_factory=Era)
    saved_roles: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, body in PEOPLE.items():
            self.roles[key.rpartition(":")[2]] = body["roles"]

    def backed_up(self, epoch: str) -> None:
        era = self.eras.setdefault(epoch, Era())
        self.saved = Era(
            arrived=set(era.arrived),
            applied_to=dict(era.applied_to),
            touched=dict(era.touched),
            lies_in=dict(era.lies_in),
            left=dict(era.left),
            blocks={place: list(cases) for place, cases in era.blocks.items()},
            decided=set(era.decided),
        )
        self.saved_roles = dict(self.roles)

    def went_back(self, epoch: str) -> None:
        self.eras[epoch], self.roles = self.saved, self.saved_roles

    def pushed(self, pushed: Pushed) -> None:
        """After each commit."""
        era = self.eras.setdefault(pushed.epoch, Era())
        for result in pushed.results:
            self._in_order(era, result)
            self._in_turn(era, result)
            self._note(era, result)
        fresh = {result.entry.id for result in pushed.results}
        for answer in pushed.answers:
            for verdict in answer["verdicts"]:
                self._same_words(era, verdict)
                if verdict["id"] in fresh:
                    self._lies_ahead(era, verdict)

    def _in_order(self, era: Era, result: Result) -> None:
        """Invariant 3: nothing is applied before its `after`, nor out of its device's order."""
        entry = result.entry
        if result.outcome.status in SHOWS:
            must(
                entry.after is None or entry.after in era.arrived,
                3,
                f"{entry.id} was applied before {entry.after}, which it comes after",
            )
            last = era.applied_to.get(entry.device, 0)
            must(entry.seq > last, 3, f"{entry.device}: {entry.seq} was applied after {last}")
            era.applied_to[entry.device] = entry.seq
        era.arrived.add(entry.id)

    def _in_turn(self, era: Era, result: Result) -> None:
        """Invariant 3: what builds on an entry that nobody understood waits, and only that."""
        entry, outcome = result.entry, result.outcome
        cases = era.blocks.get((entry.device, entry.on), [])
        waits = any(case not in era.decided for case in cases)
        if outcome.status in SHOWS:
            must(not waits, 3, f"{entry.id} was applied, though {cases} come before it")
        if outcome.code == WAITS:
            must(waits, 3, f"{entry.id} waits on {entry.on} for nothing")
        if outcome.status == "parked" and outcome.code in BLOCKING_CODES:
            era.blocks.setdefault((entry.device, entry.on), []).append(outcome.case)

    def _note(self, era: Era, result: Result) -> None:
        touched: Touched = {}
        for key, document in result.after.items():
            touched[key] = (document.version, document.scopes())
            if era.lies_in.get(key, document.scopes()) != document.scopes():
                era.left[key] = document.version
            era.lies_in[key] = document.scopes()
            if isinstance(document, Case) and document.state == "resolved":
                era.decided.add(key)
            if isinstance(document, Person):
                self.roles[document.login] = dict(document.roles) if document.active else {}
        if result.outcome.status in SHOWS:
            era.touched[result.entry.id] = touched

    def _same_words(self, era: Era, verdict: dict[str, Any]) -> None:
        """Invariant 4: the same push gives the same verdict, word for word."""
        text = json.dumps(verdict, sort_keys=True)
        before = era.said.setdefault(verdict["id"], text)
        must(before == text, 4, f"{verdict['id']} was {before}, now {text}")

    def _lies_ahead(self, era: Era, verdict: dict[str, Any]) -> None:
        """Invariant 5: what is new lies above every cursor that was given."""
        for effect in verdict["effects"]:
            given = era.given.get(effect["scope"], 0)
            must(
                effect["version"] > given,
                5,
                f"{verdict['id']} has its effect in {effect['scope']} at {effect['version']}, "
                f"and somebody was given cursor {given} before",
            )

    def pulled(self, pulled: Pulled) -> None:
        """After each page."""
        era = self.eras.setdefault(pulled.epoch, Era())
        allowed = self.allowed(pulled.login)
        for change in pulled.page["changes"]:
            self._within_scope(change, allowed, pulled.login)
            self._forward(era, change, pulled)
        for scope, cursor in pulled.page["cursors"].items():
            asked = pulled.cursors.get(scope, 0)
            must(cursor >= asked, 5, f"the cursor of {scope} went back from {asked} to {cursor}")
            era.given[scope] = max(cursor, era.given.get(scope, 0))

    def allowed(self, login: str) -> set[str]:
        """The scopes of a person's roles, reckoned here."""
        found = {"org.people"}
        for site, roles in self.roles.get(login, {}).items():
            found |= {f"{site}.{area}" for role in roles for area in AREAS_BY_ROLE[role]}
            found |= {"org.cases"} if "admin" in roles else set()
        return found

    def _within_scope(self, change: dict[str, Any], allowed: set[str], login: str) -> None:
        """Invariant 7: no document is delivered outside its scopes."""
        scope, key, body = change["scope"], change["key"], change["body"]
        must(scope in allowed, 7, f"{key} went to {login} in {scope}")
        if body is None:
            return
        kind = key.partition("/")[0]
        area = body["hall"] if kind == "crate" else DOCUMENTS[kind].area
        own = f"{site_of(key)}.{area}"
        must(own == scope, 7, f"{key} of {own} went to {login} in {scope}")

    def _forward(self, era: Era, change: dict[str, Any], pulled: Pulled) -> None:
        """Invariant 5: above the cursor, not beyond the next, and no version goes back."""
        scope, version, key = change["scope"], change["version"], change["key"]
        asked, given = pulled.cursors.get(scope, 0), pulled.page["cursors"][scope]
        must(
            asked < version <= given,
            5,
            f"{key} came at {version} of {scope} between cursors {asked} and {given}",
        )
        if change["body"] is None:
            return
        now, before = change["body"]["version"], era.versions.get(key, 0)
        must(now >= before, 5, f"{key} went back from version {before} to {now}")
        era.versions[key] = now

    def saw(self, device: Device) -> None:
        """Invariant 6, after each transaction of a device: what was recorded on it is always seen,
        in the overlay or in the replica, and not in both.
        """
        disk, feed = device.disk, device.disk.feed
        self._mends_what_rotted(device)
        is_ready = disk.signin and feed.complete and feed.person == disk.signin.login
        if not is_ready or feed.shown not in self.eras or device.forked:
            return
        era = self.eras[feed.shown]
        for row in disk.ledger.values():
            # What a restored server judged anew is seen once its documents are.
            if row.is_shown or row.said_in == feed.shown:
                self._is_in_replica(device, row, era)
        for row in disk.outbox.values():
            if row.is_shown:
                self._is_in_replica(device, row, era)
            elif device.locks and (row.verdict is None or row.verdict["status"] in SHOWS):
                self._is_not_in_replica(device, row, era)

    def _mends_what_rotted(self, device: Device) -> None:
        """Invariant 5: sums catch what a disk lost; the feed itself never leaves anything out."""
        rotted = {scope for scopes in device.rotten.values() for scope in scopes}
        for scope in device.disk.differs:
            must(scope in rotted, 5, f"{device.name} took all of {scope} as told, and is wrong")

    def _is_in_replica(self, device: Device, row: Row, era: Era) -> None:
        for key, (version, _) in era.touched.get(row.id, {}).items():
            here = era.lies_in[key] & set(device.disk.feed.cursors)
            held = device.disk.replica.get(key)
            is_gone = era.left.get(key, 0) > version or key in device.rotten
            if held is None and (is_gone or not here):
                continue
            if held is None or held.version < version:
                there = f"version {held.version}" if held else "nothing"
                raise Broken(
                    6, f"{device.name} shows {there} of {key}, {row.id} made {version} of it"
                )

    def _is_not_in_replica(self, device: Device, row: Row, era: Era) -> None:
        for key, (version, _) in era.touched.get(row.id, {}).items():
            held = device.disk.replica.get(key)
            must(
                held is None or held.version < version,
                6,
                f"{device.name} shows {row.id} twice: it waits, and {key} has it already",
            )
