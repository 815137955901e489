"""Dossiers as somebody gets them, and their blocks and histories as text."""

from server.accounts.sessions import Session
from server.domain.model import DOCUMENTS
from server.domain.person import Person, person_key
from server.dossier.facts import Facts
from server.dossier.gathered import Dossier, dossier_of
from server.dossier.telling import Teller
from server.pages.wording import Wording
from server.web.reader import ScopedReader
from sync import documents
from tests.server.web.plant_in_use import EVERYWHERE, House

LANGUAGES = ("en", "zh_CN")


def dossier(house: House, key: str, login: str = EVERYWHERE) -> Dossier:
    with house.plant.store.read() as connection:
        [person] = documents.load(connection, DOCUMENTS, {person_key(login)}).values()
        assert isinstance(person, Person)
        reader = ScopedReader(connection, Session("s", person, "d"))
        document = reader.get(key)
        assert document is not None, key
        return dossier_of(connection, reader, document)


def words(house: House, lang: str = "en") -> Wording:
    return Wording(lang, house.plant.locale[lang], house.plant.problems)


def facts(house: House, key: str, lang: str = "en") -> list[tuple[str, ...]]:
    """The lines of all blocks, with their titles before them."""
    blocks = Facts(dossier(house, key), words(house, lang), lambda text: text[:10]).blocks()
    return [line for block in blocks for line in ((block.title,), *block.lines)]


def history(house: House, key: str, lang: str = "en", login: str = EVERYWHERE) -> list[str]:
    """A line per entry: what it was, by whom, and what it comes to."""
    found = dossier(house, key, login)
    teller = Teller(found, words(house, lang))
    return [
        f"{teller.happened(one)} · {teller.who(one)} | {teller.sentence(teller.history(one))}"
        for one in found.entries
    ]


def key_of(house: House, kind: str, **wanted: str) -> str:
    """The key of the first document of this type that has these values."""
    for key in sorted(house.documents()):
        if key.startswith(f"{kind}/"):
            body = house.body_of(key)
            if all(body[name] == value for name, value in wanted.items()):
                return key
    raise LookupError(kind)
