"""Entries that are wrong in some way, or right, as Hypothesis strategies of plans.

A plan says how; the bytes follow from it and from where the tablet's chain ends by then.
"""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sync.compose import Chain
from sync.entry import Entry, digest_of
from sync.signature import SigningKey
from tests.fuzz.ground import Ground, Tablet
from tests.fuzz.odd import (
    RIGHT,
    Mutation,
    Object,
    mutated,
    mutations,
    objects,
    plain,
    texts,
    values,
    written,
)

FIELDS = list(Entry.model_fields)
STRANGER = SigningKey.from_number(4242)
SIGNED = ("right",) * 12 + ("none", "wrong bytes", "another's", "odd")
Sent = tuple[bytes, str | None]


@dataclass(frozen=True)
class Plan:
    """How one entry is made: from which example, with what changed in its body and envelope, with
    which of the bytes, under which signature; from the chain's end, or from `back` before it.
    """

    example: int
    changes: tuple[tuple[float, Any], ...] = ()
    envelope: Object = RIGHT
    mutations: tuple[Mutation, ...] = ()
    signed: str = "right"
    odd_signature: str = ""
    back: int = 0
    ascii_only: bool = True

    def made(self, ground: Ground, tablet: Tablet, chain: Chain) -> list[Sent]:
        """The entry as the next of the chain, which moves on."""
        example = ground.examples[self.example % len(ground.examples)]
        body = example.body
        for place, value in self.changes:
            body = _replaced(body, place, value)
        end = chain.last_seq, chain.last_hash
        chain.last_seq = max(0, chain.last_seq - self.back)
        _, raw = chain.add(ground.deed(tablet, example.kind, example.on, {}))
        told = json.loads(raw) | {"body": body}
        text = self.envelope.written(told, ascii_only=self.ascii_only)
        raw = mutated(text.encode("utf-8", "surrogatepass"), self.mutations)
        chain.last_seq, chain.last_hash = end
        _move_on(chain, raw)
        return [(raw, self._signature(tablet, raw))]

    def _signature(self, tablet: Tablet, raw: bytes) -> str | None:
        if self.signed == "odd":
            return self.odd_signature
        if self.signed == "another's":
            return STRANGER.sign(raw)
        if self.signed == "none" or tablet.key is None:
            return None
        return tablet.key.sign(raw + (b" " if self.signed == "wrong bytes" else b""))


@dataclass(frozen=True)
class Noise:
    """Bytes that are no entry."""

    raw: bytes

    def made(self, ground: Ground, tablet: Tablet, chain: Chain) -> list[Sent]:
        """They take a number too, if they claim none."""
        del ground, tablet
        _move_on(chain, self.raw)
        return [(self.raw, None)]


@dataclass(frozen=True)
class Again:
    """What some tablet has sent before, to the byte, or nearly."""

    tablet: int
    which: int
    mutations: tuple[Mutation, ...] = ()

    def made(self, ground: Ground, tablet: Tablet, chain: Chain) -> list[Sent]:
        """Nothing if that tablet has sent nothing yet."""
        del tablet, chain
        sent = ground.tablets[self.tablet % len(ground.tablets)].sent
        if not sent:
            return []
        raw, sig = sent[self.which % len(sent)]
        return [(mutated(raw, self.mutations), sig)]


Planned = Plan | Noise | Again


def plans() -> SearchStrategy[Planned]:
    """One entry of a push."""
    numbers = st.integers(0, 10_000)
    change = st.tuples(st.floats(0, 1), values())
    right = st.builds(Plan, numbers)
    wrong_body = st.builds(Plan, numbers, st.lists(change, min_size=1, max_size=3).map(tuple))
    wrong_envelope = st.builds(
        Plan,
        numbers,
        envelope=objects(FIELDS),
        signed=st.sampled_from(SIGNED),
        odd_signature=texts(),
        ascii_only=st.booleans(),
    )
    wrong_bytes = st.builds(Plan, numbers, mutations=mutations())
    wrong_place = st.builds(Plan, numbers, back=st.sampled_from([-1, -3, 1, 2, 7]))
    wrong_signature = st.builds(Plan, numbers, signed=st.sampled_from(SIGNED))
    noise = st.builds(Noise, st.one_of(st.binary(max_size=30), _documents()))
    again = st.builds(Again, numbers, numbers, st.one_of(st.just(()), st.just(()), mutations(1)))
    return st.one_of(
        right, right, wrong_body, wrong_body, wrong_body, wrong_envelope, wrong_envelope,
        wrong_envelope, wrong_bytes, wrong_place, wrong_signature, noise, again,
    )  # fmt: skip


def _documents() -> SearchStrategy[bytes]:
    """JSON that is no entry."""
    return st.one_of(plain(), values()).map(
        lambda value: written(value, ascii_only=False).encode("utf-8", "surrogatepass")
    )


def _move_on(chain: Chain, raw: bytes) -> None:
    """As a device counts: by what it has sent, whatever the server thinks of it."""
    chain.last_seq += 1
    chain.last_hash = digest_of(raw)


def _replaced(body: Any, place: float, value: Any) -> Any:
    """The body with one of its values replaced, the one at this place between 0 and 1."""
    if place >= 1 or not isinstance(body, dict | list) or not body:
        return value
    at = place * len(body)
    index, rest = int(at), at - int(at)
    if isinstance(body, list):
        return [*body[:index], _replaced(body[index], rest, value), *body[index + 1 :]]
    name = list(body)[index]
    return body | {name: _replaced(body[name], rest, value)}
