"""The server's own signing key: with it the server signs for a person who gives their password.

It is derived from the database's secret, so it comes back with a backup and needs no file.
"""

import hashlib
import hmac

from sqlalchemy import Connection

from sync.signature import SigningKey
from sync.store import meta_of

NUMBER_BYTES = 31  # below the order of P-256 whatever they are


def server_signing_key(connection: Connection) -> SigningKey:
    """The same key each time, for this database."""
    secret = meta_of(connection, "secret")
    digest = hmac.digest(secret.encode(), b"signing key", hashlib.sha256)
    return SigningKey.from_number(int.from_bytes(digest[:NUMBER_BYTES]) or 1)
