"""Proof: a sign-in as a device's entries name it, which vouches for itself.

The server that gave it knows it again by its own secret, even when the row of the sign-in is lost:
after a restore of a backup that was made before the person signed in.
"""

import base64
import hashlib
import hmac
import json

PROOF_BYTES = 18


def proof_of(secret: str, session_id: str, *, login: str, device: str) -> str:
    """`id.proof`: that this person signed in on this device, in at most 64 characters."""
    told = json.dumps([session_id, login, device]).encode()
    digest = hmac.digest(secret.encode(), told, hashlib.sha256)
    return f"{session_id}.{base64.urlsafe_b64encode(digest[:PROOF_BYTES]).decode()}"


def id_in(session: str) -> str:
    """The id of the sign-in that an entry names, with a proof or without."""
    return session.partition(".")[0]


def is_proof(secret: str, session: str, *, login: str, device: str) -> bool:
    """Whether this server gave this proof to this person on this device."""
    due = proof_of(secret, id_in(session), login=login, device=device)
    return hmac.compare_digest(due.encode(), session.encode())
