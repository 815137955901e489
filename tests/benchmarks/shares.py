"""Where the time of a push goes, by what is done: shares of a profile.

A profile makes small Python functions look dearer than they are; the shares tell what to look at
first, not what would be saved.
"""

import cProfile
import pstats
from functools import partial
from pathlib import Path

from tests.benchmarks.floor import plant_in
from tests.benchmarks.pushes import BATCH, WARM_UP, pushed
from tests.benchmarks.table import Table, milliseconds
from tests.benchmarks.work import tablet

SITE = "BENCH"
# What is done, and the functions (file, name) in which all of it happens; none calls another.
STEPS = {
    "signatures, waiting for all cores": [("signature.py", "look_ahead")],
    "JSON and shape of the entries": [("intake.py", "opened")],
    "numbers, chains, forks": [("intake.py", "take")],
    "sign-ins": [("sessions.py", "standings")],
    "what is in the journal already": [("journal.py", "held"), ("journal.py", "blocked")],
    "documents: fetched and read": [("documents.py", "load")],
    "bodies: checked": [("reconcile.py", "read_body")],
    "handlers, with the copies they change": [("reconcile.py", "_handle")],
    "changed documents: checked": [("reconcile.py", "settle")],
    "changed documents: written as JSON": [("document.py", "as_bytes")],
    "reports": [("project.py", "project")],
    "feed and its sums": [("feed.py", "publish")],
    "journal: hashes and rows": [("journal.py", "append"), ("push.py", "_row")],
    "documents and terms: SQL": [("documents.py", "save")],
    "commit": [("~", "<method 'commit' of 'sqlite3.Connection' objects>")],
}
# Of these only what the others have not told yet.
AROUND = {"documents and terms: SQL": [("document.py", "as_bytes")]}


def shares(table: Table, folder: Path, *, runs: int) -> None:
    """A profile of signed batches."""
    plant = plant_in(folder, SITE)
    maker = tablet(plant, "tablet-1", SITE, seed=1)
    batches = [maker.batch(BATCH) for _ in range(runs + WARM_UP)]
    for batch in batches[:WARM_UP]:
        pushed(plant, batch)
    profile = cProfile.Profile()
    for batch in batches[WARM_UP:]:
        profile.runcall(partial(pushed, plant, batch))
    plant.close()
    cumulative = _cumulative(profile)
    whole = cumulative["pushes.py", "pushed"]
    table.part(f"where the time of a signed batch of {BATCH} goes (shares of a profile)")
    table.row("whole, while profiled", f"{milliseconds(whole / runs)} a batch")
    told = 0.0
    for what, functions in STEPS.items():
        spent = sum(cumulative.get(one, 0.0) for one in functions)
        spent -= sum(cumulative.get(one, 0.0) for one in AROUND.get(what, ()))
        told += spent
        table.row(what, f"{spent / whole:.0%}")
    table.row("all else", f"{(whole - told) / whole:.0%}")


def _cumulative(profile: cProfile.Profile) -> dict[tuple[str, str], float]:
    """Seconds in each function with all that it calls, by file and name."""
    found: dict[tuple[str, str], float] = {}
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (path, _, name), (_, _, _, seconds, _) in stats.items():
        place = (Path(path).name, name)
        found[place] = found.get(place, 0.0) + seconds
    return found
