"""docs/operations.md is kept: its commands set up a plant in an empty folder; people work there."""

import getpass
import re
import shlex
import sys
from datetime import date
from pathlib import Path

import pytest

from server import cli
from server.plant import opened
from server.settings import HERE, VARIABLES, Settings
from tests.server.web.plant_in_use import Browser, House, house_over

TOLD = (HERE.parent / "docs" / "operations.md").read_text("utf-8")
OWN = TOLD.partition("## A plant of your own, from nothing\n")[2].partition("\n## ")[0]
PASSWORD = "long enough 密码"
LOT = "WX:M-1001:L2611-01"
CARD = "WX:J2611-001"


def commands() -> list[str]:
    """Those of the section, from the first site on, but for `serve`, which never ends."""
    begun = OWN.partition("**2.")[2]
    lines = [line.strip() for line in begun.splitlines() if line.startswith("    ")]
    return [line for line in lines if not line.startswith("traveler serve")]


def run(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One line as a shell would run it, of the few things that the section asks of a shell."""
    line = line.replace("$(date +%F)", date.today().isoformat())  # noqa: DTZ011
    words = shlex.split(line.replace("/backup/", "backup-"), comments=True)
    if words[0] == "sed":
        old, new = words[2].split("/")[1:3]
        file = Path(words[3])
        file.write_text(re.sub(old, new, file.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
        return
    into = words[words.index(">") + 1] if ">" in words else None
    monkeypatch.setattr(sys, "argv", words[: words.index(">")] if into else words)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert ended.value.code == 0, f"{line}: {told.err}"
    if into:
        Path(into).write_text(told.out, "utf-8")


def send(browser: Browser, kind: str, fields: dict[str, str]) -> None:
    """A form as a page posts it."""
    parts = [(name, (None, value)) for name, value in fields.items()]
    answer = browser.post(f"/do/{kind}", files=parts)
    assert answer.status_code == 303, answer.text


def receive_and_start_a_card(house: House) -> None:
    storekeeper = house.nobody().sign_in("chen.jing", PASSWORD)
    assert "阀体铸件" in storekeeper.get("/items", headers={"accept-language": "zh-CN"}).text
    page = storekeeper.get("/items/WX:M-1001")
    assert 'action="/do/lot.received"' in page.text
    send(storekeeper, "lot.received", {
        "on": "lot/WX:M-1001:{code}", "on.code": "L2611-01", "body.item": "item/WX:M-1001",
        "body.quantity": "60", "body.location": "A-01-01", "body.supplier": "某铸造厂",
        "then": "/lots/{id}", "then_error": "/items/WX:M-1001",
    })  # fmt: skip
    page = storekeeper.get(f"/lots/{LOT}")
    assert "procedure/WX:incoming_inspection.v1" in page.text
    assert "procedure/WX:goods_in.v1" in page.text
    send(storekeeper, "job.started", {
        "on": "job/WX:{number}", "on.number": "J2611-001", "body.lot": f"lot/{LOT}",
        "body.procedure": "procedure/WX:incoming_inspection.v1", "body.quantity": "60",
        "then": "/jobs/{id}", "then_error": f"/lots/{LOT}",
    })  # fmt: skip
    send(storekeeper, "step.recorded", {
        "on": f"job/{CARD}", "body.step": "receipt", "body.answers.counted": "60",
        "body.answers.delivery_note": "DN-1", "body.answers.certificate": "present",
        "then": "/jobs/{id}", "then_error": f"/jobs/{CARD}",
    })  # fmt: skip
    badge = storekeeper.get("/people/chen.jing", headers={"accept-language": "zh-CN"})
    assert "无锡工厂" in badge.text  # by the name that it was opened with
    inspector = house.nobody().sign_in("liu.yang", PASSWORD)
    assert f"/jobs/{CARD}" in inspector.get("/").text
    assert house.body_of(f"job/{CARD}")["next"] == "appearance"
    assert house.body_of(f"lot/{LOT}")["on_hand"] == "60"


def test_a_plant_of_ones_own_begins_with_the_commands_of_the_documentation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    table = OWN.partition("```csv\n")[2].partition("```")[0]
    (tmp_path / "items.csv").write_text(table, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAVELER_DATA", "data")
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: PASSWORD)
    lines = commands()
    assert len(lines) >= 15
    for line in lines:
        run(line, monkeypatch, capsys)
    plant = opened(Settings(data=tmp_path / "data"))
    with house_over(plant) as house:
        receive_and_start_a_card(house)
    plant.close()
    run("traveler verify --quiet", monkeypatch, capsys)


def test_every_setting_is_documented():
    assert [name for name in VARIABLES.values() if f"`{name}`" not in TOLD] == []
