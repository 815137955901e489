"""What docs/protocol.md shows is what the server does, to the byte."""

import json
from pathlib import Path

import pytest

from sync.entry import FIRST_PREV, digest_of, read
from sync.signature import is_valid
from tests.simulation.sender import Sender
from tests.sync.desk import Desk, told
from tests.sync.protocol_vectors import DEVICE, FILE, vectors

DOCS = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_the_file_is_what_the_server_says_today():
    assert json.loads(FILE.read_text("utf-8")) == vectors()


def test_the_entries_follow_each_other_and_are_signed():
    given, last = vectors(), FIRST_PREV
    for one in given["entries"]:
        raw = one["raw"].encode()
        assert read(raw).prev == last
        last = digest_of(raw)
        assert last == one["sha256"]
        assert is_valid(given["key"]["public"], raw, one["sig"])


@pytest.mark.parametrize("wrong", vectors()["wrong"])
def test_what_is_not_signed_rightly_is_told_apart(wrong: str):
    given = vectors()
    one = given["wrong"][wrong]
    assert not is_valid(given["key"]["public"], one["raw"].encode(), one["sig"])


def test_a_server_takes_them_as_they_are(desk: Desk):
    given = vectors()
    desk.enrol(DEVICE, key=given["key"]["public"])
    sent = [(one["raw"].encode(), one["sig"]) for one in given["entries"]]
    answer = desk.push(Sender(DEVICE), *sent)
    assert (answer.last_seq, answer.need) == (3, None)
    codes = {code for _, code in told(answer)}
    assert not codes & {"signature_wrong", "signature_missing", "fork", "after_missing"}


def test_the_documentation_shows_these_bytes_hashes_and_signatures():
    text, given = DOCS.read_text("utf-8"), vectors()
    first = given["entries"][0]
    shown = [given["key"]["public"], first["raw"], first["sha256"], first["sig"]]
    for one in [*shown, given["link"]["link"], given["unreadable"]["id"]]:
        assert one in text
