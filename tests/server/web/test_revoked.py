"""A device that was revoked: it may hand over what it has, and is told nothing more."""

from server.accounts import devices
from tests.server.web.plant_in_use import House


def test_a_revoked_device_delivers_and_is_told_nothing_more(house: House):
    device = house.device("wang.fang")
    name = device.enrolled["device"]
    entry = device.note()
    with house.plant.store.write() as connection:
        devices.revoke(connection, name, house.plant.now())
    assert device.pull().json()["code"] == "device_revoked"  # it must hear of it though signed out
    assert device.browser.get("/lots").headers["location"].startswith("/sign-in")
    device.browser.sign_in("wang.fang")
    assert (device.pull().status_code, device.pull().json()["code"]) == (403, "device_revoked")
    verdict = device.verdicts(entry)[0]
    assert (verdict["status"], verdict["code"]) == ("parked", "device_revoked")
    bearer = {"authorization": f"Bearer {device.enrolled['token']}"}
    refused = device.browser.post("/sync/enrol", json={"device": name}, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "device_revoked")
    with house.plant.store.write() as connection:
        devices.revoke(connection, name, None)
    assert device.pull().status_code == 200
