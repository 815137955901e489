"""Forms: from named fields to the body of an entry, as the device reads them too."""

import contextlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pages.form import (
    BLOBS_MAX,
    FIELDS_MAX,
    ROWS_MAX,
    TEXT_MAX_CHARS,
    File,
    Filled,
    filled,
    own_path,
)
from server.pages.lookup import document_of
from sync.problem import Problem

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
GTIN = "04006381333931"
ON = ("on", "lot/SZ:M-1:L1")


class Shelf:
    """An index over a few documents, by key and by the terms that a lookup asks for."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.terms: dict[str, list[str]] = {}
        for key, code, gtin in [
            ("lot/SZ:M-1:L1", "L1", GTIN),
            ("lot/SZ:M-2:L1-B", "L1-B", None),
            ("lot/SZ:M-1:TWICE", "TWICE", None),
            ("lot/HD:M-1:TWICE", "TWICE", None),
            ("lot/SZ:M-9:low", "low", None),
        ]:
            self._put(key, {"code": code, "gtin": gtin}, f"lot.code={code}")
            if gtin:
                self.terms[f"lot.scan={gtin}/{code}"] = [key]
        self._put("item/SZ:M-1", {"code": "M-1", "gtin": GTIN}, "item.code=M-1")
        self._put("item/SZ:M-2", {"code": "M-2", "gtin": None}, "item.code=M-2")
        self.terms["item"] = ["item/SZ:M-1", "item/SZ:M-2"]
        self._put("job/SZ:J7", {"number": "J7"}, "job")

    def _put(self, key: str, body: dict[str, Any], term: str) -> None:
        self.documents[key] = {"key": key, "version": 3, **body}
        self.terms.setdefault(term, []).append(key)

    def get(self, key: str) -> dict[str, Any] | None:
        return self.documents.get(key)

    def find(self, terms: list[str]) -> list[dict[str, Any]]:
        keys = sorted({key for term in terms for key in self.terms.get(term, [])})
        return [self.documents[key] for key in keys]


SHELF = Shelf()


def form(*fields: tuple[str, str | File]) -> Filled:
    return filled([*fields], SHELF)


def body(*fields: tuple[str, str | File]) -> dict[str, Any]:
    return form(ON, *fields).body


def refused(*fields: tuple[str, str | File]) -> Problem:
    with pytest.raises(Problem) as caught:
        form(ON, *fields)
    return caught.value


def test_names_are_paths_into_the_body_and_empty_values_are_dropped():
    given = body(("body.a", " 1 "), ("body.b.c", "x"), ("body.b.d", "  "), ("other", "y"))
    assert given == {"a": "1", "b": {"c": "x"}}


def test_of_the_same_name_the_last_counts():
    assert body(("body.a", "1"), ("body.a", "2"), ("json.a", "3")) == {"a": 3}


def test_numbers_make_lists_in_their_order_without_gaps():
    lines = [("body.lines.10.x", "c"), ("body.lines.2.x", "b"), ("body.lines.0.x", "a")]
    assert body(*lines) == {"lines": [{"x": "a"}, {"x": "b"}, {"x": "c"}]}
    assert body(("body.lines.5", "y"), ("body.lines.3", "x")) == {"lines": ["x", "y"]}


def test_a_row_without_the_quantity_that_it_asks_for_is_dropped():
    given = body(
        ("body.lines.0.item", "item/SZ:M-1"), ("body.lines.0.quantity", ""),
        ("body.lines.1.item", "item/SZ:M-2"), ("body.lines.1.quantity", "3"),
    )  # fmt: skip
    assert given == {"lines": [{"item": "item/SZ:M-2", "quantity": "3"}]}


def test_a_row_that_asks_for_no_quantity_stays():
    assert body(("body.rows.0.name", "x")) == {"rows": [{"name": "x"}]}


def test_what_was_scanned_into_a_row_without_a_quantity_is_not_lost():
    problem = refused(("body.parts.0.lot@lot", "L1"), ("body.parts.0.quantity", ""))
    assert (problem.code, problem.field) == ("quantity_missing", "parts.0.quantity")


def test_json_is_taken_as_it_is():
    assert body(("json.shown", '[{"0": 1}, null]')) == {"shown": [{"0": 1}, None]}


@pytest.mark.parametrize("value", ["{", "[" * 9999, '"\\ud800"', "NaN", '{"a": Infinity}'])
def test_json_that_cannot_be_kept_is_refused(value: str):
    assert refused(("json.a", value)).code == "form_malformed"


def test_a_hole_is_filled_from_its_own_field_and_new_by_an_id():
    one = form(("on", "lot/SZ:M-1:{code}"), ("on.code", " L77 "))
    assert one.on == "lot/SZ:M-1:L77"
    new = form(("on", "requisition/{site}:{new}"), ("on.site", "SZ")).on
    assert UUID7.fullmatch(new.removeprefix("requisition/SZ:"))
    assert form(("on", "requisition/SZ:{new}")).on != form(("on", "requisition/SZ:{new}")).on


@pytest.mark.parametrize("code", ["", " ", "a b", "a/b", "x" * 300, "\u0000"])
def test_a_hole_that_makes_no_key_is_refused_at_its_field(code: str):
    with pytest.raises(Problem) as caught:
        form(("on", "job/SZ:{code}"), ("on.code", code))
    assert (caught.value.code, caught.value.field) == ("number_malformed", "on.code")


def test_what_fills_a_hole_is_text_and_no_hole_itself():
    assert form(("on", "job/SZ:{code}"), ("on.code", "{new}")).on == "job/SZ:{new}"


def test_a_form_about_nothing_is_refused():
    with pytest.raises(Problem) as caught:
        form(("body.a", "1"))
    assert (caught.value.code, caught.value.params) == ("form_malformed", {"field": "on"})


@pytest.mark.parametrize(
    "text",
    [
        "L1",
        "l1",
        " L1 ",
        "lot/SZ:M-1:L1",
        "SZ:M-1:L1",
        "https://host.example/lots/SZ%3AM-1%3AL1",
        f"https://id.gs1.org/01/{GTIN}/10/L1",
        f"(01){GTIN}(10)L1",
        f"]d201{GTIN}10L1",
    ],
)
def test_whatever_stands_for_a_lot_becomes_its_key(text: str):
    assert body(("body.lot@lot", text)) == {"lot": "lot/SZ:M-1:L1"}
    assert form(("on@lot", text)).on == "lot/SZ:M-1:L1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TWICE", "ambiguous_lot"),
        ("nothing", "unknown_lot"),
        ("lot/HD:none", "unknown_lot"),
        ("job/SZ:J7", "unknown_lot"),
        ("https://host.example/jobs/SZ%3AJ7", "unknown_lot"),
        ("https://evil.example/", "unknown_lot"),
        (f"(01){GTIN}(10)OTHER", "unknown_lot"),
        ("x" * 5000, "unknown_lot"),
        ("\u202e", "unknown_lot"),
    ],
)
def test_a_text_that_stands_for_no_lot_or_several_is_told_at_its_field(text: str, code: str):
    problem = refused(("body.lot@lot", text))
    assert (problem.code, problem.field) == (code, "body.lot@lot")
    assert len(problem.params["text"]) <= 80


@pytest.mark.parametrize(
    ("text", "key"),
    [("M-2", "item/SZ:M-2"), ("m-2", "item/SZ:M-2"), ("item/SZ:M-1", "item/SZ:M-1"),
     (f"(01){GTIN}", "item/SZ:M-1"), ("https://h.example/items/SZ%3AM-1", "item/SZ:M-1")],
)  # fmt: skip
def test_whatever_stands_for_an_item_becomes_its_key(text: str, key: str):
    assert body(("body.item@item", text)) == {"item": key}
    assert refused(("body.item@item", "M-3")).code == "unknown_item"


def test_a_scan_also_finds_what_is_known_by_its_number():
    me = {"sites": ["HD", "SZ"]}
    assert document_of("J7", SHELF, me) == "job/SZ:J7"
    assert document_of("L1", SHELF, me) == "lot/SZ:M-1:L1"
    for text, code in (("TWICE", "ambiguous_code"), ("J8", "unknown_code")):
        with pytest.raises(Problem, match=code):
            document_of(text, SHELF, me)


def test_what_was_not_found_is_said_without_the_separators_of_gs1():
    with pytest.raises(Problem) as problem:
        document_of(f"01{GTIN}10B77-1\x1d21S-1", SHELF, {"sites": ["SZ"]})
    assert problem.value.params == {"text": f"01{GTIN}10B77-1 21S-1"}


def test_a_file_stands_in_the_body_by_its_hash_and_an_empty_one_is_none():
    photo = File("a.png", "image/png", b"bytes")
    one = form(ON, ("body.answers.photo", photo), ("body.none", File("", "", b"")))
    assert one.body == {"answers": {"photo": photo.sha256}}
    assert one.files == [photo]
    many = [(f"body.p{number}", photo) for number in range(BLOBS_MAX + 1)]
    assert refused(*many).code == "too_many_blobs"


def test_of_a_lot_that_was_scanned_the_version_there_is_was_seen():
    assert form(("on@lot", "L1")).base == 3
    assert form(("on@lot", "L1"), ("base", "2")).base == 2


def test_the_id_that_the_page_gave_is_kept_if_it_is_one():
    given = "0192f0c1-7a52-7c1e-8a55-0f6d1f3c9a01"
    assert form(ON, ("entry", given)).entry == given
    assert form(ON, ("entry", "7")).entry == ""


@pytest.mark.parametrize(("text", "base"), [("17", 17), ("", None), ("²", None), ("-1", None)])
def test_the_version_that_was_seen_is_a_number_or_nothing(text: str, base: int | None):
    assert form(ON, ("base", text)).base == base


@pytest.mark.parametrize(
    "name",
    ["body.a..b", "body." + "a." * 30 + "a", "body.0", "body.a.b", "x" * 201, "json.a.b"],
)
def test_names_that_lead_nowhere_are_refused(name: str):
    before = ("body.a", "1") if name.endswith("a.b") else ("z", "")
    assert refused(before, (name, "7")).code == "form_malformed"


def test_limits_are_told_and_nothing_is_cut_off_silently():
    rows = [(f"body.rows.{number}.x", "1") for number in range(ROWS_MAX + 1)]
    assert len(body(*rows[:-1])["rows"]) == ROWS_MAX
    assert refused(*rows).code == "form_malformed"
    assert refused(("body.a", "x" * (TEXT_MAX_CHARS + 1))).code == "text_too_long"
    fields = [(f"body.f{number}", "1") for number in range(FIELDS_MAX + 1)]
    assert refused(*fields).code == "form_malformed"


@pytest.mark.parametrize(
    "away", ["//x", "/\\x", "https://x", "x", "", "/\tx", "/\n/x", "\\\\x", "javascript:x"]
)
def test_where_a_form_leads_is_a_path_of_ours(away: str):
    assert own_path(away) == "/"
    assert form(ON, ("then", away)).then == "/"
    assert own_path("/lots/SZ:x?q=//y#z") == "/lots/SZ:x?q=//y#z"


NAMES = st.lists(st.sampled_from(["body", "json", "a", "0", "1", "²", "", "@lot"]), max_size=9)


@given(st.lists(st.tuples(NAMES.map(".".join), st.text(max_size=9)), max_size=9))
def test_any_form_gives_a_body_or_a_problem(fields: list[tuple[str, str]]):
    with contextlib.suppress(Problem):
        assert isinstance(form(ON, *fields).body, dict)
