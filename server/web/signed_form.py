"""A form that must be signed, taken down by the server: the person gives their password again.

21 CFR 11.200 (a)(1): identification code and password. The server's key then signs for the
person, so that what stands in the journal is checked as any other signature.
"""

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from server.accounts.server_signer import server_signing_key
from server.accounts.sessions import Session
from server.domain.model import DOCUMENTS
from server.domain.person import SYSTEM
from server.domain.signature import Meaning, digest_of, text_signed
from server.domain.signer import signer_key, signer_name
from server.plant import Plant
from server.setup import perform_now
from server.web.guard import Asking
from server.web.signers import must_be_theirs
from sync import documents
from sync.compose import Chain, Deed
from sync.document import Document
from sync.entry import read
from sync.problem import Problem
from sync.reconcile import Kind
from sync.signature import SigningKey

MISSING = ("person_signature_missing", "case_unsigned")


def signed_if_due(
    request: Asking, plant: Plant, session: Session, kind: Kind, deed: Deed, secret: str
) -> Deed:
    """The deed with the person's signature, where its kind asks for one.

    What is wrong with the deed itself is said before the password is looked at.
    Problems: the kind's, person_signature_missing, password_wrong, sign_in_throttled, busy.
    """
    due, shown = _due(plant, kind, deed)
    if due is None:
        return deed
    foreseen = plant.foresee(deed, session.device_of_web)
    if foreseen.status in ("rejected", "parked") and foreseen.code not in MISSING:
        raise Problem(foreseen.code or "unforeseen", foreseen.params, field=foreseen.where)
    if shown is None:
        raise Problem("stale", {"differences": []})
    if not secret:
        raise Problem("person_signature_missing", {}, field="sign.secret")
    must_be_theirs(request, plant, session.person.login, secret)
    key = _server_key(plant)
    told: dict[str, Any] = {
        "signer": signer_name(key.public),
        "method": "password",
        "meaning": due,
        "name": session.person.name,
        "at": deed.at,
        "shown": shown,
        "digest": digest_of(shown, deed.body),
    }
    _, raw = Chain(session.device_of_web, 0, "0" * 64).add(deed)
    told["sig"] = key.sign(text_signed(read(raw), told))
    return replace(deed, body={**deed.body, "signature": told})


def _due(
    plant: Plant, kind: Kind, deed: Deed
) -> tuple[Meaning | None, list[dict[str, str]] | None]:
    """The meaning, and what was on the screen: None if the document is another by now."""
    if kind.signing is None:
        return None, []
    with plant.store.read() as connection:
        doc: Document | None = documents.load(connection, DOCUMENTS, {deed.on}).get(deed.on)
    try:
        body = kind.body.model_validate(deed.body)
    except ValidationError:
        return None, []  # what is wrong with it is said when it is foreseen
    is_seen = doc is None or deed.base in (None, doc.version)
    shown = [one.model_dump() for one in kind.signing.screen(body, doc)]
    return kind.signing.due(body, doc), shown if is_seen else None


def _server_key(plant: Plant) -> SigningKey:
    """The server's key, its public half in a document from the first time on."""
    with plant.store.read() as connection:
        key = server_signing_key(connection)
        on = signer_key(signer_name(key.public))
        is_there = bool(documents.load(connection, DOCUMENTS, {on}))
    if not is_there:
        body = {"person": SYSTEM, "device": "server", "public_key": key.public}
        try:
            perform_now(plant, "signer.enrolled", on, body)
        except Problem as problem:
            if problem.code != "already_exists":  # two at once
                raise
    return key
