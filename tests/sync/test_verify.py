"""Verify: whatever is changed, removed, reordered or cut off in the database is found and named."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from sync.entry import digest_of
from sync.fault import Fault
from sync.journal import LINKED, id_of_bytes, link_of
from sync.verify import verify
from tests.postgres import pour
from tests.simulation.sender import id_of
from tests.sync.desk import MODEL, C, D, Desk, desk_in

OTHER = "counter/T:other"


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A small past of two sites and devices, to be copied; the ids of its entries by name."""
    folder = tmp_path_factory.mktemp("past")
    desk = desk_in(folder)
    ann, bob = desk.enrol("tablet-a"), desk.enrol("tablet-b")
    bob.actor, bob.session = "bob", "s-bob"
    raws = {
        "opened": ann.write("counter.opened", C),
        "painted": ann.write("counter.painted", C, {"to": "blue"}),
        "forged": ann.write("counter.raised", C, actor="bob"),
        "moved": ann.write("counter.moved", C, {"to": "yard"}),
        "refused": ann.write("counter.reserved", C, {"seen": 77}),
        "last": ann.write("counter.raised", C),
    }
    his = {
        "other": bob.write("counter.opened", OTHER),
        "rubbish": bob.number(b"rubbish"),
        "another": bob.write("counter.raised", OTHER, {"by": 2}),
    }
    desk.push_all((ann, list(raws.values())[:3]), (bob, list(his.values())))
    desk.push(ann, *list(raws.values())[3:])
    desk.store.close()
    ids = {name: id_of(raw) for name, raw in (raws | his).items() if name != "rubbish"}
    return folder, ids | {"rubbish": id_of_bytes(digest_of(b"rubbish"))}


@pytest.fixture
def sent(past: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """The entries of the past by name."""
    return past[1]


@pytest.fixture
def desk(past: tuple[Path, dict[str, str]], url: str) -> Iterator[Desk]:
    """A desk with that past."""
    made = Desk(url)
    with made.store.write() as connection:
        connection.execute(text("DELETE FROM meta"))
    pour(f"sqlite:///{past[0] / 'desk.sqlite3'}", url)
    yield made
    made.store.close()


def tamper(desk: Desk, *statements: str, **values: object) -> list[Fault]:
    """Change the database behind the engine's back; what verify then finds."""
    with desk.store.write() as connection:
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount, "changed nothing"
    return desk.verified().faults


def named(faults: list[Fault]) -> set[str]:
    return {fault.what for fault in faults}


def test_an_untouched_database_is_whole_and_counted(desk, sent):
    report = desk.verified()
    assert report.whole
    assert (report.entries, report.documents) == (9, 4)


def test_an_empty_database_is_whole(url):
    desk = Desk(url)
    report = desk.verified()
    desk.store.close()
    assert (report.whole, report.entries) == (True, 0)


@pytest.mark.parametrize("name", ["opened", "painted", "forged", "refused", "last", "rubbish"])
def test_one_byte_changed_is_found_and_its_entry_named(desk, sent, name):
    raw = next(row["raw"] for row in desk.journal() if row["entry_id"] == sent[name])
    changed = raw.replace(b"a", b"b", 1) if b"a" in raw else raw + b" "
    faults = tamper(
        desk, "UPDATE journal SET raw = :raw WHERE entry_id = :id", raw=changed, id=sent[name]
    )
    assert sent[name] in named(faults)


COLUMNS = {
    "received_at": "2026-11-22T02:00:59.000Z",
    "standing": None,
    "status": "merged",
    "code": "stale",
    "params": '{"value": 1}',
    "case_key": "ticket/S:none",
    "effects": "[]",
    "sig": "c2ln",
    "device": "tablet-b",
    "actor": "bob",
    "kind": "counter.raised",
    "on_key": D,
    "link": "0" * 64,
    "n": 77,
    "pos": 77,
    "seq": 77,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_any_column_changed_is_found_and_its_entry_named(desk, sent, column):
    name = "forged" if column == "standing" else "moved"
    faults = tamper(
        desk,
        f"UPDATE journal SET {column} = :value WHERE entry_id = :id",
        value=COLUMNS[column],
        id=sent[name],
    )
    assert sent[name] in named(faults)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("raw", "text where bytes were"),
        ("raw", b""),
        ("standing", "{"),
        ("standing", "[1]"),
        ("standing", "{}"),
        ("params", "{"),
        ("effects", ""),
        ("received_at", "yesterday"),
        ("received_at", ""),
    ],
)
def test_what_can_not_even_be_read_is_found_too(desk, sent, column, value):
    faults = tamper(
        desk,
        f"UPDATE journal SET {column} = :value WHERE entry_id = :id",
        value=value,
        id=sent["forged"],
    )
    assert sent["forged"] in named(faults)


def test_a_row_taken_out_of_the_middle_is_missed_by_number(desk, sent):
    faults = tamper(desk, "DELETE FROM journal WHERE entry_id = :id", id=sent["painted"])
    assert Fault("site_gap", sent["forged"], "entry 2 of S is missing") in faults
    assert ("device_gap", sent["forged"]) in {fault[:2] for fault in faults}
    assert C in named(faults)


@pytest.mark.parametrize("name", ["last", "another"])
def test_a_journal_that_was_cut_off_is_found(desk, sent, name):
    faults = tamper(desk, "DELETE FROM journal WHERE entry_id = :id", id=sent[name])
    site, device, document = (
        ("S", "tablet-a", C) if name == "last" else ("T", "tablet-b", OTHER)
    )  # fmt: skip
    assert {f"site {site}", f"device {device}", document} <= named(faults)


def test_a_journal_cut_off_together_with_its_head_is_still_found_by_the_device(desk, sent):
    """A refused request changed no document, so only the device's chain tells."""
    desk_ann = next(row for row in desk.journal() if row["entry_id"] == sent["moved"])
    faults = tamper(
        desk,
        "DELETE FROM journal WHERE entry_id IN (:refused, :last)",
        "UPDATE heads SET n = :n, link = :link WHERE site = 'S'",
        refused=sent["refused"],
        last=sent["last"],
        n=desk_ann["n"],
        link=desk_ann["link"],
    )
    assert "device tablet-a" in named(faults)
    assert "site S" not in named(faults)


@pytest.mark.parametrize("table", ["heads", "devices"])
def test_a_chain_whose_end_was_forgotten_is_found(desk, sent, table):
    faults = tamper(desk, f"DELETE FROM {table}")
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("one", "other"), [("opened", "painted"), ("moved", "last"), ("painted", "another")]
)
def test_two_rows_that_changed_places_are_found(desk, sent, one, other):
    """Also of different sites, where only the order of application tells."""
    rows = {row["entry_id"]: row for row in desk.journal()}
    a, b = rows[sent[one]]["pos"], rows[sent[other]]["pos"]
    faults = tamper(
        desk,
        "UPDATE journal SET pos = -1 WHERE pos = :a",
        "UPDATE journal SET pos = :a WHERE pos = :b",
        "UPDATE journal SET pos = :b WHERE pos = -1",
        a=a,
        b=b,
    )
    assert {sent[one], sent[other]} <= named(faults)


def forge(desk: Desk, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change bytes and make all links good again, as somebody who knows how would."""
    with desk.store.write() as connection:
        links: dict[str, str] = {}
        rows = connection.execute(text("SELECT * FROM journal ORDER BY pos")).mappings().all()
        for row in rows:
            new = dict(row)
            if row["entry_id"] == name:
                new["raw"] = change(row["raw"])
            new["link"] = link_of(links.get(row["site"], "0" * 64), new)
            links[row["site"]] = new["link"]
            write(connection, new)
        for site, link in links.items():
            values = {"site": site, "link": link}
            connection.execute(text("UPDATE heads SET link = :link WHERE site = :site"), values)


def write(connection: Connection, row: dict[str, object]) -> None:
    statement = "UPDATE journal SET raw = :raw, link = :link WHERE pos = :pos"
    values = {name: row[name] for name in ("raw", "link", "pos")}
    connection.execute(text(statement), values)


def test_who_makes_all_links_good_again_still_breaks_the_devices_chain(desk, sent):
    forge(desk, sent["opened"], lambda raw: raw.replace(b'"app":"test"', b'"app":"tset"'))
    faults = desk.verified().faults
    assert ("device_chain_broken", sent["painted"]) in {fault[:2] for fault in faults}
    assert "link_broken" not in {fault.code for fault in faults}


def test_who_forges_the_last_entry_and_all_links_still_differs_from_the_device(desk, sent):
    forge(desk, sent["last"], lambda raw: raw.replace(b'"app":"test"', b'"app":"tset"'))
    assert named(desk.verified().faults) == {"device tablet-a"}


@pytest.mark.parametrize(
    ("statement", "named_key"),
    [
        ("UPDATE documents SET body = replace(body, 'blue', 'gold') WHERE key = :c", C),
        ("UPDATE documents SET version = version + 1 WHERE key = :c", C),
        ("UPDATE documents SET type = 'ticket' WHERE key = :c", C),
        ("DELETE FROM documents WHERE key = :c", C),
        ("INSERT INTO documents SELECT 'counter/S:x', 'x', 1, ''", "counter/S:x"),
        ("DELETE FROM terms WHERE key = :c AND term = 'counter'", C),
        ("INSERT INTO terms VALUES ('counter.colour=red', :c)", C),
        ("DELETE FROM feed WHERE key = :c AND NOT gone", C),
        ("UPDATE feed SET gone = NOT gone WHERE key = :c AND scope = 'S.yard'", C),
        ("UPDATE feed SET gone = NOT gone WHERE key = :c AND scope = 'S.floor'", C),
        ("UPDATE feed SET scope = 'T.floor' WHERE key = :c AND scope = 'S.yard'", C),
        ("UPDATE feed SET version = 0 WHERE key = :c AND scope = 'S.yard'", "scope S.yard"),
        ("UPDATE scopes SET version = version - 1 WHERE scope = 'S.yard'", "scope S.yard"),
        ("UPDATE scopes SET version = version + 1 WHERE scope = 'S.yard'", "scope S.yard"),
        ("DELETE FROM scopes WHERE scope = 'S.yard'", "scope S.yard"),
    ],
)  # fmt: skip
def test_what_follows_from_the_journal_can_not_be_changed_unseen(desk, sent, statement, named_key):
    with desk.store.write() as connection:
        assert connection.execute(text(statement), {"c": C} if ":c" in statement else {}).rowcount
    assert named_key in named(desk.verified().faults)


def test_two_documents_with_one_version_of_a_scope_are_found(desk, sent):
    bob = desk.enrol("tablet-c")
    desk.push(bob, bob.write("counter.opened", D), bob.write("counter.opened", "counter/S:e"))
    faults = tamper(desk, "UPDATE feed SET version = 9 WHERE scope = 'S.floor'")
    twice = Fault("feed_version_twice", "scope S.floor", "gives version 9 to 3 documents")
    assert twice in faults


def test_what_does_not_add_up_is_told_by_the_domain(desk, sent):
    fault = Fault("sums", C, "does not add up")
    report = verify(desk.store, MODEL, lambda documents: [fault] if C in documents else [])
    assert report.faults == [fault]


def test_verify_writes_nothing(desk, sent):
    before = desk.everything()
    desk.verified()
    assert desk.everything() == before


def test_the_chain_of_each_site_starts_and_goes_on_by_itself(desk, sent):
    for site in ("S", "T"):
        rows = [row for row in desk.journal() if row["site"] == site]
        assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
        link = "0" * 64
        for row in rows:
            told = json.dumps([link, *(row[name] for name in LINKED)], ensure_ascii=False)
            link = digest_of(told.encode() + b"\n" + row["raw"])
            assert row["link"] == link
