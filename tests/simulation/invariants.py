"""The fourteen invariants of `docs/protocol.md`, by number, as they must hold when all is calm.

Checkers only; they know nothing of how the day went but what people were told. Those that are
about steps (3 to 7) are also held at each step by `watch`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from server.accounts.devices import listed
from server.domain.resumption import RESUMED
from server.domain.rights import AREAS_BY_ROLE
from sync.chains import CARRIED
from sync.document import site_of
from sync.entry import digest_of
from sync.journal import id_of_bytes, verdict_of
from sync.reconcile import BLOCKING_CODES, WAITS
from tests.simulation import checks, lateness
from tests.simulation.amendments import expected_conflicts
from tests.simulation.broken import must
from tests.simulation.checks import bodies, journal
from tests.simulation.crates import BODIES
from tests.simulation.tampering import found_and_named
from tests.simulation.world import World

STANDS = ("applied", "merged", "conflict")
BEGINS = ("lot.received", "lot.created", "job.started", "visit.opened", "crate.opened")
DECIDES = {"supervisor", "quality_manager", "admin"}


@dataclass
class Evidence:
    """The journal and the documents of a plant at rest, and the world that led to them."""

    world: World
    rows: list[RowMapping]
    documents: dict[str, dict[str, Any]]
    entries: dict[str, dict[str, Any]]

    def entry_rows(self) -> list[RowMapping]:
        """The rows without those that only tell who brought an entry out of its place before it
        stood there.
        """
        own = {bytes(row["raw"]) for row in self.rows if not _is_brought(row)}
        return [row for row in self.rows if not (_is_brought(row) and bytes(row["raw"]) in own)]


def _is_brought(row: RowMapping) -> bool:
    is_parked = (row["status"], row["code"], row["seq"]) == ("parked", CARRIED, None)
    return is_parked and row["entry_id"] == id_of_bytes(digest_of(bytes(row["raw"])))


def gathered(world: World) -> Evidence:
    rows = journal(world.server.plant.store)
    entries = {row["entry_id"]: _fields(bytes(row["raw"])) for row in rows}
    return Evidence(world, rows, bodies(world.server.plant.store), entries)


def _fields(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def confirmed_entries_are_in_the_journal_once(evidence: Evidence) -> None:
    """Invariant 1, word for word."""
    times = Counter(bytes(row["raw"]) for row in evidence.entry_rows())
    for raw, count in times.items():
        must(count == 1, 1, f"{_named(raw)} is in the journal {count} times")
    for told in evidence.world.confirmed:
        is_there = times[told.entry.raw] == 1
        must(is_there or not told.device.exists, 1, f"{told.entry.id} is lost: {told.device.name}")


def _named(raw: bytes) -> str:
    return str(_fields(raw).get("id", digest_of(raw)))


def documents_follow_and_sums_hold(evidence: Evidence) -> None:
    """Invariant 2: replay, movements, overdrawn lots; the reports too."""
    plant = evidence.world.server.plant
    faults = checks.verified(plant).faults
    must(not faults, 2, f"verify: {faults[:3]}")
    try:
        checks.movements_add_up(plant.store)
        checks.the_reports_follow_from_the_journal(plant)
    except AssertionError as error:
        must(False, 2, f"reports: {error}")


def devices_are_heard_in_their_order(evidence: Evidence) -> None:
    """Invariant 3: numbers go up, each entry follows the bytes before it and its `after`."""
    ends: dict[str, tuple[int, str]] = {}
    seen: set[str] = set()
    for row in evidence.rows:
        entry = evidence.entries[row["entry_id"]]
        if row["status"] in STANDS and entry:
            after = entry.get("after")
            must(after is None or after in seen, 3, f"{row['entry_id']} stands before {after}")
        seen.add(row["entry_id"])
        if row["seq"] is None:
            continue
        seq, digest = ends.get(row["device"], (0, "0" * 64))
        must(row["seq"] > seq, 3, f"{row['device']}: {row['seq']} comes after {seq}")
        follows = row["status"] == "parked" or (entry.get("seq"), entry.get("prev")) == (
            seq + 1,
            digest,
        )
        must(follows, 3, f"{row['entry_id']} of {row['device']} does not follow what is before it")
        ends[row["device"]] = (row["seq"], digest_of(bytes(row["raw"])))


def honest_numbers_are_nobody_elses(evidence: Evidence) -> None:
    """Invariant 3: who is no clone is never taken for one."""
    honest = {told.entry.id for told in evidence.world.confirmed if not told.device.forked}
    for row in evidence.rows:
        is_fork = row["code"] == "fork" and _fields(bytes(row["raw"])).get("id") in honest
        must(not is_fork, 3, f"{row['entry_id']} of {row['device']} is taken for a fork")


def words_stay_the_same(evidence: Evidence) -> None:
    """Invariant 4: what a device was told under this epoch is what is kept."""
    epoch = evidence.world.epoch()
    kept = {bytes(row["raw"]): verdict_of(row) for row in evidence.entry_rows()}
    for device in evidence.world.living():
        for row in (*device.disk.ledger.values(), *device.disk.outbox.values()):
            if row.verdict is None or row.said_in != epoch:
                continue
            stands = kept.get(row.raw, {}) | {"id": row.id}
            must(stands == row.verdict, 4, f"{row.id} was told {row.verdict}, kept is {stands}")


def replicas_are_equal(evidence: Evidence) -> None:
    """Invariants 7 and 10: a replica is what its person may see, no more and no less."""
    due = _by_scope(evidence)
    for device in evidence.world.living():
        disk = device.disk
        if disk.device in evidence.world.revoked or not (disk.signin and disk.feed.complete):
            continue
        allowed = evidence.world.watch.allowed(disk.signin.login)
        must(set(disk.feed.cursors) == allowed, 7, f"{device.name} has {set(disk.feed.cursors)}")
        wanted = {key for scope in allowed for key in due.get(scope, ())}
        have = set(disk.replica)
        must(not have - wanted, 7, f"{device.name} still has {sorted(have - wanted)[:3]}")
        must(not wanted - have, 10, f"{device.name} misses {sorted(wanted - have)[:3]}")
        for key, held in disk.replica.items():
            must(held.body == evidence.documents[key], 10, f"{device.name} has another {key}")


def _by_scope(evidence: Evidence) -> dict[str, list[str]]:
    types = evidence.world.server.model.documents
    found: dict[str, list[str]] = {}
    for key, body in evidence.documents.items():
        for scope in types[key.partition("/")[0]].model_validate(body).scopes():
            found.setdefault(scope, []).append(key)
    return found


def conflicting_writes_have_one_case(evidence: Evidence) -> None:
    """Invariant 8: exactly one, naming both; the writes are compared here anew."""
    cases: dict[str, list[dict[str, Any]]] = {}
    for body in evidence.documents.values():
        if body.get("kind") == "field_conflict":
            cases.setdefault(body["entries"][0]["entry"], []).append(body)
    expected = expected_conflicts(evidence.rows, evidence.entries)
    must(set(cases) == set(expected), 8, f"cases for {set(cases) ^ set(expected)}")
    for entry, others in expected.items():
        must(len(cases[entry]) == 1, 8, f"{entry} has {len(cases[entry])} cases")
        named = {one["entry"] for one in cases[entry][0]["entries"]}
        must(others <= named, 8, f"the case of {entry} names {named}, not all of {others}")


def overdrawn_lots_have_one_case(evidence: Evidence) -> None:
    """Invariant 8, for quantities: two who took too much stand in one open case."""
    about = Counter(
        body["about"]
        for body in evidence.documents.values()
        if body.get("kind") == "overdrawn" and body["state"] == "open"
    )
    for lot, count in about.items():
        must(count == 1, 8, f"{lot} has {count} open cases")


def parked_entries_have_one_case_and_an_owner(evidence: Evidence) -> None:
    """Invariant 9."""
    parked = {row["entry_id"]: row for row in evidence.rows if row["status"] == "parked"}
    cases = [body for body in evidence.documents.values() if body.get("kind") == "parked"]
    named = Counter(case["entries"][0]["entry"] for case in cases)
    for entry in {*named, *parked}:
        count = named[entry]
        must(count == 1 and entry in parked, 9, f"{entry} is parked with {count} cases")
    for case in cases:
        row = parked[case["entries"][0]["entry"]]
        stands = (case["key"], case["code"]) == (row["case_key"], row["code"])
        must(stands, 9, f"{row['entry_id']} names another case than {case['key']}")
        must(_owners(evidence, site_of(case["key"])), 9, f"nobody sees {case['key']}")


def _owners(evidence: Evidence, site: str) -> list[str]:
    area = {role for role, areas in AREAS_BY_ROLE.items() if "cases" in areas} & DECIDES
    people = [body for key, body in evidence.documents.items() if key.startswith("person/")]
    return [
        person["login"]
        for person in people
        if person["active"]
        and any(area & set(roles) for at, roles in person["roles"].items() if site in (at, "org"))
    ]


def nothing_understood_is_parked(evidence: Evidence) -> None:
    """Invariant 9: whoever is put aside for want of understanding is not understood to the end."""
    crates: set[str] = set()
    held: set[tuple[str, str]] = set()
    for row in evidence.rows:
        if row["kind"] == "crate.opened" and row["status"] in STANDS:
            crates.add(row["on_key"])
        case = evidence.documents.get(row["case_key"] or "", {})
        place = (row["device"], row["on_key"])
        waits = row["status"] == "parked" and _is_undecided(evidence, case)
        if not waits or row["code"] not in {*BLOCKING_CODES, WAITS} or place in held:
            continue
        held.add(place)
        if row["on_key"] in crates and _is_at_work(evidence, row["actor"], site_of(row["on_key"])):
            is_so = _is_understood(evidence, row)
            must(not is_so, 9, f"{row['entry_id']} is parked with {row['code']}, and understood")


def _is_undecided(evidence: Evidence, case: dict[str, Any]) -> bool:
    """When the server last started; what waits behind a decided one is tried at its next start."""
    resolution = case.get("resolution")
    if not case or resolution is None:
        return bool(case)
    came = {row["entry_id"]: row["received_at"] for row in evidence.rows}
    return came.get(resolution["entry"], "") > evidence.world.server.started_at


def _is_understood(evidence: Evidence, row: RowMapping) -> bool:
    """Whether the server of now knows this kind of entry on a crate, in this version."""
    entry, kind = evidence.entries[row["entry_id"]], row["kind"]
    known = evidence.world.server.model.kinds.get(kind)
    body = BODIES.get((kind, entry.get("v", 0)))
    if known is None or body is None or entry["v"] > known.v:
        return False
    try:
        body.model_validate(entry["body"])
    except ValueError:
        return False
    return True


def _is_at_work(evidence: Evidence, login: str, site: str) -> bool:
    roles = evidence.world.watch.roles.get(login, {})
    return bool(roles.get(site) or roles.get("org"))


def nothing_is_resumed_twice(evidence: Evidence) -> None:
    """Invariant 1, for what is applied after an upgrade; its case is decided by that."""
    times = Counter(
        evidence.entries[row["entry_id"]]["body"]["case"]
        for row in evidence.rows
        if row["kind"] == RESUMED and row["status"] in STANDS
    )
    for case, count in times.items():
        must(count == 1, 1, f"the entry of {case} was applied {count} times")
        must(evidence.documents[case]["state"] == "resolved", 1, f"{case} is still open")


def nobody_acts_under_another_name(evidence: Evidence) -> None:
    """Invariant 7, the other way: what stands was done by who was signed in."""
    stands = {bytes(row["raw"]): row["actor"] for row in evidence.rows if row["status"] in STANDS}
    for told in evidence.world.confirmed:
        actor = stands.get(told.entry.raw, told.entry.actor)
        must(actor == told.entry.actor, 7, f"{told.entry.id} stands as {actor}'s")


def who_is_shut_out_changes_nothing(evidence: Evidence) -> None:
    """Invariant 7, the other way: from a revoked device nothing is applied, all is kept."""
    with evidence.world.server.plant.store.read() as connection:
        since = {row["id"]: row["revoked_at"] for row in listed(connection)}
    for row in evidence.rows:
        revoked_at = since.get(row["device"])
        is_late = revoked_at is not None and row["received_at"] > revoked_at
        must(not is_late or row["status"] == "parked", 7, f"{row['entry_id']} was applied")


def ledgers_are_in_the_journal(evidence: Evidence) -> None:
    """Invariant 11: also what was answered before a restore, and forgotten by it."""
    times = Counter(bytes(row["raw"]) for row in evidence.entry_rows())
    for device in evidence.world.living():
        for row in device.disk.ledger.values():
            must(times[row.raw] == 1, 11, f"{row.id} of {device.name}: {times[row.raw]} times")


def codes_are_never_used_again(evidence: Evidence) -> None:
    """Invariant 12: ids, numbers and the codes that entries bring into being."""
    ids = Counter(row["entry_id"] for row in evidence.rows)
    places = Counter((row["device"], row["seq"]) for row in evidence.rows if row["seq"])
    begun = Counter(
        row["on_key"] for row in evidence.rows if row["kind"] in BEGINS and row["status"] in STANDS
    )
    for what, count in (*ids.items(), *places.items(), *begun.items()):
        must(count == 1, 12, f"{what} is used {count} times")


def changed_bytes_are_found(evidence: Evidence) -> None:
    """Invariant 13; the journal is not the same afterwards."""
    found_and_named(evidence.world.server.plant, evidence.world.chance)


def what_came_late_has_one_case(evidence: Evidence) -> None:
    """Invariant 14: by the words of the device that recorded it; nothing else is called late."""
    limit_hours = evidence.world.server.plant.settings.late_hours
    cases = [body for body in evidence.documents.values() if body.get("kind") == "late"]
    named = Counter(one["entry"] for case in cases for one in case["entries"])
    known = {row["entry_id"]: row for row in evidence.rows}
    for entry, count in named.items():
        must(entry in known and count == 1, 14, f"{entry} is named late {count} times")
        hours = lateness.hours_late(known[entry])
        must(hours > limit_hours, 14, f"{entry} is called late after {hours:.1f} h")
    for entry, row in known.items():
        is_due = row["status"] != "parked" and lateness.hours_late(row) > limit_hours
        must(not is_due or entry in named, 14, f"{entry} came late, and no case names it")
    for case in cases:
        is_all = case["params"]["count"] == len(case["entries"])
        must(is_all, 14, f"{case['key']} counts {case['params']}, names {len(case['entries'])}")


Checker = Callable[[Evidence], None]
INVARIANTS: dict[int, tuple[Checker, ...]] = {
    1: (confirmed_entries_are_in_the_journal_once, nothing_is_resumed_twice),
    2: (documents_follow_and_sums_hold,),
    3: (devices_are_heard_in_their_order, honest_numbers_are_nobody_elses),
    4: (words_stay_the_same,),
    7: (replicas_are_equal, who_is_shut_out_changes_nothing, nobody_acts_under_another_name),
    8: (conflicting_writes_have_one_case, overdrawn_lots_have_one_case),
    9: (parked_entries_have_one_case_and_an_owner, nothing_understood_is_parked),
    11: (ledgers_are_in_the_journal,),
    12: (codes_are_never_used_again,),
    14: (what_came_late_has_one_case,),
    13: (changed_bytes_are_found,),
}


def check(world: World) -> str:
    """All of them; the digest of the journal, by which two runs of a seed can be compared."""
    evidence = gathered(world)
    for checkers in INVARIANTS.values():
        for checker in checkers:
            checker(evidence)
    links = "".join(row["link"] for row in evidence.rows)
    return hashlib.sha256(links.encode()).hexdigest()[:12]
