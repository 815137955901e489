"""What schemathesis makes of the OpenAPI description: requests that fit it and requests that don't,
and whether the answers are among those that it describes.

Its own way to send a request is not used: the application is reached as all others here reach it.
"""

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.batch import Desk, Tally, drive, quietly
from tests.fuzz.ground import Ground, ground
from tests.fuzz.wire import Answer, Request

HOST = "http://testserver.local"
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# One answer of these never ends, the other takes no input.
NOT_ASKED = {"GET /sync/events", "GET /health"}


def operations(there: Ground) -> dict[str, Any]:
    """Every operation that takes input, by its name, as the plant describes it."""
    told = there.wire.send(Request("GET", "/schema/openapi.json"))
    schema = schemathesis.openapi.from_dict(json.loads(told.body))
    found = {one.ok().label: one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)}
    return {label: one for label, one in found.items() if label not in NOT_ASKED}


def run(label: str, database: str, name: str, cases: int) -> Tally:
    """A batch of requests to one operation."""
    quietly()
    load_all_checks()
    tally = Tally(label)
    with ground(database) as there, _calmly():
        desk = Desk(there, tally)
        taken = _taker(desk)
        drive(cases_of(operations(there)[label]), taken, name, cases)
        desk.close()
    return tally


def cases_of(operation: Any) -> SearchStrategy[tuple[Case[Any], bool]]:
    """Cases that fit the description and cases that don't; with their credentials or without."""
    modes = [GenerationMode.POSITIVE]
    if operation.body or any(one.location == "header" for one in operation.headers):
        modes.append(GenerationMode.NEGATIVE)
    made = [operation.as_strategy(generation_mode=mode) for mode in modes]
    return st.tuples(st.one_of(*made), st.sampled_from([True, True, True, False]))


def _taker(desk: Desk) -> Callable[[tuple[Case[Any], bool]], None]:
    def taken(plan: tuple[Case[Any], bool]) -> None:
        case, is_known = plan
        prepared = _prepared(case, desk.ground if is_known else None)
        answer = desk.send(_request(prepared))
        try:
            case.validate_response(_response(prepared, answer), checks=CHECKS)
        except FailureGroup as failures:
            for one in failures.exceptions:
                text = f"{case.operation.label}: {type(one).__name__} {one}"
                desk.tally.find(f"{text[:500]}\n    {_request(prepared)}")

    return taken


def _prepared(case: Case[Any], there: Ground | None) -> requests.PreparedRequest:
    """The case as it goes out, in the name of a tablet and of somebody signed in."""
    told = case.as_transport_kwargs(base_url=HOST)
    sent = {name: told[name] for name in ("method", "url", "params", "data", "json", "headers")
            if name in told}  # fmt: skip
    headers = dict(sent.pop("headers", None) or {})
    if there is not None:
        tablet = there.tablets[0]
        headers |= {"Authorization": f"Bearer {tablet.token}", "Cookie": f"traveler={there.cookie}"}
        if isinstance(sent.get("json"), dict) and isinstance(sent["json"].get("device"), str):
            sent["json"] = sent["json"] | {"device": tablet.device}
    return requests.Request(**sent, headers=headers).prepare()


def _request(prepared: requests.PreparedRequest) -> Request:
    body = prepared.body or b""
    assert isinstance(body, str | bytes)
    body = body.encode() if isinstance(body, str) else body
    headers = [(_text(name), _text(value)) for name, value in prepared.headers.items()]
    known = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return Request(str(prepared.method), prepared.path_url, tuple(known), body)


def _text(told: str | bytes) -> str:
    return told.decode("latin-1") if isinstance(told, bytes) else told


def _response(prepared: requests.PreparedRequest, answer: Answer) -> Response:
    """The answer in schemathesis' own shape."""
    return Response(
        status_code=answer.status,
        headers={name: [value] for name, value in answer.headers.items()},
        content=b"" if prepared.method == "HEAD" else answer.body,
        request=prepared,
        elapsed=0.0,
        verify=False,
        http_version="1.1",
    )


@contextmanager
def _calmly() -> Iterator[None]:
    """Without its advice on how cases are made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
