"""Backup, restore and renew as commands over the demo plant; devices that come back afterwards."""

import shutil
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from server import cli
from server.domain.model import MODEL
from server.domain.sums import broken
from server.plant import Plant, opened
from server.settings import Settings
from sync.store import Store
from sync.verify import verify
from tests.server.web.plant_in_use import Device, House, house_over, template

LOT = "lot/SZ:M-1001:L2611-02"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(template(), tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def run(*arguments: object) -> int | str | None:
        """The command in this process; its exit code."""
        monkeypatch.setattr(sys, "argv", ["traveler", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        return caught.value.code

    return run


def epoch_of(data: Path) -> str:
    store = Store(Settings(data=data).database_url)
    with store.read() as connection:
        epoch = store.epoch(connection)
    store.close()
    return epoch


def do(data: Path, statement: str) -> None:
    plant = opened(Settings(data=data))
    with plant.store.write() as connection:
        assert connection.execute(text(statement)).rowcount
    plant.close()


def test_what_was_backed_up_comes_back_whole_under_a_new_epoch(run, data, tmp_path, capsys):
    out, back = tmp_path / "plant.tar", tmp_path / "back"
    assert run("backup", "--data", data, "--out", out) == 0
    assert "documents: whole" in capsys.readouterr().out
    assert run("restore", "--from", out, "--data", back) == 0
    assert sorted(one.name for one in back.iterdir()) == ["blobs", "traveler.sqlite3"]
    assert run("verify", "--data", back, "--quiet") == 0
    assert epoch_of(back) != epoch_of(data)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["back", "data", "plant.tar"]


def test_the_faults_of_a_plant_are_told_when_it_is_backed_up_and_it_is_kept(
    run, data, tmp_path, capsys
):
    do(data, f"UPDATE documents SET version = version + 1 WHERE key = '{LOT}'")
    out, back = tmp_path / "plant.tar", tmp_path / "back"
    assert run("backup", "--data", data, "--out", out) == 1
    assert f"{LOT}: differs from the replay" in capsys.readouterr().out
    assert run("restore", "--from", out, "--data", back) == 1
    assert list(back.iterdir()) == []
    assert run("restore", "--from", out, "--data", back, "--no-verify") == 0
    assert (back / "traveler.sqlite3").exists()


def test_a_photo_whose_file_is_gone_is_named(run, data, tmp_path, capsys):
    [photo] = [one for one in (data / "blobs").rglob("*") if one.is_file()]
    photo.unlink()
    assert run("backup", "--data", data, "--out", tmp_path / "b.tar", "--no-verify") == 1
    assert f"blob {photo.name}: its file is gone" in capsys.readouterr().out
    assert run("restore", "--from", tmp_path / "b.tar", "--data", tmp_path / "back") == 0


def test_neither_writes_over_what_is_there(run, data, tmp_path, capsys):
    out = tmp_path / "plant.tar"
    out.write_text("of yesterday")
    assert run("backup", "--data", data, "--out", out) == 2
    assert "is there already" in capsys.readouterr().err
    assert out.read_text() == "of yesterday"
    before = (data / "traveler.sqlite3").read_bytes()
    assert run("restore", "--from", out, "--data", data) == 2
    assert "is not empty" in capsys.readouterr().err
    assert (data / "traveler.sqlite3").read_bytes() == before


def test_what_is_no_backup_leaves_an_empty_folder(run, tmp_path, capsys):
    (tmp_path / "no.tar").write_text("no")
    assert run("restore", "--from", tmp_path / "no.tar", "--data", tmp_path / "back") == 2
    assert "no whole backup" in capsys.readouterr().err
    assert list((tmp_path / "back").iterdir()) == []
    assert run("restore", "--from", tmp_path / "none.tar", "--data", tmp_path / "back") == 2
    assert "No such file" in capsys.readouterr().err


def test_without_a_plant_there_is_nothing_to_back_up_or_renew(run, tmp_path):
    assert run("backup", "--data", tmp_path / "x", "--out", tmp_path / "b.tar") == 2
    assert run("renew", "--data", tmp_path / "x") == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["backup", "--out", "x"], ["restore", "--from", "x"]])
def test_another_database_has_its_own_tools(run, capsys, command):
    assert run(*command, "--database", "postgresql://nowhere/traveler") == 2
    assert "PostgreSQL" in capsys.readouterr().err


def test_renew_gives_a_copied_folder_its_epoch(run, data):
    before = epoch_of(data)
    assert run("renew", "--data", data) == 0
    assert epoch_of(data) != before
    assert run("verify", "--data", data, "--quiet") == 0


@pytest.fixture
def lost(run, data, tmp_path):
    """A plant that was backed up, served on, and lost; `lost(plant)` is the one that came back."""

    def back(plant: Plant) -> Plant:
        plant.close()
        assert run("restore", "--from", tmp_path / "b.tar", "--data", tmp_path / "back") == 0
        return opened(Settings(data=tmp_path / "back"))

    assert run("backup", "--data", data, "--out", tmp_path / "b.tar", "--no-verify") == 0
    return back


def again_at(house: House, device: Device) -> Device:
    """The same device, its browser at the server that came back."""
    device.browser.client = house.client
    return device


def test_a_device_enrolled_after_the_backup_signs_in_again_and_its_entries_count(data, lost):
    plant = opened(Settings(data=data))
    with house_over(plant) as house:
        tablet = house.device("wang.fang")
        first, second = tablet.note("first"), tablet.note("second")
        assert [one["status"] for one in tablet.verdicts(first, second)] == ["applied"] * 2
    with house_over(lost(plant)) as house:
        again_at(house, tablet)
        assert tablet.push(first).json()["code"] == "device_unknown"
        assert tablet.pull().json()["code"] == "device_unknown"
        body = {"device": tablet.enrolled["device"], "name": "tablet"}
        stranger = house.browser("liu.yang")
        taken = stranger.post("/sync/enrol", json=body).json()["device"]
        assert taken != tablet.enrolled["device"]
        tablet.browser.sign_in("liu.yang")
        back = tablet.browser.post("/sync/enrol", json=body, headers=tablet.headers).json()
        for name in ("device", "token"):
            assert back[name] == tablet.enrolled[name]
        assert tablet.pull().json()["last_seq"] == 0
        assert [one["status"] for one in tablet.verdicts(first, second)] == ["applied"] * 2
        assert {one["by"] for one in house.body_of(LOT)["timeline"][:2]} == {"wang.fang"}
        assert verify(house.plant.store, MODEL, broken).faults == []
        house.plant.close()


def test_a_device_enrolled_before_goes_on_with_its_token_and_its_sign_in(data, run, tmp_path):
    plant = opened(Settings(data=data))
    with house_over(plant) as house:
        tablet = house.device("wang.fang")
        first = tablet.note("first")
        tablet.verdicts(first)
        assert run("backup", "--data", data, "--out", tmp_path / "b.tar", "--no-verify") == 0
        second, third = tablet.note("second"), tablet.note("third")
        said = tablet.verdicts(second)
    plant.close()
    assert run("restore", "--from", tmp_path / "b.tar", "--data", tmp_path / "back") == 0
    plant = opened(Settings(data=tmp_path / "back"))
    with house_over(plant) as house:
        again_at(house, tablet)
        answer = tablet.push(third).json()
        assert (answer["need"], answer["last_seq"]) == ("resend_from", 1)
        assert answer["epoch"] != tablet.enrolled["epoch"]
        assert tablet.pull().json()["epoch"] == answer["epoch"]
        verdicts = tablet.verdicts(second, third)
        assert [one["id"] for one in verdicts][:1] == [one["id"] for one in said]
        assert [one["status"] for one in verdicts] == ["applied"] * 2
        assert verify(plant.store, MODEL, broken).faults == []
    plant.close()


def test_a_device_that_lost_a_part_of_its_ledger_says_so_over_the_wire(data):
    plant = opened(Settings(data=data))
    with house_over(plant) as house:
        tablet = house.device("wang.fang")
        tablet.note("lost everywhere")
        kept = tablet.note("kept")
        assert tablet.push(kept).json()["need"] == "resend_from"
        [verdict] = tablet.push(kept, oldest=2).json()["verdicts"]
        assert (verdict["status"], verdict["code"]) == ("parked", "entries_lost")
        assert house.body_of(verdict["case"])["state"] == "open"
    plant.close()
