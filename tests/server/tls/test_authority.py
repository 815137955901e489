"""The plant's own authority and the certificates it makes: for whom, how long, kept from whom."""

import ssl
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from server.tls.authority import Authority, authority_in
from server.tls.names import in_address, names_of_machine
from server.tls.proof import Proof, Watch, own_proof
from sync.problem import Problem

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
NAMES = ["traveler.plant.example", "10.1.2.3", "localhost"]


def named(*names: str) -> Callable[[], list[str]]:
    return lambda: list(names)


def certificate_in(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "server.crt").read_bytes())


def names_in(certificate: x509.Certificate) -> list[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in found]


def verified(authority: Authority, certificate: x509.Certificate, name: str, at: datetime) -> None:
    """As a client that trusts this authority alone would; VerificationError if it would not."""
    builder = PolicyBuilder().store(Store([authority.certificate])).time(at)
    builder.build_server_verifier(x509.DNSName(name)).verify(certificate, [])


def test_the_authority_is_made_once_and_only_its_owner_reads_the_keys(tmp_path: Path):
    folder = tmp_path / "tls"
    first = own_proof(folder, named(*NAMES), NOW)
    again = own_proof(folder, named(*NAMES), NOW + timedelta(days=1))
    assert first.authority is not None
    assert again.authority is not None
    assert first.authority.fingerprint == again.authority.fingerprint
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for key in ("ca.key", "server.key"):
        assert stat.S_IMODE((folder / key).stat().st_mode) == 0o600


def test_a_key_that_was_copied_about_is_closed_again(tmp_path: Path):
    own_proof(tmp_path, named(*NAMES), NOW)
    (tmp_path / "ca.key").chmod(0o644)
    own_proof(tmp_path, named(*NAMES), NOW)
    assert stat.S_IMODE((tmp_path / "ca.key").stat().st_mode) == 0o600


def test_the_certificate_names_the_machine_and_a_client_believes_it(tmp_path: Path):
    proof = own_proof(tmp_path, named(*NAMES), NOW)
    certificate = certificate_in(tmp_path)
    assert names_in(certificate) == NAMES
    assert proof.authority is not None
    verified(proof.authority, certificate, NAMES[0], NOW)
    with pytest.raises(VerificationError):
        verified(proof.authority, certificate, "bank.example", NOW)


def test_the_authority_can_sign_for_nobody_outside_the_plant(tmp_path: Path):
    authority = authority_in(tmp_path, NAMES, NOW)
    for name in ("10.9.9.9", "192.168.1.5", "fd00::7", "server.local", NAMES[0]):
        assert authority.permits(name)
    for name in ("bank.example", "8.8.8.8", "evil-local", "plant.example", "2001:4860::8888"):
        assert not authority.permits(name)
        key = ec.generate_private_key(ec.SECP256R1())
        with pytest.raises(Problem) as raised:
            authority.certify(key, [name], NOW)
        assert raised.value.code == "tls_name_outside"


def test_it_is_renewed_a_month_before_it_ends_and_not_earlier(tmp_path: Path):
    proof = own_proof(tmp_path, named(*NAMES), NOW)
    ends_at = proof.ends_at
    assert ends_at - NOW == timedelta(days=397)
    assert not proof.renew(ends_at - timedelta(days=31))
    assert proof.renew(ends_at - timedelta(days=29))
    assert proof.ends_at > ends_at


def test_no_certificate_outlives_its_authority(tmp_path: Path):
    authority = authority_in(tmp_path, NAMES, NOW)
    late = NOW + timedelta(days=3500)
    proof = own_proof(tmp_path, named(*NAMES), late)
    assert proof.ends_at == authority.certificate.not_valid_after_utc


def test_another_address_of_the_machine_means_another_certificate(tmp_path: Path):
    names = [NAMES[0], "10.1.2.3"]
    proof = own_proof(tmp_path, lambda: names, NOW)
    names[1] = "10.1.2.99"
    assert proof.renew(NOW)
    assert names_in(certificate_in(tmp_path)) == names
    assert not proof.renew(NOW)


def test_a_name_that_tablets_would_not_believe_is_left_out_unless_people_come_by_it(
    tmp_path: Path,
):
    own_proof(tmp_path, named(*NAMES), NOW)
    proof = own_proof(tmp_path, named(*NAMES, "new.example"), NOW)
    assert names_in(certificate_in(tmp_path)) == NAMES
    assert proof.authority is not None
    with pytest.raises(Problem) as raised:
        own_proof(tmp_path, named("new.example", *NAMES), NOW)
    assert (raised.value.code, raised.value.params) == ("tls_name_outside", {"name": "new.example"})


def test_a_key_and_a_certificate_that_don_t_fit_are_made_anew(tmp_path: Path):
    """As after a power cut between the two."""
    proof = own_proof(tmp_path, named(*NAMES), NOW)
    before = (tmp_path / "server.crt").read_bytes()
    (tmp_path / "server.key").unlink()
    assert proof.renew(NOW)
    (tmp_path / "server.crt").write_bytes(before)
    assert proof.renew(NOW)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(proof.chain, proof.key)


def test_a_given_certificate_is_never_touched_and_a_newer_one_is_taken(tmp_path: Path):
    made = own_proof(tmp_path / "a", named(*NAMES), NOW)
    given = Proof(made.chain, made.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    watch = Watch(given, context, lambda: NOW + timedelta(days=500))
    before = made.chain.read_bytes()
    assert not watch.look()
    assert made.chain.read_bytes() == before
    ends_at = given.ends_at
    newer = own_proof(tmp_path / "b", named(*NAMES), NOW + timedelta(days=100))
    made.chain.write_bytes(newer.chain.read_bytes())
    made.key.write_bytes(newer.key.read_bytes())
    assert watch.look()
    assert given.ends_at == ends_at + timedelta(days=100)


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, content: bytes | None):
    (tmp_path / "some.key").write_bytes(b"")
    if content is not None:
        (tmp_path / "some.crt").write_bytes(content)
    proof = Proof(tmp_path / "some.crt", tmp_path / "some.key")
    with pytest.raises(Problem) as raised:
        _ = proof.ends_at
    assert raised.value.code == "tls_file_unusable"
    assert raised.value.params == {"file": str(tmp_path / "some.crt")}


def test_the_machine_s_names_are_usable_in_certificates_and_addresses():
    names = names_of_machine(["plant.example", "not a name"])
    assert names[0] == "plant.example"
    assert {"localhost", "127.0.0.1", "::1"} <= set(names)
    assert "not a name" not in names
    assert in_address("fd00::1") == "[fd00::1]"
    assert in_address("10.0.0.1") == "10.0.0.1"
