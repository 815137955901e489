"""The network between devices and server: slow, lossy, repeating; and the server's door.

Pushes that stand at the door together are taken in one commit. A killed server loses what stood
there, and is back after a while.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sync.problem import Problem
from tests.simulation.chance import Chance
from tests.simulation.faults import Faults
from tests.simulation.schedule import Ask, Refused, Schedule, Unreachable
from tests.simulation.server import AT_COMMIT, PowerLoss, Server, Told

TIMEOUT_MS = 45_000
CUT_OFF_MS = 3_000
DOOR_MS = 30
DOWN_MS = (500, 20_000)
TRIP_MS = (5, 400)
SLOW_MS = (10_000, 120_000)
LATE_MS = (15_000, 400_000)
STATEMENTS_MAX = 25
Outcome = Callable[[Any], None]
T = TypeVar("T")


@dataclass
class Letter:
    """One request on its way, and who waits for its answer (nobody, for a duplicate)."""

    sender: str
    number: int
    ask: Ask
    done: Outcome | None


@dataclass
class Network:
    """Carries questions of devices (by name) to the server and answers back."""

    server: Server
    schedule: Schedule
    chance: Chance
    faults: Faults
    cut_off: set[str] = field(default_factory=set)
    down_until_ms: int = 0
    _door: list[Letter] = field(default_factory=list)
    _sent: int = 0
    _arrived: dict[str, int] = field(default_factory=dict)

    def ask(self, sender: str, ask: Ask, done: Outcome) -> None:
        """`done` is called once: with the answer, Refused or Unreachable."""
        self._sent += 1
        once = _once(done)
        letter = Letter(sender, self._sent, ask, once)
        if sender in self.cut_off:
            self.schedule.after(CUT_OFF_MS, lambda: once(Unreachable()))
            return
        self.schedule.after(TIMEOUT_MS, lambda: once(Unreachable()))
        if self.faults.strikes("late duplicate"):
            again = Letter(sender, self._sent, ask, None)
            self.schedule.after(self._between(LATE_MS), lambda: self._arrive(again))
        if self.faults.strikes("request lost"):
            return
        trip = SLOW_MS if self.faults.strikes("slow") else TRIP_MS
        self.schedule.after(self._between(trip), lambda: self._arrive(letter))

    def _between(self, limits: tuple[int, int]) -> int:
        return self.chance.randint(*limits)

    def _arrive(self, letter: Letter) -> None:
        if letter.sender in self.cut_off or self.schedule.now_ms < self.down_until_ms:
            return
        if letter.number < self._arrived.get(letter.sender, 0) and letter.done:
            self.faults.note("reordered")
        self._arrived[letter.sender] = max(letter.number, self._arrived.get(letter.sender, 0))
        if letter.ask.route == "push":
            self._door.append(letter)
            if len(self._door) == 1:
                self.schedule.after(self._between((1, DOOR_MS)), self._open_door)
            return
        try:
            told = self._alive(lambda: self._route(letter.ask))
        except Problem as problem:
            self._refuse(letter, problem)
            return
        if told is not None:
            self._answer(letter, told)

    def _alive(self, work: Callable[[], T]) -> T | None:
        """What the server answers; None if it was killed meanwhile, and has started again."""
        try:
            return work()
        except PowerLoss:
            pass  # what holds the dead process's connection goes with this exception
        self._die("server killed in the transaction")
        return None

    def _route(self, ask: Ask) -> Told:
        if ask.route == "pull":
            return self.server.pull(ask.question)
        return self.server.enrol(ask.question, self._kill())

    def _kill(self) -> int | None:
        if not self.faults.strikes("server killed in the transaction"):
            return None
        self.faults.seen["server killed in the transaction"] -= 1  # counted when it happened
        return self.chance.randint(AT_COMMIT, STATEMENTS_MAX)

    def _open_door(self) -> None:
        """Group commit: all that wait, each once; none gets an answer before the commit."""
        letters, self._door = self._door, []
        welcome = []
        for letter in letters:
            try:
                self.server.device_of(letter.ask.question)
                welcome.append(letter)
            except Problem as problem:
                self._refuse(letter, problem)
        if not welcome:
            return
        asked = [one.ask.question for one in welcome]
        answers = self._alive(lambda: self.server.push(asked, self._kill()))
        if answers is None:
            return
        if self.faults.strikes("server killed after the commit"):
            self._die("")
            return
        told_late = self._alive(lambda: self.server.tell_late(self._kill()))
        if told_late is None:
            return
        if told_late:
            self.faults.note("late delivery")
        for letter, answer in zip(welcome, answers, strict=True):
            self._answer(letter, answer)

    def _die(self, kind: str) -> None:
        if kind:
            self.faults.note(kind)
        self._door = []
        self.down_until_ms = self.schedule.now_ms + self._between(DOWN_MS)
        self.server.restart()

    def _answer(self, letter: Letter, answer: Told | Refused) -> None:
        done = letter.done
        if done is None or self.faults.strikes("answer lost") or letter.sender in self.cut_off:
            return
        self.schedule.after(self._between(TRIP_MS), lambda: done(answer))

    def _refuse(self, letter: Letter, problem: Problem) -> None:
        status = self.server.plant.problems[problem.code]["status"]
        self._answer(letter, Refused(status, problem.code))


def _once(done: Outcome) -> Outcome:
    said: list[Any] = []

    def outcome(answer: Any) -> None:
        if not said:
            said.append(answer)
            done(answer)

    return outcome
