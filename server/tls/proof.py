"""What this server proves itself with: a certificate of its own making, or one that it was given.

Both are looked at while the server runs: its own is renewed before it ends or when the machine got
another name; a given one is read again when somebody put a newer one in its place.
"""

import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from server.tls.authority import Authority, authority_in, read_key, write_key
from sync.problem import Problem

RENEW_BEFORE = timedelta(days=30)
LOOK_EVERY_S = 3600.0
log = structlog.get_logger()


@dataclass
class Proof:
    """The certificate (with its chain) and key, as files; `authority` if it is our own making."""

    chain: Path
    key: Path
    authority: Authority | None = None
    names_of: Callable[[], Sequence[str]] = tuple
    setup_url: str = ""
    app_url: str = ""

    def __post_init__(self) -> None:
        self._read: tuple[object, datetime | None] = (None, None)

    @property
    def ends_at(self) -> datetime:
        """The last moment at which a browser believes it, UTC. Problem: tls_file_unusable."""
        seen, ends_at = self._read
        if ends_at is None or seen != self.state():
            ends_at = self._certificate().not_valid_after_utc
            self._read = (self.state(), ends_at)
        return ends_at

    def state(self) -> tuple[int, ...]:
        """Another one whenever somebody wrote to the files. Problem: tls_file_unusable."""
        try:
            found = [file.stat() for file in (self.chain, self.key)]
        except OSError as error:
            raise Problem("tls_file_unusable", {"file": str(error.filename)}) from error
        return tuple(part for one in found for part in (one.st_mtime_ns, one.st_size, one.st_ino))

    def renew(self, now: datetime) -> bool:
        """A new certificate if this one is ours, and ends soon or lacks a name; whether it was due.

        Names that tablets would not believe from this authority are left out and told.
        """
        if self.authority is None:
            return False
        wanted = self.names_of()
        names = [name for name in wanted if self.authority.permits(name)]
        if not self._is_due(names, now):
            return False
        for name in sorted(set(wanted) - set(names)):
            log.warning("tls_name_outside", name=name)
        key = ec.generate_private_key(ec.SECP256R1())
        chain = self.authority.certify(key, names, now)
        half = self.chain.with_suffix(".half")
        half.write_bytes(chain)
        write_key(self.key, key)
        half.replace(self.chain)
        return True

    def _is_due(self, names: Sequence[str], now: datetime) -> bool:
        if not (self.chain.exists() and self.key.exists()):
            return True
        there = self._certificate()
        fits = there.public_key() == read_key(self.key).public_key()
        ends_soon = there.not_valid_after_utc - now < RENEW_BEFORE
        return not fits or ends_soon or not set(names) <= set(_names_in(there))

    def _certificate(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.chain.read_bytes())
        except (OSError, ValueError) as error:
            raise Problem("tls_file_unusable", {"file": str(self.chain)}) from error


def own_proof(folder: Path, names_of: Callable[[], Sequence[str]], now: datetime) -> Proof:
    """A certificate of our own making for these names, the authority being made the first time.

    Problem: tls_name_outside, if the first of them, by which people come, can't be believed.
    """
    names = names_of()
    authority = authority_in(folder, names, now)
    if not authority.permits(names[0]):
        raise Problem("tls_name_outside", {"name": names[0]})
    proof = Proof(folder / "server.crt", folder / "server.key", authority, names_of)
    proof.renew(now)
    return proof


class Watch:
    """Looks at the certificate now and then; new connections get the new one."""

    def __init__(self, proof: Proof, context: ssl.SSLContext, now: Callable[[], datetime]) -> None:
        self._proof = proof
        self._context = context
        self._now = now
        self._seen = proof.state()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="tls", daemon=True)

    def start(self) -> None:
        """Look every hour."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def look(self) -> bool:
        """Renew what is due and take what is new; whether connections now get another one."""
        self._proof.renew(self._now())
        state = self._proof.state()
        if state == self._seen:
            return False
        self._context.load_cert_chain(self._proof.chain, self._proof.key)
        self._seen = state
        log.info("tls_certificate", ends_at=self._proof.ends_at.isoformat())
        return True

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except (OSError, ValueError, Problem) as error:  # half copied: the next look has it
                log.warning("tls_not_taken", error=type(error).__name__)


def _names_in(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = [*names.get_values_for_type(x509.DNSName)]
    return found + [str(one) for one in names.get_values_for_type(x509.IPAddress)]
