"""Routes of persons on a shared tablet: enrol a person's key, and let in who gave their PIN."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import HeaderParameter, JSONBody
from qrcode import QRCode

from server.accounts import devices, passwords, sessions, tickets
from server.accounts.proof import proof_of
from server.domain.model import DOCUMENTS
from server.domain.signer import signer_key, signer_name
from server.plant import Plant
from server.setup import perform_now
from server.web.guard import (
    Asking,
    browser_of,
    cookie,
    lang_of,
    plant_of,
    session_cookie,
    session_of,
    signed_in,
)
from server.web.sync import device_of, token_of
from server.web.threaded import threaded
from server.web.wire import EnrolAnswer, answers
from sync.problem import Problem
from sync.signature import checked_key
from sync.store import meta_of

DAY_S = 24 * 3600
NAME_MAX_CHARS = 80
KEY_MAX_CHARS = 100
TICKET_MAX_CHARS = 2000
Bearer = Annotated[str, HeaderParameter(name="Authorization")]


@dataclass
class SignerRequest:
    """A person's new key on this device; the password shows that they are there themselves."""

    device: str
    key: str
    password: str
    name: str = ""


@dataclass
class SignerAnswer:
    """Under which name the key is known."""

    signer: str


@dataclass
class TicketRequest:
    """The exact bytes of a ticket as a JSON string, and the person's signature over them."""

    device: str
    ticket: str
    sig: str


@post("/sync/signer", status_code=200, responses=answers(SignerAnswer, 401, 403, 422, 429))
@threaded
def enrol_signer(
    request: Asking, data: JSONBody[SignerRequest], bearer: Bearer = ""
) -> dict[str, str]:
    """Take the public key with which the signed-in person signs on this device from now on.

    Problems: sign_in_needed, device_unknown, device_foreign, device_revoked, key_malformed,
    password_wrong, sign_in_throttled, busy.
    """
    plant, session = plant_of(request), signed_in(request)
    device = device_of(plant, bearer, data.device)
    with plant.store.read() as connection:
        devices.must_be_trusted(connection, device)
    name = signer_name(checked_key(data.key[:KEY_MAX_CHARS]))
    must_be_theirs(request, plant, session.person.login, data.password)
    body = {
        "person": session.person.login,
        "device": device,
        "device_name": data.name[:NAME_MAX_CHARS],
        "public_key": data.key,
    }
    try:
        perform_now(plant, "signer.enrolled", signer_key(name), body)
    except Problem as problem:
        if problem.code != "already_exists":  # an answer that was lost
            raise
    return {"signer": name}


def must_be_theirs(request: Asking, plant: Plant, login: str, password: str) -> None:
    """The person's own password, counted as a sign-in is. Problem: password_wrong."""
    right = passwords.is_theirs(
        plant.store,
        login=login,
        password=password,
        browser=browser_of(request),
        now=plant.now(),
    )
    if not right:
        raise Problem("password_wrong", {}, field="sign.secret")


@post("/sync/switch", status_code=200, responses=answers(EnrolAnswer, 401, 403, 422))
@threaded
def switch(
    request: Asking, data: JSONBody[TicketRequest], bearer: Bearer = ""
) -> Response[dict[str, Any]]:
    """Let in the person whose PIN opened this device; who was signed in before is signed out.

    Problems: device_unknown, device_foreign, device_revoked, those of `tickets.admitted`.
    """
    plant, before = plant_of(request), session_of(request)
    device = device_of(plant, bearer, data.device)
    with plant.store.write() as connection:
        devices.must_be_trusted(connection, device)
        came = tickets.admitted(
            connection,
            DOCUMENTS,
            data.ticket[:TICKET_MAX_CHARS],
            data.sig,
            device=device,
            now=plant.now(),
            hours=plant.settings.offline_hours,
            days=plant.settings.session_days,
        )
        if before is not None and before.id != came.session_id:
            sessions.end(connection, before.id, plant.now())
        secret = meta_of(connection, "secret")
        epoch = plant.store.epoch(connection)
    proof = proof_of(secret, came.session_id, login=came.person.login, device=device)
    told = {
        "device": device,
        "token": token_of(bearer),
        "epoch": epoch,
        "session": proof,
        "me": sessions.me_of(came.person),
        "lang": lang_of(request),
        "policy": plant.settings.policy,
    }
    answer = Response(told)
    days_s = plant.settings.session_days * DAY_S
    answer.set_cookie(cookie(plant, session_cookie(plant), came.token, max_age_s=days_s))
    return answer


@get("/badge.svg", include_in_schema=False)
@threaded
def badge(request: Asking) -> Response[str]:
    """The signed-in person's badge: a QR code that leads to their PIN on a shared device."""
    plant, session = plant_of(request), signed_in(request)
    who = quote(session.person.login, safe="")
    code = QRCode(border=4)
    code.add_data(f"{plant.settings.public_url}/switch?who={who}")
    rows = code.get_matrix()
    dots = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    side = len(rows)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{dots}"/></svg>'
    )
    return Response(svg, media_type="image/svg+xml")


ROUTES = [badge, enrol_signer, switch]
