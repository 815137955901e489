"""The plant's own certificate authority: made once, kept in a folder, signs for this server only.

Tablets trust it for years, so what it may sign for is written into it (name constraints, RFC 5280
§4.2.1.10): names of local networks, private addresses, and the names that the plant had when it was
made. Whoever gets hold of its key still can't pretend to be a bank.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.tls.names import as_address
from sync.problem import Problem

AUTHORITY_DAYS = 3650
# Apple's limit for certificates of any authority is 398 days.
CERTIFICATE_DAYS = 397
# A tablet's clock may be behind.
EARLIER = timedelta(days=1)
LOCAL_NAMES = ("localhost", "local", "lan", "internal", "home.arpa")
PRIVATE_NETWORKS = (
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip
KEY_MODE = 0o600
FOLDER_MODE = 0o700
KEY_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """A certificate that tablets trust, and the key behind it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as every system takes it."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 in pairs of hex digits, for people to compare."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(" ").upper()

    def permits(self, name: str) -> bool:
        """Whether a certificate for this name or address would be believed."""
        permitted = self.certificate.extensions.get_extension_for_class(
            x509.NameConstraints
        ).value.permitted_subtrees
        address = as_address(name)
        if address is not None:
            nets = [one.value for one in permitted or [] if isinstance(one, x509.IPAddress)]
            return any(address in net for net in nets)  # type: ignore[operator]
        domains = [one.value for one in permitted or [] if isinstance(one, x509.DNSName)]
        return any(name == one or name.endswith(f".{one}") for one in domains)

    def certify(
        self, key: ec.EllipticCurvePrivateKey, names: Sequence[str], now: datetime
    ) -> bytes:
        """A server's certificate for these names, as PEM. Problem: tls_name_outside."""
        outside = [name for name in names if not self.permits(name)]
        if outside:
            raise Problem("tls_name_outside", {"name": outside[0]})
        ends = min(now + timedelta(days=CERTIFICATE_DAYS), self.certificate.not_valid_after_utc)
        builder = (
            _builder("Traveler server", key.public_key(), now, ends)
            .issuer_name(self.certificate.subject)
            .add_extension(_basic(is_authority=False), critical=True)
            .add_extension(_uses("digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
            )
            .add_extension(_identifier_of(self.key), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def authority_in(folder: Path, names: Sequence[str], now: datetime) -> Authority:
    """The authority of this folder, made for a plant with these names if there is none."""
    certificate, key = folder / "ca.crt", folder / "ca.key"
    if not (certificate.exists() and key.exists()):
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        made = _made(names, now)
        write_key(key, made.key)
        certificate.write_bytes(made.certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(x509.load_pem_x509_certificate(certificate.read_bytes()), read_key(key))


def write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Keep a key where only its owner reads it; whole or not at all."""
    half = file.with_suffix(".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE), "wb") as out:
        out.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    half.replace(file)


def read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """A key of ours; from now on nobody else reads its file, whatever was copied over it."""
    file.chmod(KEY_MODE)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Problem("tls_key_unusable", {"file": str(file)})
    return key


def _made(names: Sequence[str], now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    outside = [name for name in names if as_address(name) is None]
    public = [f"{name}/{_bits(name)}" for name in names if as_address(name) is not None]
    networks = [ipaddress.ip_network(one) for one in (*PRIVATE_NETWORKS, *public)]
    permitted: list[x509.GeneralName] = [
        *(x509.DNSName(name) for name in dict.fromkeys((*LOCAL_NAMES, *outside))),
        *(x509.IPAddress(network) for network in dict.fromkeys(networks)),
    ]
    builder = (
        _builder(f"Traveler CA {now:%Y-%m-%d}", key.public_key(), now, _years_on(now))
        .issuer_name(_name(f"Traveler CA {now:%Y-%m-%d}"))
        .add_extension(_basic(is_authority=True), critical=True)
        .add_extension(_uses("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


def _builder(
    name: str, key: ec.EllipticCurvePublicKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _years_on(now: datetime) -> datetime:
    return now + timedelta(days=AUTHORITY_DAYS)


def _basic(*, is_authority: bool) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)


def _uses(*given: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in given for use in KEY_USES})


def _identifier_of(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _general(name: str) -> x509.GeneralName:
    address = as_address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _bits(name: str) -> int:
    address = as_address(name)
    return address.max_prefixlen if address else 0
