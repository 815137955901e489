"""A backup of a desk: made while others write, brought back, refused if it was tampered with."""

import hashlib
import io
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from sync import backup as module
from sync.archive import DATABASE, MANIFEST, ArchiveError, Contents
from sync.backup import back_up, bring_back, known_blobs
from sync.blobs import Blobs
from sync.tables import BlobRow
from tests.simulation.together import together
from tests.sync.desk import NOW, C, Desk

Members = dict[str, bytes]


@pytest.fixture
def kind() -> str:
    """PostgreSQL has its own tools."""
    return "sqlite"


def picture(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), shade).save(buffer, "PNG")
    return buffer.getvalue()


def keep(desk: Desk, folder: Path, shade: int, now: datetime = NOW) -> str:
    """A photo arrives; its hash."""
    data = picture(shade)
    sha256 = hashlib.sha256(data).hexdigest()
    Blobs(desk.store, folder / "blobs").add(sha256, data, offset=0, length=len(data), now=now)
    return sha256


def backed_up(folder: Path, name: str = "b.tar") -> Path:
    back_up(folder / "desk.sqlite3", folder / "blobs", folder / name, now=NOW)
    return folder / name


def brought_back(archive: Path, folder: Path) -> Desk:
    """The desk that is in the archive."""
    folder.mkdir()
    bring_back(archive, folder)
    return Desk(f"sqlite:///{folder / DATABASE}")


def test_what_comes_back_is_what_was_there_with_every_photo(desk, ann, tmp_path):
    desk.push(ann, ann.write("counter.opened", C, {"by": 7}))
    sha256 = keep(desk, tmp_path, 1)
    (tmp_path / "blobs" / "00").mkdir()
    (tmp_path / "blobs" / "00" / ("0" * 64)).write_bytes(b"nobody knows this one")
    before = desk.everything()
    back = brought_back(backed_up(tmp_path), tmp_path / "back")
    assert back.everything() == before
    assert (tmp_path / "back" / "blobs" / sha256[:2] / sha256).read_bytes() == picture(1)
    assert len(list((tmp_path / "back" / "blobs").rglob("?" * 64))) == 1
    assert back.verified().whole
    assert desk.everything() == before


def test_each_of_several_backups_made_while_others_write_is_of_one_moment(desk, ann, tmp_path):
    desk.push(ann, ann.write("counter.opened", C))
    done = threading.Event()

    def write() -> None:
        shade = 0
        while not done.is_set() and shade < 250:
            shade += 1
            keep(desk, tmp_path, shade)
            desk.push(ann, ann.write("counter.raised", C), ann.write("counter.painted", C))

    def copy() -> None:
        try:
            for number in range(6):
                backed_up(tmp_path, f"{number}.tar")
        finally:
            done.set()

    together(write, copy)
    counts = []
    for number in range(6):
        back = brought_back(tmp_path / f"{number}.tar", tmp_path / f"back{number}")
        assert back.verified().faults == []
        counts.append(len(back.journal()))
        for sha256 in known_blobs(tmp_path / f"back{number}" / DATABASE):
            assert (tmp_path / f"back{number}" / "blobs" / sha256[:2] / sha256).exists()
        back.store.close()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


@pytest.mark.parametrize("step", ["_copy", "known_blobs", "digest_of_file", "write"])
def test_a_photo_that_arrives_at_any_step_is_either_in_it_or_not_known_to_it(
    desk, tmp_path, monkeypatch, step
):
    keep(desk, tmp_path, 1)
    real = getattr(module, step)

    def meanwhile(*arguments):
        done = real(*arguments)
        keep(desk, tmp_path, 2)
        return done

    with monkeypatch.context() as patched:
        patched.setattr(module, step, meanwhile)
        archive = backed_up(tmp_path)
    back = brought_back(archive, tmp_path / "back")
    assert len(back.rows(BlobRow)) == 1


def test_a_photo_whose_file_is_gone_is_named_and_the_rest_is_kept(desk, tmp_path):
    gone, kept = keep(desk, tmp_path, 1), keep(desk, tmp_path, 2)
    (tmp_path / "blobs" / gone[:2] / gone).unlink()
    contents = back_up(tmp_path / "desk.sqlite3", tmp_path / "blobs", tmp_path / "b.tar", now=NOW)
    assert (contents.missing, contents.blobs) == ((gone,), 1)
    brought_back(tmp_path / "b.tar", tmp_path / "back")
    assert (tmp_path / "back" / "blobs" / kept[:2] / kept).exists()


def test_only_its_owner_may_read_a_backup(desk, tmp_path):
    assert backed_up(tmp_path).stat().st_mode & 0o077 == 0


def test_a_backup_never_writes_over_anything(desk, tmp_path):
    (tmp_path / "b.tar").write_text("of yesterday")
    with pytest.raises(FileExistsError):
        backed_up(tmp_path)
    assert (tmp_path / "b.tar").read_text() == "of yesterday"


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_without_a_database_there_is_no_backup(tmp_path, content):
    if content is not None:
        (tmp_path / "desk.sqlite3").write_bytes(content)
    with pytest.raises(ArchiveError):
        backed_up(tmp_path)
    assert [one.name for one in tmp_path.iterdir() if one.name != "desk.sqlite3"] == []


def members(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def packed(archive: Path, all_: Members, *more: tarfile.TarInfo) -> Path:
    with tarfile.open(archive, "w") as tar:
        for name, data in all_.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for one in more:
            tar.addfile(one)
    return archive


def with_manifest(all_: Members, **told: object) -> Members:
    contents = Contents.model_validate_json(all_[MANIFEST]).model_copy(update=told)
    return all_ | {MANIFEST: contents.model_dump_json().encode()}


def with_database(all_: Members, statement: str, folder: Path) -> Members:
    """Another database, of which the manifest says that it is the right one."""
    path = folder / "other.sqlite3"
    path.write_bytes(all_[DATABASE])
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    data = path.read_bytes()
    told = {"database_sha256": hashlib.sha256(data).hexdigest(), "database_bytes": len(data)}
    return with_manifest(all_ | {DATABASE: data}, **told)


def without(all_: Members, prefix: str) -> Members:
    return {name: data for name, data in all_.items() if not name.startswith(prefix)}


def a_photo(all_: Members) -> str:
    return next(name for name in all_ if name.startswith("blobs/"))


TAMPERED: dict[str, Callable[[Members, Path], Members]] = {
    "a byte of the database": lambda all_, _: all_ | {DATABASE: all_[DATABASE][:-1] + b"x"},
    "a longer database": lambda all_, _: all_ | {DATABASE: all_[DATABASE] + b"x"},
    "no database": lambda all_, _: without(all_, DATABASE),
    "a byte of a photo": lambda all_, _: all_ | {a_photo(all_): picture(9)},
    "no photos": lambda all_, _: without(all_, "blobs/"),
    "no photos, and nobody counts": lambda all_, _: with_manifest(without(all_, "blobs/"), blobs=0),
    "a photo that nobody knows": lambda all_, _: with_manifest(
        all_ | {f"blobs/{(sha := hashlib.sha256(b'x').hexdigest())[:2]}/{sha}": b"x"}, blobs=2
    ),
    "the photos' table taken away": lambda all_, folder: with_database(
        all_, "DROP TABLE blobs", folder
    ),
    "no manifest": lambda all_, _: without(all_, MANIFEST),
    "a manifest of nothing": lambda all_, _: all_ | {MANIFEST: b"{}"},
    "a manifest of another version": lambda all_, _: (
        all_ | {MANIFEST: all_[MANIFEST].replace(b"backup-1", b"backup-9")}
    ),
    "a file beside": lambda all_, _: all_ | {"run.sh": b"x"},
    "a path upwards": lambda all_, _: all_ | {"../outside": b"x"},
    "an absolute path": lambda all_, _: all_ | {"/tmp/outside": b"x"},
    "a photo upwards": lambda all_, _: all_ | {f"blobs/../{'a' * 64}": b"x"},
    "a photo in the wrong folder": lambda all_, _: all_ | {f"blobs/00/{'a' * 64}": b"x"},
}


@pytest.fixture
def archive(desk, ann, tmp_path) -> Path:
    desk.push(ann, ann.write("counter.opened", C))
    keep(desk, tmp_path, 1)
    return backed_up(tmp_path)


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_refused_and_nothing_leaves_its_folder(archive, tmp_path, tamper):
    bad = packed(tmp_path / "bad.tar", tamper(members(archive), tmp_path))
    (tmp_path / "in" / "back").mkdir(parents=True)
    with pytest.raises(ArchiveError):
        bring_back(bad, tmp_path / "in" / "back")
    assert [one.name for one in (tmp_path / "in").iterdir()] == ["back"]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE]
)
def test_a_backup_holds_ordinary_files_only(archive, tmp_path, kind):
    info = tarfile.TarInfo(f"blobs/aa/{'a' * 64}")
    info.type, info.linkname = kind, "/etc/passwd"
    (tmp_path / "back").mkdir()
    with pytest.raises(ArchiveError, match="ordinary"):
        bring_back(packed(tmp_path / "bad.tar", members(archive), info), tmp_path / "back")


def test_a_member_that_comes_twice_is_refused(archive, tmp_path):
    twice = tmp_path / "twice.tar"
    packed(twice, members(archive))
    with tarfile.open(twice, "a") as tar:
        tar.add(tmp_path / "desk.sqlite3", DATABASE)
    (tmp_path / "back").mkdir()
    with pytest.raises(ArchiveError, match="does not belong"):
        bring_back(twice, tmp_path / "back")


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.97])
def test_a_backup_that_was_cut_off_is_refused(archive, tmp_path, part):
    data = archive.read_bytes()
    whole = data.rstrip(b"\0")
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole[: int(len(whole) * part)])
    (tmp_path / "back").mkdir()
    with pytest.raises(ArchiveError):
        bring_back(cut, tmp_path / "back")
