"""Documents are copied and written by the quick way: it must come to what the slow one does."""

import json
from typing import Any

from pydantic import BaseModel, JsonValue

from server.domain.model import DOCUMENTS
from sync.copying import copied
from sync.document import Document
from tests.server.domain.vectors import FOLDER


def documents_in_vectors() -> list[Document]:
    """All that the vectors have, before an entry and after it, each once."""
    told: dict[str, Any] = {}
    for path in FOLDER.glob("*.*.json"):
        for vector in json.loads(path.read_text("utf-8")):
            for some in (vector["documents"], vector["after"]):
                told |= {json.dumps(one): one for one in bodies_in(some)}
    return [DOCUMENTS[one["key"].partition("/")[0]].model_validate(one) for one in told.values()]


def bodies_in(some: Any) -> list[dict[str, Any]]:
    """A vector lists documents, or names them by their keys."""
    return [one for one in (some.values() if isinstance(some, dict) else some) if one]


ALL = documents_in_vectors()


def test_the_vectors_have_documents_of_most_types():
    assert len({document.type for document in ALL}) > len(DOCUMENTS) / 2


def test_a_copy_is_equal_and_shares_nothing_that_changes():
    for document in ALL:
        told = document.as_bytes()
        copy = copied(document)
        assert copy == document
        assert copy.as_bytes() == told
        disturb(copy)
        assert document.as_bytes() == told


def test_a_text_is_what_pydantic_writes_and_reads_as_the_same():
    for document in ALL:
        assert document.as_bytes() == document.model_dump_json().encode()
        assert type(document).model_validate_json(document.as_bytes()) == document


class Part(BaseModel):
    texts: list[str] = []


class Odd(Document):
    """A type with all that a field may be."""

    type = "odd"
    area = "floor"

    anything: JsonValue = None
    parts: list[Part] = []
    by_name: dict[str, Part] = {}
    maybe: Part | None = None
    either: Part | list[str] | str = ""


def test_whatever_a_field_holds_is_copied_and_written():
    odd = Odd(
        key="odd/S:1",
        anything={"a": [1, {"b": []}]},
        parts=[Part(texts=["a"])],
        by_name={"a": Part(texts=["b"])},
        maybe=Part(texts=["c"]),
        either=["d"],
    )
    told = odd.as_bytes()
    assert told == odd.model_dump_json().encode()
    copy = copied(odd)
    assert copy == odd
    disturb(copy)
    assert odd.as_bytes() == told


def disturb(value: Any) -> None:
    """Change in place whatever can be changed."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if not value.model_config.get("frozen"):
                disturb(getattr(value, name))
                value.__dict__[name] = "disturbed"
    elif isinstance(value, list):
        for one in value:
            disturb(one)
        value.append("disturbed")
    elif isinstance(value, dict):
        for one in value.values():
            disturb(one)
        value["disturbed"] = "disturbed"
