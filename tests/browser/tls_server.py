"""A real `traveler --tls` process, and homes of people whose browsers trust its authority."""

import ssl
import subprocess
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.tls.authority import authority_in, write_key
from tests.browser.real_server import RealServer, free_port

NAMES = ["localhost", "127.0.0.1"]


class TlsServer(RealServer):
    """Serves https on one port of localhost, and on a second one how to trust it."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.url = f"https://localhost:{self.port}"
        self.setup_port = free_port()
        self.setup_url = f"http://127.0.0.1:{self.setup_port}"
        self.authority = data / "tls" / "ca.crt"
        self.more = ["--tls", "--host", "127.0.0.1", "--public-url", self.url]
        self.more += ["--setup-port", str(self.setup_port)]

    def health(self) -> int:
        """As from a client that trusts the authority and nobody else."""
        if not self.authority.exists():
            return 0
        context = ssl.create_default_context(cafile=str(self.authority))
        if self.environment:  # a certificate that clients may not believe
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f"{self.url}/health", timeout=2, context=context) as answer:
            return int(answer.status)

    def use_certificate_of(self, now: datetime) -> None:
        """From the next start: a certificate of the same authority, made at another time."""
        authority = authority_in(self.authority.parent, NAMES, now)
        key = ec.generate_private_key(ec.SECP256R1())
        folder = self.data.parent
        write_key(folder / "given.key", key)
        (folder / "given.crt").write_bytes(authority.certify(key, NAMES, now))
        self.environment["TRAVELER_TLS_CERTIFICATE"] = str(folder / "given.crt")
        self.environment["TRAVELER_TLS_KEY"] = str(folder / "given.key")


def trusting_home(folder: Path, authority: Path) -> Path:
    """A home folder in which Chromium finds this authority among those to trust."""
    store = folder / ".pki" / "nssdb"
    store.mkdir(parents=True)
    place = f"sql:{store}"
    der = folder / "ca.der"
    certificate = x509.load_pem_x509_certificate(authority.read_bytes())
    der.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    for call in (
        ["certutil", "-N", "-d", place, "--empty-password"],
        ["certutil", "-A", "-d", place, "-n", "traveler", "-t", "C,,", "-i", str(der)],
    ):
        subprocess.run(call, check=True, capture_output=True)
    return folder


LONG_AGO = timedelta(days=500)
