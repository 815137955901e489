"""The committed vectors are what the handlers do today."""

from tests.server.domain.vectors import FOLDER, files, vectors

REWRITE = "out of date: python -m tests.server.domain.vectors"


def test_the_committed_vectors_are_what_the_handlers_do():
    stale = [
        name
        for name, text in files().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text("utf-8") != text
    ]
    assert stale == [], REWRITE


def test_every_foreseen_kind_has_a_vector_that_stands_and_one_that_does_not():
    for kind, of_kind in vectors().items():
        statuses = {vector["outcome"]["status"] for vector in of_kind}
        assert "applied" in statuses, kind
        assert statuses & {"rejected", "parked"}, kind
