"""The whole record of a document with its signatures: JSON, CSV and PDF."""

import csv
import io
import json

from sync.signature import is_valid
from tests.server.web.plant_in_use import PASSWORD, Browser, House, login_of

LOT = "lot/SZ:M-1001:L2611-02"
PAGE = "/lots/SZ:M-1001:L2611-02"
PDF = b"%PDF-"


def scrapped(house: House, reason: str = "wet 🙂") -> Browser:
    """A supervisor scraps the lot and signs."""
    boss = house.browser(login_of("supervisor", "SZ"))
    base = str(house.body_of(LOT)["version"])
    body = {"body.reason": reason, "sign.secret": PASSWORD, "on": LOT, "base": base}
    assert boss.post("/do/lot.scrapped", data=body).status_code == 303
    return boss


def test_a_json_record_can_be_checked_without_this_server(house: House):
    whole = scrapped(house).get(f"{PAGE}/record.json").json()
    told = whole["entries"][-1]
    signed = told["signature"]
    assert (signed["meaning"], signed["is_good"]) == ("disposed", True)
    assert is_valid(signed["public_key"], signed["text"].encode(), signed["sig"])
    assert json.loads(told["raw"])["body"]["signature"]["digest"] == signed["digest"]
    assert whole["document"]["key"] == LOT


def test_a_csv_record_has_a_line_per_entry_and_who_signed(house: House):
    text = scrapped(house, "=1+1").get(f"{PAGE}/record.csv").text
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert (lines[-1]["kind"], lines[-1]["meaning"]) == ("lot.scrapped", "disposed")
    assert lines[-1]["is_good"] == "true"
    assert lines[0]["meaning"] == ""


def test_a_pdf_record_is_printed_in_either_language(house: House):
    boss = scrapped(house)
    for lang in ("en", "zh_CN"):
        boss.cookies["traveler_lang"] = lang
        answer = boss.get(f"{PAGE}/record.pdf")
        assert answer.status_code == 200
        assert answer.content.startswith(PDF)


def test_every_kind_of_record_in_the_plant_is_printed(house: House):
    boss = house.browser(login_of("quality_manager", "SZ"))
    for key in house.documents():
        kind, _, rest = key.partition("/")
        if kind in ("approval", "case", "job", "order", "requisition") and rest.startswith("SZ"):
            answer = boss.get(f"/{kind}s/{rest}/record.pdf")
            assert answer.content.startswith(PDF), key


def test_a_csv_record_is_read_without_knowing_codes(house: House):
    boss = scrapped(house)
    read = {
        "en": ("What", "Lot scrapped", "What was recorded", "Reason: wet 🙂"),
        "zh_CN": ("类型", "批次报废", "记录内容", "原因：wet 🙂"),
    }
    for lang, (what, kind, content, said) in read.items():
        boss.cookies["traveler_lang"] = lang
        text = boss.get(f"{PAGE}/record.csv").text.removeprefix("\ufeff")
        lines = list(csv.DictReader(io.StringIO(text)))
        assert (lines[-1][what], lines[-1][content]) == (kind, said)
        assert (lines[-1]["kind"], lines[-1]["on"]) == ("lot.scrapped", LOT)
        assert not [value for line in lines for value in line.values() if "{" in value]


def test_orders_and_requisitions_lead_to_their_record(house: House):
    boss = house.browser(login_of("supervisor", "SZ"))
    for kind in ("order", "requisition"):
        key = next(key for key in house.documents() if key.startswith(f"{kind}/SZ"))
        page = f"/{kind}s/{key.partition('/')[2]}"
        assert f'href="{page}/record.pdf"' in boss.get(page).text
        assert boss.get(f"{page}/record.json").json()["document"]["key"] == key


def test_the_record_of_a_case_tells_what_the_entry_said_that_was_put_aside(house: House):
    device = house.device(login_of("storekeeper", "SZ"))
    said = {"item": "item/SZ:M-1001", "quantity": "77", "location": "RECV-01", "supplier": "Other"}
    [verdict] = device.verdicts(device.entry("lot.received", LOT, said))
    assert (verdict["status"], verdict["code"]) == ("parked", "already_exists")
    boss = house.browser(login_of("supervisor", "SZ"))
    page = f"/cases/{verdict['case'].partition('/')[2]}"
    assert f'href="{page}/record.pdf"' in boss.get(page).text
    [told] = boss.get(f"{page}/record.json").json()["entries"]
    assert (told["status"], told["said"]) == ("parked", said)
    table = boss.get(f"{page}/record.csv").text.removeprefix("\ufeff")
    [line] = csv.DictReader(io.StringIO(table))
    assert "Quantity: 77 pcs; Location: RECV-01; Supplier: Other" in line["What was recorded"]
    assert line["Result"] == "put aside, not processed"
    assert boss.get(f"{page}/record.pdf").content.startswith(PDF)


def test_whatever_an_entry_said_that_was_put_aside_can_be_printed(house: House):
    device = house.device(login_of("storekeeper", "SZ"))
    said = {
        "text": ["x", {"zh": 1, "en": None}],
        "parts": [1, {"lot": ["y"], "quantity": {"a": 2}}, {"lot": LOT}],
        "shown": [{"label": [1], "field": {}, "value": {"b": 3}}, "z"],
        "set": {"due_on": [4]},
        "seen": ["?"],
        "answers": {"a": [{"c": 5}]},
        "lines": "none",
        "mixed": [{"d": 6}, 7, [8]],
        "signature": {"digest": 9},
        "long": "0" * 20_000,
    }
    [verdict] = device.verdicts(device.entry("note.added", LOT, said))
    assert verdict["status"] == "parked"
    boss = house.browser(login_of("supervisor", "SZ"))
    page = f"/cases/{verdict['case'].partition('/')[2]}"
    assert boss.get(f"{page}/record.pdf").content.startswith(PDF)
    assert "0" * 20_000 in boss.get(f"{page}/record.csv").text
    [told] = boss.get(f"{page}/record.json").json()["entries"]
    assert json.loads(told["raw"])["body"] == said


def test_a_record_out_of_somebodys_scope_is_not_there(house: House):
    stranger = house.browser(login_of("operator", "HD"))
    assert stranger.get(f"{PAGE}/record.json").status_code == 404
