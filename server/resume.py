"""Resume: after an upgrade, what earlier code did not understand is applied by the code that does.

Tried when a server starts. Each entry is foreseen first: what would be refused again stays with
its case, for a person to decide.
"""

import logging
from contextlib import suppress

from server.accounts.sessions import SERVER_DEVICE
from server.domain.person import SYSTEM
from server.domain.resumption import RESUMED
from server.domain.rights import SETUP_SESSION
from server.plant import Plant
from server.setup import perform
from sync import documents, journal
from sync.compose import Deed
from sync.entry import Entry, read
from sync.problem import Problem

log = logging.getLogger(__name__)


def resume(plant: Plant) -> int:
    """Apply what is understood by now, in the order in which it came; how many entries.

    What a device said of a document after something that is still not understood goes on waiting.
    """
    count, held = 0, set[tuple[str, str]]()
    for entry, case in _open(plant):
        place = (entry.device, entry.on)
        if place in held:
            continue
        if _is_resumed(plant, entry, case):
            count += 1
        else:
            held.add(place)
    return count


def _open(plant: Plant) -> list[tuple[Entry, str]]:
    """What waits for a decision; what nobody can read at all is not an entry."""
    found = []
    with plant.store.read() as connection:
        waiting = {one.case: one.raw for one in journal.not_understood(connection)}
        cases = documents.load(connection, plant.engine.model.documents, set(waiting))
    for case, raw in waiting.items():
        if case in cases and not plant.engine.model.settled(cases[case]):
            with suppress(Problem):
                found.append((read(raw), case))
    return found


def _is_resumed(plant: Plant, entry: Entry, case: str) -> bool:
    try:
        deed = _deed(plant, entry, case)
        if plant.foresee(deed, SERVER_DEVICE).status in ("rejected", "parked"):
            return False
        perform(plant, [(deed, plant.now())])
    except Problem as problem:
        log.info("an entry stays parked with %s: %s", case, problem.code)
        return False
    return True


def _deed(plant: Plant, entry: Entry, case: str) -> Deed:
    body = {"entry": entry.model_dump(mode="json"), "case": case}
    return Deed(RESUMED, entry.on, body, SYSTEM, SETUP_SESSION, plant.local_now())
