"""The paper itself: pictures, long texts, and Chinese that breaks where it may."""

import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image

from server.dossier.facts import Block
from server.dossier.gathered import Dossier
from server.dossier.paper import moment, printed
from server.dossier.sheet import PHOTO_PIXELS, Sheet
from server.dossier.steps import Steps
from tests.server.dossier.gathering import LANGUAGES, dossier, words
from tests.server.web.plant_in_use import House

VISIT = "visit/HD:V2611-001"


def photo() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((3000, 2000)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def with_photo(house: House) -> tuple[Dossier, str]:
    """The visit as if a photo had been taken on the survey."""
    found, sha = dossier(house, VISIT), hashlib.sha256(photo()).hexdigest()
    steps = found.document["steps"]
    [survey] = [step for step in steps if step["key"] == "survey"]
    record = survey["records"][0]
    record["answers"]["photo"] = sha
    record["evidence"] = [{"field": "photo", "sha256": sha, "type": "image/jpeg"}]
    first, *others = found.entries
    return replace(found, entries=[replace(first, blobs={sha: "site.jpg"}), *others]), sha


def rows(house: House, found: Dossier, *pictures: tuple[str, bytes]) -> dict[str, str]:
    there = dict(pictures)
    steps = Steps(found, words(house), there.get, moment)
    return {
        label: value
        for step in found.document["steps"]
        for record in step["records"]
        for label, value in steps.rows(step, record)
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_customer_drew_is_on_the_paper(house: House, lang: str):
    found = dossier(house, VISIT)

    def picture(sha256: str) -> bytes:
        return house.plant.blobs.path(sha256).read_bytes()

    paper = printed(found, words(house, lang), picture, by="x", at="2026-11-22T09:00:00+08:00")
    none = printed(found, words(house, lang), lambda _: None, by="x", at="2026-11-22")
    assert paper.count(b"/Subtype /Image") == 1
    assert none.count(b"/Subtype /Image") == 0


def test_who_drew_on_whose_device_is_said_and_an_absent_picture_is_named(house: House):
    found = dossier(house, VISIT)
    steps = Steps(found, words(house), lambda _: None, moment)
    [drawn] = steps.drawn()
    assert (drawn.label, drawn.step) == ("Customer's signature", "Customer acceptance")
    assert drawn.by_name == "吴刚"
    told = rows(house, found)["Customer's signature"]
    assert told == (
        f"signature.png (SHA-256 {drawn.sha256[:12]}…): this picture has not arrived yet"
    )


def test_a_photo_is_shown_reduced_or_named(house: House):
    found, sha = with_photo(house)
    assert rows(house, found, (sha, photo()))["Photo of the site"] == "see the picture below"
    assert rows(house, found)["Photo of the site"].startswith("site.jpg (SHA-256")
    sheet = Sheet("x", "y")
    sheet.photo(photo(), "Photo")
    assert f"/Width {PHOTO_PIXELS}".encode() in bytes(sheet.output())


def test_numbers_stand_beside_their_limits_and_parts_in_their_step(house: House):
    told = rows(house, dossier(house, VISIT))
    assert told["Bonnet bolt torque"] == "26 N·m  [24 – 28; nominal 26]"
    assert "S2611-0" in told["Part"]
    quoted = rows(house, dossier(house, "visit/HD:V2611-002"))
    assert quoted["Amount"] == "380 CNY  [≥ 0]"


def test_a_text_longer_than_a_page_goes_on_over_the_next(house: House):
    sheet = Sheet("x", "y")
    sheet.block(Block("Long", ("When", "What"), [("now", "长句没有空格" * 400)], (40, 60)))
    sheet.block(Block("", (), [("note", "line\n" * 200), ("code", "0" * 9000)]))
    assert sheet.page_no() > 6


def test_chinese_breaks_anywhere_but_before_its_punctuation():
    sheet = Sheet("x", "y")
    sheet.set_font("noto", "", 9)
    lines = sheet.fitted("编号 " + "密封面有压痕，关不严。" * 12, 40).split("\n")
    assert len(lines) > 5
    assert len(lines[0]) > len("编号 ")
    assert not [line for line in lines if line[0] in "，。"]
    assert max(sheet.get_string_width(line) for line in lines) < 42
    assert sheet.fitted("a" * 200, 40).replace("\n", "") == "a" * 200


def test_what_the_font_lacks_is_written_as_its_code():
    sheet = Sheet("x", "y")
    sheet.set_font("noto", "", 9)
    assert sheet.fitted("wet 🙂", 100) == "wet [U+1F642]"
