"""Whose entries belong to a record, and what those may see of them who see not everything."""

from tests.server.dossier.gathering import dossier, history
from tests.server.web.plant_in_use import House, login_of

VAN = "lot/HD:P-2003:S2611-01"
SPRINGS = "lot/SZ:M-1005:L2611-15"


def test_a_lots_history_has_all_that_its_page_shows(house: House):
    told = {one.entry for one in dossier(house, SPRINGS).entries}
    body = house.body_of(SPRINGS)
    assert {one["entry"] for one in body["timeline"]} <= told
    assert {one["entry"] for one in body["movements"]} <= told
    assert any("Put away: 40 pcs · IN-INSPECT → A-02-01" in one for one in history(house, SPRINGS))


def test_a_part_used_on_a_visit_is_in_the_history_of_its_lot(house: House):
    [used] = [one for one in history(house, VAN) if "V2611-001" in one]
    assert used.startswith("Service step recorded · Visit V2611-001 · 吴刚")
    assert "Used: 1 pcs" in used


def test_of_a_visit_out_of_scope_a_lot_tells_only_what_was_used(house: House):
    found = dossier(house, VAN, login_of("storekeeper", "HD"))
    [used] = [one for one in found.entries if one.on == "visit/HD:V2611-001"]
    assert (used.said, used.raw, used.blobs) == ({}, "", {})
    assert used.moved is not None
    assert used.moved["quantity"] == "1"
    assert not [key for key in found.others if key.startswith("visit/")]


def test_movements_that_have_left_the_lots_list_are_in_its_record(house: House):
    key = "lot/SZ:M-1001:L2611-01"
    before = len(dossier(house, key).entries)
    device = house.device(login_of("storekeeper", "SZ"))
    places = [f"A-0{1 + number % 2}-09" for number in range(65)]
    moves = [
        device.entry("material.put_away", key, {"quantity": "1", "target": place})
        for place in places
    ]
    device.verdicts(*moves)
    found = dossier(house, key)
    assert len(house.body_of(key)["movements"]) < len(places)
    assert len(found.entries) == before + len(places)
    assert sum(1 for one in found.entries if one.moved) >= len(places)
