"""What a pull says beside the changes: checks of the scopes, and that somebody's access ended."""

from structlog.testing import capture_logs

from server.setup import perform_now
from tests.server.web.plant_in_use import House


def test_a_complete_pull_tells_what_a_replica_of_it_sums_up_to(house: House):
    device = house.device("wang.fang")
    first = device.pull(limit=10).json()
    assert (first["complete"], first["checks"]) == (False, {})
    whole = device.pull().json()
    assert whole["complete"]
    assert set(whole["checks"]) == {"SZ.base", "SZ.floor", "org.people"}
    lying = [one["key"] for one in whole["changes"] if one["scope"] == "SZ.floor" and one["body"]]
    assert whole["checks"]["SZ.floor"]["count"] == len(lying)
    again = device.pull(cursors=whole["cursors"]).json()
    assert (again["changes"], again["checks"]) == ([], whole["checks"])
    device.verdicts(device.note())
    changed = device.pull(cursors=whole["cursors"]).json()["checks"]
    assert changed["SZ.floor"]["count"] == len(lying)
    assert changed["SZ.floor"]["digest"] != whole["checks"]["SZ.floor"]["digest"]
    assert changed["SZ.base"] == whole["checks"]["SZ.base"]


def test_a_device_that_had_diverged_is_named_in_the_log_with_its_own_scopes_only(house: House):
    device = house.device("wang.fang")
    had = {"count": 3, "digest": "f" * 400}
    with capture_logs() as lines:
        answer = device.pull(diverged={"SZ.floor": had, "HD.field": had, "\n": had})
    assert answer.status_code == 200
    (line,) = [one for one in lines if one["event"] == "diverged"]
    assert line["log_level"] == "warning"
    assert line["device"] == device.enrolled["device"]
    assert line["scopes"] == {"SZ.floor": {"count": 3, "digest": "f" * 16}}


def test_the_device_of_a_person_who_left_is_told_so_and_still_delivers(house: House):
    device = house.device("wang.fang")
    entry = device.note()
    perform_now(house.plant, "person.changed", "person/org:wang.fang", {"active": False})
    refused = device.pull()
    assert (refused.status_code, refused.json()["code"]) == (403, "access_ended")
    assert device.verdicts(entry)[0]["status"] == "parked"


def test_one_who_only_signed_out_is_asked_to_sign_in(house: House):
    device = house.device("wang.fang")
    device.browser.post("/sign-out")
    assert device.pull().json()["code"] == "sign_in_needed"
