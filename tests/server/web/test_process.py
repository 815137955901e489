"""A real `traveler serve`: its log, server-sent events, what a proxy or a curl would meet."""

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.web.plant_in_use import PASSWORD, template
from tests.server.web.test_push import WRAPPED

LOGIN = "wang.fang"
LOT = "lot/SZ:M-1001:L2611-02"
SECRET_TEXT = "a note that is nobody's business"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


class Served:
    """The process, its address, and all that it has written to its log."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / "log"
        command = [sys.executable, "-m", "server.cli", "serve", "--data", str(data)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([*command, "--port", str(self.port)], stderr=log)
        self._wait()

    def _wait(self) -> None:
        pause = threading.Event()
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text("utf-8")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            pause.wait(0.05)
        raise TimeoutError(self.log.read_text("utf-8"))

    def browser(self, login: str = LOGIN) -> httpx.Client:
        client = httpx.Client(base_url=self.url, timeout=20)
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def lines_up_to(self, path: str) -> list[dict[str, Any]]:
        """The lines once the one of this path is there: it is written after the answer went out."""
        deadline = time.monotonic() + 20
        found = self.lines()
        while all(line.get("path") != path for line in found):
            assert time.monotonic() < deadline, f"no line of {path}"
            found = self.lines()
        return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(template(), data)
    served = Served(data)
    yield served
    served.process.terminate()
    assert served.process.wait(20) is not None


def entry(number: int, device: dict[str, Any], prev: str) -> str:
    told = {
        "id": f"01a20000-0000-7000-8000-{number:012x}",
        "device": device["device"], "seq": number, "prev": prev, "kind": "note.added", "v": 1,
        "actor": device["me"]["login"], "session": device["session"], "on": LOT, "base": None,
        "after": None, "at": "2026-11-22T09:41:07.120+08:00", "skew_ms": 0, "app": "",
        "body": {"text": SECRET_TEXT}, "blobs": [],
    }  # fmt: skip
    return json.dumps(told)


def pushed(client: httpx.Client, device: dict[str, Any], *entries: str) -> httpx.Response:
    body = {"device": device["device"], "entries": [WRAPPED | {"entry": one} for one in entries]}
    headers = {"authorization": f"Bearer {device['token']}"}
    return client.post("/sync/push", json=body, headers=headers)


def next_poke(lines: Iterator[str]) -> dict[str, int]:
    name = ""
    for line in lines:
        if line.startswith("event:"):
            name = line.partition(":")[2].strip()
        if line.startswith("data:") and name == "poke":
            found: dict[str, int] = json.loads(line.partition(":")[2])
            return found
    raise AssertionError("the stream ended")


def test_events_tell_the_versions_first_and_then_what_somebody_else_moved(served: Served):
    listener = served.browser("liu.yang")
    other = served.browser()
    device = other.post("/sync/enrol", json={}).json()
    headers = {"accept-encoding": "gzip, br", "accept": "text/event-stream"}
    with listener.stream("GET", "/sync/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in stream.headers, "a proxy would hold it back"
        assert stream.headers["cache-control"] == "no-cache"
        lines = stream.iter_lines()
        first = next_poke(lines)
        assert set(first) == {"SZ.base", "SZ.floor", "org.people"}
        assert pushed(other, device, entry(1, device, "0" * 64)).status_code == 200
        assert next_poke(lines) == {"SZ.floor": first["SZ.floor"] + 1}


def test_events_end_with_the_session(served: Served):
    listener, other = served.browser("zhao.lei"), served.browser("sun.hao")
    with listener.stream("GET", "/sync/events") as stream:
        lines = stream.iter_lines()
        next_poke(lines)
        away = httpx.Client(base_url=served.url, cookies=listener.cookies)
        assert away.post("/sign-out").status_code == 303
        note = {"on": LOT, "body.text": "x", "then": "/"}
        assert other.post("/do/note.added", data=note).status_code == 303
        assert not [line for line in lines if line.startswith("data:")]


def test_pages_are_compressed_where_the_browser_takes_it(served: Served):
    answer = served.browser().get("/lots", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()


def test_a_gigabyte_is_answered_before_it_is_sent_and_the_server_goes_on(served: Served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as wire:
        head = f"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: {1024**3}\r\n"
        wire.sendall(head.encode() + b"content-type: application/x-www-form-urlencoded\r\n\r\na=b")
        assert wire.recv(100).startswith(b"HTTP/1.1 413")
    assert httpx.get(f"{served.url}/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\ncookie: " + b"x" * 100_000 + b"\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
    ],
    ids=["noise", "version", "long address", "long cookie", "no length"],
)
def test_broken_http_is_answered_and_the_server_goes_on(served: Served, raw: bytes):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as wire:
        wire.sendall(raw)
        status = int(wire.recv(100).split()[1])
        assert 300 <= status < 500
    assert httpx.get(f"{served.url}/health").status_code == 200


def test_the_log_tells_requests_and_entries_and_no_secret_and_no_content(served: Served):
    client = served.browser()
    secrets = [PASSWORD, SECRET_TEXT, *client.cookies.values()]
    device = client.post("/sync/enrol", json={"name": SECRET_TEXT}).json()
    secrets.append(device["token"])
    pushed(client, device, entry(0x21, device, "0" * 64).replace('"seq": 33', '"seq": 1'))
    client.post("/do/note.added", data={"on": LOT, "body.text": SECRET_TEXT, "then": "/"})
    client.post("/do/note.added", data={"on": "nothing", "body.text": SECRET_TEXT})
    client.get("/lots", params={"q": SECRET_TEXT})
    client.post("/sign-in", data={"login": "x", "password": SECRET_TEXT})
    client.post("/sync/push", content=SECRET_TEXT, headers={"authorization": SECRET_TEXT})
    client.get("/nothing")
    lines = served.lines_up_to("/nothing")
    text = served.log.read_text("utf-8")
    assert not [secret for secret in secrets if secret in text]
    assert not re.search(r"\?q=|argon2|\$v=", text)
    requests = [line for line in lines if line["event"] == "request"]
    assert len({line["request"] for line in requests}) == len(requests)
    assert any(line["path"] == "/nothing" and line["status"] == 404 for line in requests)
    push = next(one for one in reversed(lines) if one["event"] == "push")
    assert push["entries"] == ["01a20000-0000-7000-8000-000000000021"]
    assert (push["number"], push["device"]) == (1, device["device"])
    assert push["request"] in {line["request"] for line in requests}
    recorded = next(one for one in lines if one["event"] == "recorded")
    assert recorded["kind"] == "note.added"
    assert UUID.fullmatch(recorded["entries"][0])


def test_nothing_that_is_sent_can_make_up_a_line_of_the_log(served: Served):
    client = served.browser()
    client.get("/lots/%0a%7B%22event%22%3A%22forged%22%7D")
    assert all(line["event"] != "forged" for line in served.lines())
    assert not [line for line in served.lines() if line["event"] == "unforeseen"]
