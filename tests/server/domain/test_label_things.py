"""Labels of all that is no lot: who may print them, what is written on them, what a second is."""

from typing import Any

import pytest

from server.domain.label import Label
from server.domain.label_thing import RULES, label_key, thing_of
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from tests.server.domain.floor import JOB, Floor, M

GAUGE = "equipment/SZ:G-0042"
PLACE = "location/SZ:A-01"
ASSET = "asset/SZ:AS-00318"
BADGE = "person/org:wang.fang"
ZEBRA = "printer/SZ:zebra"
CALIBRATED = {"calibrated_on": "2026-11-03", "due_on": "2027-11-03"}
DELIVERED = {"item_code": "P-1", "serial": "00318"}
PRINTERS = {PLACE: "chen.jing", GAUGE: "liu.yang", ASSET: "zhang.wei", BADGE: "admin"}
LAYOUTS = {PLACE: "location", GAUGE: "gauge", ASSET: "asset", BADGE: "badge"}
FACTS: dict[str, dict[str, str]] = {GAUGE: CALIBRATED, ASSET: DELIVERED}


def labels_of(thing: str) -> str:
    return label_key(thing, "SZ" if thing == BADGE else "")


def body(floor: Floor, thing: str, **more: Any) -> dict[str, Any]:
    """As somebody sends it who sees what was printed."""
    there = floor.documents.get(labels_of(thing))
    told = {"thing": thing, "base": there.version if there else None}
    layout, facts = LAYOUTS[thing], FACTS.get(thing, {})
    return {"things": [told], "layout": layout, "facts": facts, **more}


def printed(floor: Floor, thing: str, **more: Any) -> str | None:
    """The code of what is wrong with it, if anything is."""
    result = floor.do(
        "label.printed", labels_of(thing), body(floor, thing, **more), by=PRINTERS[thing]
    )
    return result.outcome.code


def document(floor: Floor, thing: str) -> Label:
    found = floor.documents[labels_of(thing)]
    assert isinstance(found, Label)
    return found


@pytest.mark.parametrize("thing", [M, JOB, PLACE, GAUGE, ASSET, BADGE, "location/SZ:待检区"])
def test_the_labels_of_each_thing_have_a_key_that_leads_back(thing: str):
    assert thing_of(label_key(thing, "SZ" if thing == BADGE else "")) == thing


def test_a_lot_s_labels_keep_their_key():
    assert label_key(M) == "label/SZ:M-1:L1"


@pytest.mark.parametrize("thing", [PLACE, GAUGE, ASSET, BADGE])
def test_everything_that_has_a_label_is_printed_by_one_kind_of_entry(floor: Floor, thing: str):
    assert printed(floor, thing) is None
    labels = document(floor, thing)
    assert labels.about == thing
    assert f"label.thing={thing}" in labels.terms()
    assert f"label.register={thing.partition('/')[0]}" in labels.terms()
    assert labels.prints[0].status is None


def test_a_lot_is_found_by_its_key_and_by_no_other_term(floor: Floor):
    floor.received()
    told = {"things": [{"thing": M}]}
    floor.do("label.printed", label_key(M), told, by="chen.jing")
    terms = floor.documents[label_key(M)].terms()
    assert not [term for term in terms if term.startswith(("label.thing", "label.register"))]


def test_what_is_written_on_a_label_is_kept_with_its_print(floor: Floor):
    named = CALIBRATED | {"name_zh": "外径千分尺", "name_en": "Micrometer", "certificate": " "}
    assert printed(floor, GAUGE, facts=named) is None
    labels = document(floor, GAUGE)
    assert labels.item_name.en == "Micrometer"
    assert labels.prints[0].facts == {
        "name_zh": "外径千分尺", "name_en": "Micrometer", **CALIBRATED,
    }  # fmt: skip


def test_the_card_of_a_job_tells_its_item(floor: Floor):
    floor.card()
    told = {"things": [{"thing": JOB}], "layout": "card-a5"}
    assert floor.do("label.printed", label_key(JOB), told, by="sun.hao").outcome.code is None
    labels = floor.documents[label_key(JOB)]
    assert isinstance(labels, Label)
    assert (labels.about_label, labels.item_code) == (floor.job().number, "P-1")


def test_a_gauge_that_was_calibrated_again_gets_its_label_without_a_reason(floor: Floor):
    printed(floor, GAUGE)
    assert printed(floor, GAUGE) == "reprint_needs_reason"
    anew = {"calibrated_on": "2027-10-30", "due_on": "2028-10-30"}
    assert printed(floor, GAUGE, facts=anew, replaces=True) is None
    new, old = document(floor, GAUGE).prints
    assert old.voids[0].by_print == new.code


def test_package_two_of_three_is_no_second_label_of_package_one(floor: Floor):
    floor.received()
    key = label_key(M)
    for package in ("1", "2"):
        there = floor.documents.get(key)
        told = {
            "things": [{"thing": M, "base": there.version if there else None}],
            "layout": "package",
            "facts": {"package": package, "packages": "3"},
        }
        assert floor.do("label.printed", key, told, by="chen.jing").outcome.code is None


@pytest.mark.parametrize(
    ("thing", "more", "code"),
    [
        (GAUGE, {"facts": {}}, "label_fact_missing"),
        (GAUGE, {"facts": CALIBRATED | {"due_on": "2026-11-03"}}, "label_dates_swapped"),
        (GAUGE, {"facts": CALIBRATED | {"due_on": "2027-02-30"}}, "label_date_wrong"),
        (GAUGE, {"facts": CALIBRATED | {"due_on": "0000-01-01"}}, "label_date_wrong"),
        (GAUGE, {"facts": CALIBRATED | {"due_on": "3.11.27"}}, "label_date_wrong"),
        (GAUGE, {"facts": CALIBRATED | {"colour": "red"}}, "label_fact_unknown"),
        (GAUGE, {"facts": CALIBRATED | {"range": "x" * 121}}, "body_malformed"),
        (GAUGE, {"facts": "none"}, "body_malformed"),
        (GAUGE, {"layout": "lot", "facts": {}}, "label_not_of_this"),
        (GAUGE, {"first": "1"}, "serials_not_here"),
        (ASSET, {"facts": {"serial": "1"}}, "label_fact_missing"),
        (PLACE, {"facts": {"status": "passed"}}, None),
        (PLACE, {"facts": {"status": "green"}}, "body_malformed"),
        (PLACE, {"things": [{"thing": "location/SZ:A~1"}]}, "label_code_wrong"),
        (PLACE, {"things": [{"thing": "location/SZ:"}]}, "label_code_wrong"),
        (PLACE, {"things": [{"thing": "location/HD:A-01"}]}, "foreign_site"),
        (PLACE, {"things": [{"thing": "case/SZ:A-01"}]}, "label_not_of_this"),
        (BADGE, {"things": [{"thing": "person/org:nobody"}]}, "unknown_document"),
        (BADGE, {"things": [{"thing": "person/org:zhou.min"}]}, "foreign_site"),
        (BADGE, {"lots": []}, "body_malformed"),
    ],
)
def test_what_can_t_stand_on_a_label_is_refused_with_its_field(
    floor: Floor, thing: str, more: dict[str, Any], code: str | None
):
    assert printed(floor, thing, **more) == code


@pytest.mark.parametrize(
    ("thing", "by"),
    [(GAUGE, "wang.fang"), (BADGE, "chen.jing"), (PLACE, "sun.hao"), (PLACE, "admin")],
)
def test_who_may_print_one_label_may_not_print_every_label(floor: Floor, thing: str, by: str):
    result = floor.do("label.printed", labels_of(thing), body(floor, thing), by=by)
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")


def test_who_printed_it_may_end_it_and_others_may_not(floor: Floor):
    printed(floor, BADGE)
    void = {"print": document(floor, BADGE).prints[0].code, "reason": "left the plant"}
    for by, code in (("chen.jing", "no_right"), ("admin", None)):
        result = floor.do("label.voided", labels_of(BADGE), void, by=by)
        assert result.outcome.code == code
    assert document(floor, BADGE).prints[0].is_void(1)


def test_an_operator_voids_no_location_s_label(floor: Floor):
    printed(floor, PLACE)
    void = {"print": document(floor, PLACE).prints[0].code, "reason": "x"}
    result = floor.do("label.voided", labels_of(PLACE), void, by="wang.fang")
    assert result.outcome.code == "no_right"


def test_a_whole_page_is_not_sent_to_a_label_printer(floor: Floor):
    floor.card()
    told = {"things": [{"thing": JOB}], "layout": "card-a4", "printer": ZEBRA}
    name = {"zh": "仓库", "en": "Store"}
    for technique, layouts, code in (
        ("zpl", [], "printer_lacks_layout"),
        ("zpl", ["card-a4"], None),
        ("ipp", [], "reprint_needs_reason"),
    ):
        installed = {"name": name, "technique": technique, "layouts": layouts}
        floor.given("printer.installed", ZEBRA, installed, by=SYSTEM, session=SETUP_SESSION)
        result = floor.do("label.printed", label_key(JOB), told, by="chen.jing")
        assert result.outcome.code == code


def test_nothing_is_printed_for_the_organisation_which_has_no_floor(floor: Floor):
    for key in ("person/org:wang.fang", "location/org:A-01"):
        told = {"things": [{"thing": key}], "layout": "badge" if "person" in key else "location"}
        result = floor.do("label.printed", label_key(key, "org"), told, by="li.na")
        assert result.outcome.code == "foreign_site"


def test_a_badge_that_waits_may_be_called_off_by_who_may_print_it(floor: Floor):
    name = {"zh": "门卫", "en": "Gate"}
    installed = {"name": name, "technique": "ipp", "layouts": []}
    floor.given("printer.installed", ZEBRA, installed, by=SYSTEM, session=SETUP_SESSION)
    printed(floor, BADGE, printer=ZEBRA)
    off = {"print": document(floor, BADGE).prints[0].code}
    for by, code in (("wang.fang", "no_right"), ("admin", None)):
        result = floor.do("label.cancelled", labels_of(BADGE), off, by=by)
        assert result.outcome.code == code


def test_an_entry_of_the_first_version_still_prints_its_lots(floor: Floor):
    floor.received()
    old = {"lots": [{"lot": M, "base": None}], "layout": "material", "copies": 2}
    result = floor.do("label.printed", label_key(M), old, by="chen.jing", v=1)
    assert result.outcome.status == "applied"
    found = floor.documents[label_key(M)]
    assert isinstance(found, Label)
    assert (found.prints[0].count, found.prints[0].facts) == (2, None)


@pytest.mark.parametrize("lots", [None, 7, [7], [{"lot": M, "thing": M}]])
def test_a_first_version_that_is_no_list_of_lots_is_parked(floor: Floor, lots: Any):
    floor.received()
    result = floor.do("label.printed", label_key(M), {"lots": lots}, by="chen.jing", v=1)
    assert result.outcome.code in ("body_malformed", None)


def test_every_rule_is_of_one_thing_and_asks_only_for_what_it_knows():
    for rule in RULES.values():
        assert set(rule.required) <= set(rule.facts)
        assert set(rule.order or ()) <= set(rule.facts)
