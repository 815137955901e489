"""What a record says of each kind of document, in words."""

import pytest

from server.domain.model import KINDS
from server.dossier.telling import INNER, limits
from tests.server.dossier.gathering import LANGUAGES, dossier, facts, history, key_of, words
from tests.server.web.plant_in_use import PASSWORD, House, login_of

VISIT = "visit/HD:V2611-001"
SPRINGS = "lot/SZ:M-1005:L2611-15"
# Made by programs, or by an administrator from a file; people read their effects.
BY_PROGRAMS = {"delivery.late", "entry.resumed", "label.reported", "procedure.published"}


def test_a_visit_tells_whom_it_served_what_was_wrong_and_what_was_used(house: House):
    told = facts(house, VISIT)
    for line in [
        ("Kind of service", "Repair"),
        ("Customer", "常熟东湾污水处理厂"),
        ("Phone", "0512-5550 1186"),
        ("Serial number", "PRV-25B-02417"),
        ("Lot code", "B2508-11"),
        ("Problem", "出口压力缓慢升高，夜间报警"),
        ("Technician", "吴刚"),
        ("Kit RK-25", "S2611-01", "1 pcs"),
    ]:
        found = [one for one in told if one[-1] == line[-1] and len(one) == len(line)]
        assert found, line
    assert any(one[0] == "Due date" for one in told)


def test_a_lot_tells_its_unit_stock_places_supplier_and_what_was_issued(house: House):
    told = facts(house, "lot/SZ:M-1001:L2611-02")
    for line in [
        ("Lot size", "80 pcs"),
        ("On hand", "30 pcs"),
        ("A-01-02", "30 pcs"),
        ("Supplier", "常州宏阳精密铸造"),
        ("Supplier's lot", "HY-260925"),
        ("Issued", "50 pcs"),
    ]:
        assert line in told
    assert "Expires" in {one[0] for one in facts(house, "lot/SZ:M-1003:L2611-08")}


def test_a_lot_tells_why_it_is_held_and_why_it_was_scrapped(house: House):
    key = "lot/SZ:M-1001:L2611-04"
    boss = house.browser(login_of("quality_manager", "SZ"))
    base = str(house.body_of(key)["version"])
    assert boss.do("lot.held", on=key, base=base, body_reason="划伤").status_code == 303
    assert any(one[1:2] == ("划伤",) for one in facts(house, key))
    body = {"body.reason": "裂纹", "sign.secret": PASSWORD, "on": key}
    body["base"] = str(house.body_of(key)["version"])
    assert boss.post("/do/lot.scrapped", data=body).status_code == 303
    told = facts(house, key)
    assert ("Reason of the status", "裂纹") in told
    assert any(one[0] == "Scrapped" for one in told)


def test_a_rejected_approval_and_its_requisition_tell_who_asked_and_why_not(house: House):
    approval = key_of(house, "approval", state="rejected")
    for key in (approval, house.body_of(approval)["about"]):
        told = dict(one for one in facts(house, key) if len(one) == 2)
        assert told["Requested by"].startswith("赵磊")
        assert told["Decision"] == "Rejected"
        assert told["Comment"] == "订单只有 12 台，按订单数量重新申请"


def test_a_requisition_tells_from_which_lots_it_was_issued(house: House):
    key = key_of(house, "requisition", state="issued")
    body = house.body_of(key)
    told = facts(house, key)
    for line in body["lines"]:
        assert any(one[1] == f"{line['quantity']} {line['unit']}" for one in told if len(one) > 2)
        for issue in line["issues"]:
            assert any(issue["lot_code"] in one for one in told)
    assert sum("Material issued" in line for line in history(house, key)) == sum(
        len(line["issues"]) for line in body["lines"]
    )


def test_an_order_tells_its_lots_cards_and_requisitions(house: House):
    told = [one[0] for one in facts(house, "order/SZ:W2611-02")]
    assert {"Lot B2611-03", "Traveler card J2611-003", "Requisition R-D2F202"} <= set(told)
    happened = history(house, "order/SZ:W2611-02")
    assert any(line.startswith("Card started · Traveler card J2611-003") for line in happened)


def test_a_case_says_where_material_went_and_what_was_decided(house: House):
    case = house.body_of(SPRINGS)["open_case"]
    assert any("Goes to: W2611-02" in line for line in history(house, case))
    boss = house.browser(login_of("supervisor", "SZ"))
    done = boss.do(
        "case.resolved",
        on=case,
        base=str(house.body_of(case)["version"]),
        body_decision="recounted",
        body_note="架上只有三件",
        body_counted="3",
    )
    assert done.status_code == 303
    for lang, line in (
        ("en", ("Decision", "Set to the count")),
        ("zh_CN", ("决定", "按盘点数更正")),
    ):
        assert line in facts(house, case, lang)
    assert "Decision: Set to the count; Note: 架上只有三件; Counted: 3 pcs" in "".join(
        history(house, case)
    )


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ({"lower": "0", "upper": None}, "≥ 0"),
        ({"lower": None, "upper": "1.6"}, "≤ 1.6"),
        ({"lower": "24", "upper": "28", "nominal": "26"}, "24 – 28; nominal 26"),
        ({}, ""),
    ],
)
def test_a_limit_that_stands_alone_keeps_its_side(house: House, field: dict[str, str], told: str):
    assert limits(field, words(house)) == told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_a_form_says_has_a_word(house: House, lang: str):
    messages = words(house, lang)
    inner = {name for fields in INNER.values() for name in fields}
    wordless = set()
    for kind in KINDS.values():
        if kind.name in BY_PROGRAMS:
            continue
        for name in set(kind.body.model_fields) - NOT_TOLD - inner:
            here = messages.label(name, f"place.{kind.name}")
            if here == name and messages.label(name, "field") == name:
                wordless.add(f"{kind.name}: {name}")
    assert not wordless


# Told field by field, or in the record's signatures.
NOT_TOLD = {"answers", "customer", "asset", "digest", "facts", "lines", "params", "parts"}
NOT_TOLD |= {"seen", "set", "shown", "signature", "things"}


def test_no_history_shows_a_key_or_a_code(house: House):
    codes = {name for kind in KINDS for name in (kind,)} | {"to_inspect", "on_hold", "put_away"}
    for key in house.documents():
        if key.partition("/")[0] in ("approval", "case", "job", "lot", "order", "requisition"):
            for line in history(house, key, "zh_CN"):
                assert not any(code in line for code in codes), line
                assert "lot/" not in line, line


def test_names_of_other_documents_are_known(house: House):
    found = dossier(house, VISIT)
    assert found.document["procedure"]["key"] in found.others
    assert found.names["wu.gang"] == "吴刚"
