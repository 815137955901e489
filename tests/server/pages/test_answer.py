"""What a page is given: its document, others that it names, and lists over terms."""

from typing import Any

import pytest

from server.pages import answer
from server.pages.answer import Asked, at, fetched, match
from server.pages.table import PAGES
from sync.problem import Problem

ME = {"login": "w", "sites": ["SZ"], "seats": ["SZ:operator", "HD:planner"]}


class Box:
    """A reader over documents; each is found by `type`, and by `type.field=value`."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.documents = {one["key"]: one for one in documents}

    def get(self, key: str) -> dict[str, Any] | None:
        return self.documents.get(key)

    def find(self, terms: list[str]) -> list[dict[str, Any]]:
        return [one for _, one in sorted(self.documents.items()) if set(terms) & self._terms(one)]

    def search(self, name: str, query: str) -> list[str]:
        found = [key for key, one in self.documents.items() if one.get("text") == query]
        return sorted(found, reverse=True) if query.strip() else []

    def load(self, keys: list[str]) -> list[dict[str, Any]]:
        return [self.documents[key] for key in keys]

    def _terms(self, one: dict[str, Any]) -> set[str]:
        kind = one["key"].partition("/")[0]
        pairs = [(name, v if isinstance(v, list) else [v]) for name, v in one.items()]
        return {kind} | {f"{kind}.{name}={value}" for name, values in pairs for value in values}


def doc(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": f"thing/{key}", **fields}


def page(**more: Any) -> dict[str, Any]:
    return {
        "name": "p",
        "path": "/p",
        "template": "t",
        "title": "t",
        "nav": "",
        "query": [],
        **more,
    }


def listed(box: Box, *, query: dict[str, str] | None = None, given: str = "", **spec: Any) -> Any:
    spec = {"term": "thing", "sort": "n", "limit": 200} | spec
    wanted = {"doc": "thing/{id}"} if given else {}
    asked = Asked(page(lists={"things": spec}, **wanted), given, query or {}, "/p")
    found = fetched(asked, ME, box)["things"]
    return [one["key"].removeprefix("thing/") for one in found["items"]], found["total"]


def test_a_fixed_path_goes_before_one_with_an_id():
    new = match("/requisitions/new", {}, "")
    one = match("/requisitions/SZ:x", {}, "")
    assert new is not None
    assert one is not None
    assert (new.page["name"], new.id) == ("requisition_new", "")
    assert (one.page["name"], one.id) == ("requisition", "SZ:x")


@pytest.mark.parametrize("path", ["", "/x", "/lots/", "/lots/a/b", "/lots/%ff", "lots", "/lots//"])
def test_what_is_no_page_is_none(path: str):
    assert match(path, {}, "") is None


def test_an_id_is_decoded_once():
    asked = match("/lots/SZ%3AA%2FB%2525", {}, "")
    assert asked is not None
    assert asked.id == "SZ:A/B%25"


def test_only_declared_queries_are_given_and_missing_ones_are_empty():
    asked = match("/lots", {"q": "x", "evil": "y"}, "/lots?q=x")
    assert asked is not None
    assert asked.query == {"q": "x", "status": "", "from": ""}


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one["name"])
def test_every_page_of_the_table_is_found_by_its_path(one: dict[str, Any]):
    asked = match(one["path"].replace("{id}", "SZ:x"), {}, "")
    assert asked is not None
    assert asked.page["name"] == one["name"]


def test_a_document_that_is_not_there_is_a_problem_and_one_named_beside_it_is_nothing():
    asked = Asked(
        page(doc="thing/{id}", also={"other": "{doc.to}", "no": "{doc.none}"}), "a", {}, ""
    )
    found = fetched(asked, ME, Box(doc("a", to="thing/b", none=None), doc("b")))
    assert (found["doc"]["key"], found["other"]["key"], found["no"]) == ("thing/a", "thing/b", None)
    with pytest.raises(Problem, match="unknown_document"):
        fetched(asked, ME, Box())


def test_lists_are_sorted_by_field_with_empty_ones_last_both_ways():
    box = Box(doc("a", n="2"), doc("b", n=None), doc("c", n="10"), doc("d", n=""), doc("e", n="2"))
    assert listed(box)[0] == ["c", "a", "e", "b", "d"]
    assert listed(box, sort="-n")[0] == ["a", "e", "c", "b", "d"]


def test_what_is_open_comes_first_by_what_is_next_and_the_rest_by_what_was_latest():
    box = Box(
        doc("a", n="3", state="done"),
        doc("b", n="2", state="open"),
        doc("c", n="4", state="cancelled"),
        doc("d", n="1", state="open"),
        doc("e", n=None, state="open"),
    )
    ahead = {"state": "open"}
    assert listed(box, ahead=ahead)[0] == ["d", "b", "e", "c", "a"]
    assert listed(box, ahead=ahead, sort="-n")[0] == ["b", "d", "e", "a", "c"]


def test_numbers_are_sorted_as_numbers():
    box = Box(doc("a", n=10), doc("b", n=9), doc("c", n=100))
    assert listed(box)[0] == ["b", "a", "c"]


def test_a_list_is_cut_at_its_limit_and_tells_how_many_there_are():
    assert listed(Box(*(doc(str(n), n=n) for n in range(9))), limit=4) == (["0", "1", "2", "3"], 9)


def test_where_keeps_what_has_the_value_and_is_dropped_when_nobody_asks():
    box = Box(doc("a", n=1, s="x"), doc("b", n=2, s="y"), doc("c", n=3, s=["x", "y"]))
    where = {"s": "{query.s}"}
    assert listed(box, where=where, query={"s": "x"})[0] == ["a", "c"]
    assert listed(box, where=where, query={"s": ""})[0] == ["a", "b", "c"]
    assert listed(box, where=where, query={})[0] == ["a", "b", "c"]
    assert listed(box, where={"s": "y"})[0] == ["b", "c"]


def test_where_compares_truth_as_true_and_false():
    box = Box(doc("a", n=1, on=True), doc("b", n=2, on=False))
    assert listed(box, where={"on": "false"})[0] == ["b"]


def test_match_lists_what_the_search_finds_and_everything_without_a_text():
    box = Box(doc("a", n=2, text="valve"), doc("b", n=1, text="pump"), doc("c", n=1, text="valve"))
    assert listed(box, query={"q": "valve"}, match="{query.q}")[0] == ["c", "a"]
    assert listed(box, query={"q": " "}, match="{query.q}")[0] == ["b", "c", "a"]
    assert listed(box, query={}, match="{query.q}")[0] == ["b", "c", "a"]


def test_the_nearest_stand_as_the_search_gives_them_and_without_a_text_there_are_none():
    box = Box(*(doc(str(n), n=n, text="x") for n in range(5)))
    spec: dict[str, Any] = {"match": "{query.q}", "nearest": True, "limit": 2}
    assert listed(box, query={"q": "x"}, **spec) == (["4", "3"], 5)
    assert listed(box, query={"q": ""}, **spec) == ([], 0)


@pytest.mark.parametrize(("asked", "first"), [("4", "4"), ("", "0"), ("-1", "0"), ("x", "0")])
def test_a_long_list_goes_on_from_where_it_was_cut(asked: str, first: str):
    box = Box(*(doc(str(n), n=n) for n in range(9)))
    spec: dict[str, Any] = {"limit": 4, "from": "{query.from}"}
    got = listed(box, query={"from": asked}, **spec)
    assert (got[0][0], got[1]) == (first, 9)


def test_latest_keeps_the_first_of_each_after_sorting():
    box = Box(doc("a", n=1, code="x"), doc("b", n=2, code="x"), doc("c", n=3, code="y"))
    assert listed(box, sort="-n", latest="code")[0] == ["c", "b"]


def test_a_list_leaves_out_what_it_shall_be_without():
    box = Box(doc("a", n=1, by="w"), doc("b", n=2, by="x"), doc("c", n=3))
    assert listed(box, without={"by": "{me.login}"})[0] == ["b", "c"]
    assert listed(box, without={"by": "{query.q}"})[0] == ["a", "b", "c"]


def test_the_latest_of_a_code_is_that_of_each_site():
    box = Box(
        doc("SZ:x.v1", n=1, code="x"), doc("SZ:x.v2", n=2, code="x"), doc("HD:x.v3", n=3, code="x")
    )
    assert listed(box, sort="-n", latest="code")[0] == ["HD:x.v3", "SZ:x.v2"]


def test_a_list_may_be_of_the_site_in_the_address():
    box = Box(doc("SZ:a", n=1, site="SZ"), doc("HD:b", n=2, site="HD"))
    assert listed(box, given="SZ:a", term="thing.site={site}")[0] == ["SZ:a"]


def test_a_list_placeholder_gives_a_term_for_each_element():
    box = Box(doc("a", n=1, seat="SZ:operator"), doc("b", n=2, seat="HD:planner"), doc("c", n=3))
    assert listed(box, term="thing.seat={me.seats}")[0] == ["a", "b"]
    assert listed(box, term=["thing.seat={me.login}", "thing.n=3"])[0] == ["c"]


def test_a_placeholder_goes_through_lists_of_the_document():
    lines = [{"item": "i1"}, {"item": "i2"}, {"item": None}]
    box = Box(doc("a", n=1, lines=lines), doc("b", n=2, item="i2"), doc("c", n=3, item="i3"))
    assert listed(box, given="a", term="thing.item={doc.lines.item}")[0] == ["b"]


def test_several_placeholders_are_all_filled():
    box = Box(doc("a", n=1, x="SZ-w"), doc("b", n=2, x="SZ-"))
    assert listed(box, term="thing.x={me.sites}-{me.login}")[0] == ["a"]


def test_a_placeholder_with_nothing_gives_no_term_and_never_all():
    box = Box(doc("a", n=1, order=None), doc("b", n=2, order=""))
    assert listed(box, given="a", term="thing.order={doc.order}")[0] == []


def test_a_value_at_a_path_ends_quietly():
    tree = {"a": {"b": [{"c": 1}, {"c": None}, {}]}}
    assert at(tree, "a.b.c") == [1, None, None]
    assert at(tree, "a.x.y") is None
    assert at(tree, "a.b.c.d") == [None, None, None]
    assert at(None, "a") is None
    assert answer.texts(tree, "a.b.c") == ["1"]
