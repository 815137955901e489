"""Believable work for the benchmarks: a device of the demo plant that moves and notes things."""

from server.accounts import devices, sessions
from server.domain.model import DOCUMENTS
from server.plant import Plant, chain_of
from sync.compose import Chain, Deed

LOTS = [f"lot/SZ:M-1009:L2611-{number}" for number in (26, 27)]
LOGIN = "wang.fang"


def enrolled(plant: Plant) -> tuple[Chain, str]:
    """A device of an operator, and the session that proves its entries."""
    token = sessions.sign_in(
        plant.store,
        DOCUMENTS,
        login=LOGIN,
        password="traveler-demo",
        browser="bench",
        now=plant.now(),
        days=1,
    )
    with plant.store.write() as connection:
        session = sessions.of_token(connection, DOCUMENTS, token, plant.now())
        assert session is not None
        now = plant.now()
        enrolled = devices.enrol(connection, session, device="", name="bench", token="", now=now)
        return chain_of(connection, enrolled.device), session.id


def batches_of_work(chain: Chain, session: str, *, batches: int, size: int) -> list[list[bytes]]:
    """Batches of entries in the order of the chain: movements and notes in turn."""
    made = []
    for _ in range(batches):
        batch = []
        for number in range(size):
            lot = LOTS[number % len(LOTS)]
            kind, body = _work(number)
            deed = Deed(kind, lot, body, LOGIN, session, "2026-11-22T09:00:00.000+08:00")
            batch.append(chain.add(deed)[1])
        made.append(batch)
    return made


def _work(number: int) -> tuple[str, dict[str, object]]:
    if number % 4 == 3:
        return "note.added", {"text": f"note {number}"}
    if number % 4 == 2:
        return "material.put_away", {"quantity": "1", "target": f"B-0{number % 7}"}
    return "material.returned", {"quantity": "1", "location": "B-01", "reason": "bench"}
