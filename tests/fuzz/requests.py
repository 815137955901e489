"""Requests to enrol, push and pull: right, wrong in some field, or not even JSON, as plans."""

import base64
import json
from dataclasses import dataclass, fields
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from server.web.wire import EnrolRequest, PullRequest, PushRequest
from tests.fuzz.entries import Planned, plans
from tests.fuzz.ground import KEYS, Ground, Tablet
from tests.fuzz.odd import (
    RIGHT,
    Mutation,
    Object,
    mutated,
    mutations,
    objects,
    texts,
    values,
)
from tests.fuzz.wire import Request

USUAL = 6
CONTENT_TYPES = (
    "text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data",
    "application/x-www-form-urlencoded", "application/msgpack", "application/json;;", "x", "é/ü",
)  # fmt: skip
HEADERS = (
    ("content-encoding", "gzip"), ("content-length", "0"),
    ("content-length", "99999999999999999999"),
    ("transfer-encoding", "chunked"), ("expect", "100-continue"), ("range", "bytes=5-1"),
    ("accept", "application/xml"), ("accept-language", "\xff,;q=é"), ("origin", "http://evil.test"),
    ("origin", "null"), ("sec-fetch-site", "cross-site"), ("host", ""), ("host", "é:99999999"),
    ("if-none-match", "*"), ("x-http-method-override", "DELETE"), ("hx-request", "true"),
    ("cookie", "traveler=\xff; =;;traveler_lang=\x01"), ("accept-encoding", "gzip;q=x"),
    ("forwarded", "for=x"), ("upgrade", "websocket"),
)  # fmt: skip


def _base64url(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).decode().rstrip("=")


POINTS = (
    *(key.public for key in KEYS),
    _base64url(b"\x04" + b"\xff" * 64),
    _base64url(b"\x04" + b"\x00" * 64),
    _base64url(b"\x00" * 65),
    _base64url(b"\x02" + b"\x01" * 32),
    KEYS[0].public + "=",
    KEYS[0].public[:-1],
)


@dataclass(frozen=True)
class Sending:
    """How a request goes out, whatever it asks."""

    tablet: int
    bearer: str = "own"
    cookie: str = "right"
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    mutations: tuple[Mutation, ...] = ()
    pieces: int = 1
    hangs_up: bool = False

    def request(self, ground: Ground, path: str, text: str) -> Request:
        """A POST of this text."""
        body = mutated(text.encode("utf-8", "surrogatepass"), self.mutations)
        headers = [*self.credentials(ground), *self.headers]
        if self.content_type:
            headers.append(("content-type", self.content_type))
        return Request("POST", path, tuple(headers), body, self.pieces, self.hangs_up)

    def credentials(self, ground: Ground) -> list[tuple[str, str]]:
        """Cookie and token."""
        token = {"own": self.of(ground).token, "another's": ground.tablets[1].token}
        bearer = token.get(self.bearer, self.bearer)
        found = [("authorization", f"Bearer {bearer}")] if self.bearer else []
        if self.cookie:
            cookie = ground.cookie if self.cookie == "right" else self.cookie
            found.append(("cookie", f"traveler={cookie}"))
        return found

    def of(self, ground: Ground) -> Tablet:
        """Who sends it."""
        return ground.tablets[self.tablet % len(ground.tablets)]


@dataclass(frozen=True)
class Ask:
    """An enrolment or a pull: the right question, with what is wrong in it."""

    path: str
    question: dict[str, Any]
    wrong: Object
    sending: Sending
    ascii_only: bool

    def request(self, ground: Ground) -> Request:
        """The question of this tablet."""
        right: dict[str, Any] = {"device": self.sending.of(ground).device} | self.question
        text = self.wrong.written(right, ascii_only=self.ascii_only)
        return self.sending.request(ground, self.path, text)


@dataclass(frozen=True)
class Push:
    """Entries on their way, in an envelope that may be wrong too."""

    entries: tuple[Planned, ...]
    wrong: Object
    wrapping: Object
    sending: Sending
    ascii_only: bool

    def request(self, ground: Ground) -> Request:
        """The push; the tablet remembers what it has sent."""
        tablet = self.sending.of(ground)
        chain = ground.chain(tablet)
        made = [one for plan in self.entries for one in plan.made(ground, tablet, chain)]
        tablet.sent = [*tablet.sent, *made][-50:]
        wrapped = [{"entry": raw.decode("utf-8", "surrogateescape"), "sig": s} for raw, s in made]
        if wrapped:
            wrapped[-1] = self.wrapping.over(wrapped[-1])
        # The entries' own odd bytes are text here: only what is around them is written verbatim.
        right: dict[str, Any] = {
            "device": tablet.device,
            "entries": [],
            "epoch": None,
            "oldest": None,
        }
        text = self.wrong.written(right, ascii_only=self.ascii_only)
        listed = json.dumps(wrapped, ensure_ascii=self.ascii_only)
        text = text.replace('"entries": []', f'"entries": {listed}', 1)
        return self.sending.request(ground, "/sync/push", text)


def sendings() -> SearchStrategy[Sending]:
    """Mostly as a tablet sends."""
    tablets = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3])
    right: SearchStrategy[Sending] = st.builds(Sending, tablets)
    wrong = st.one_of(
        st.builds(Sending, tablets, bearer=st.one_of(st.just("another's"), texts(), st.just(""))),
        st.builds(Sending, tablets, cookie=st.one_of(st.just(""), texts())),
        st.builds(
            Sending, tablets, content_type=st.one_of(st.sampled_from(CONTENT_TYPES), texts())
        ),
        st.builds(
            Sending, tablets, headers=st.lists(st.sampled_from(HEADERS), max_size=2).map(tuple)
        ),
        st.builds(Sending, tablets, mutations=mutations()),
        st.builds(Sending, tablets, pieces=st.sampled_from([2, 7]), hangs_up=st.booleans()),
    )
    return st.one_of(*[right] * USUAL, *[wrong] * 3).map(_sendable)


def _sendable(sending: Sending) -> Sending:
    """No server lets such letters through in a header."""
    kept = {"\r": "", "\n": "", "\x00": ""}
    clean = {ord(one): None for one in kept}
    changed = {
        name: getattr(sending, name).translate(clean)
        for name in ("bearer", "cookie", "content_type")
    }
    return Sending(**{one.name: getattr(sending, one.name) for one in fields(sending)} | changed)


def pushes() -> SearchStrategy[Push]:
    """Any push."""
    names = [one.name for one in fields(PushRequest)]
    entries = st.lists(plans(), max_size=5).map(tuple)
    return st.builds(
        Push,
        entries,
        st.one_of(*[st.just(RIGHT)] * USUAL, objects(names)),
        st.one_of(*[st.just(RIGHT)] * USUAL * 2, objects(["entry", "sig"])),
        sendings(),
        st.booleans(),
    )


def pulls() -> SearchStrategy[Ask]:
    """Any pull."""
    names = [one.name for one in fields(PullRequest)]
    scopes = st.one_of(st.sampled_from(["SZ.base", "SZ.floor", "HD.field", "org.people"]), texts())
    question = st.fixed_dictionaries(
        {"limit": st.sampled_from([1, 2, 3, 50])},
        optional={
            "cursors": st.dictionaries(scopes, st.integers(-3, 400), max_size=4),
            "epoch": texts(),
            "diverged": st.dictionaries(
                scopes,
                st.fixed_dictionaries({"count": st.integers(), "digest": texts()}),
                max_size=3,
            ),
        },
    )
    odd = objects(names, more=st.one_of(values(), st.dictionaries(scopes, values(), max_size=3)))
    wrong = st.one_of(st.just(RIGHT), odd, odd)
    return st.builds(Ask, st.just("/sync/pull"), question, wrong, sendings(), st.booleans())


def enrolments() -> SearchStrategy[Ask]:
    """Any enrolment."""
    names = [one.name for one in fields(EnrolRequest)]
    keys = st.one_of(st.none(), st.sampled_from(POINTS), texts())
    question = st.fixed_dictionaries(
        {"name": st.sampled_from(["tablet", "平板"])}, optional={"key": keys, "device": texts()}
    )
    wrong = st.one_of(st.just(RIGHT), objects(names), objects(names))
    return st.builds(Ask, st.just("/sync/enrol"), question, wrong, sendings(), st.booleans())
