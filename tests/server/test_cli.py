"""The commands: what each prints, what it leaves behind, and its exit code."""

import io
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from server import cli
from server.plant import opened
from server.settings import HERE, Settings
from tests.server.web.plant_in_use import PASSWORD as DEMO_PASSWORD
from tests.server.web.plant_in_use import house_over, template

TRAVELER = [sys.executable, "-m", "server.cli"]
COMMANDS = ["serve", "demo", "verify", "labels", "person", "person add", "person list",
            "person password", "person role", "person rename", "person deactivate",
            "person activate", "site", "site add", "site list", "item", "item import", "item list",
            "procedure", "procedure publish", "procedure list", "procedure show"]  # fmt: skip
PASSWORD = "long enough 密码"
CSV = "lot_id,item_code,item_name_zh,item_name_en,lot_code,quantity,unit,status\n"
ROW = "SZ:M-1:L1,M-1,阀体,Valve body,L1,5,pcs,passed\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(template(), tmp_path / "data")
    return tmp_path / "data"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object, typed: str = "") -> int | str | None:
    """The command in this process; its exit code, or what it says on the way out."""
    monkeypatch.setattr(sys, "argv", ["traveler", *map(str, arguments)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return caught.value.code


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
):
    assert run(monkeypatch, *command.split(), "--help") == 0
    told = capsys.readouterr().out
    assert told.startswith("usage: traveler")
    if not command:
        assert all(one in told for one in COMMANDS if " " not in one)


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["person"], ["serve", "--port", "x"]])
def test_what_is_no_command_is_told_with_code_two(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
):
    assert run(monkeypatch, *arguments) == 2


def test_a_person_is_added_listed_and_deactivated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    where = ["--data", data]
    roles = ["--role", "SZ:operator", "--role", "SZ:planner", "--role", "HD:admin"]
    added = ["person", "add", *where, "New.Person", "新人", *roles, "--password-stdin"]
    assert run(monkeypatch, *added, typed=f"{PASSWORD}\n") == 0
    assert run(monkeypatch, "person", "list", *where) == 0
    line = next(one for one in capsys.readouterr().out.splitlines() if "新人" in one)
    assert line.startswith("new.person")
    assert "SZ:operator, SZ:planner, HD:admin" in line
    assert run(monkeypatch, "person", "deactivate", *where, "new.person") == 0
    assert run(monkeypatch, "person", "list", *where) == 0
    line = next(one for one in capsys.readouterr().out.splitlines() if "新人" in one)
    assert line.endswith("(off)")
    assert run(monkeypatch, "verify", *where, "--quiet") == 0


def test_an_empty_plant_gets_its_first_site_and_person(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    where = ["--data", tmp_path / "new"]
    assert run(monkeypatch, "site", "add", *where, "WX", "无锡工厂", "Wuxi plant") == 0
    added = [
        "person",
        "add",
        *where,
        "first",
        "第一人",
        "--role",
        "org:admin",
        "--role",
        "WX:admin",
    ]
    assert run(monkeypatch, *added, "--password-stdin", typed=f"{PASSWORD}\n") == 0
    assert run(monkeypatch, "verify", *where, "--quiet") == 0


def test_a_forgotten_password_is_set_anew(monkeypatch: pytest.MonkeyPatch, data: Path):
    changed = ["person", "password", "--data", data, "wang.fang", "--password-stdin"]
    assert run(monkeypatch, *changed, typed="another good one\n") == 0
    plant = opened(Settings(data=data))
    with house_over(plant) as house:
        house.nobody().sign_in("wang.fang", "another good one")
        old = {"login": "wang.fang", "password": DEMO_PASSWORD}
        assert house.nobody().post("/sign-in", data=old).status_code == 422
    plant.close()


def test_a_password_that_is_too_short_adds_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    added = ["person", "add", "--data", data, "x.y", "某", "--role", "SZ:operator"]
    assert run(monkeypatch, *added, "--password-stdin", typed="short\n") == 2
    assert "password_length" in capsys.readouterr().err
    run(monkeypatch, "person", "list", "--data", data)
    assert "x.y" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "wang.fang", "王芳", "--role", "SZ:operator"], "person_exists"),
        (["add", "x.y", "某", "--role", "SZ:king"], "role_unknown"),
        (["add", "x.y", "某", "--role", "operator"], "role_malformed"),
        (["add", "x.y", "某", "--role", "XX:operator"], "role_site_unknown"),
        (["add", "x.y", "某", "--role", "org:operator"], "role_not_of_org"),
        (["add", "x y", "某", "--role", "SZ:operator"], "login_malformed"),
        (["role", "wang.fang", "--role", "sz:operator"], "role_site_unknown"),
        (["deactivate", "no.body"], "person_unknown"),
        (["activate", "no.body"], "person_unknown"),
        (["rename", "no.body", "某"], "person_unknown"),
        (["password", "no.body"], "person_unknown"),
    ],
)
def test_what_cannot_be_done_for_a_person_is_told_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: Path,
    arguments: list[str],
    code: str,
):
    verb, *rest = arguments
    more = ["--password-stdin"] if verb in ("add", "password") else []
    told = run(monkeypatch, "person", verb, "--data", data, *rest, *more, typed=f"{PASSWORD}\n")
    assert told == 2
    assert capsys.readouterr().err.endswith(f" ({code})\n")
    assert run(monkeypatch, "verify", "--data", data, "--quiet") == 0


def line_of(capsys: pytest.CaptureFixture[str], login: str) -> str:
    return next(one for one in capsys.readouterr().out.splitlines() if one.startswith(login))


def test_roles_and_names_change_and_an_ended_access_comes_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    def do(verb: str, *more: str) -> None:
        assert run(monkeypatch, "person", verb, "--data", data, "wang.fang", *more) == 0

    do("role", "--role", "SZ:inspector", "--role", "HD:technician", "--role", "SZ:inspector")
    do("rename", "王芳芳")
    do("deactivate")
    do("activate")
    capsys.readouterr()
    assert run(monkeypatch, "person", "list", "--data", data) == 0
    line = line_of(capsys, "wang.fang")
    assert line.endswith("SZ:inspector, HD:technician")
    assert "王芳芳" in line
    assert run(monkeypatch, "verify", "--data", data, "--quiet") == 0


def test_the_columns_of_a_list_stand_under_each_other_with_chinese_names_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    added = ["person", "add", "--data", data, "x.y", "Ann", "--role", "SZ:planner"]
    assert run(monkeypatch, *added, "--password-stdin", typed=f"{PASSWORD}\n") == 0
    capsys.readouterr()
    run(monkeypatch, "person", "list", "--data", data)
    lines = capsys.readouterr().out.splitlines()
    latin = next(line for line in lines if line.startswith("x.y"))
    chinese = next(line for line in lines if line.startswith("wang.fang"))
    assert latin.index("SZ:") == chinese.index("SZ:") + len("王芳")


def test_a_password_that_is_typed_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    changed = ["person", "password", "--data", data, "wang.fang"]
    for second, code in ((PASSWORD + "x", 2), (PASSWORD, 0)):
        answers = iter([PASSWORD, second])
        monkeypatch.setattr("getpass.getpass", lambda asked, given=answers: next(given))
        assert run(monkeypatch, *changed) == code
        assert list(answers) == []
    told = capsys.readouterr()
    assert "passwords_differ" in told.err
    assert told.out == "wang.fang has a new password\n"


def test_a_person_who_exists_already_keeps_the_password(
    monkeypatch: pytest.MonkeyPatch, data: Path
):
    def hashes() -> list[tuple[str, str]]:
        with sqlite3.connect(data / "traveler.sqlite3") as database:
            return database.execute("SELECT * FROM accounts ORDER BY login").fetchall()

    before = hashes()
    added = ["person", "add", "--data", data, "wang.fang", "王芳", "--role", "SZ:admin"]
    run(monkeypatch, *added, "--password-stdin", typed=f"{PASSWORD}\n")
    assert hashes() == before


def test_verify_says_whole_of_a_journal_that_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    assert run(monkeypatch, "verify", "--data", data) == 0
    told = capsys.readouterr().out
    assert told.rstrip().endswith("documents: whole")
    assert int(told.split()[0]) > 300


def test_verify_names_the_entry_in_which_one_byte_was_changed(data: Path):
    with sqlite3.connect(data / "traveler.sqlite3") as database:
        found = database.execute(
            "SELECT pos, entry_id, raw FROM journal WHERE kind = 'step.recorded' LIMIT 1"
        ).fetchone()
        pos, entry_id, raw = found
        changed = bytes(raw).replace(b'"at":"2', b'"at":"3', 1)
        assert changed != raw
        database.execute("UPDATE journal SET raw = ? WHERE pos = ?", (changed, pos))
    done = subprocess.run(
        [*TRAVELER, "verify", "--data", str(data)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert f"{entry_id}: was changed" in done.stdout
    assert done.stdout.rstrip().endswith("faults")


def test_a_database_that_cannot_be_opened_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    (tmp_path / "traveler.sqlite3").mkdir()
    assert run(monkeypatch, "person", "list", "--data", tmp_path) == 2
    assert capsys.readouterr().err.startswith("traveler: database: ")
    (tmp_path / "file").write_text("no folder")
    assert run(monkeypatch, "site", "add", "--data", tmp_path / "file", "SZ", "苏州", "S") == 2
    assert capsys.readouterr().err.startswith("traveler: ")


@pytest.mark.parametrize(
    "command",
    [
        "verify",
        "renew",
        "site list",
        "person list",
        "person add x.y 某 --role SZ:operator",
        "item list --site SZ",
        "procedure publish --shipped --site SZ",
        "device list",
    ],
)
def test_a_folder_without_a_plant_is_told_and_none_is_made_there(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
):
    assert run(monkeypatch, *command.split(), "--data", tmp_path / "empty") == 2
    assert "no database" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()


def test_labels_are_written_from_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    table, sheet = tmp_path / "lots.csv", tmp_path / "sheet.pdf"
    table.write_text(CSV + ROW, "utf-8")
    code = run(monkeypatch, "labels", "--in", table, "--out", sheet)
    told = capsys.readouterr()
    assert code == 0, told.err
    assert told.out.startswith("1 labels in ")
    assert sheet.read_bytes().startswith(b"%PDF")


def test_a_row_that_is_no_label_is_named_by_its_line_and_the_others_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    table, sheet = tmp_path / "lots.csv", tmp_path / "sheet.pdf"
    table.write_text(CSV + ROW + ROW.replace(",5,", ",many,"), "utf-8")
    assert run(monkeypatch, "labels", "--in", table, "--out", sheet) == 1
    told = capsys.readouterr()
    assert "line 3:" in told.err
    assert told.out.startswith("1 labels")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"nothing,of,it\n1,2,3\n"])
def test_a_table_that_is_none_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
):
    table = tmp_path / "lots.csv"
    if content is not None:
        table.write_bytes(content)
    assert run(monkeypatch, "labels", "--in", table, "--out", tmp_path / "x.pdf") in (1, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--port", "0"], "port_wrong"),
        (["--port", "65536"], "port_wrong"),
        (["--tls", "--setup-port", "-1"], "port_wrong"),
        (["--public-url", "traveler.plant.example"], "setting_wrong"),
    ],
)
def test_what_no_server_can_listen_on_or_be_reached_by_is_refused_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    code: str,
):
    for command in ("serve", "demo"):
        assert run(monkeypatch, command, "--data", tmp_path / "new", *arguments) == 2
        assert capsys.readouterr().err.endswith(f" ({code})\n")
    assert not (tmp_path / "new").exists()


def test_a_device_app_built_from_other_templates_is_not_served(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: Path,
    tmp_path: Path,
):
    monkeypatch.setattr(Settings, "dist", tmp_path)
    (tmp_path / "build.json").write_text(json.dumps({"id": "0", "templates": "another's"}))
    assert run(monkeypatch, "serve", "--data", data) == 2
    assert "was built from other page templates. Run make build" in capsys.readouterr().err


def test_the_build_says_the_same_of_the_templates_as_the_server(tmp_path: Path):
    plant = opened(Settings(data=tmp_path))
    script = "import { digestOf as of, templateSources as all } from './pwa/template_files.mjs';"
    script += "process.stdout.write(of(await all('.')));"
    command = ["node", "--input-type=module", "-e", script]
    told = subprocess.run(command, cwd=HERE.parent, capture_output=True, check=False)
    plant.close()
    assert told.stdout.decode() == plant.renderer.digest, told.stderr.decode()
