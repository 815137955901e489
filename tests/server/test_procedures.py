"""The shipped procedures: valid, in both languages, and with the controls that they promise."""

import re
from decimal import Decimal
from hashlib import sha256

import pytest

from server.domain.procedure import ProcedurePublished
from server.domain.run import FieldDef, StepDef
from server.domain.values import Name
from server.procedures import shipped

# What each published revision says. A plant that was set up earlier runs it under this number for
# ever: whoever changes a definition gives it the next one, and writes its digest here.
DIGESTS = {
    "incoming_inspection.v1": "1723055e1f3d7aad",
    "production.v1": "3c5d82c550885e27",
    "site_service.v3": "d94a44f7fc74e2d7",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHIPPED = {procedure.code: procedure for procedure in shipped()}
STEPS = [(code, step) for code, procedure in SHIPPED.items() for step in procedure.steps]
FIELDS = [(code, step, field) for code, step in STEPS for field in step.fields]


def step_of(code: str, key: str) -> StepDef:
    return next(step for step in SHIPPED[code].steps if step.key == key)


def field_of(step: StepDef, key: str) -> FieldDef:
    return next(field for field in step.fields if field.key == key)


def names_of(procedure: ProcedurePublished) -> list[Name]:
    found = [procedure.title]
    for step in procedure.steps:
        found += [step.title, step.instruction]
        for field in step.fields:
            found += [field.label, *(choice.label for choice in field.choices)]
    return found


def test_three_procedures_are_shipped():
    assert sorted(SHIPPED) == ["incoming_inspection", "production", "site_service"]


def test_a_definition_that_changes_is_another_revision():
    found = {
        f"{code}.v{one.revision}": sha256(
            one.model_dump_json(exclude_defaults=True).encode()
        ).hexdigest()[:16]
        for code, one in SHIPPED.items()
    }
    assert found == DIGESTS


@pytest.mark.parametrize("code", SHIPPED)
def test_every_text_is_chinese_and_english(code: str):
    for name in names_of(SHIPPED[code]):
        assert CHINESE.search(name.zh), name
        assert name.en, name
        assert not CHINESE.search(name.en), name


@pytest.mark.parametrize("code", SHIPPED)
def test_every_procedure_says_where_it_comes_from(code: str):
    assert "ISO 9001 §8" in SHIPPED[code].source


@pytest.mark.parametrize("code", SHIPPED)
def test_publishing_keeps_every_limit_exactly(code: str):
    procedure = SHIPPED[code]
    body = procedure.model_dump(mode="json")
    assert ProcedurePublished.model_validate(body) == procedure


def test_every_step_can_be_recorded_by_somebody_and_asks_for_something():
    for code, step in STEPS:
        assert step.roles, (code, step.key)
        assert step.fields, (code, step.key)
        keys = [field.key for field in step.fields]
        assert len(keys) == len(set(keys)), (code, step.key)


def test_limits_enclose_the_nominal_value():
    for code, step, field in FIELDS:
        given = [v for v in (field.lower, field.nominal, field.upper) if v is not None]
        assert given == sorted(given), (code, step.key, field.key)
        assert not given or field.type == "number", (code, step.key, field.key)


def test_choices_offer_a_way_to_pass():
    for code, step, field in FIELDS:
        if field.type == "choice":
            assert len(field.choices) > 1, (code, step.key, field.key)
            assert any(choice.ok for choice in field.choices), (code, step.key, field.key)
        else:
            assert not field.choices, (code, step.key, field.key)


def test_a_step_that_changes_the_status_asks_for_a_verdict():
    for code, step in STEPS:
        if step.on_pass or step.on_fail:
            assert step.verdict, (code, step.key)


@pytest.mark.parametrize("code", ["production", "site_service"])
def test_a_mutual_check_is_made_by_somebody_else_than_the_self_check(code: str):
    mutual = step_of(code, "mutual_check")
    assert mutual.check == "mutual"
    assert mutual.other_than == "self_check"
    assert set(mutual.roles) & set(step_of(code, "self_check").roles)


@pytest.mark.parametrize("code", ["production", "incoming_inspection"])
def test_a_put_away_asks_how_much_and_where(code: str):
    last = SHIPPED[code].steps[-1]
    assert last.moves == "put_away"
    assert {field.key: field.type for field in last.fields} == {
        "quantity": "quantity",
        "location": "location",
    }


def test_production_runs_in_the_order_of_its_control_procedure():
    assert [step.key for step in SHIPPED["production"].steps] == [
        "requisition",
        "first_article",
        "machining",
        "bonding",
        "self_check",
        "mutual_check",
        "patrol",
        "final_inspection",
        "put_away",
    ]


def test_a_first_article_is_measured_by_operator_or_inspector_and_a_fail_stops_the_lot():
    first = step_of("production", "first_article")
    assert first.check == "first_article"
    assert first.roles == ["operator", "inspector"]
    assert first.on_fail == "on_hold"
    limited = [f for f in first.fields if f.lower is not None and f.upper is not None]
    assert 3 <= len(limited) <= 5
    bore = field_of(first, "seat_bore")
    assert (bore.lower, bore.upper, bore.unit) == (Decimal("25"), Decimal("25.021"), "mm")


def test_production_has_a_key_and_a_special_step_with_limited_parameters():
    for key, step_class in (("machining", "key"), ("bonding", "special")):
        step = step_of("production", key)
        assert step.step_class == step_class
        assert any(field.lower is not None and field.upper is not None for field in step.fields)


def test_a_patrol_is_repeated_and_never_holds_up_the_next_step():
    assert step_of("production", "patrol").repeat


@pytest.mark.parametrize(
    ("code", "key"), [("production", "final_inspection"), ("incoming_inspection", "verdict")]
)
def test_the_last_inspection_passes_or_holds_the_lot(code: str, key: str):
    step = step_of(code, key)
    assert (step.on_pass, step.on_fail) == ("passed", "on_hold")
    assert "operator" not in step.roles


def test_a_visit_ends_with_the_customers_signature_and_an_evaluation():
    *_, acceptance, evaluation = SHIPPED["site_service"].steps
    assert field_of(acceptance, "signature").type == "signature"
    assert field_of(acceptance, "signature").required == "on_pass"
    assert evaluation.key == "evaluation"


def test_only_site_service_is_about_visits():
    subjects = {code: procedure.subject for code, procedure in SHIPPED.items()}
    assert subjects == {
        "incoming_inspection": "lot",
        "production": "lot",
        "site_service": "visit",
    }
