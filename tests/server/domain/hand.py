"""A person's hand: their key on a device, and the signatures that they give with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.signature import digest_of, text_signed
from server.domain.signer import signer_key, signer_name
from sync.entry import FIRST_PREV, Entry
from sync.signature import SigningKey


@dataclass(frozen=True)
class Hand:
    """Whose, on which device, with which key."""

    login: str
    name: str
    device: str
    key: SigningKey

    @property
    def signer(self) -> str:
        return signer_name(self.key.public)

    @property
    def on(self) -> str:
        return signer_key(self.signer)

    @property
    def enrolment(self) -> dict[str, Any]:
        """The body of signer.enrolled."""
        return {"person": self.login, "device": self.device, "public_key": self.key.public}

    def signs(
        self,
        kind: str,
        on: str,
        said: Mapping[str, Any],
        *,
        meaning: str,
        at: str,
        shown: Sequence[Mapping[str, str]] = (),
        method: str = "pin",
        actor: str = "",
    ) -> dict[str, Any]:
        """The body with this hand's signature in it."""
        told = {
            "signer": self.signer,
            "method": method,
            "meaning": meaning,
            "name": self.name,
            "at": at,
            "shown": [dict(one) for one in shown],
            "digest": digest_of(shown, said),
        }
        text = text_signed(_entry(kind, on, actor or self.login, at), told)
        return {**said, "signature": {**told, "sig": self.key.sign(text)}}


def _entry(kind: str, on: str, actor: str, at: str) -> Entry:
    """As much of an entry as a signature is over."""
    return Entry(
        id="01900000-0000-7000-8000-000000000000", device="d", seq=1, prev=FIRST_PREV, kind=kind,
        v=2, actor=actor, session="s", on=on, at=at, body={},
    )  # fmt: skip
