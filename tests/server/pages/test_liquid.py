"""Templates and filters everywhere: python-liquid here, and in Node both what the device has, the
same templates compiled, and LiquidJS, which they are compiled after. Equal bytes."""

import json
import random
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from liquid.exceptions import LiquidError

from server.domain.label import Print, Void
from server.domain.label_thing import label_key
from server.domain.model import DOCUMENTS, KINDS
from server.pages.label_fields import label_said
from server.pages.label_thing import DOCUMENTED
from server.pages.liquid import Renderer
from server.pages.rows import Page
from server.pages.table import PAGES
from server.pages.wording import flat
from tests.server.pages.documents import document, filled

REPOSITORY = Path(__file__).parents[3]
LANGUAGES = ("zh_CN", "en")
ROUNDS = 3
PROBLEM_RAISED = re.compile(
    r"""(?:Problem|_?wrong|[^.\w]problem)\(\s*["']([a-z_]+)["']"""
    r"""|Outcome\(\s*"[a-z]+",\s*"([a-z_]+)\"""",
)
SLOT = re.compile(r"\{(\w+)")
MADE_UP = re.compile(r"^(step|record|print)-|-body\.answers\.")  # after keys that chance may repeat

CASES = ("overdrawn", "verdict_conflict", "status_conflict", "field_conflict")
ROLES = ["operator", "inspector", "storekeeper", "supervisor", "quality_manager", "planner"]
FORM = {
    "problems": [
        {"code": "not_a_number", "params": {"label": {"zh": "孔", "en": "<b>"}}, "field": "note"},
        {
            "code": "stale",
            "params": {"differences": [{"field": "status", "seen": "passed", "now": "on_hold"}]},
            "field": "",
        },
        {"code": "nobody_wrote_this", "params": {}, "field": "on@lot"},
    ],
    "values": {"body.note": "\"<b>\" & 'x'", "body.verdict": "fail"},
}
DONE = [
    {"id": "a", "kind": "step.recorded", "status": status, "code": code, "params": {"lot": "<L>"}}
    for status, code in (("", None), ("applied", None), ("merged", "lot_already_held"))
]
PINS = [
    {"people": [], "mine": "", "current": "", "code": "", "others": 0},
    {
        "people": [
            {"login": "wang.fang", "name": "王芳 <W>", "state": "ready"},
            {"login": "step", "name": "Zoë", "state": "expired"},
            {"login": "lot.released", "name": "x", "state": "locked"},
        ],
        "mine": "ready",
        "current": "王芳 <W>",
        "code": "signer_revoked",
        "others": 3,
    },
]
HOLDINGS = {
    "complete": True,
    "counts": [{"type": "lots", "count": 12}],
    "total": 40,
    "synced_at": "2026-11-22T01:02:03.000Z",
    "waiting": 1,
    "photos": 0,
}
DIVERGED = [
    {"scope": "SZ.floor", "at": "2026-11-22T01:02:03.000Z", "healed": healed}
    for healed in (True, False)
]
OUTBOX = [
    {
        "id": "019",
        "kind": kind,
        "on": "lot/SZ:M-1:L/1",
        "label": "L<1>",
        "at": "2026-11-22T09:41:07.120+08:00",
        "by_name": "李强",
        "status": status,
        "code": code,
        "params": {"lot": "L1", "status": "on_hold"},
        "case": case,
        "blobs_left": 1,
        "blobs": [
            {
                "sha256": "a" * 64,
                "name": "a<b>.jpg",
                "size": 9,
                "offset": 4,
                "state": state,
                "code": None,
            }
            for state in ("waiting", "sent", "refused")
        ],
    }
    for kind, status, code, case in (
        ("lot.held", "", None, None),
        ("material.issued", "rejected", "lot_not_usable", None),
        ("material.issued", "conflict", "case_overdrawn", "case/SZ:x"),
    )
]


@cache
def shared() -> dict[str, Any]:
    """What all of them are given: the same that the server shares with the device."""
    locale = {
        lang: json.loads((REPOSITORY / f"server/locale/{lang}.json").read_text("utf-8"))
        for lang in LANGUAGES
    }
    problems = yaml.safe_load((REPOSITORY / "server/locale/problems.yaml").read_text("utf-8"))
    kinds = {name: {"roles": sorted(kind.roles)} for name, kind in KINDS.items()}
    return {"locale": locale, "problems": problems, "kinds": kinds}


@cache
def renderer() -> Renderer:
    return Renderer(
        REPOSITORY / "server/templates",
        shared()["locale"],
        shared()["problems"],
        shared()["kinds"],
    )


def in_node(jobs: list[dict[str, Any]], texts: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The same on the device; an error comes as `{error: …}`. LiquidJS must say no other."""
    asked = {"shared": shared(), "sources": renderer().templates, "jobs": jobs}
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("render.mjs"))],
        input=json.dumps(asked | {"texts": texts}),
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    for given, made in zip([*jobs, *texts], [*answer["jobs"], *answer["texts"]], strict=True):
        assert made["compiled"] == made["interpreted"], given.get("name", given.get("source"))
    return {what: [made["compiled"] for made in all_] for what, all_ in answer.items()}


def context(page: Page, lang: str, chance: random.Random) -> dict[str, Any]:
    """All that a page is promised, made up."""
    me = {
        "login": "wang.fang",
        "name": "王芳 <W>",
        "sites": ["HD", "SZ"],
        "seats": [f"SZ:{role}" for role in chance.sample(ROLES, 3)] + ["HD:technician"],
        "roles": chance.sample(ROLES, 3),
    }
    made: dict[str, Any] = {
        "page": {name: page[name] for name in ("name", "path", "title", "nav")}
        | {"id": "SZ:A-01", "code": "A-01", "url": "/x?y=1"},
        "me": None if page.get("public") and chance.random() < 0.5 else me,
        "lang": lang,
        "today": "2026-11-22",
        "query": {name: chance.choice(["", "step", "lot.released"]) for name in page["query"]},
        "net": {
            "worker": True,
            "online": chance.random() < 0.5,
            "waiting": 2,
            "photos": 1,
            "rejected": chance.randrange(3),
            "oldest": "",
        },
        "pending": ["J2611-007 / 1:2"],
        "touched": [],
        "form": chance.choice([None, FORM]),
        "done": chance.choice([None, *DONE]),
        "outbox": OUTBOX,
        "device": chance.choice([None, HOLDINGS]),
        "diverged": DIVERGED,
        "pins": chance.choice(PINS),
        "build": "3f2a91c07be4",
        "partial": chance.random() < 0.3,
        "doc": None,
    }
    if "doc" in page:
        made["doc"] = document(DOCUMENTS[page["doc"].partition("/")[0]], chance)
        made["touched"] = [made["doc"]["key"]]
    for name, pattern in page.get("also", {}).items():
        noun = pattern.partition("/")[0] if "/" in pattern else name
        made[name] = chance.choice([None, document(DOCUMENTS[noun], chance)])
    made |= page.get("fixed", {})
    for name in page.get("labelled", {}):
        made[name] = thing(chance)
    for name in page.get("said", {}):
        made[name] = said(chance)
    for name in page.get("scanned", {}):
        made[name] = scanned(chance)
    for name, query in page.get("lists", {}).items():
        term = query["term"][0] if isinstance(query["term"], list) else query["term"]
        cls = DOCUMENTS[re.split(r"[.{]", term)[0]]
        items = [document(cls, chance) for _ in range(chance.randrange(4))]
        made[name] = {"items": items, "total": len(items) + chance.randrange(2)}
        made[name]["next"] = chance.choice([None, 200])
    return made


def said(chance: random.Random) -> dict[str, Any] | None:
    """A label's number, in every state that it may have."""
    labels = document(DOCUMENTS["label"], chance)
    one = filled(Print, chance).model_dump(mode="json")
    void = filled(Void, chance).model_dump(mode="json") | {"labels": [], "by_print": "K7Q2M4XW"}
    made = one | {"code": "ABCDEFGH", "count": 3, "state": "here", "voids": []}
    states = [made, made | {"state": "cancelled"}, made | {"voids": [void]}]
    states.append(made | {"voids": [void | {"by_print": ""}]})
    labels |= {"prints": [chance.choice(states)], "left": chance.choice([0, 1])}
    return label_said([labels], chance.choice(["", "-", "ABCDEFGH-2", "ZZZZZZZZ-1"]))


def thing(chance: random.Random) -> dict[str, Any]:
    """What labels are of, with a document or without."""
    key = chance.choice(["lot/SZ:M-1:L1", "job/SZ:J1", "equipment/SZ:G<1>", "person/org:li.na"])
    kind = key.partition("/")[0]
    doc = chance.choice([None, document(DOCUMENTS[kind], chance)]) if kind in DOCUMENTED else None
    title = chance.choice(["", {"zh": "千分尺 <b>", "en": "Micrometer"}])
    labels = label_key(key, "SZ" if kind == "person" else "")
    return {"key": key, "labels": labels, "kind": kind, "doc": doc, "code": "G<1>",
            "title": title, "detail": "P-1"}  # fmt: skip


def scanned(chance: random.Random) -> dict[str, Any]:
    """A code of any kind, with or without what it names."""
    return {
        "text": chance.choice(["", "<b>L1</b>", "https://a.example/?x=1&y"]),
        "kind": chance.choice([None, "gs1", "own", "lot_id", "text", "foreign", "invalid"]),
        "gtin": chance.choice([None, "04006381333931"]),
        "lot_code": chance.choice([None, "L 1&2"]),
        "serial": None,
        "place": chance.choice([None, "A 1&2"]),
        "expires_on": chance.choice([None, "2027-01-31"]),
        "lot": chance.choice([None, document(DOCUMENTS["lot"], chance)]),
        "item": chance.choice([None, document(DOCUMENTS["item"], chance)]),
        "label": said(chance),
        "problem": chance.choice([None, {"code": "unknown_lot", "params": {"text": "<i>"}}]),
    }


def jobs() -> list[dict[str, Any]]:
    """Every page, in both languages, several times; the problem page too."""
    made = []
    for page in PAGES:
        for lang in LANGUAGES:
            for number in range(ROUNDS):
                chance = random.Random(f"{page['name']} {lang} {number}")
                made.append(
                    {"name": page["template"], "context": context(page, lang, chance), "lang": lang}
                )
    for lang in LANGUAGES:
        given = context(PAGES[1], lang, random.Random(lang))
        problem = {"code": "unknown_document", "params": {"key": "lot/SZ:<1>"}, "status": 404}
        made.append(
            {"name": "error/problem", "context": given | {"problem": problem}, "lang": lang}
        )
    return made


def test_every_page_is_the_same_in_both_engines():
    asked = jobs()
    for job, theirs in zip(asked, in_node(asked, [])["jobs"], strict=True):
        ours = renderer().render(job["name"], job["context"], job["lang"])
        assert theirs == ours, job["name"]


def test_no_page_has_an_id_twice_and_every_label_names_a_field():
    for job in jobs():
        page = renderer().render(job["name"], job["context"], job["lang"])
        ids = re.findall(r"""\sid="([^"]*)\"""", page)
        own = sorted(one for one in ids if not MADE_UP.search(one))
        assert sorted(set(own)) == own, job["name"]
        for field in re.findall(r"""<label[^>]*\sfor="([^"]*)\"""", page):
            assert field in ids, job["name"]


def test_no_text_of_a_document_becomes_markup():
    for job in jobs():
        page = renderer().render(job["name"], job["context"], job["lang"])
        assert "<script>alert" not in page, job["name"]
        assert '<b>"' not in page


FILTERS: list[tuple[str, Any]] = [
    ("{{ 'net.waiting' | t: count: x }}", 3),
    ("{{ 'age.days' | t: count: x }}", 1),
    ("{{ 'age.days' | t: x }}", {"count": "2"}),
    ("{{ x | l }}", {"zh": "阀 <体>", "en": ""}),
    ("{{ x | l }}", None),
    ("{{ x | label: 'status' }}", "on_hold"),
    ("{{ x | label: 'status' }}", "<nowhere>"),
    ("{{ x | label: 'role' }}", ["operator", "inspector", "astronaut"]),
    ("{{ x | label }}", None),
    ("{{ x | label }}", True),
    ("{{ x | path }}|{{ x | id }}|{{ x | site }}", "job/SZ:J2611-007"),
    ("{{ x | path }}|{{ x | id }}|{{ x | site }}", "lot/SZ:M-1:批 次/a&b=%'()*!~"),
    ("{{ x | path }}|{{ x | id }}|{{ x | site }}", None),
    ("{{ x | path }}|{{ x | id }}|{{ x | site }}", "nothing"),
    ("{{ x | encode }}", "何 <工> 0512-5555 + 1@2,3;4"),
    ("{{ x | json }}", {"a": [1, "<b>&\"'", None, True], "数": "12.50", "u": "\u2028🙂"}),
    ("{{ x | qty }}", "12.5"),
    ("{{ x | qty }}", None),
    ("{{ x | moment: today }}", "2026-11-22T09:41:07.120+08:00"),
    ("{{ x | moment: today }}", "2025-12-31T23:59:59Z"),
    ("{{ x | moment: today }}", "not a moment <"),
    ("{{ x | moment: today }}", None),
    ("{{ x | day }}", "2026-11-22T09:41:07.120+08:00"),
    ("{{ x | day }}", None),
    ("{{ x | covers: '12' }}", "13"),
    ("{{ x | covers: '12' }}", "12.0"),
    ("{{ x | covers: '12' }}", "9"),
    ("{{ x | covers: '12' }}", None),
    ("{{ x | before: today }}", "2026-11-21"),
    ("{{ x | before: today }}", "2026-11-22"),
    ("{{ x | before: today }}", None),
    (
        "{{ x | problem }}",
        {"code": "lot_not_usable", "params": {"lot": "L<1>", "status": "failed"}},
    ),
    ("{{ x | problem }}", {"code": "sign_in_throttled", "params": {"seconds": 1}}),
    ("{{ x | problem }}", {"code": "unknown_document", "params": {"key": "lot/SZ:M-1:L<1>"}}),
    (
        "{{ x | problem }}",
        {
            "code": "unknown_document",
            "params": {"key": "requisition/SZ:01a1e579-0a00-7f27-a6c3-e81d50f96505"},
        },
    ),
    (
        "{{ x | problem }}",
        {"code": "body_malformed", "params": {"where": "lines.0.item", "why": "Field required"}},
    ),
    (
        "{{ x | problem }}",
        {"code": "body_malformed", "params": {"where": "lines.0.zzz", "why": "Odd"}},
    ),
    ("{{ x | problem }}", {"code": "no_such_code", "params": None}),
    ("{{ x | problem }}", {"code": None}),
    ("{{ x | problem }}", None),
    ("{{ 'a' | has: x }}", {"a": None}),
    ("{{ 'a' | has: x }}", ["b"]),
    ("{{ 'a' | has: x }}", None),
    ("{{ x | at: 'a' }}{{ x | at: 0 }}", {"a": "<"}),
    ("{{ x | at: 'constructor' }}{{ x | at: '__proto__' }}", {}),
    ("{{ x | at: 0 }}{{ x | at: 5 }}", ["first"]),
    ("{{ x | short }}", "0197-abcdef"),
    ("{{ x | short }}", None),
    ("{{ x | whole }}", "5 pcs · 2.42 MPa · 0 – 1.6"),
    ("{{ x | whole }}", None),
    ("{{ x | append: '<' }}", "a"),
    ("{{ x | append: today }}", None),
    ("{{ 'lot.held' | may: me, x }}", "lot/SZ:M-1:L1"),
    ("{{ 'lot.held' | may: me, x }}", "lot/HD:M-1:L1"),
    ("{{ 'lot.held' | may: me }}", ""),
    ("{{ 'lot.released' | may: me, x }}", "lot/SZ:M-1:L1"),
    ("{{ 'no.such' | may: me, x }}", "lot/SZ:M-1:L1"),
    ("{{ 'lot.held' | may: x }}", None),
    ("{{ x | may: me, 'job/SZ:1' }}", ["operator"]),
    ("{{ x | may: me, 'job/SZ:1' }}", []),
    (
        "{% assign some = x | numbered %}{% for a in some %}{{ a.number }}{{ a.void }}{% endfor %}",
        {"code": "K7Q2M4XW", "count": 3, "copies": 1, "serials": [], "voids": [{"labels": [2]}]},
    ),
]


def test_every_filter_says_the_same_in_both_engines():
    me = {"seats": ["SZ:operator", "HD:technician"]}
    texts: list[dict[str, Any]] = [
        {"source": source, "context": {"x": x, "me": me, "today": "2026-11-22"}, "lang": lang}
        for source, x in FILTERS
        for lang in LANGUAGES
    ]
    given = renderer()
    for text, theirs in zip(texts, in_node([], texts)["texts"], strict=True):
        environment = given._environments[text["lang"]]
        ours = environment.from_string(text["source"]).render(text["context"])
        assert theirs == ours, text


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ x.missing }}",
        "{% if missing %}{% endif %}",
        "{{ x | upcase }}",
        "{{ 'no.such.key' | t }}",
        "{% for y in missing %}{% endfor %}",
    ],
)
def test_both_engines_refuse_what_is_not_there(source: str):
    given = {"source": source, "context": {"x": {}}, "lang": "en"}
    assert "error" in in_node([], [given])["texts"][0]
    with pytest.raises((LiquidError, KeyError)):
        renderer()._environments["en"].from_string(source).render(given["context"])


def test_only_the_layout_gives_out_markup():
    users = [name for name, source in renderer().templates.items() if "rendered_main" in source]
    assert users == ["layout/_main"]


def test_every_problem_that_is_raised_has_its_texts():
    known = set(shared()["problems"])
    raised = {
        code: path
        for folder in ("labels", "server", "sync", "pwa/src")
        for path in sorted((REPOSITORY / folder).rglob("*.*"))
        if path.suffix in (".py", ".js")
        for match in PROBLEM_RAISED.finditer(path.read_text("utf-8"))
        if (code := match[1] or match[2])
    }
    raised |= {f"case_{kind}": REPOSITORY for kind in CASES}
    assert not {code: str(path) for code, path in raised.items() if code not in known}


def test_a_problem_asks_for_the_same_parameters_in_both_languages():
    for code, texts in shared()["problems"].items():
        assert set(texts) == {"status", "zh_CN", "en"}, code
        assert 400 <= texts["status"] < 600, code
        chinese, english = (set(SLOT.findall(texts[lang])) for lang in LANGUAGES)
        assert chinese == english, code


def test_a_message_asks_for_the_same_parameters_in_both_languages():
    chinese, english = (flat(shared()["locale"][lang]) for lang in LANGUAGES)
    for key, text in chinese.items():
        assert set(SLOT.findall(text)) == set(SLOT.findall(english[key])), key


def test_every_page_of_the_table_has_its_template_and_title():
    for page in PAGES:
        assert page["template"] in renderer().templates, page["name"]
        noun = page["title"].removeprefix("title.")
        assert all(noun in shared()["locale"][lang]["title"] for lang in LANGUAGES), page["name"]
