"""A trial: one seed, one database; the fleet works while its servers are killed, then all is
compared.

Deeds and faults are thrown from the seed. What they meet is not: the moment at which a process
dies, and which request it was in, are the machine's. So a failing seed is tried again, not
replayed; its folder with the trace, the log and the data stays, and its path is in the failure.
"""

import json
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server import backup
from server.settings import Settings
from sync.writer import utc_now
from tests import postgres
from tests.harness.findings import Findings, compare
from tests.harness.mortal_server import MortalServer
from tests.harness.scenery import plant_in

HERE = Path(__file__).parent
SERVERS = {"sqlite": 1, "postgresql": 2}
TERMINATED = {"sqlite": 0.0, "postgresql": 0.02}
TIME_MAX_S = 600
# Of the seeds on SQLite, where a backup is a file; the simulation does it on both.
RESTORED_EVERY = 2


@dataclass(frozen=True)
class Told:
    """What came of one trial."""

    seed: int
    database: str
    entries: int
    kills: int
    faults: Counter[str]
    findings: Findings
    converged_ms: list[int]
    folder: Path
    is_late: bool


@dataclass
class Trial:
    """One trial while it runs; `folder` has all that it leaves behind."""

    seed: int
    database: str
    folder: Path
    settings: Settings
    servers: list[MortalServer] = field(default_factory=list)
    hung_up: int = 0
    restores: int = 0
    is_late: bool = False

    def run(self, *, tablets: int, acts: int) -> dict[str, Any]:
        """The shift, the calm after it, and the fleet's report."""
        for number in range(SERVERS[self.database]):
            server = MortalServer(
                self.settings,
                f"{self.seed} server {number}",
                log=self.folder / f"server-{number}.log",
                trace=self.trace,
            )
            self.servers.append(server)
        try:
            for server in self.servers:
                server.start()
            return self._with_fleet(tablets, acts)
        finally:
            for server in self.servers:
                server.end()

    def trace(self, what: str) -> None:
        """A line in the trace of the servers."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with (self.folder / "servers.trace").open("a") as file:
            file.write(f"{at} {what}\n")

    def _with_fleet(self, tablets: int, acts: int) -> dict[str, Any]:
        report = self.folder / "report.json"
        given = {
            "seed": self.seed,
            "servers": [server.url for server in self.servers],
            "tablets": tablets,
            "acts": acts,
            "terminate": TERMINATED[self.database],
            "restores": self.database == "sqlite" and self.seed % RESTORED_EVERY == 1,
            "report": str(report),
            "trace": str(self.folder / "fleet.trace"),
        }
        with (self.folder / "fleet.log").open("ab") as log:
            fleet = subprocess.Popen(
                ["node", str(HERE / "fleet.js"), json.dumps(given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        limit = threading.Timer(TIME_MAX_S, self._end_early, [fleet])
        limit.start()
        try:
            self._serve_wishes(fleet)
            code = fleet.wait()
            assert not self.is_late, f"the fleet did not come to rest within {TIME_MAX_S} s"
            assert code == 0, (self.folder / "fleet.log").read_text()[-2000:]
        finally:
            limit.cancel()
            fleet.kill()
            fleet.wait()
        told: dict[str, Any] = json.loads(report.read_text())
        return told

    def _end_early(self, fleet: "subprocess.Popen[str]") -> None:
        self.is_late = True
        fleet.kill()

    def _serve_wishes(self, fleet: "subprocess.Popen[str]") -> None:
        assert fleet.stdin is not None
        assert fleet.stdout is not None
        for line in fleet.stdout:
            wish = json.loads(line)
            if "begun" in wish:
                for server in self.servers:
                    server.unleash()
            elif "kill" in wish:
                self.servers[wish["kill"]].kill_after(wish["after_ms"] / 1000)
            elif "terminate" in wish:
                self.hung_up += postgres.server().hang_up(self.settings.database)
                self.trace("the database hung up")
            elif "back_up" in wish:
                backup.back_up(self.settings, self._archive, now=utc_now(), verified=False)
                self.trace("backed up")
            elif "restore" in wish:
                self.servers[0].move(self._restored)
            elif "over" in wish:
                self._calm()
                fleet.stdin.write("calm\n")
                fleet.stdin.flush()

    @property
    def _archive(self) -> Path:
        return self.folder / "backup.tar"

    def _restored(self) -> Settings:
        """All that came after the backup is lost."""
        self.settings = Settings(data=self.folder / "restored")
        backup.restore(self.settings, self._archive, verified=False)
        self.restores += 1
        self.trace("restored")
        return self.settings

    def _calm(self) -> None:
        for server in self.servers:
            server.calm()
        for server in self.servers:
            server.wait_until_lasting()
        self.trace("calm")


def attempt(seed: int, database: str, *, tablets: int, acts: int) -> Told:
    """Run one trial; its folder goes if nothing was found. Raises Found."""
    with _folder(seed, database) as folder, plant_in(folder / "data", database) as settings:
        trial = Trial(seed, database, folder, settings)
        try:
            report = trial.run(tablets=tablets, acts=acts)["tablets"]
            found = compare(report, trial.settings)
        except AssertionError as error:
            report, found = [], Findings(complaints=[str(error)])
        told = _told(trial, report, found)
        if not found.is_empty:
            (folder / "findings.txt").write_text(found.text())
            raise Found(told)
        return told


def _told(trial: Trial, report: list[dict[str, Any]], found: Findings) -> Told:
    faults = Counter({"hung_up": trial.hung_up, "restored": trial.restores})
    for tablet in report:
        faults.update(tablet["faults"])
        faults["tab_kills"] += tablet["counts"]["tab_kills"]
    return Told(
        seed=trial.seed,
        database=trial.database,
        entries=sum(len(tablet["ledger"]) for tablet in report),
        kills=sum(server.kills for server in trial.servers),
        faults=faults,
        findings=found,
        converged_ms=[tablet["converged_ms"] for tablet in report],
        folder=trial.folder,
        is_late=trial.is_late,
    )


class Found(AssertionError):
    """Something was lost, doubled, changed or different; the folder is kept."""

    def __init__(self, told: Told) -> None:
        where = f"seed {told.seed} on {told.database}, see {told.folder}"
        super().__init__(f"{where}\n{told.findings.text()}")
        self.told = told


@contextmanager
def _folder(seed: int, database: str) -> Iterator[Path]:
    """A folder that goes when all was well, and stays with its trace when it wasn't."""
    folder = Path(tempfile.mkdtemp(prefix=f"traveler-harness-{database}-{seed}-"))
    yield folder
    shutil.rmtree(folder)
