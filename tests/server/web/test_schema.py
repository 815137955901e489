"""The OpenAPI schema: what it says of the sync routes, and the page to read it on."""

import json
import re

from server.domain.model import DOCUMENTS, KINDS
from tests.server.web.plant_in_use import House
from tests.server.web.poison import suspicious

OPERATIONS = {
    ("post", "/sync/enrol"),
    ("get", "/sync/notices"),
    ("post", "/sync/notices"),
    ("delete", "/sync/notices"),
    ("post", "/sync/signer"),
    ("post", "/sync/switch"),
    ("post", "/sync/push"),
    ("post", "/sync/pull"),
    ("get", "/sync/events"),
    ("head", "/blobs/{sha256}"),
    ("patch", "/blobs/{sha256}"),
    ("get", "/blobs/{sha256}"),
    ("get", "/health"),
}
PROBLEM = {"$ref": "#/components/schemas/ProblemAnswer"}


def test_the_schema_describes_what_devices_ask_and_nothing_for_people(shared_house: House):
    schema = shared_house.nobody().get("/schema/openapi.json").json()
    paths = schema["paths"]
    assert {(method, path) for path in paths for method in paths[path]} == OPERATIONS
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation["description"], f"{method} {path} is not described"
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert answer["content"]["application/json"]["schema"] == PROBLEM
    shapes = schema["components"]["schemas"]
    assert set(shapes["PushAnswer"]["required"]) == {
        "epoch", "now", "last_seq", "verdicts", "need"
    }  # fmt: skip


def test_an_answer_has_exactly_the_fields_that_the_schema_names(house: House):
    shapes = house.nobody().get("/schema/openapi.json").json()["components"]["schemas"]
    device = house.device("wang.fang")
    answers = {
        "EnrolAnswer": device.enrolled,
        "PushAnswer": device.push(device.note()).json(),
        "Verdict": device.verdicts(device.note())[0],
        "PullAnswer": device.pull().json(),
        "Change": device.pull().json()["changes"][0],
        "ProblemAnswer": house.nobody().post("/sync/enrol", json={}).json(),
        "Me": device.enrolled["me"],
    }
    for name, answer in answers.items():
        assert set(answer) == set(shapes[name]["properties"]), name


def test_the_page_lists_every_operation_parameter_and_shape_without_script(shared_house: House):
    schema = shared_house.nobody().get("/schema/openapi.json").json()
    answer = shared_house.nobody().get("/schema")
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert suspicious(page) == []
    assert "<script" not in page
    assert "//" not in re.sub(r"</?[a-z]", "", page).replace("application//", "")
    for method, path in OPERATIONS:
        assert f"{method.upper()} {path}" in page
    for name in schema["components"]["schemas"]:
        assert f'id="{name}"' in page
    for operations in schema["paths"].values():
        for one in operations.values():
            assert all(parameter["name"] in page for parameter in one.get("parameters", []))
    for name in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{name}"' in page
    assert json.dumps(schema).count("cdn") == page.count("cdn") == 0


def test_every_kind_of_entry_and_document_is_described_in_a_schema_of_its_own(shared_house: House):
    answer = shared_house.nobody().get("/schema/model.json")
    assert answer.status_code == 200
    told = answer.json()
    assert set(told["kinds"]) == set(KINDS)
    assert set(told["documents"]) == set(DOCUMENTS)
    assert told["kinds"]["note.added"]["body"]["required"] == ["text"]
    assert told["entry"]["properties"]["seq"]["minimum"] == 1
