"""A form that was refused loses nothing of what somebody put into it."""

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import expect

from server.demo import plant
from tests.browser.device import Device, Opened
from tests.browser.real_server import RealServer
from tests.browser.sights import page_of

TECHNICIAN, OTHER, OPERATOR, KEEPER = "zhou.min", "wu.gang", "wang.fang", "chen.jing"
PIN, WRONG_PIN = "141421", "998877"
AT_ACCEPTANCE = "visit/HD:V2611-002"
ANSWERS = "body.answers."
SURVEY = {"safe": "confirmed", "finding": "Drifts", "outlet_pressure": "0.42"}
INKED = "document.querySelector('[data-signature-file]').files.length === 1"
INK = """() => { const { width, height } = document.querySelector("[data-signature] canvas");
  const context = document.querySelector("[data-signature] canvas").getContext("2d");
  return context.getImageData(0, 0, width, height).data.filter((part) => part < 128).length; }"""


def evidence_of(server: RealServer, visit: str, step: str) -> list[dict[str, Any]]:
    steps = {one["key"]: one for one in server.document(visit)["steps"]}
    return [one for record in steps[step]["records"] for one in record["evidence"]]


def refused(device: Device, kind: str) -> None:
    device.page.locator(f'#main form[action="/do/{kind}"] button[type=submit]').click()
    expect(device.page.locator("[data-problems]")).to_be_visible()


def test_a_photo_stays_in_a_form_that_is_refused(
    opened: Opened, server: RealServer, tmp_path: Path
):
    device = opened(TECHNICIAN)
    Image.new("RGB", (2400, 1800), "#7a8b99").save(tmp_path / "site.jpg")
    device.go(page_of(plant.OPEN_VISIT))
    device.fill({ANSWERS + key: value for key, value in SURVEY.items()})
    device.fill({ANSWERS + "inlet_pressure": "0.12345678"})
    device.page.set_input_files(f'[name="{ANSWERS}photo"]', tmp_path / "site.jpg")
    preview = device.page.locator("[data-photo-preview]").first
    expect(preview).to_be_visible()
    refused(device, "visit.step_recorded")
    expect(preview).to_be_visible()
    device.fill({ANSWERS + "inlet_pressure": "0.8"})
    device.submit("visit.step_recorded")
    device.wait_until_sent()
    assert len(evidence_of(server, plant.OPEN_VISIT, "survey")) == 1


def test_a_signature_stays_when_the_pin_beside_it_was_wrong(opened: Opened, server: RealServer):
    device = opened(OTHER)
    device.set_pin(PIN)
    device.go(page_of(AT_ACCEPTANCE))
    device.fill({ANSWERS + "accepted_by": "Ms Qian", "body.verdict": "pass"})
    device.sign()
    device.page.wait_for_function(INKED)
    ink = device.page.evaluate(INK)
    device.press(WRONG_PIN)
    refused(device, "visit.step_recorded")
    assert device.page.evaluate(INK) == ink > 0
    device.press(PIN)
    device.submit("visit.step_recorded")
    device.wait_until_sent()
    assert len(evidence_of(server, AT_ACCEPTANCE, "acceptance")) == 1


def test_a_requisition_line_whose_quantity_was_forgotten_is_asked_for(opened: Opened):
    device = opened(OPERATOR, locale="en-US")
    device.go("/requisitions/new")
    device.fill({"body.lines.0.item@item": "item/SZ:M-1009", "body.lines.0.quantity": "8"})
    device.fill({"body.lines.1.item@item": "item/SZ:M-1001"})
    refused(device, "requisition.raised")
    expect(device.page.locator("[data-problems]")).to_contain_text("Enter the quantity.")
    chosen = device.page.locator('[name="body.lines.1.item@item"]')
    expect(chosen).to_have_value("item/SZ:M-1001")
    device.fill({"body.lines.1.quantity": "3"})
    device.submit("requisition.raised")
    expect(device.page.locator(".lines > li")).to_have_count(2)


def test_a_number_from_a_chinese_keyboard_is_taken_and_a_comma_is_explained(opened: Opened):
    device = opened(OPERATOR)
    device.go(page_of(plant.SELF_CHECK_JOB))
    torque = device.page.locator(f'[name="{ANSWERS}cap_torque"]')
    torque.fill(" ２５。１ ")
    expect(torque).to_have_value("25.1")
    expect(device.page.locator("[data-limit-state=inside]")).to_be_visible()
    torque.fill("25,1")
    said = """(field) => { field.reportValidity(); return field.validationMessage; }"""
    assert "小数点用" in torque.evaluate(said)


def test_a_number_that_can_not_be_one_is_refused_in_the_persons_language(opened: Opened):
    device = opened(OPERATOR)
    device.go("/requisitions/new")
    device.fill({"body.lines.0.item@item": "item/SZ:M-1009", "body.lines.0.quantity": "0"})
    refused(device, "requisition.raised")
    expect(device.page.locator("[data-problems]")).to_contain_text("“数量”填写有误：超出允许范围")


def test_a_place_that_was_typed_small_or_wide_is_the_place_on_the_label(
    opened: Opened, server: RealServer
):
    device = opened(KEEPER)
    device.go(page_of(plant.SHARED_LOT) + "?form=material.put_away")
    device.fill({"body.quantity": "1"})
    device.page.locator('form[action="/do/material.put_away"] [name="body.target"]').click()
    device.page.keyboard.type("a-02-０５")
    device.submit("material.put_away")
    device.wait_until_sent()
    holdings = server.document(plant.SHARED_LOT)["holdings"]
    assert "A-02-05" in [one["location"] for one in holdings]
