"""Verify: signatures, what stands before an entry, cases, scope sums, blobs and sign-ins; and that
a long journal needs no more memory than a short one.
"""

import hashlib
import json
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from sync.document import Document
from sync.fault import KEPT_MAX, Fault, Report
from sync.store import table_of
from sync.tables import BlobRow
from sync.verify import Beside, verify
from tests.sync.chronicle import KEY, do, lived, rewrite
from tests.sync.desk import MODEL, C, D, Desk, Ticket, desk_in, standings

PHOTO = b"a photo"
SHA256 = hashlib.sha256(PHOTO).hexdigest()
STRANGE = hashlib.sha256(b"strange").hexdigest()


class Tickets:
    """What the desk's domain says of its cases."""

    def see(self, document: Document) -> Iterable[Fault]:
        return ()

    def end(self) -> Iterable[Fault]:
        return ()

    def entries_of(self, document: Document) -> Iterable[str]:
        return [document.key.rpartition(":")[2]] if isinstance(document, Ticket) else ()

    def parked_by(self, document: Document) -> str | None:
        return next(iter(self.entries_of(document)), None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "desk").mkdir()
    made = lived(tmp_path / "desk")
    yield made
    made.store.close()


def checked(desk: Desk, beside: Beside | None = None) -> Report:
    return verify(desk.store, MODEL, lambda documents: (), beside or Beside(audit=Tickets()))


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def entry_of(desk: Desk, device: str, seq: int) -> str:
    rows = [row for row in desk.journal() if (row["device"], row["seq"]) == (device, seq)]
    return str(rows[0]["entry_id"])


def test_what_was_looked_at_is_counted(desk):
    report = checked(desk)
    assert report.faults == []
    assert report.counts["signatures"] == 2
    assert report.counts["afters"] == 1
    assert report.counts["parked"] == 2
    assert (report.counts["sites"], report.counts["devices"]) == (2, 3)
    assert set(report.durations_s) >= {"journal", "documents", "blobs"}


def test_progress_is_told_while_the_journal_is_read(desk):
    told: list[tuple[str, int, int]] = []
    checked(desk, Beside(progress=lambda *one: told.append(one)))
    assert told == [("entries", 10, 10)]


@pytest.mark.parametrize("sig", [None, "c2ln", KEY.sign(b"other bytes")])
def test_a_signature_that_is_gone_or_another_is_found_though_all_links_are_good(desk, sig):
    name = entry_of(desk, "tablet-e", 2)
    do(desk, "UPDATE journal SET sig = :sig WHERE entry_id = :id", sig=sig, id=name)
    rewrite(desk, name, lambda raw: raw)
    assert [fault[:2] for fault in checked(desk).faults] == [("signature_wrong", name)]


def test_bytes_forged_with_good_links_and_ends_are_betrayed_by_the_signature(desk):
    name = entry_of(desk, "tablet-e", 2)
    rewrite(desk, name, lambda raw: raw.replace(b'"app":"test"', b'"app":"tset"'))
    assert [fault[:2] for fault in checked(desk).faults] == [("signature_wrong", name)]


def test_what_a_device_sent_before_it_had_a_key_needs_no_signature(desk):
    set_key = "UPDATE devices SET public_key = :key, signs_from = 6 WHERE id = 'tablet-a'"
    do(desk, set_key, key=KEY.public)
    assert checked(desk).faults == []
    do(desk, "UPDATE devices SET signs_from = 5 WHERE id = 'tablet-a'")
    name = entry_of(desk, "tablet-a", 5)
    assert [fault[:2] for fault in checked(desk).faults] == [("signature_wrong", name)]


def test_an_applied_entry_must_stand_behind_the_one_it_comes_after(desk):
    """Both orders have good links; only what the entry says of itself tells."""
    name = entry_of(desk, "tablet-a", 2)
    later = entry_of(desk, "tablet-a", 4)
    first = json.loads(desk.journal()[0]["raw"])["id"]
    rewrite(desk, name, lambda raw: raw.replace(first.encode(), later.encode()))
    assert [fault[:2] for fault in checked(desk).faults] == [("after_missing", name)]
    rewrite(desk, name, lambda raw: raw.replace(later.encode(), b"never-arrived"))
    assert "never-arrived does not stand before it" in checked(desk).faults[0].text


def test_a_parked_entry_has_its_case_and_each_case_its_parked_entry(desk):
    class Elsewhere(Tickets):
        def parked_by(self, document: Document) -> str | None:
            return "another" if super().parked_by(document) else None

    report = checked(desk, Beside(audit=Elsewhere()))
    assert codes(report) == {"case_strange", "case_wrong"}
    assert report.found == {"case_strange": 2, "case_wrong": 2}


def test_a_case_names_only_entries_that_are_there(desk):
    class Talking(Tickets):
        def entries_of(self, document: Document) -> Iterable[str]:
            return ["nobody-sent-it"] if isinstance(document, Ticket) else ()

        def parked_by(self, document: Document) -> str | None:
            named = [*Tickets.entries_of(self, document)]
            return named[0] if isinstance(document, Ticket) else None

    assert codes(checked(desk, Beside(audit=Talking()))) == {"case_entry_missing"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE scopes SET count = count + 1 WHERE scope = 'S.floor'", "scope_digest"),
        ("UPDATE scopes SET digest = '00000000000000ff' WHERE scope = 'S.floor'", "scope_digest"),
        ("UPDATE feed SET gone = NOT gone WHERE key = 'counter/S:a'", "feed_wrong"),
        ("INSERT INTO feed VALUES ('S.yard', 'counter/S:a', 1, 1)", "feed_wrong"),
        ("UPDATE scopes SET version = 1 WHERE scope = 'S.floor'", "scope_went_back"),
    ],
)
def test_a_scope_sums_up_what_lies_in_it_and_never_goes_back(desk, statement, code):
    do(desk, statement)
    assert code in codes(checked(desk))


def kept(desk: Desk, folder: Path) -> Path:
    """A photo that the database has, named by an entry; another is on its way."""
    refs = [
        {"sha256": one, "size": 7, "type": "image/png", "name": ""} for one in (SHA256, "e" * 64)
    ]
    cat = desk.enrol("tablet-c")
    desk.push(cat, cat.write("counter.opened", D, blobs=refs))
    row = {"sha256": SHA256, "size": len(PHOTO), "type": "image/png", "arrived_at": ""}
    with desk.store.write() as connection:
        connection.execute(table_of(BlobRow).insert().values(**row))
    path = folder / SHA256[:2] / SHA256
    path.parent.mkdir(parents=True)
    path.write_bytes(PHOTO)
    return path


def test_photos_are_there_whole_or_on_their_way_and_strangers_are_told(desk, tmp_path):
    path = kept(desk, tmp_path / "blobs")
    strange = tmp_path / "blobs" / STRANGE[:2] / STRANGE
    strange.parent.mkdir(exist_ok=True)
    strange.write_bytes(b"strange")
    path.with_name(f"{'ab' * 32}.part").write_bytes(b"begun")
    report = checked(desk, Beside(blobs=tmp_path / "blobs"))
    assert report.faults == []
    assert report.counts["blobs"] == 1
    assert report.counts["blobs named"] == 2
    assert report.counts["blobs on their way"] == 1
    assert report.counts["blobs begun"] == 1
    assert [note[:2] for note in report.notes] == [("blob_unknown", f"blob {STRANGE}")]


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "blob_missing"), (b"a phot", "blob_size"), (b"a phota", "blob_hash")],
)
def test_a_photo_that_is_gone_or_changed_is_found(desk, tmp_path, content, code):
    path = kept(desk, tmp_path / "blobs")
    path.unlink() if content is None else path.write_bytes(content)
    report = checked(desk, Beside(blobs=tmp_path / "blobs"))
    assert [fault[:2] for fault in report.faults] == [(code, f"blob {SHA256}")]


def test_an_applied_entry_whose_sign_in_proves_nothing_is_found(desk):
    assert checked(desk, Beside(standings=standings)).faults == []
    name = entry_of(desk, "tablet-a", 4)
    rewrite(desk, name, lambda raw: raw.replace(b'"session":"s-ann"', b'"session":"s-bob"'))
    report = checked(desk, Beside(standings=standings))
    assert ("session_unproved", name) in {fault[:2] for fault in report.faults}


def test_what_another_device_carried_is_in_the_chain_of_the_device_that_signed_it(desk):
    cat, dog = desk.enrol("tablet-c", key=KEY.public), desk.enrol("tablet-d")
    raws = [cat.write("counter.raised", C) for _ in range(3)]
    desk.push(dog, (raws[0], KEY.sign(raws[0])), raws[1])
    desk.push(cat, *((raw, KEY.sign(raw)) for raw in raws))
    assert checked(desk).faults == []
    assert checked(desk).counts["signatures"] == 2 + 3


def test_of_many_faults_of_one_kind_all_are_counted_and_the_first_are_kept():
    report = Report()
    for number in range(KEPT_MAX + 5):
        report.fault("some", str(number), "is wrong")
    assert (len(report.faults), report.fault_count, report.whole) == (KEPT_MAX, KEPT_MAX + 5, False)


def test_a_long_journal_needs_no_more_memory_than_a_short_one(tmp_path):
    peaks = []
    for entries in (1200, 3600):
        folder = tmp_path / str(entries)
        folder.mkdir()
        desk = desk_in(folder)
        ann = desk.enrol("tablet-a")
        for start in range(0, entries, 200):
            keys = [f"counter/S:{start + number:06}" for number in range(200)]
            desk.push(ann, *(ann.write("counter.opened", key) for key in keys))
        with desk.store.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM documents")) == entries
        assert desk.verified().whole  # what is imported and compiled once is not counted
        tracemalloc.start()
        report = desk.verified()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        desk.store.close()
        assert (report.entries, report.whole) == (entries, True)
    assert peaks[1] < peaks[0] * 1.3, peaks
