"""Wire: the shapes that devices and the server send each other (`docs/protocol.md`).

What comes in is checked against these; what goes out is described by them in the OpenAPI schema.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from litestar.openapi import ResponseSpec

from sync.pull import PAGE_MAX


@dataclass
class EnrolRequest:
    """Who asks to deliver: a name for people to know the device by, and the id that it has.

    `key`: its public key, the 65 bytes of the point on P-256 as base64url without padding.
    """

    name: str = ""
    device: str | None = None
    key: str | None = None


@dataclass
class Me:
    """The signed-in person; a seat is `SITE:role`."""

    login: str
    name: str
    sites: list[str]
    seats: list[str]
    roles: list[str]


@dataclass
class Policy:
    """How long a PIN opens a device without a network, and when an untouched one locks itself."""

    offline_hours: int
    lock_minutes: int


@dataclass
class LostDevice:
    """The device that this browser was before its data were cleared; when it was last heard."""

    device: str
    seen_at: str


@dataclass
class EnrolAnswer:
    """What the device keeps: its id, the token that authorises it, the sign-in, the person.

    `lost`: the browser says that it is new, and was enrolled before.
    """

    device: str
    token: str
    epoch: str
    session: str
    me: Me
    lang: str
    policy: Policy
    lost: LostDevice | None


@dataclass
class WireEntry:
    """The exact bytes of an entry as a JSON string, and the device's signature over them.

    `device` and `seq` are those of the entry, for bytes that got damaged and don't tell them.
    """

    entry: str
    sig: str | None = None
    device: str | None = None
    seq: int | None = None


@dataclass
class PushRequest:
    """A batch of entries in the order of the device's chain; at most 200, at most 512 KB.

    `oldest`: the first number that the device still has, after it was asked for one before it.
    """

    device: str
    entries: list[WireEntry]
    epoch: str | None = None
    oldest: int | None = None


@dataclass
class Effect:
    """From which version on a scope's feed shows what an entry did."""

    scope: str
    version: int


@dataclass
class Verdict:
    """What became of one entry; the same words each time it is sent."""

    id: str
    status: Literal["applied", "merged", "conflict", "rejected", "parked"]
    code: str | None
    params: dict[str, Any]
    case: str | None
    effects: list[Effect]


@dataclass
class PushAnswer:
    """Verdicts in the order of the entries, and what the device must do next, if anything."""

    epoch: str
    now: str
    last_seq: int
    verdicts: list[Verdict]
    need: Literal["resend_from", "enrol_anew"] | None


@dataclass
class ScopeCheck:
    """How many documents lie in a scope, and in which versions: `sync/scope_sum.py`."""

    count: int
    digest: str


@dataclass
class PullRequest:
    """What the device has: per scope the newest version.

    `diverged`: what it had in scopes that differed from the check of an earlier pull.
    """

    device: str
    cursors: dict[str, int] = field(default_factory=dict)
    epoch: str | None = None
    limit: int = PAGE_MAX
    diverged: dict[str, ScopeCheck] = field(default_factory=dict)


@dataclass
class Change:
    """A document's newest state in one scope; `body` is null where it is gone."""

    scope: str
    version: int
    key: str
    type: str
    body: dict[str, Any] | None


@dataclass
class PullAnswer:
    """The next changes of the person's scopes; `complete` when there are no more.

    `checks`, then: what a replica at these cursors holds of each scope.
    """

    epoch: str
    now: str
    changes: list[Change]
    cursors: dict[str, int]
    scopes_added: list[str]
    scopes_dropped: list[str]
    complete: bool
    checks: dict[str, ScopeCheck]
    me: Me
    verdicts: list[Verdict]
    last_seq: int


@dataclass
class ProblemAnswer:
    """What is wrong: a stable code, its parameters, and the sentence by language."""

    code: str
    params: dict[str, Any]
    text: dict[str, str]


def answers(shape: type[Any] | None, *problems: int, status: int = 200) -> dict[int, ResponseSpec]:
    """For a route's schema: its answer, and a Problem under each of these statuses."""
    done = ResponseSpec(shape, description="Done", generate_examples=False)
    wrong = ResponseSpec(ProblemAnswer, description="A Problem", generate_examples=False)
    return {status: done, **dict.fromkeys((400, *problems), wrong)}
