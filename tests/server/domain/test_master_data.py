"""Sites, people, items, orders and procedures: how the master data begins and changes."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from server.domain.order import Order
from server.domain.person import Person
from server.domain.procedure import Procedure
from server.domain.values import Quantity, canonical
from tests.server.domain.floor import Floor
from tests.server.domain.scenery import PROCEDURES


def test_a_site_opens_and_its_code_is_in_its_key(floor: Floor):
    body = {"name_zh": "成都工厂", "name_en": "Chengdu plant"}
    result = floor.do("site.opened", "site/org:CD", body, by="admin")
    assert result.outcome.status == "applied"
    assert floor.documents["site/org:CD"].as_json()["code"] == "CD"


def test_what_is_given_of_a_person_replaces_what_was(floor: Floor):
    floor.do("person.changed", "person/org:wang.fang", {"roles": {"HD": ["admin"]}}, by="admin")
    person = floor.documents["person/org:wang.fang"]
    assert isinstance(person, Person)
    assert (person.name, person.roles, person.active) == ("王芳", {"HD": ["admin"]}, True)


def test_an_item_code_is_used_once(floor: Floor):
    body = {"name": {"zh": "又", "en": "Again"}, "unit": "pcs"}
    result = floor.do("item.added", "item/SZ:M-1", body, by="sun.hao")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "already_exists")


def test_a_gtin_has_fourteen_digits(floor: Floor):
    body = {"name": {"zh": "新", "en": "New"}, "unit": "pcs", "gtin": "123"}
    result = floor.do("item.added", "item/SZ:M-8", body, by="sun.hao")
    assert (result.outcome.code, result.outcome.params["where"]) == ("body_malformed", "gtin")


def test_a_lot_of_an_item_with_gtin_is_found_by_its_gs1_code(floor: Floor):
    floor.received("lot/SZ:M-2:A7")
    lot = floor.lot("lot/SZ:M-2:A7")
    assert "lot.scan=04006381333931/A7" in lot.terms()
    assert "scan" not in lot.as_json()


def test_an_order_is_of_a_known_item(floor: Floor):
    body = {"item": "item/SZ:P-9", "quantity": "20", "due_on": "2026-12-01"}
    result = floor.do("order.released", "order/SZ:W1", body, by="sun.hao")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "unknown_document")


def test_an_order_stands_open_with_what_it_asks_for(floor: Floor):
    body = {"item": "item/SZ:P-1", "quantity": "20.0", "due_on": "2026-12-01", "customer": "某厂"}
    result = floor.do("order.released", "order/SZ:W1", body, by="sun.hao")
    order = floor.documents["order/SZ:W1"]
    assert result.outcome.status == "applied"
    assert isinstance(order, Order)
    assert (order.number, order.stage, order.state) == ("W1", "production", "open")
    assert order.as_json()["quantity"] == "20"


def test_a_published_version_never_changes(floor: Floor):
    body = PROCEDURES["procedure/SZ:card.v1"]
    result = floor.do("procedure.published", "procedure/SZ:card.v1", body, by="li.na")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "already_exists")


def test_the_next_version_has_its_own_key(floor: Floor):
    body = PROCEDURES["procedure/SZ:card.v1"] | {"revision": 2}
    floor.do("procedure.published", "procedure/SZ:card.v2", body, by="li.na")
    procedure = floor.documents["procedure/SZ:card.v2"]
    assert isinstance(procedure, Procedure)
    assert (procedure.revision, procedure.published_by_name) == (2, "李娜")


@pytest.mark.parametrize("changed", [{"key": "self_check"}, {"other_than": "nothing"}])
def test_steps_have_keys_of_their_own_and_name_each_other(floor: Floor, changed: dict[str, Any]):
    steps = [dict(step) for step in PROCEDURES["procedure/SZ:card.v1"]["steps"]]
    steps[3] |= changed
    body = PROCEDURES["procedure/SZ:card.v1"] | {"steps": steps}
    result = floor.do("procedure.published", "procedure/SZ:card.v2", body, by="li.na")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "body_malformed")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.50", "12.5"),
        ("0", "0"),
        ("-0", "0"),
        ("0.000001", "0.000001"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("-7.0", "-7"),
        ("123456789012.123456", "123456789012.123456"),
    ],
)
def test_a_decimal_has_one_text(value: str, text: str):
    assert canonical(Decimal(value)) == text


@pytest.mark.parametrize("again", ["the first time", "when it was checked before"])
def test_a_number_comes_to_its_one_form_however_it_was_written(again: str):
    quantity = TypeAdapter(Quantity).validate_python
    for value, form in [("1E+2", "100"), ("12.50", "12.5"), ("-0", "0")]:
        assert str(quantity(Decimal(value))) == str(quantity(value)) == form, again


@pytest.mark.parametrize("value", ["NaN", "Infinity", "0.1234567", "1234567890123456789"])
def test_what_is_no_quantity_is_refused_also_as_a_number(value: str):
    for told in (value, Decimal(value), Decimal(value)):
        with pytest.raises(ValidationError):
            TypeAdapter(Quantity).validate_python(told)
