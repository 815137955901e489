"""Routes of trust: how a tablet learns to trust this server's own authority, and the app's code.

They are served beside the app over plain http, as a tablet can't open https before it trusts.
"""

import io
from typing import Any

import qrcode
import qrcode.image.svg
from litestar import Response, get
from litestar.response import Redirect

from server.pages.answer import Asked
from server.tls.proof import Proof
from server.web.context import base_context, html
from server.web.guard import Asking
from server.web.threaded import threaded
from sync.problem import Problem

PAGE = {"name": "trust", "path": "/trust", "title": "title.trust", "nav": "", "query": []}
CERTIFICATE_TYPE = "application/x-x509-ca-cert"


@get("/trust", include_in_schema=False)
@threaded
def trust(request: Asking) -> Response[str]:
    """The steps, those for the asking device unfolded. Problem: not_found (no own authority)."""
    proof = _proof_of(request)
    context = base_context(request, None, Asked(PAGE, "", {}, "/trust"))
    context["trust"] = {
        "app_url": proof.app_url,
        "setup_url": proof.setup_url,
        "fingerprint": _authority(proof).fingerprint,
        "system": _system(request.headers.get("user-agent", "")),
    }
    return html(request, "trust/show", context, 200)


@get("/trust/traveler-ca.crt", include_in_schema=False)
@threaded
def certificate(request: Asking) -> Response[bytes]:
    """The authority's certificate, DER; as this type phones and tablets offer to install it."""
    der = _authority(_proof_of(request)).der
    name = {"content-disposition": 'attachment; filename="traveler-ca.crt"'}
    return Response(der, media_type=CERTIFICATE_TYPE, headers=name)


@get("/trust/code.svg", include_in_schema=False)
@threaded
def code(request: Asking) -> Response[bytes]:
    """The address of these steps as a QR code, for the next tablet's camera."""
    image = qrcode.make(
        _proof_of(request).setup_url, image_factory=qrcode.image.svg.SvgPathImage, border=4
    )
    out = io.BytesIO()
    image.save(out)
    return Response(out.getvalue(), media_type="image/svg+xml")


@get("/", include_in_schema=False, sync_to_thread=False)
def to_trust() -> Response[Any]:
    """Whoever comes to the plain address wants in."""
    return Redirect("/trust")


def _proof_of(request: Asking) -> Proof:
    proof: Proof | None = request.app.state.proof
    if proof is None or not proof.setup_url:
        raise Problem("not_found", {})
    return proof


def _authority(proof: Proof) -> Any:
    if proof.authority is None:
        raise Problem("not_found", {})
    return proof.authority


def _system(user_agent: str) -> str:
    """android, apple or windows, as far as the browser says; an iPad says that it is a Mac."""
    for mark, system in (
        ("Android", "android"),
        ("Windows", "windows"),
        ("iPhone", "apple"),
        ("Mac OS X", "apple"),
    ):
        if mark in user_agent:
            return system
    return ""


ROUTES = [trust, certificate, code]
SETUP_ROUTES = [*ROUTES, to_trust]
