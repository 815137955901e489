"""A Zebra over a real port: what it takes, what it says, and what is known when it dies."""

import socket
import threading

import pytest

from server.printing import zebra
from server.printing.printers import PrinterSetting
from server.printing.sending import BrokeOff, NotSent
from tests.browser.real_server import free_port
from tests.server.printing.fake_zebra import GOOD, FakeZebra, fake_zebra

LABELS = [f"^XA^FO10,10^FD{number}^FS^XZ\n".encode() for number in range(3)]


def setting(port: int, host: str = "127.0.0.1") -> PrinterSetting:
    return PrinterSetting(name="z", site="SZ", zh="斑马", en="Zebra", zpl=f"{host}:{port}")


def sent(printer: FakeZebra, labels: list[bytes] = LABELS) -> list[int]:
    """How many labels were there each time that something went on."""
    seen: list[int] = []
    zebra.send(setting(printer.port), labels, lambda: seen.append(len(printer.labels)))
    return seen


def test_a_printer_gets_every_label_whole_and_is_asked_before_and_after():
    with fake_zebra(FakeZebra()) as printer:
        progress = sent(printer)
        assert printer.wait_for(3) == [label.strip() for label in LABELS]
    assert printer.asked == 2
    assert len(progress) == 4, "before the first, and after each"
    assert progress[0] == 0


def test_a_printer_that_never_answers_is_sent_to_all_the_same(monkeypatch):
    monkeypatch.setattr(zebra, "STATUS_TIMEOUT_S", 0.2)
    with fake_zebra(FakeZebra(answers=None)) as printer:
        sent(printer)
        assert len(printer.wait_for(3)) == 3


TROUBLE = {
    "printer_paper_out": ("030,1,0,1245,000,0,0,0,000,0,0,0", *GOOD[1:]),
    "printer_paused": ("030,0,1,1245,000,0,0,0,000,0,0,0", *GOOD[1:]),
    "printer_head_open": (GOOD[0], "000,0,1,0,0,2,4,0,00000000,1,000", GOOD[2]),
    "printer_ribbon_out": (GOOD[0], "000,0,0,1,0,2,4,0,00000000,1,000", GOOD[2]),
}


@pytest.mark.parametrize("code", TROUBLE)
def test_a_printer_that_says_it_can_t_gets_nothing(code: str):
    with fake_zebra(FakeZebra(answers=TROUBLE[code])) as printer:
        with pytest.raises(NotSent) as raised:
            sent(printer)
        assert printer.labels == []
    assert raised.value.why.code == code


def test_a_printer_that_is_off_refuses_and_nothing_went_out():
    port = free_port()
    with pytest.raises(NotSent) as raised:
        zebra.send(setting(port), LABELS, lambda: None)
    assert raised.value.why.code == "printer_refused"
    assert raised.value.why.params == {"host": f"127.0.0.1:{port}"}


def test_a_host_that_nobody_knows_is_named():
    with pytest.raises(NotSent) as raised:
        zebra.send(setting(9100, "no-such-printer.invalid"), LABELS, lambda: None)
    assert raised.value.why.code == "printer_unknown_host"


def test_a_port_that_takes_nobody_is_silent(monkeypatch):
    monkeypatch.setattr(zebra, "CONNECT_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]  # all that the queue holds, and more
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(NotSent) as raised:
            zebra.send(setting(port), LABELS, lambda: None)
        for one in waiting:
            one.close()
    assert raised.value.why.code == "printer_silent"


@pytest.mark.parametrize("after", [1, 2])
def test_a_printer_that_dies_in_the_middle_has_perhaps_printed(after: int):
    many = [b"^XA^FO10,10^FD" + b"x" * 20_000 + b"^FS^XZ\n"] * 300
    with fake_zebra(FakeZebra(dies_after=after)) as printer:
        with pytest.raises(BrokeOff) as raised:
            sent(printer, many)
        assert len(printer.labels) >= after
    assert raised.value.why.code == "printer_broke_off"


def test_a_printer_that_dies_on_the_last_label_is_noticed_as_well():
    with fake_zebra(FakeZebra(dies_after=3)) as printer, pytest.raises(BrokeOff):
        sent(printer)


def test_a_slow_printer_is_waited_for():
    slow = threading.Event()
    with fake_zebra(FakeZebra(slow=slow)) as printer:
        sending = threading.Thread(target=sent, args=(printer,))
        sending.start()
        printer.wait_until_asked()
        slow.set()
        sending.join(20)
        assert len(printer.wait_for(3)) == 3
