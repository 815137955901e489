"""The server's disk is lost, and a backup takes its place: nothing that a device has is lost.

Real Chromium browsers against a real server process that is killed with SIGKILL.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect, sync_playwright

from server.demo import plant
from tests.browser.device import PHONE, Device
from tests.browser.real_server import RealServer, command
from tests.browser.test_journey import FIRST_ARTICLE, SELF_CHECK, page_of

BOTH_SEE = [plant.SHARED_LOT, plant.SELF_CHECK_JOB, plant.FIRST_ARTICLE_LOT]
ENTRIES = "select entry_id, device, seq from journal where device like 'dev-%' order by pos"

READ_REPLICA = """() => new Promise((done, failed) => {
  const opening = indexedDB.open("traveler");
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const reading = opening.result.transaction("replica").objectStore("replica").getAll();
    reading.onsuccess = () => { opening.result.close(); done(reading.result); };
  };
})"""


class Shift:
    """Two people on two devices, and the server between them."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.folder = folder
        self.server = RealServer(folder / "data")
        self.entries: list[str] = []
        self.operator = Device(playwright, self.server, folder / "operator")
        self.storekeeper = Device(playwright, self.server, folder / "store", viewport=PHONE)

    @property
    def devices(self) -> list[Device]:
        """Both."""
        return [self.operator, self.storekeeper]

    def did(self, device: Device, kind: str) -> None:
        """Submit a form, remember the entry, and wait until the server has answered it."""
        self.entries.append(device.submit(kind))
        device.wait_until_sent()

    def traveler(self, name: str, *arguments: object) -> None:
        """A command that must succeed."""
        call = [*command(name), "--data", self.server.data, *arguments]
        done = subprocess.run(
            [str(one) for one in call], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    with sync_playwright() as playwright:
        shift = Shift(playwright, tmp_path)
        try:
            yield shift
        finally:
            for device in shift.devices:
                if device._context is not None:
                    device.close()
            shift.server.kill()


def test_after_a_restore_both_devices_bring_back_all_that_the_backup_does_not_have(shift: Shift):
    begin(shift)
    shift.traveler("backup", "--out", shift.folder / "backup.tar")
    photo = work_after_the_backup(shift)
    lost = lose_the_disk(shift)
    shift.server.start()
    come_back(shift, lost)
    the_photo_is_back(shift, photo)
    both_show_the_same(shift)
    whole = shift.server.verify()
    assert whole.returncode == 0, whole.stdout
    assert [problem for device in shift.devices for problem in device.problems] == []


def begin(shift: Shift) -> None:
    """Both sign in; each has recorded something that the backup has."""
    shift.server.start()
    for device, login in zip(shift.devices, ["wang.fang", "chen.jing"], strict=True):
        device.open()
        device.sign_in(login)
    for device in shift.devices:
        issue(shift, device, "1")


def issue(shift: Shift, device: Device, quantity: str) -> None:
    """Material of the lot that both take from."""
    device.go(page_of(plant.SHARED_LOT) + "?form=material.issued")
    device.fill({"body.quantity": quantity})
    shift.did(device, "material.issued")


def work_after_the_backup(shift: Shift) -> str:
    """What is recorded and acknowledged afterwards, a photo too; its hash."""
    operator = shift.operator
    issue(shift, operator, "5")
    issue(shift, shift.storekeeper, "7")
    photo = shift.folder / "photo.jpg"
    Image.new("RGB", (800, 600), "#7a8b99").save(photo)
    operator.go(page_of(plant.FIRST_ARTICLE_JOB))
    operator.fill(FIRST_ARTICLE)
    operator.page.set_input_files('[name="body.answers.photo"]', photo)
    expect(operator.page.locator("[data-photo-preview]").first).to_be_visible()
    shift.did(operator, "step.recorded")
    operator.go(page_of(plant.SELF_CHECK_JOB))
    operator.fill(SELF_CHECK)
    shift.did(operator, "step.recorded")
    issue(shift, shift.storekeeper, "11")
    job = shift.server.document(plant.FIRST_ARTICLE_JOB)
    evidence = [e["sha256"] for s in job["steps"] for r in s["records"] for e in r["evidence"]]
    kept = shift.server.data / "blobs" / evidence[-1][:2] / evidence[-1]
    operator.wait_for(lambda _: kept.exists())
    return str(evidence[-1])


def lose_the_disk(shift: Shift) -> list[tuple[str, str, int]]:
    """The process dies, the data folder is gone, the backup takes its place; what was lost."""
    lost = shift.server.rows(ENTRIES)
    assert {row[0] for row in lost} == set(shift.entries)
    shift.server.kill()
    shutil.rmtree(shift.server.data)
    shift.traveler("restore", "--from", shift.folder / "backup.tar")
    assert len(shift.server.rows(ENTRIES)) == 2
    assert shift.server.document(plant.SHARED_LOT)["on_hand"] == "58"
    return lost


def come_back(shift: Shift, lost: list[tuple[str, str, int]]) -> None:
    """Without a tap every entry comes again, once, under its own device and number."""
    for device in shift.devices:
        device.wait_for(lambda _: len(shift.server.rows(ENTRIES)) == len(lost))
        device.wait_until_sent()
    assert sorted(shift.server.rows(ENTRIES)) == sorted(lost)
    assert shift.server.document(plant.SHARED_LOT)["on_hand"] == "35"
    assert shift.server.document(plant.FIRST_ARTICLE_LOT)["status"] == "on_hold"
    assert shift.server.rows("select 1 from journal where status = 'parked'") == []


def the_photo_is_back(shift: Shift, sha256: str) -> None:
    """The device sent its copy again."""
    kept = shift.server.data / "blobs" / sha256[:2] / sha256
    shift.operator.wait_for(lambda _: kept.exists())
    assert shift.server.rows("select 1 from blobs where sha256 = ?", sha256)


def both_show_the_same(shift: Shift) -> None:
    """Both have loaded afresh, document by document as the server has them, and show the same."""
    for device in shift.devices:
        wait_until_same(shift, device)
    replicas = [replica_of(device) for device in shift.devices]
    assert replicas[0] == replicas[1]
    for key in BOTH_SEE:
        shown = [words(device, key) for device in shift.devices]
        assert shown[0] == shown[1]
        assert "".join(shown[0])


def wait_until_same(shift: Shift, device: Device) -> None:
    """Until the device has loaded all that the server has."""
    device.wait_for(lambda _: same_as_the_server(shift, device))


def same_as_the_server(shift: Shift, device: Device) -> bool:
    """Whether every document of the device is the server's, and none of the shared is missing."""
    replica = replica_of(device)
    return set(BOTH_SEE) <= set(replica) and all(
        body == shift.server.document(key) for key, body in replica.items()
    )


def replica_of(device: Device) -> dict[str, Any]:
    """The documents that the device has, by key."""
    rows = device.page.evaluate(READ_REPLICA)
    return {row["key"]: row["body"] for row in rows}


def words(device: Device, key: str) -> list[str]:
    """What the page says of the document itself; the forms are each role's own."""
    device.go(page_of(key))
    expect(device.page.locator("h1")).to_be_visible()
    return device.page.locator("h1, #main .timeline, #main .stock-total").all_text_contents()
