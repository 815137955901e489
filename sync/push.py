"""Push: entries from devices into the journal, in one transaction for all that arrived together.

The steps are numbered as in `docs/protocol.md`. What an entry means is the model's; who may
deliver is decided before (accounts).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sync import documents, feed, journal, pokes, signature
from sync.document import Document, site_of, utc_text
from sync.entry import Entry
from sync.intake import Intake, Sent, astray, opened
from sync.journal import Arrived
from sync.problem import Problem
from sync.reconcile import BLOCKING_CODES, Model, Outcome, Reconciler, Result
from sync.signature import Signed
from sync.statements import Lookup, upsert
from sync.store import Store, table_of
from sync.tables import DeviceRow

_devices = table_of(DeviceRow)
DEVICES = Lookup(
    lambda among: (
        select(_devices)
        .where(among(_devices.c.id, "ids"))
        .order_by(_devices.c.id)
        .with_for_update()
    )
)
KEYS = Lookup(lambda among: select(_devices.c.public_key).where(among(_devices.c.id, "ids")))
# Keys of devices that delivered: a device's key never changes, and this only guides a look ahead.
KEYS_SEEN_MAX = 4096
_keys_seen: dict[str, str] = {}
# What speaks against entries beside their content, by entry id: a sign-in that isn't theirs.
Standings = Callable[[Connection, list[Entry]], Mapping[str, Outcome]]
Verdict = dict[str, Any]  # as `journal.verdict_of` has it
# Where each changed document lies or is gone by now: its scopes, and since which version of each.
Places = dict[str, list[tuple[str, int]]]
# Writes what the server keeps of it beside the documents, in the same transaction.
Project = Callable[[Connection, list[Result], datetime], None]


@dataclass
class Delivery:
    """What one device sent: wrapped entries as (exact bytes, signature or None), and where the
    sender says so also whose they are and their number, for bytes that don't tell it.

    `oldest` is the first number it still has, when it was asked for one before that.
    """

    device: str
    entries: Sequence[Signed]
    oldest: int | None = None


@dataclass
class Answer:
    """What the device is told: verdicts in the order of its entries."""

    epoch: str
    now: str
    last_seq: int
    verdicts: list[Verdict] = field(default_factory=list)
    need: str | None = None


@dataclass(frozen=True)
class Engine:
    """All that a push needs beside the entries."""

    store: Store
    model: Model
    standings: Standings
    project: Project


def push(
    engine: Engine, deliveries: list[Delivery], now: datetime
) -> tuple[list[Answer], dict[str, int]]:
    """Take what these devices sent; answers in the same order, and the scopes that moved.

    Problem: device_unknown. After it returned, all that was answered is durable.
    """
    with engine.store.write() as connection:
        return push_within(connection, engine, deliveries, now)


def look_ahead(store: Store, delivery: Delivery) -> None:
    """Check the signatures of a delivery before its turn comes: in the asker's own thread, while
    others are written. Only saves time; `push` takes nobody's word for it.
    """
    key = _keys_seen.get(delivery.device) or _key_of(store, delivery.device)
    if key is not None:
        signature.look_ahead(key, delivery.entries)


def _key_of(store: Store, device: str) -> str | None:
    with store.read() as connection:
        keys = [row.public_key for row in KEYS.rows(connection, ids=[device])]
    if not keys or keys[0] is None:
        return None
    if len(_keys_seen) >= KEYS_SEEN_MAX:
        _keys_seen.clear()
    return _keys_seen.setdefault(device, str(keys[0]))


def push_within(
    connection: Connection, engine: Engine, deliveries: list[Delivery], now: datetime
) -> tuple[list[Answer], dict[str, int]]:
    """The same within a transaction that is open already."""
    sent = [[opened(*one) for one in d.entries] for d in deliveries]
    _lock_sites(connection, engine, sent)  # 1
    epoch = engine.store.epoch(connection)
    carriers = {delivery.device for delivery in deliveries}
    devices = _lock_devices(connection, carriers, sent)
    ids = {i for some in sent for one in some for i in one.ids}
    ids |= {journal.id_of_bytes(device["last_hash"]) for device in devices.values()}
    afters = {one.entry.after for some in sent for one in some if one.entry and one.entry.after}
    known = journal.held(connection, ids)  # 2
    present = journal.present(connection, afters - ids)
    forks = set(journal.forks(connection, astray(sent, devices)))
    intake = Intake(known, devices, present, forks, now)
    taken = [
        intake.take(some, delivery.device, delivery.oldest)
        for delivery, some in zip(deliveries, sent, strict=True)
    ]  # 3
    fresh = _judged(connection, engine, list(intake.arrived.values()))
    told, scopes = _apply(connection, engine, fresh, now)  # 4 5 6
    _save_devices(connection, devices, carriers, now)
    pokes.tell(connection, scopes, by=engine.store.name)
    verdicts = {i: held.verdict for i, held in intake.stored.items()}
    verdicts |= told
    answers = [
        Answer(
            epoch=epoch,
            now=utc_text(now),
            last_seq=devices[delivery.device]["last_seq"],
            verdicts=[verdicts[i] for i in answered],
            need=need,
        )
        for delivery, (answered, need) in zip(deliveries, taken, strict=True)
    ]
    return answers, scopes


def _lock_sites(connection: Connection, engine: Engine, sent: list[list[Sent]]) -> None:
    """Nobody else writes these sites until the commit, nor what decides who may write there."""
    entries = [one.entry for some in sent for one in some if one.entry is not None]
    read_only = {site_of(key) for entry in entries for key in engine.model.gate_needs(entry)}
    engine.store.lock(connection, {site_of(entry.on) for entry in entries}, read_only)


def _lock_devices(
    connection: Connection, carriers: set[str], sent: list[list[Sent]]
) -> dict[str, dict[str, Any]]:
    """The rows of those who deliver and of those whose entries they carry."""
    named = {one.claimed[0] for some in sent for one in some if one.claimed}
    rows = DEVICES.rows(connection, ids=carriers | named)
    found = {row.id: row._asdict() for row in rows}
    for device in carriers - set(found):
        raise Problem("device_unknown", {"device": device})
    return found


def _judged(connection: Connection, engine: Engine, arrived: list[Arrived]) -> list[Arrived]:
    readable = [one.entry for one in arrived if one.entry is not None and one.standing is None]
    against = engine.standings(connection, readable)
    return [replace(one, standing=against[one.id]) if one.id in against else one for one in arrived]


def _apply(
    connection: Connection, engine: Engine, arrived: list[Arrived], now: datetime
) -> tuple[dict[str, Verdict], dict[str, int]]:
    """The verdicts of what arrived, by id, and the scopes that moved."""
    if not arrived:
        return {}, {}
    candidates = [one.candidate() for one in arrived]
    types = engine.model.documents
    reconciler = Reconciler(engine.model, lambda keys: documents.load(connection, types, keys))
    blocked = journal.blocked(connection, {c.entry.on for c in candidates})
    results = reconciler.run(candidates, blocked)
    before, after = _net_change(results)
    documents.save(connection, before, after)
    engine.project(connection, results, now)
    versions = feed.publish(connection, before, after)
    places = _places(versions)
    verdicts = {one.id: _verdict(one, r, places) for one, r in zip(arrived, results, strict=True)}
    rows = [_row(one, r, verdicts[one.id]) for one, r in zip(arrived, results, strict=True)]
    journal.append(connection, rows)
    scopes: dict[str, int] = {}
    for (scope, _), version in versions.items():
        scopes[scope] = max(version, scopes.get(scope, 0))
    return verdicts, scopes


def _net_change(
    results: list[Result],
) -> tuple[dict[str, Document | None], dict[str, Document]]:
    before: dict[str, Document | None] = {}
    after: dict[str, Document] = {}
    for result in results:
        for key, document in result.after.items():
            before.setdefault(key, result.before[key])
            after[key] = document
    return before, after


def _verdict(one: Arrived, result: Result, places: Places) -> Verdict:
    """What the device is told now, and each time that it asks again (`journal.verdict_of`)."""
    outcome = result.outcome
    shown = sorted(_shown(result, places).items())
    return {
        "id": one.id,
        "status": outcome.status,
        "code": outcome.code,
        "params": outcome.params,
        "case": outcome.case,
        "effects": [{"scope": scope, "version": version} for scope, version in shown],
    }


def _row(one: Arrived, result: Result, verdict: Verdict) -> dict[str, Any]:
    entry, outcome = result.entry, result.outcome
    return {
        "site": site_of(entry.on),
        "entry_id": one.id,
        "device": one.device,
        "seq": one.seq,
        "kind": entry.kind,
        "on_key": entry.on,
        "actor": entry.actor,
        "standing": _as_json(one.standing or _not_understood(outcome)),
        "raw": one.raw,
        "sig": one.sig,
        "received_at": one.received_at,
        "status": outcome.status,
        "code": outcome.code,
        "params": journal.in_letters(outcome.params),
        "case_key": outcome.case,
        "effects": json.dumps(verdict["effects"]),
    }


def _places(versions: feed.Versions) -> Places:
    places: Places = {}
    for (scope, key), version in versions.items():
        places.setdefault(key, []).append((scope, version))
    return places


def _shown(result: Result, places: Places) -> dict[str, int]:
    """From which version on each scope shows what the entry changed: where a document lies, and
    where it is gone. Others in the same commit may have moved it on.
    """
    newest: dict[str, int] = {}
    for key in result.after:
        for scope, version in places[key]:
            newest[scope] = max(version, newest.get(scope, 0))
    return newest


def _not_understood(outcome: Outcome) -> Outcome | None:
    """Kept with the entry: code that knows better one day must replay what was judged today."""
    is_so = outcome.status == "parked" and outcome.code in BLOCKING_CODES
    return Outcome("parked", outcome.code, outcome.params) if is_so else None


def _as_json(standing: Outcome | None) -> str | None:
    if standing is None:
        return None
    told = {"status": standing.status, "code": standing.code, "params": standing.params}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _save_devices(
    connection: Connection,
    devices: Mapping[str, dict[str, Any]],
    carriers: set[str],
    now: datetime,
) -> None:
    seen = {"seen_at": utc_text(now)}
    rows = [{**row, **(seen if i in carriers else {})} for i, row in sorted(devices.items())]
    upsert(connection, DeviceRow, rows)
