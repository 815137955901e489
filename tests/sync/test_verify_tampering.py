"""Verify, property: whatever byte of the journal is changed, and however its rows are removed,
exchanged or cut off, it is detected; also where heads and links were made good again.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from sync.anchor import Anchor, Given, anchor_of
from sync.entry import digest_of
from sync.fault import Fault, Report
from sync.store import table_of
from sync.tables import DeviceRow, HeadRow, JournalRow
from sync.verify import Beside, verify
from tests.sync.chronicle import do, lived, rewrite
from tests.sync.desk import MODEL, Desk, desk_in

ROWS = 10
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
COLUMNS = tuple(JournalRow.model_fields)
QUICK = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Anchor]:
    """The folder of a desk with a past, and an anchor of it."""
    folder = tmp_path_factory.mktemp("past")
    desk = lived(folder)
    with desk.store.read() as connection:
        anchor = anchor_of(connection, datetime(2026, 11, 22, tzinfo=UTC))
    assert desk.verified().faults == []
    assert len(desk.journal()) == ROWS
    desk.store.close()
    return folder, anchor


@contextmanager
def copied(past: tuple[Path, Anchor]) -> Iterator[Desk]:
    with TemporaryDirectory() as folder:
        shutil.copytree(past[0], folder, dirs_exist_ok=True)
        desk = desk_in(Path(folder))
        try:
            yield desk
        finally:
            desk.store.close()


def checked(desk: Desk, anchor: Anchor | None = None) -> Report:
    given = [Given("anchor.json", anchor=anchor)] if anchor else []
    return verify(desk.store, MODEL, lambda documents: (), Beside(anchors=given))


def other(value: Any, draw: st.DataObject) -> Any:
    """Another value for a column: near the old one, or anything of its kind, or nothing."""
    if isinstance(value, bytes):
        changed = bytearray(value)
        changed[draw.draw(st.integers(0, len(value) - 1))] ^= draw.draw(st.integers(1, 255))
        return draw.draw(st.sampled_from([bytes(changed), value[:-1], value + b" ", b""]))
    if isinstance(value, int):
        return draw.draw(st.integers(-5, 10**6).filter(lambda one: one != value))
    near = [f"{value}x", value[1:], value[::-1]] if value else []
    return draw.draw(
        (st.sampled_from(near) | TEXTS if near else TEXTS).filter(lambda t: t != value)
    )


@QUICK
@given(data=st.data())
def test_any_value_of_any_column_that_changes_is_detected_and_named(past, data):
    with copied(past) as desk:
        rows = desk.journal()
        row = data.draw(st.sampled_from(rows))
        column = data.draw(st.sampled_from(COLUMNS))
        value = other(row[column], data)
        taken = {one[column] for one in rows}
        if column in ("pos", "entry_id") and value in taken:
            return
        try:
            do(desk, f"UPDATE journal SET {column} = :v WHERE pos = :pos", v=value, pos=row["pos"])
        except IntegrityError:  # the database itself keeps two rows from one place
            return
        named = {fault.what for fault in checked(desk).faults}
        assert {row["entry_id"], value} & named or (column == "pos" and named)


@QUICK
@given(gone=st.sets(st.integers(1, ROWS), min_size=1), data=st.data())
def test_rows_that_are_taken_out_are_missed(past, gone, data):
    with copied(past) as desk:
        for pos in gone:
            do(desk, "DELETE FROM journal WHERE pos = :pos", pos=pos)
        assert not checked(desk).whole


@QUICK
@given(order=st.permutations(range(1, ROWS + 1)))
def test_rows_that_changed_places_are_detected(past, order):
    with copied(past) as desk:
        do(desk, "UPDATE journal SET pos = -pos")
        for new, old in enumerate(order, 1):
            do(desk, "UPDATE journal SET pos = :new WHERE pos = :old", new=new, old=-old)
        assert checked(desk).whole == (order == sorted(order))


@QUICK
@given(last=st.integers(1, ROWS - 1))
def test_a_tail_cut_off_is_told_by_the_anchor_even_when_all_ends_were_made_to_fit(past, last):
    with copied(past) as desk:
        do(desk, "DELETE FROM journal WHERE pos > :last", last=last)
        assert "site_end" in {fault.code for fault in checked(desk).faults}
        make_ends_fit(desk)
        codes = {fault.code for fault in checked(desk, past[1]).faults}
        assert "anchor_cut_off" in codes
        assert not {"site_end", "device_end"} & codes


def make_ends_fit(desk: Desk) -> None:
    """Heads and devices end where the journal ends."""
    rows = desk.journal()
    ends = {row["site"]: row for row in rows}
    last = {row["device"]: row for row in rows}
    with desk.store.write() as connection:
        for table in ("heads", "devices"):
            connection.execute(text(f"DELETE FROM {table}"))
        for site, row in ends.items():
            values = {"site": site, "n": row["n"], "link": row["link"]}
            connection.execute(table_of(HeadRow).insert().values(**values))
        for device, row in last.items():
            values = {"id": device, "name": "", "home": "S", "token_sha256": "", "enrolled_at": ""}
            values |= {"last_seq": row["seq"], "last_hash": digest_of(row["raw"])}
            connection.execute(table_of(DeviceRow).insert().values(**values))


@QUICK
@given(data=st.data())
def test_a_journal_written_anew_with_good_links_and_ends_is_told_by_the_anchor(past, data):
    with copied(past) as desk:
        names = [row["entry_id"] for row in desk.journal()[:2]]
        name = data.draw(st.sampled_from(names))
        app = data.draw(st.from_regex(r"[a-z]{4}", fullmatch=True).filter(lambda t: t != "test"))
        rewrite(desk, name, lambda raw: raw.replace(b'"app":"test"', f'"app":"{app}"'.encode()))
        without = {fault.code for fault in checked(desk).faults}
        assert without <= {"signature_wrong"}  # the device that signs is the only one that tells
        faults = checked(desk, past[1]).faults
        assert ("anchor_broken", "site S") in {(fault.code, fault.what) for fault in faults}
        assert ("anchor_broken", "device tablet-a") in {fault[:2] for fault in faults}


def test_faults_are_data_with_a_code_what_it_is_about_and_words(past):
    with copied(past) as desk:
        do(desk, "DELETE FROM heads WHERE site = 'T'")
        [fault] = checked(desk).faults
    assert fault == Fault("site_end", "site T", "the journal does not end at entry 0")
