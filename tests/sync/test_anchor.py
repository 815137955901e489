"""Anchors: what was anchored outside must still be passed through, exactly."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from sync import anchor
from sync.anchor import AnchorError, Given, anchor_of
from sync.anchor_key import AnchorKey, AnchorKeyError
from sync.fault import Fault, Report
from sync.restore import renew
from sync.verify import Beside, verify
from tests.simulation.sender import Sender
from tests.sync.chronicle import do, lived, rewrite
from tests.sync.desk import MODEL, C, Desk, desk_in

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHEN = "2026-11-22T02:00:00.000Z"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "desk").mkdir()
    made = lived(tmp_path / "desk")
    yield made
    made.store.close()


@pytest.fixture
def key(tmp_path: Path) -> AnchorKey:
    return AnchorKey.made(tmp_path / "key.pem")


@pytest.fixture
def file(desk: Desk, key: AnchorKey, tmp_path: Path) -> Path:
    """An anchor of that past."""
    return anchored(desk, key, tmp_path / "anchor.json")


def anchored(desk: Desk, key: AnchorKey, path: Path) -> Path:
    with desk.store.read() as connection:
        anchor.write(anchor_of(connection, NOW), key, path)
    return path


def compared(desk: Desk, *files: Path, public: str | None = None) -> tuple[Report, list[Given]]:
    given = [anchor.read(file, public) for file in files]
    return verify(desk.store, MODEL, lambda documents: (), Beside(anchors=given)), given


def found(report: Report) -> set[tuple[str, str]]:
    return {(fault.code, fault.what) for fault in report.faults}


def test_a_journal_that_went_on_still_passes_through_its_anchors(desk, key, file, tmp_path):
    report, [given] = compared(desk, file, public=key.public)
    assert (report.faults, report.notes, given.holds) == ([], [], True)
    cat = desk.enrol("tablet-c")
    desk.push(cat, cat.write("counter.raised", C))
    later = anchored(desk, key, tmp_path / "later.json")
    desk.push(cat, cat.write("counter.raised", C))
    report, both = compared(desk, file, later, public=key.public)
    assert report.faults == []
    assert [one.holds for one in both] == [True, True]
    assert report.counts["anchors"] == 2


def test_a_copy_from_before_the_anchor_is_whole_in_itself_and_found_by_the_anchor(
    desk, key, tmp_path
):
    """Under the same epoch nobody says that it was restored: its end was cut off."""
    shutil.copytree(tmp_path / "desk", tmp_path / "copy")
    cat = desk.enrol("tablet-c")
    desk.push(cat, cat.write("counter.raised", C), cat.write("counter.raised", C))
    file = anchored(desk, key, tmp_path / "a.json")
    copy = desk_in(tmp_path / "copy")
    assert copy.verified().whole
    report, [given] = compared(copy, file)
    copy.store.close()
    words = f"had 10 entries on {WHEN} and has less: its end was cut off"
    assert Fault("anchor_cut_off", "site S", words) in report.faults
    assert ("anchor_cut_off", "device tablet-c") in found(report)
    assert not given.holds


def test_a_restore_from_before_the_anchor_is_told_as_that_also_after_it_went_on(
    desk, key, tmp_path
):
    shutil.copytree(tmp_path / "desk", tmp_path / "copy")
    cat = desk.enrol("tablet-c")
    desk.push(cat, cat.write("counter.raised", C))
    file = anchored(desk, key, tmp_path / "a.json")
    back = desk_in(tmp_path / "copy")
    renew(back.store)
    report, _ = compared(back, file)
    assert found(report) == {("anchor_restored", "site S"), ("anchor_restored", "device tablet-c")}
    assert all("restored from a backup" in fault.text for fault in report.faults)
    dog = back.enrol("tablet-d")
    back.push(dog, dog.write("counter.raised", C), dog.write("counter.raised", C))
    report, _ = compared(back, file)
    back.store.close()
    assert found(report) == {("anchor_restored", "site S"), ("anchor_restored", "device tablet-c")}
    assert "entry 9 is another than it was" in report.faults[0].text


def test_a_restore_from_after_the_anchor_keeps_it(desk, file, key):
    renew(desk.store)
    report, [given] = compared(desk, file, public=key.public)
    assert (report.faults, given.holds) == ([], True)


def test_a_journal_written_anew_in_all_its_parts_is_found_by_the_anchor_alone(tmp_path, key):
    (tmp_path / "new").mkdir()
    desk = desk_in(tmp_path / "new")
    ann = desk.enrol("tablet-a")
    first = ann.write("counter.opened", C)
    desk.push(ann, first, ann.write("counter.raised", C))
    file = anchored(desk, key, tmp_path / "new.json")
    name = json.loads(first)["id"]
    rewrite(desk, name, lambda raw: raw.replace(b'"skew_ms":0', b'"skew_ms":1'))
    assert desk.verified().faults == []
    report, _ = compared(desk, file)
    desk.store.close()
    assert found(report) == {("anchor_broken", "site S"), ("anchor_broken", "device tablet-a")}
    assert "written anew" in report.faults[0].text


def test_a_devices_key_that_was_exchanged_is_found(desk, file):
    do(desk, "UPDATE devices SET public_key = NULL WHERE id = 'tablet-e'")
    report, _ = compared(desk, file)
    assert found(report) == {("anchor_key", "device tablet-e")}


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["anchor"]["sites"]["S"].update(n=1),
        lambda told: told["anchor"].update(made_at="2020-01-01T00:00:00.000Z"),
        lambda told: told["anchor"].update(epoch="x"),
        lambda told: told["anchor"]["devices"].pop("tablet-b"),
        lambda told: told.update(signature=told["signature"][:-4] + "AAAA"),
        lambda told: told.update(signature=""),
        lambda told: told.update(key="rsa:AAAA"),
        lambda told: told.update(more=1),
        lambda told: told.pop("key"),
    ],
    ids=["end", "date", "epoch", "device", "signature", "none", "algorithm", "more", "less"],
)
def test_an_anchor_that_was_changed_is_none(desk, file, change: Callable[[dict[str, Any]], object]):
    told = json.loads(file.read_text())
    change(told)
    file.write_text(json.dumps(told))
    report, [given] = compared(desk, file)
    assert found(report) == {("anchor_unreadable", "anchor anchor.json")}
    assert not given.holds


def test_an_anchor_signed_by_another_is_none_where_the_key_is_known(desk, file, key, tmp_path):
    stranger = AnchorKey.made(tmp_path / "stranger.pem")
    report, _ = compared(desk, file, public=stranger.public)
    assert found(report) == {("anchor_unreadable", "anchor anchor.json")}
    report, _ = compared(desk, file)
    assert report.faults == []
    assert [note.code for note in report.notes] == ["anchor_key_unknown"]


def test_a_key_of_the_kind_that_devices_have_signs_too(desk, tmp_path):
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "p256.pem").write_bytes(pem)
    key = AnchorKey.read(tmp_path / "p256.pem")
    assert key.public.startswith("p256:")
    report, _ = compared(desk, anchored(desk, key, tmp_path / "a.json"), public=key.public)
    assert report.faults == []


def test_a_new_key_is_its_owners_alone_and_never_written_over(tmp_path):
    key = AnchorKey.made(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert AnchorKey.read(tmp_path / "key.pem").public == key.public
    with pytest.raises(FileExistsError):
        AnchorKey.made(tmp_path / "key.pem")


def test_what_is_no_key_is_told(tmp_path):
    long = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = long.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"no key", pem):
        (tmp_path / "key.pem").write_bytes(content)
        with pytest.raises(AnchorKeyError):
            AnchorKey.read(tmp_path / "key.pem")


def test_nothing_is_anchored_where_the_journal_has_lost_its_end(desk):
    do(desk, "DELETE FROM journal WHERE pos = (SELECT max(pos) FROM journal)")
    with desk.store.read() as connection, pytest.raises(AnchorError, match="site T"):
        anchor_of(connection, NOW)


def test_an_anchor_is_never_written_over(desk, key, file):
    with pytest.raises(FileExistsError):
        anchored(desk, key, file)


def test_an_empty_journal_can_be_anchored(tmp_path, key):
    desk = desk_in(tmp_path)
    file = anchored(desk, key, tmp_path / "empty.json")
    ann: Sender = desk.enrol("tablet-a")
    desk.push(ann, ann.write("counter.opened", C))
    with desk.store.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM journal")) == 1
    report, _ = compared(desk, file)
    desk.store.close()
    assert report.faults == []
