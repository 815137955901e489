"""A plant of one's own from the command line: its sites, items and procedures."""

import io
import sys
from pathlib import Path

import pytest

from server import cli
from server.domain.model import DOCUMENTS
from server.domain.procedure import ProcedurePublished
from server.plant import opened
from server.procedures import shipped, shipped_texts
from server.procedures.definition import read
from server.settings import Settings
from sync import documents
from sync.problem import Problem
from tests.postgres import database

HEADING = "code,name_zh,name_en,unit,gtin,shelf_life_days,made_here,minimum\n"
CASTING = "M-1001,阀体铸件,Valve body casting,pcs,6901234510010,,no,40\n"
ADHESIVE = 'M-1006,"胶, 双组份",Adhesive,g,,540,,0.5\n'
VALVE = "P-2001,减压阀,Pressure reducing valve,pcs,06901234520019,,是,10\n"
TABLE = HEADING + CASTING + ADHESIVE + VALVE
DEFINITION = shipped_texts()["incoming_inspection"]


class Terminal:
    """Somebody at the server's command line, over one data folder."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self.data = folder, folder / "data"
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.out = self.err = ""

    def run(self, command: str, *more: object) -> object:
        """The exit code; what was said is in `out` and `err`."""
        words = [*command.split(), *map(str, more), "--data", str(self.data)]
        self._monkeypatch.setattr(sys, "argv", ["traveler", *words])
        self._monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as caught:
            cli.main()
        self.out, self.err = self._capsys.readouterr()
        return caught.value.code

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def documents(self, kind: str) -> dict[str, dict[str, object]]:
        plant = opened(Settings(data=self.data))
        with plant.store.read() as connection:
            keys = set(documents.find(connection, [kind]))
            found = documents.load(connection, DOCUMENTS, keys)
        plant.close()
        return {key: one.as_json() for key, one in sorted(found.items())}


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """With a plant that has one site and nothing else."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    made = Terminal(tmp_path, monkeypatch, capsys)
    assert made.run("site add WX 无锡工厂 Wuxi") == 0
    return made


def test_sites_are_listed_with_both_names(terminal):
    assert terminal.run("site add SZ 苏州工厂 Suzhou") == 0
    assert terminal.run("site list") == 0
    assert [line.split() for line in terminal.out.splitlines()] == [
        ["SZ", "苏州工厂", "Suzhou"],
        ["WX", "无锡工厂", "Wuxi"],
    ]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("WX", "site_exists"),
        ("wx", "site_exists"),
        ("W-X", "site_code_wrong"),
        ("无锡", "site_code_wrong"),
        ("org", "site_code_wrong"),
    ],
)
def test_a_site_code_that_is_taken_or_none_opens_nothing(terminal, code: str, problem: str):
    assert terminal.run(f"site add {code} 别的 Other") == 2
    assert terminal.err.endswith(f"({problem})\n")
    assert list(terminal.documents("site")) == ["site/org:WX"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_items_come_in_from_a_table_in_every_encoding_that_spreadsheets_write(
    terminal, encoding: str
):
    assert terminal.run("item import", terminal.file("t.csv", TABLE.encode(encoding)),
                        "--site", "WX") == 0  # fmt: skip
    assert terminal.out == "3 added, 0 there already\n"
    items = terminal.documents("item")
    assert list(items) == ["item/WX:M-1001", "item/WX:M-1006", "item/WX:P-2001"]
    casting, adhesive, valve = items.values()
    assert casting["gtin"] == "06901234510010"
    assert casting["name"] == {"zh": "阀体铸件", "en": "Valve body casting"}
    assert (adhesive["name"]["zh"], adhesive["shelf_life_days"]) == ("胶, 双组份", 540)
    assert (adhesive["minimum"], valve["made_here"]) == ("0.5", True)
    assert terminal.run("item list --site WX") == 0
    assert "M-1006" in terminal.out
    assert terminal.run("verify --quiet") == 0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_one_name_is_enough_and_headings_may_be_chinese(terminal, separator: str):
    rows = [["料号", "名称", "单位"], ["M-1", "阀体", "个"]]
    table = terminal.file("t.csv", "".join(separator.join(row) + "\r\n" for row in rows))
    assert terminal.run("item import", table, "--site", "WX") == 0
    assert terminal.documents("item")["item/WX:M-1"]["name"] == {"zh": "阀体", "en": "阀体"}


def test_the_same_table_again_changes_nothing_and_says_so(terminal):
    table = terminal.file("t.csv", TABLE)
    terminal.run("item import", table, "--site", "WX")
    before = terminal.documents("item")
    assert terminal.run("item import", table, "--site", "WX") == 0
    assert terminal.out == "0 added, 3 there already\n"
    assert terminal.documents("item") == before


def test_an_item_that_is_there_with_other_values_is_named_and_left_as_it_is(terminal):
    terminal.run("item import", terminal.file("t.csv", HEADING + CASTING), "--site", "WX")
    changed = CASTING.replace(",40", ",60")
    table = terminal.file("t.csv", HEADING + changed + VALVE)
    assert terminal.run("item import", table, "--site", "WX") == 1
    assert terminal.err == (
        "line 2: M-1001 is there already and was left as it is (there ≠ here): minimum 40 ≠ 60\n"
    )
    assert terminal.out == "1 added, 0 there already, 1 left as they were\n"
    assert terminal.documents("item")["item/WX:M-1001"]["minimum"] == "40"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",阀,Valve,pcs,,,,\n", "column code “”: it is missing"),
        ("M-2,阀,Valve,,,,,\n", "column unit “”: it is missing"),
        ("M-2,,,pcs,,,,\n", "column name_zh “”: it is missing"),
        ("M 2,阀,Valve,pcs,,,,\n", "column code “M 2”: 1 to 40 characters"),
        ("M:2,阀,Valve,pcs,,,,\n", "column code “M:2”: 1 to 40 characters"),
        ("M-2,阀,Valve,pcs,6901234510011,,,\n", "column gtin “6901234510011”: no GTIN"),
        ("M-2,阀,Valve,pcs,6.90E+12,,,\n", "column gtin “6.90E+12”: no GTIN"),
        ("M-2,阀,Valve,pcs,,soon,,\n", "column shelf_life_days “soon”: enter a whole number"),
        ("M-2,阀,Valve,pcs,,0,,\n", "column shelf_life_days “0”: too small"),
        ("M-2,阀,Valve,pcs,,,maybe,\n", "column made_here “maybe”: yes or no"),
        ("M-2,阀,Valve,pcs,,,,many\n", "column minimum “many”: enter a number"),
        (f"M-2,{'阀' * 201},V,pcs,,,,\n", "column name_zh “"),
        ("M-2,阀,Valve,pcs,,,,1,5\n", "more than 8 columns"),
        (CASTING, "M-1001 is in line 2 already"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column_and_nothing_comes_in(
    terminal, row: str, told: str
):
    table = terminal.file("t.csv", HEADING + CASTING + row + VALVE)
    assert terminal.run("item import", table, "--site", "WX") == 1
    first, last = terminal.err.splitlines()
    assert first.startswith("line 3")
    assert told in first
    assert last == "Nothing was imported."
    assert terminal.documents("item") == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "table_empty"),
        (HEADING, "table_empty"),
        ("code,name\nM-1,x\n", "table_column_missing"),
        ("code,unit\nM-1,pcs\n", "table_column_missing"),
        ("code,name,unit,price\nM-1,x,pcs,3\n", "table_column_unknown"),
        ("code,name,unit,unit\nM-1,x,pcs,pcs\n", "table_column_twice"),
        ('code,name,unit\nM-1,"x,pcs\n', "table_malformed"),
        (b"PK\x03\x04\x00\x00\xff\xff", "table_encoding"),
    ],
)
def test_what_is_no_table_of_items_is_told(terminal, content: str | bytes, problem: str):
    assert terminal.run("item import", terminal.file("t.csv", content), "--site", "WX") == 2
    assert terminal.err.endswith(f"({problem})\n")


def test_a_site_that_there_is_not_is_told_with_those_that_there_are(terminal):
    table = terminal.file("t.csv", TABLE)
    for command in ("item list", f"item import {table}", "procedure publish --shipped"):
        assert terminal.run(f"{command} --site XX") == 2
        assert "There is no site XX. There are: WX." in terminal.err


def test_who_asks_for_chinese_is_told_in_chinese(terminal, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    table = terminal.file("t.csv", HEADING + CASTING.replace("40", "many"))
    assert terminal.run("item import", table, "--site", "WX") == 1
    assert terminal.err.startswith("第 2 行，minimum 列“many”：请填数字\n")
    assert terminal.run("item list --site XX") == 2
    assert "没有工厂 XX。现有：WX。" in terminal.err


def test_an_empty_database_that_is_named_gets_no_tables_by_a_look_at_it(terminal):
    with database() as url:
        for command in ("person list", "item list --site WX", "renew"):
            assert terminal.run(command, "--database", url) == 2
            assert "(no_plant)" in terminal.err
        assert terminal.run("site add SZ 苏州工厂 Suzhou", "--database", url) == 0
        assert terminal.run("site list", "--database", url) == 0
        assert terminal.out.startswith("SZ ")


def test_the_shipped_procedures_are_published_once(terminal):
    assert terminal.run("procedure publish --shipped --site WX") == 0
    assert terminal.out.count(" published\n") == len(shipped())
    assert terminal.run("procedure publish --shipped --site WX") == 0
    assert terminal.out.count("is published already") == len(shipped())
    assert terminal.run("procedure list --site WX") == 0
    assert len(terminal.out.splitlines()) == len(shipped())
    assert terminal.run("verify --quiet") == 0


def test_what_is_shown_of_a_shipped_procedure_begins_one_of_ones_own(terminal):
    assert terminal.run("procedure show incoming_inspection") == 0
    own = terminal.out.replace("code: incoming_inspection", "code: goods_in")
    file = terminal.file("own.yaml", own)
    assert terminal.run("procedure publish", file, "--site", "WX") == 0
    assert terminal.out == "goods_in revision 1 published\n"
    assert terminal.run("procedure show goods_in --site WX") == 0
    assert read(terminal.out, "shown") == read(own, "own")


def test_a_published_revision_never_changes_and_the_next_one_stands_beside_it(terminal):
    publish = ("--site", "WX")
    terminal.run("procedure publish", terminal.file("p.yaml", DEFINITION), *publish)
    changed = DEFINITION.replace("upper: 6.8", "upper: 6.9")
    assert terminal.run("procedure publish", terminal.file("p.yaml", changed), *publish) == 2
    assert "write revision: 2 in the file" in terminal.err
    second = changed.replace("revision: 1", "revision: 2")
    assert terminal.run("procedure publish", terminal.file("p.yaml", second), *publish) == 0
    assert list(terminal.documents("procedure")) == [
        "procedure/WX:incoming_inspection.v1",
        "procedure/WX:incoming_inspection.v2",
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ("subject: lot", "subject: lots", "subject", "none of what is possible ('lot' or 'visit')"),
        ("subject: lot\n", "", "subject", "it is missing"),
        ("revision: 1", "revision: one", "revision", "whole number"),
        ("    check: incoming", "    chek: incoming", "steps[receipt].chek", "nothing is known"),
        ("type: number, lower: 0", "type: numbr, lower: 0",
         "steps[receipt].fields[counted].type", "none of what is possible"),
        ("lower: 5.5", "lower: 5,5", "steps[dimensions].fields[wall_thickness].5", ""),
        ("lower: 5.5", "lower: much", "steps[dimensions].fields[wall_thickness].lower",
         "enter a number"),
        ("lower: 5.5", "lower: 9", "steps[dimensions].fields[wall_thickness].lower",
         "not in order"),
        ("key: appearance", "key: receipt", "steps[receipt].key", "twice"),
        ("key: package", "key: surface", "steps[appearance].fields[surface].key", "twice"),
        ("roles: [storekeeper]", "roles: []", "steps[put_away].roles", "nobody may do it"),
        ("key: location", "key: place", "steps[put_away].moves", "quantity and location"),
        ("roles: [storekeeper]", "roles: [storekeeper]\n    other_than: nothing",
         "steps[put_away].other_than", "no step of this name"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_definition_is_named_with_its_line_and_place(
    old: str, new: str, where: str, why: str, terminal
):
    text = DEFINITION.replace(old, new, 1)
    assert text != DEFINITION
    assert terminal.run("procedure publish", terminal.file("p.yaml", text), "--site", "WX") == 2
    assert f", {where}: " in terminal.err
    assert why in terminal.err
    assert terminal.documents("procedure") == {}


def test_the_line_of_what_is_wrong_is_the_line_in_the_file():
    text = DEFINITION.replace("roles: [storekeeper, inspector]", "roles: [king]", 1)
    with pytest.raises(Problem) as raised:
        read(text, "p.yaml")
    lines = text.splitlines()
    assert "roles: [king]" in lines[raised.value.params["line"] - 1]


@pytest.mark.parametrize("text", ["", "- a", "code: [", "code: x\n  title: y", "just words"])
def test_what_is_no_yaml_of_a_procedure_is_told(text: str):
    with pytest.raises(Problem) as raised:
        read(text, "p.yaml")
    assert raised.value.code == "definition_no_yaml"
    assert raised.value.params["line"] >= 1


def test_every_shipped_file_is_read_as_it_is_published():
    assert all(isinstance(one, ProcedurePublished) for one in shipped())
    assert [one.code for one in shipped()] == sorted(shipped_texts())
