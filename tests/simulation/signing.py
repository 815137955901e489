"""Signed deeds of a simulated day: each person has a key on each device, as by their PIN.

A key follows from person and device, so that server and device need not tell each other. Now and
then somebody signs something else than they say.
"""

import hashlib
from dataclasses import replace

from server.domain.model import DOCUMENTS, KINDS
from sync.signature import SigningKey
from tests.server.domain.hand import Hand
from tests.simulation.deeds import Wish
from tests.simulation.disk import Disk

NUMBER_BYTES = 31
ONE_IN = 16  # is signed wrongly


def hand_of(login: str, device: str, name: str = "") -> Hand:
    """The person's hand on this device."""
    digest = hashlib.sha256(f"{login} {device}".encode()).digest()
    key = SigningKey.from_number(int.from_bytes(digest[:NUMBER_BYTES]))
    return Hand(login, name or login, device, key)


def signed(disk: Disk, wish: Wish, *, entry: str, device: str, at: str) -> Wish:
    """The wish as this person signs it here, if its kind needs that."""
    kind = KINDS.get(wish.kind)
    if kind is None or kind.signing is None or disk.signin is None:
        return wish
    login = disk.signin.login
    held = disk.replica.get(wish.on)
    person = disk.replica.get(f"person/org:{login}")
    if held is None:
        return wish
    doc = DOCUMENTS[wish.on.partition("/")[0]].model_validate(held.body)
    body = kind.body.model_validate(wish.body)
    meaning = kind.signing.due(body, doc)
    if meaning is None:
        return wish
    hand = hand_of(login, device, person.body["name"] if person else "")
    shown = [one.model_dump() for one in kind.signing.screen(body, doc)]
    told = hand.signs(wish.kind, wish.on, wish.body, meaning=meaning, at=at, shown=shown)
    if int(entry.replace("-", ""), 16) % ONE_IN == 0:
        told["signature"]["digest"] = "0" * 64
    return replace(wish, body=told)
