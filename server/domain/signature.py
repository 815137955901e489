"""A person's signature on an entry: what it says, what it covers, and whether it is good.

21 CFR 11.50 (name, time and meaning are shown), 11.70 (it can't be moved to another record) and
11.200 (the PIN or password is given each time). Which kinds need one is said where they are
declared (`signed`); keys are `signer`'s. The device that records signs too: `sync.signature`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from server.domain.case import named, open_case
from server.domain.person import SYSTEM, Person, name_of, person_key
from server.domain.signer import Signer, signer_key
from server.domain.values import Fixed, Line, Sha256, Text, Value
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome
from sync.signature import is_valid

Meaning = Literal["approved", "rejected", "released", "disposed", "witnessed", "verified"]
Method = Literal["pin", "password"]
SIGNED_FROM = 2  # the version of a kind from which on its entries must be signed
SHOWN_MAX = 40
APART_MAX = timedelta(minutes=5)  # one deed: signed and recorded on one device
FORM = "traveler signature 1"


class Seen(Fixed):
    """One field that was on the screen, by its stable name, with its value."""

    field: Line
    value: Text


class Signature(Fixed):
    """What the body of a signed entry carries.

    `digest` is over `shown` and all that the body says beside the signature; `sig` is ECDSA on
    P-256 over `text_signed`, by the key of the document `signer`.
    """

    signer: Line
    method: Method
    meaning: Meaning
    name: Line
    at: Line
    shown: list[Seen] = Field(max_length=SHOWN_MAX)
    digest: Sha256
    sig: Line


class Signable(Value):
    """Base of bodies that a signature may be in."""

    signature: Signature | None = None


# The meaning with which this must be signed, None where it need not be.
Due = Callable[[Any, Document | None], Meaning | None]
Screen = Callable[[Any, Document | None], list[Seen]]


@dataclass(frozen=True)
class Signing:
    """How a kind is signed: its `meanings`, which one is `due`, and what is on the `screen`."""

    meanings: tuple[Meaning, ...]
    due: Due
    screen: Screen


def digest_of(shown: Iterable[Mapping[str, str]], said: Mapping[str, Any]) -> str:
    """SHA-256 over what was shown and what was said, 64 hex characters; keys in order."""
    pairs = [[one["field"], one["value"]] for one in shown]
    text = json.dumps([pairs, said], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def text_signed(entry: Entry, told: Mapping[str, Any]) -> bytes:
    """What the person's key signs: this person, this deed, this meaning, this moment."""
    parts = [FORM, entry.kind, entry.on, entry.actor]
    parts += [told[name] for name in ("meaning", "name", "at", "method", "signer", "digest")]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


def said_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without its signature, as it was sent."""
    return {name: value for name, value in body.items() if name != "signature"}


def signed(kind: Kind, signing: Signing) -> Kind:
    """The kind, whose entries need a person's signature from version 2 on.

    The kind's own Problems come first; then: person_signature_missing, person_signature_wrong,
    signer_unknown, signer_revoked. A request is rejected; a fact is recorded as unsigned, and a
    case is opened.
    """

    def handler(entry: Entry, body: Any, draft: Draft, now: datetime) -> Outcome:
        shown = draft.get(entry.on, Document)
        due = signing.due(body, shown)
        screen = signing.screen(body, shown) if shown and shown.version == entry.base else None
        wrong = _wrong(entry, body.signature, due, screen, draft)
        if wrong is None:
            return kind.handler(entry, body, draft, now)
        unsigned = entry.model_copy(update={"body": said_in(entry.body)})
        outcome = kind.handler(unsigned, body, draft, now)
        if outcome.status in ("rejected", "parked"):
            return outcome
        if kind.request:
            raise wrong
        opened = _case_of(entry, wrong, draft)
        return outcome if outcome.status == "conflict" else opened

    def needs(entry: Entry, body: Any, loaded: Mapping[str, Document]) -> Iterable[str | None]:
        yield from kind.needs(entry, body, loaded)
        if body.signature is not None:
            yield signer_key(body.signature.signer)

    return replace(
        kind,
        handler=handler,
        needs=needs,
        v=max(kind.v, SIGNED_FROM),
        upcasts={1: dict} | dict(kind.upcasts),
        signing=signing,
    )


def _wrong(
    entry: Entry,
    told: Signature | None,
    due: Meaning | None,
    screen: list[Seen] | None,
    draft: Draft,
) -> Problem | None:
    if told is None:
        return _missing(entry, draft) if due is not None else None
    signer = draft.get(signer_key(told.signer), Signer)
    if signer is None:
        return Problem("signer_unknown", {})
    if signer.state != "active":
        return Problem("signer_revoked", {"name": signer.revoked_by_name})
    why = _flaw(entry, told, due, screen, signer) or _foreign(entry, told, signer, draft)
    return Problem("person_signature_wrong", {"why": why}) if why else None


def _missing(entry: Entry, draft: Draft) -> Problem | None:
    """Entries from before signatures stay valid, until their person has a key to sign with."""
    person = draft.get(person_key(entry.actor), Person)
    is_old = entry.v < SIGNED_FROM and (person is None or person.signs_since is None)
    return None if is_old else Problem("person_signature_missing", {})


def _flaw(
    entry: Entry,
    told: Signature,
    due: Meaning | None,
    screen: list[Seen] | None,
    signer: Signer,
) -> str | None:
    """What does not fit, by a stable word; None if it is this key's signature on this deed."""
    if due is not None and told.meaning != due:
        return "meaning"
    shown = [one.model_dump() for one in told.shown]
    if told.digest != digest_of(shown, said_in(entry.body)):
        return "digest"
    if screen is not None and told.shown != screen:
        return "shown"
    if not _is_of_one_moment(entry.at, told.at):
        return "moment"
    is_good = is_valid(signer.public_key, text_signed(entry, told.model_dump()), told.sig)
    return None if is_good else "key"


def _foreign(entry: Entry, told: Signature, signer: Signer, draft: Draft) -> str | None:
    """By PIN: the person's own key, on the device that it was made for. By password: the server's
    key, on a deed that the server took down itself.
    """
    if told.name != name_of(entry.actor, draft):
        return "name"
    if told.method == "password":
        is_own = signer.person == SYSTEM and entry.device.startswith("web-")
        return None if is_own else "signer"
    is_own = signer.person == entry.actor and signer.device == entry.device
    return None if is_own else "signer"


def _is_of_one_moment(recorded: str, told: str) -> bool:
    try:
        apart = datetime.fromisoformat(recorded) - datetime.fromisoformat(told)
    except (ValueError, TypeError):
        return False
    return abs(apart) <= APART_MAX


def _case_of(entry: Entry, wrong: Problem, draft: Draft) -> Outcome:
    about = draft.get(entry.on, Document)
    label = getattr(about, "number", "") or entry.on.partition(":")[2]
    name = name_of(entry.actor, draft)
    params = {"label": label, "name": name, "cause": wrong.code}
    case = open_case(
        draft,
        entry,
        kind="unsigned",
        about=entry.on,
        label=label,
        params=params,
        entries=[named(entry, name, {})],
    )
    return Outcome("conflict", "case_unsigned", params, case=case.key)
