"""A real server process, killed with SIGKILL while it prints: what waited comes out after it."""

import sqlite3
import threading
from pathlib import Path

import httpx

from server.demo.plant import SHARED_LOT
from server.domain.label_thing import label_key
from tests.browser.device import PASSWORD
from tests.browser.real_server import RealServer, free_port
from tests.server.printing.fake_zebra import FakeZebra, fake_zebra

PRINTERS = """
- name: zebra
  site: SZ
  zh: 仓库斑马
  en: Zebra in the store
  zpl: 127.0.0.1:{port}
"""
LABELS = label_key(SHARED_LOT)


def served(folder: Path, port: int) -> RealServer:
    """A demo plant with a printer."""
    file = folder / "printers.yaml"
    file.write_text(PRINTERS.format(port=port), encoding="utf-8")
    server = RealServer(folder / "data")
    server.environment = {"TRAVELER_PRINTERS": str(file)}
    server.start()
    return server


def ask_for_labels(server: RealServer, copies: int) -> None:
    with httpx.Client(base_url=server.url, headers={"origin": server.url}) as browser:
        signed = browser.post("/sign-in", data={"login": "chen.jing", "password": PASSWORD})
        assert signed.status_code == 303, signed.text
        form = {
            "on": LABELS,
            "body.things.0.thing": SHARED_LOT,
            "body.copies": str(copies),
            "body.printer": "printer/SZ:zebra",
            "body.reason": "test",
            "then": "/printout",
        }
        asked = browser.post("/do/label.printed", data=form)
        assert asked.status_code == 303, asked.text


def state(server: RealServer) -> tuple[str, str | None]:
    one = server.document(LABELS)["prints"][0]
    return one["state"], one["why"] and one["why"]["code"]


def until(server: RealServer, wanted: tuple[str, str | None]) -> None:
    """Waits for the document to say so; each look is a read of the database."""
    for _ in range(40_000):
        if state(server) == wanted:
            return
        assert server.answers()
    raise AssertionError(f"still {state(server)}")


def test_what_waited_when_the_server_was_killed_comes_out_after_the_next_start(tmp_path: Path):
    port = free_port()
    server = served(tmp_path, port)
    try:
        ask_for_labels(server, copies=2)
        until(server, ("waiting", "printer_refused"))
        server.kill()
        with fake_zebra(FakeZebra(), port) as zebra:
            server.start()
            assert len(zebra.wait_for(2, timeout_s=60)) == 2
            until(server, ("sent", None))
        assert server.verify().returncode == 0
    finally:
        server.kill()


def test_killed_before_the_first_byte_it_is_sent_again_and_not_twice(tmp_path: Path):
    port, slow = free_port(), threading.Event()
    with fake_zebra(FakeZebra(slow=slow), port) as zebra:
        server = served(tmp_path, port)
        try:
            ask_for_labels(server, copies=1)
            zebra.wait_until_asked()
            assert server.rows("select state from print_jobs") == [("taken",)]
            server.kill()
            slow.set()
            age = "update print_jobs set leased_until = '2020-01-01T00:00:00.000Z'"
            change(server, age)
            server.start()
            assert len(zebra.wait_for(1, timeout_s=60)) == 1
            until(server, ("sent", None))
            assert len(zebra.labels) == 1
        finally:
            server.kill()


def test_killed_under_way_it_says_perhaps_and_asks(tmp_path: Path):
    port = free_port()
    with fake_zebra(FakeZebra(), port) as zebra:
        server = served(tmp_path, port)
        try:
            ask_for_labels(server, copies=1)
            until(server, ("sent", None))
            server.kill()
            # As it stands on the disk when the power goes between the last byte and the word of it.
            change(server, "update print_jobs set state = 'sending', told = 'waiting', "
                           "leased_until = '2020-01-01T00:00:00.000Z'")  # fmt: skip
            server.start()
            until(server, ("perhaps", "print_left_off"))
            assert len(zebra.labels) == 1
        finally:
            server.kill()


def change(server: RealServer, sql: str) -> None:
    with sqlite3.connect(server.data / "traveler.sqlite3") as connection:
        connection.execute(sql)
