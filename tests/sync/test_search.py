"""Searching: texts of codes, names and first letters; found in the database by all words."""

import json
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import delete, select

from sync import documents
from sync.document import Document
from sync.search import readings, search_text
from sync.store import Store, table_of
from sync.tables import TermRow
from tests.sync import initials_table, search_vectors


class Part(BaseModel):
    """A part of a thing."""

    code: str


class Thing(Document):
    """Something with a code and parts."""

    type = "thing"
    area = "floor"
    searched = ("code", "parts.code")

    code: str
    parts: list[Part] = []


def thing(code: str, *parts: str) -> Thing:
    return Thing(key=f"thing/SZ:{code}", code=code, parts=[Part(code=part) for part in parts])


def stored(store: Store, *things: Document) -> None:
    with store.write() as connection:
        documents.save(connection, {}, {one.key: one for one in things})


def found(store: Store, query: str, name: str = "thing") -> list[str]:
    with store.read() as connection:
        return [key.partition(":")[2] for key in documents.search(connection, name, query)]


def test_the_vectors_are_what_the_code_makes():
    assert search_vectors.FILE.read_text("utf-8") == search_vectors.text(), (
        "out of date: python -m tests.sync.search_vectors"
    )


def test_the_table_of_initials_is_what_pypinyin_says():
    assert json.loads(Path(initials_table.FILE).read_text("utf-8")) == initials_table.table()


def test_characters_with_several_readings_are_found_by_each():
    assert readings("重庆银行") == ["zqyx", "cqyx", "zqyh", "cqyh"]


def test_a_text_fits_into_an_index_row_whatever_it_is_made_of():
    assert len(search_text(("阀重" * 90,) * 50).encode()) < 2_500


def test_decimals_and_absent_values_do_not_stop_a_search():
    class Odd(Document):
        type = "odd"
        area = "floor"
        searched = ("code", "amount", "gone.away")
        code: str = "X1"
        amount: Decimal = Decimal("2.50")
        gone: None = None

    assert Odd(key="odd/SZ:1").terms() == {"odd", "odd?x1\n2.50\n250"}


def test_all_words_must_stand_in_the_text_and_marks_mean_themselves(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    store.create()
    stored(store, thing("A-1", "P_7"), thing("A-12", "P%7"), thing("B-1"))
    assert found(store, "a-1") == ["A-1", "A-12"]
    assert found(store, "a p_") == ["A-1"]
    assert found(store, "p%") == ["A-12"]
    assert found(store, "1") == ["B-1", "A-12", "A-1"]
    assert found(store, "a-1", "thin") == []
    assert found(store, " ") == []
    store.close()


def test_a_version_that_searches_otherwise_makes_the_terms_anew_once(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    store.create()
    stored(store, thing("A-1"))
    terms = table_of(TermRow)
    with store.write() as connection:
        connection.execute(delete(terms))
        connection.execute(terms.insert().values(term="thing.old=1", key="thing/SZ:A-1"))
        assert documents.reindex(connection, {"thing": Thing}) == 1
        assert set(connection.scalars(select(terms.c.term))) == {"thing", "thing?a-1\na1"}
        assert documents.reindex(connection, {"thing": Thing}) == 0
    store.close()
