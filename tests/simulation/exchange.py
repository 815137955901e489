"""Exchange: how a device sends what waits and fetches what changed, as `pwa/src` does.

Generators: they yield between durable writes and for the network, and may end at any yield.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from sync.entry import digest_of
from sync.signature import SigningKey
from tests.simulation.chance import Chance
from tests.simulation.disk import Disk, Row, Signin
from tests.simulation.faults import Faults
from tests.simulation.pages import ask_from, take_page
from tests.simulation.schedule import Ask, Pause, Refused, Schedule, Unreachable

BATCH_MAX = 40
RESENDS_MAX = 3
RACES_MAX = 5
TURNS_MAX = 5
PAGE_LIMITS = (7, 60, 1000)
# Where two devices have the same number, what a new key is made from.
KEY_BITS = 250
Steps = Generator[Pause | Ask, Any, Any]


@dataclass
class Exchange:
    """One device's side of the protocol; `offset_ms` is how wrong its clock is."""

    disk: Disk
    chance: Chance
    schedule: Schedule
    faults: Faults
    offset_ms: int = 0
    heals: int = 0
    rounds: int = 0
    sent: list[str] = field(default_factory=list)

    def clock_ms(self) -> int:
        return self.schedule.now_ms + self.offset_ms

    def synchronise(self) -> Steps:
        """Push, then pull; never fails. `disk.standing` says if somebody must sign in."""
        self.rounds += 1
        try:
            self.disk.standing = yield from self._in_turns()
        except (Unreachable, Refused):
            return
        yield Pause()

    def _in_turns(self) -> Steps:
        renewed = False
        for _ in range(TURNS_MAX):
            outcome = yield from self._turn()
            if outcome == "push_first":
                continue
            if outcome in (None, "revoked") or renewed:
                return outcome
            renewed = True
            refused = yield from self._renewed()
            if refused:
                return refused
        return None

    def _turn(self) -> Steps:
        disk = self.disk
        try:
            if disk.device is None:
                return "sign_in" if disk.signin else None
            is_alone = disk.signin is None or disk.standing == "revoked"
            if (need := (yield from self.push(asks=is_alone))) is not None:
                return need
            if disk.signin is None:
                return None
            return (yield from self.pull(disk.signin))
        except Refused as refused:
            if refused.code == "device_revoked":
                return (yield from self._shut_out())
            if refused.status in (401, 403):
                return "sign_in"
            raise

    def _renewed(self) -> Steps:
        try:
            yield from self.enrol()
        except Refused as refused:
            if refused.code == "device_revoked":
                return (yield from self._shut_out())
            return "sign_in"
        return None

    def _shut_out(self) -> Steps:
        """What the server has is not for this device any more; what waits is still delivered."""
        self.disk.clear_replica()
        yield Pause()
        return "revoked"

    def enrol(self) -> Steps:
        """Become a known device, or renew the sign-in, for whoever the cookie is."""
        disk = self.disk
        if disk.key is None:
            disk.key = SigningKey.from_number(self.chance.getrandbits(KEY_BITS) + 1)
            yield Pause()
        key = disk.key
        question = {"device": disk.device, "token": disk.token, "key": key.public}
        answer = yield Ask("enrol", question | {"cookie": disk.cookie})
        if disk.key is not key:
            return
        disk.device, disk.token = answer["device"], answer["token"]
        disk.signin, disk.standing = Signin(answer["login"], answer["session"]), None
        if disk.feed.epoch is None:
            disk.follow(answer["epoch"], 0, None)
        yield Pause()

    def push(self, *, asks: bool = False) -> Steps:
        """Send until nothing waits: None, or what the server asks for first.

        `asks`: also with nothing to send; where no pull can tell that the server was restored.
        """
        disk, resends, oldest = self.disk, 0, None
        while True:
            yield from self._sign()
            device, batch = disk.device, disk.waiting()[: self.chance.randint(1, BATCH_MAX)]
            if device is None:
                return "sign_in"
            if not batch and not asks:
                return None
            asks, heard = False, disk.heard()
            answer = yield from self._send(device, batch, oldest)
            verdicts = _named(answer["verdicts"], batch)
            disk.settle(verdicts, answer["epoch"])
            yield Pause()
            need = answer["need"]
            if need == "enrol_anew":
                if disk.device == device:
                    disk.leave_device()
                    yield Pause()
                return "sign_in"
            is_restored = disk.follow(answer["epoch"], answer["last_seq"], heard)
            yield Pause()
            is_asked = need == "resend_from"
            oldest = None
            if is_asked and not is_restored:
                own = (r.seq for r in batch if r.device == device and r.seq > answer["last_seq"])
                oldest = next(own, None)
            if is_asked or is_restored:
                resends += 1
                if resends > RESENDS_MAX:
                    raise Unreachable("the server keeps asking for other entries")
            elif batch and not {v["id"] for v in verdicts} & {row.id for row in batch}:
                raise AssertionError("the server answered none of what was sent")

    def _sign(self) -> Steps:
        """The bytes are stored first and signed after."""
        disk = self.disk
        for row in disk.waiting():
            if row.sig is None and disk.key is not None and row.device == disk.device:
                sig = disk.key.sign(row.raw)
                if self.faults.strikes("signature spoiled"):
                    sig = disk.key.sign(b"something else")
                yield Pause()
                disk.sign(row.place, sig)

    def _send(self, device: str, batch: list[Row], oldest: int | None) -> Steps:
        question = {
            "device": device,
            "token": self.disk.token,
            "entries": [(row.raw, row.sig, row.device, row.seq) for row in batch],
            "oldest": oldest,
        }
        sent_ms = self.clock_ms()
        answer = yield Ask("push", question)
        self._note_skew(sent_ms, answer["now_ms"])
        yield Pause()
        return answer

    def _note_skew(self, sent_ms: int, server_ms: int) -> None:
        self.disk.skew_ms = server_ms - (sent_ms + self.clock_ms()) // 2

    def pull(self, signin: Signin) -> Steps:
        """Pages until the server says it is complete: None, or "push_first"."""
        disk, races = self.disk, 0
        limit = self.chance.choice(PAGE_LIMITS)
        while races < RACES_MAX:
            asked, heard = disk.feed, disk.heard()
            question = {
                "device": disk.device,
                "token": disk.token,
                "cookie": disk.cookie,
                "epoch": asked.epoch,
                "cursors": ask_from(asked),
                "limit": limit,
            }
            page = yield Ask("pull", question)
            if page["login"] != signin.login:
                raise Refused(401, "session_foreign")
            if disk.follow(page["epoch"], page["last_seq"], heard):
                yield Pause()
                return "push_first"
            if not take_page(disk, page, asked, signin.login):
                races += 1
            elif page["complete"]:
                if not disk.feed.staged:
                    return None
                self.heals += 1
                races += 1
            yield Pause()
        return None


def _named(verdicts: list[dict[str, Any]], batch: list[Row]) -> list[dict[str, Any]]:
    """What the server could not read is answered under a name made from its bytes."""
    ids = {f"raw-{digest_of(row.raw)[:32]}": row.id for row in batch}
    return [verdict | {"id": ids.get(verdict["id"], verdict["id"])} for verdict in verdicts]
